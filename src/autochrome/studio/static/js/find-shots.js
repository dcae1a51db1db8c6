/** Start the job that finds the shots of a film, and show its progress. */

/** @import {Film} from "./types.js" */
import * as api from "./api.js";
import { h } from "./dom.js";
import { formatPercent } from "./format.js";
import { formatRemaining, RemainingTime } from "./remaining-time.js";
import { isActive, jobs, latestJob, updateJob } from "./state.js";
import { reportErrors } from "./toast.js";

const EXPECTED_RATE = 150; // frames in a second, before it is measured

/** @param {string} projectId */
export async function findShots(projectId) {
  if (isActive(latestJob(projectId, "shots"))) return;
  await reportErrors(async () => updateJob(await api.findShots(projectId)));
}

/** @param {string} projectId @param {Film} film @param {AbortSignal} signal */
export function findProgress(projectId, film, signal) {
  const bar = h("progress", { max: 1, "aria-label": "Finding the shots" });
  const count = h("span", { class: "count" });
  const element = h(
    "div",
    { class: "find-progress", hidden: true },
    h("span", {}, "Finding the shots…"),
    bar,
    count,
  );
  let id = "";
  let remaining = new RemainingTime(0);
  const show = () => {
    const job = latestJob(projectId, "shots");
    element.hidden = !isActive(job);
    if (!job || !isActive(job)) return;
    if (job.id !== id) {
      id = job.id;
      remaining = new RemainingTime(film.frames / EXPECTED_RATE);
    }
    bar.value = job.done;
    count.textContent = `${formatPercent(job.done)} · ${formatRemaining(remaining.update(job.done))}`;
  };
  jobs.subscribe(show, signal);
  return element;
}
