/** The export controls of the editor: start an export, follow it, cancel it, save the file. */

/** @import {EditorSession} from "./session.js" */
/** @import {Job, Project} from "./types.js" */
import * as api from "./api.js";
import { announce, h, setChildren } from "./dom.js";
import { formatPercent } from "./format.js";
import { icon } from "./icons.js";
import { openReview } from "./review.js";
import { isActive, isExported, jobs, latestJob, projects, updateJob } from "./state.js";
import { reportErrors } from "./toast.js";

/** @param {EditorSession} session @param {AbortSignal} signal */
export function exportControls(session, signal) {
  const { id } = session.project;
  const element = h("div", { class: "export-controls" });
  let state = "";
  const show = () => {
    const job = latestJob(id, "export");
    const project = projects.value.get(id) ?? session.project;
    if (state === "running" && job?.state === "done") announce(`${project.name}: the export is done.`);
    state = job?.state ?? "";
    if (job && isActive(job)) setChildren(element, ...progressOf(job));
    else setChildren(element, ...buttonsOf(session, project, job));
  };
  jobs.subscribe(show, signal);
  projects.subscribe(show, signal);
  return element;
}

/** Whether the next export continues a cancelled one. @param {Project} project @param {Job | null} job */
const isResumable = (project, job) => job?.state === "cancelled" && project.kind === "film";

/** @param {EditorSession} session */
async function startExport(session) {
  await session.save();
  const { project } = session;
  const job = latestJob(project.id, "export");
  updateJob(
    job && isResumable(project, job) ? await api.retryJob(job.id) : await api.startExport(project.id),
  );
}

/** @param {Job} job */
function progressOf(job) {
  const cancel = async () => updateJob(await api.cancelJob(job.id));
  return [
    h("progress", { max: 1, value: job.done, "aria-label": "Export" }),
    h("span", { class: "count" }, job.state === "waiting" ? "waiting" : formatPercent(job.done)),
    h("button", { type: "button", onclick: () => reportErrors(cancel) }, "Cancel"),
  ];
}

/** @param {EditorSession} session @param {Project} project @param {Job | null} job the newest export */
function buttonsOf(session, project, job) {
  const exported = isExported(project);
  const label = isResumable(project, job) ? "Resume export" : exported ? "Export again" : "Export";
  const start = h(
    "button",
    {
      type: "button",
      class: exported ? "" : "accent",
      onclick: () => reportErrors(() => startExport(session)),
    },
    icon("export", 18),
    label,
  );
  if (!exported) return [start];
  const play = h(
    "button",
    { type: "button", onclick: () => openReview([project], 0) },
    icon("play", 18),
    "Play result",
  );
  const file = { href: api.exportUrl(project.id), download: project.export?.name ?? "" };
  const save = h(
    "a",
    { class: "button accent", title: "Save the exported file", ...file },
    icon("download", 18),
    "Save file",
  );
  return [start, project.film && play, save];
}
