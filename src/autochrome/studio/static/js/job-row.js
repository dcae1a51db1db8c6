/** One job in the queue. The element stays the same while the job changes, so that the focus stays. */

/** @import {Job, Project} from "./types.js" */
import * as api from "./api.js";
import { h, setChildren } from "./dom.js";
import { formatPercent, jobLabel, stateLabel } from "./format.js";
import { icon } from "./icons.js";
import { jobRemaining } from "./remaining-time.js";
import { editorUrl, isActive, updateJob } from "./state.js";
import { reportErrors } from "./toast.js";

export class JobRow {
  #thumbnail = h("img", { alt: "", loading: "lazy" });
  #name = h("a", { class: "job-name" });
  #what = h("span", { class: "job-what" });
  #state = h("span", { class: "job-state" });
  #progress = h("progress", { max: 1 });
  #buttons = h("div", { class: "job-buttons" });
  #shown = ""; // what the buttons depend on
  element = h(
    "li",
    { class: "job" },
    this.#thumbnail,
    h("div", { class: "job-text" }, this.#name, this.#what),
    this.#progress,
    this.#state,
    this.#buttons,
  );

  /** @param {Job} job @param {Project | null} project null when it has been removed */
  show(job, project) {
    const source = project ? api.thumbnailUrl(project, "after") : "";
    if (source && this.#thumbnail.getAttribute("src") !== source) this.#thumbnail.src = source;
    const name = job.adapt ? `Model ${job.adapt.name}` : (project?.name ?? "removed");
    this.#name.textContent = name;
    if (project && !job.adapt) this.#name.href = editorUrl(project);
    this.#what.textContent = [jobLabel(job.what), job.error ?? job.note].filter(Boolean).join(" · ");
    this.#what.title = this.#what.textContent;
    const running = job.state === "running";
    this.#state.textContent = running
      ? `${formatPercent(job.done)} · ${jobRemaining(job, project)}`
      : stateLabel(job.state);
    this.#state.className = `job-state ${job.state}`;
    this.#progress.hidden = !isActive(job);
    this.#progress.value = job.done;
    this.#progress.setAttribute("aria-label", `${jobLabel(job.what)}: ${name}`);
    this.#showButtons(job, project);
  }

  /** @param {Job} job @param {Project | null} project */
  #showButtons(job, project) {
    const shown = `${job.state} ${project?.export?.ready}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    setChildren(this.#buttons, ...buttonsOf(job, project));
  }
}

/** @param {Job} job @param {Project | null} project */
function buttonsOf(job, project) {
  const update = (/** @type {() => Promise<Job>} */ request) => () =>
    reportErrors(async () => updateJob(await request()));
  const cancel = update(() => api.cancelJob(job.id));
  const retry = update(() => api.retryJob(job.id));
  if (isActive(job)) return [h("button", { type: "button", class: "quiet", onclick: cancel }, "Cancel")];
  if (!project) return [];
  if (job.state !== "done") {
    const resumes = project.kind === "film" && job.what === "export" && job.state === "cancelled";
    const label = resumes ? "Resume" : "Retry";
    return [h("button", { type: "button", class: "quiet", onclick: retry }, icon("again", 18), label)];
  }
  if (job.what !== "export" || !project.export?.ready) return [];
  const file = { href: api.exportUrl(project.id), download: project.export.name ?? "" };
  return [h("a", { class: "button quiet", ...file }, icon("download", 18), "Save file")];
}
