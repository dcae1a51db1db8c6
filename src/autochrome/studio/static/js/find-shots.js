/** Start the job that finds the shots of a film, and show its progress. */

/** @import {Project} from "./types.js" */
import * as api from "./api.js";
import { h } from "./dom.js";
import { formatPercent } from "./format.js";
import { jobRemaining } from "./remaining-time.js";
import { isActive, jobs, latestJob, updateJob } from "./state.js";
import { reportErrors } from "./toast.js";

/** @param {string} projectId */
export async function findShots(projectId) {
  if (isActive(latestJob(projectId, "shots"))) return;
  await reportErrors(async () => updateJob(await api.findShots(projectId)));
}

/** @param {Project} project @param {AbortSignal} signal */
export function findProgress(project, signal) {
  const bar = h("progress", { max: 1, "aria-label": "Finding the shots" });
  const count = h("span", { class: "count" });
  const text = h("span", {}, "Finding the shots…");
  const element = h("div", { class: "find-progress", hidden: true }, text, bar, count);
  const show = () => {
    const job = latestJob(project.id, "shots");
    element.hidden = !isActive(job);
    if (!job || !isActive(job)) return;
    bar.value = job.done;
    count.textContent = `${formatPercent(job.done)} · ${jobRemaining(job, project)}`;
  };
  jobs.subscribe(show, signal);
  return element;
}
