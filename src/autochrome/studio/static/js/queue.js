/** The queue page: running, waiting and finished jobs, and the results as a grid. */

/** @import {Job, Project} from "./types.js" */
/** @import {Page} from "./main.js" */
import * as api from "./api.js";
import { h, setChildren } from "./dom.js";
import { formatCount } from "./format.js";
import { icon } from "./icons.js";
import { JobRow } from "./job-row.js";
import { openReview } from "./review.js";
import { isActive, jobs, latestJob, newestFirst, paused, projects } from "./state.js";
import { reportErrors } from "./toast.js";

const STATE_ORDER = ["running", "waiting", "failed", "cancelled", "done"];
const MAX_FINISHED = 60; // jobs in the list
const EMPTY_TEXT =
  "No jobs. Select photos or films in the library and export them. Jobs continue after a restart of the studio.";

/** @param {AbortSignal} signal @returns {Page} */
export function queuePage(signal) {
  const page = new QueuePage();
  let scheduled = 0;
  const update = () => {
    scheduled ||= requestAnimationFrame(() => {
      scheduled = 0;
      page.show();
    });
  };
  jobs.subscribe(update, signal);
  projects.subscribe(update, signal);
  paused.subscribe(update, signal);
  page.show();
  return { name: "Queue", element: page.element };
}

class QueuePage {
  /** @type {Map<string, JobRow>} */ #rows = new Map();
  #list = h("ul", { class: "jobs", role: "list", "aria-label": "Jobs" });
  #empty = h("p", { class: "none" }, EMPTY_TEXT);
  #summary = h("p", { class: "summary", role: "status" });
  #pause = h("button", { type: "button", onclick: () => reportErrors(togglePause) });
  #results = h("ul", { class: "grid results", role: "list" });
  #resultsHead = h(
    "div",
    { class: "library-head" },
    h("h2", {}, "Results"),
    h("span", { class: "fine" }, "Open one, then step with the arrow keys; hold Space to see the original."),
  );
  element = h(
    "div",
    { class: "queue-view" },
    h(
      "div",
      { class: "library-head" },
      h("h1", {}, "Queue"),
      this.#summary,
      h("span", { class: "grow" }),
      this.#pause,
    ),
    this.#list,
    this.#empty,
    this.#resultsHead,
    this.#results,
  );

  show() {
    const all = newestFirst(jobs.value);
    all.sort((a, b) => STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state));
    const active = all.filter(isActive);
    const finished = all.filter((job) => !isActive(job) && isListed(job)).slice(0, MAX_FINISHED);
    const listed = [...active, ...finished];
    setChildren(this.#list, ...listed.map((job) => this.#row(job)));
    this.#empty.hidden = listed.length > 0;
    const count = formatCount(active.length, "active job", "active jobs");
    this.#summary.textContent = active.length ? `${count}${paused.value ? "; the queue is paused" : ""}` : "";
    setChildren(this.#pause, icon(paused.value ? "play" : "pause", 18), paused.value ? "Resume" : "Pause");
    this.#showResults();
  }

  /** @param {Job} job */
  #row(job) {
    const row = this.#rows.get(job.id) ?? new JobRow();
    this.#rows.set(job.id, row);
    row.show(job, projects.value.get(job.project) ?? null);
    return row.element;
  }

  #showResults() {
    const ready = newestFirst(projects.value).filter((project) => project.export?.ready);
    this.#resultsHead.hidden = !ready.length;
    setChildren(this.#results, ...ready.map((_, index) => resultCard(ready, index)));
  }
}

async function togglePause() {
  const queue = await api.pauseQueue(!paused.value);
  paused.set(queue.paused);
}

/** Of finished jobs, list the newest of a project and kind if it failed or is an export. @param {Job} job */
const isListed = (job) =>
  latestJob(job.project, job.what)?.id === job.id &&
  (job.state === "failed" || ["export", "adapt"].includes(job.what));

/** @param {Project[]} results @param {number} index */
function resultCard(results, index) {
  const project = results[index];
  const thumbnail = h("img", {
    class: "after",
    src: api.thumbnailUrl(project, "after"),
    alt: "",
    loading: "lazy",
  });
  const button = h(
    "button",
    {
      type: "button",
      class: "card-link",
      "aria-label": `View ${project.name}`,
      onclick: () => openReview(results, index),
    },
    h("span", { class: "thumb" }, thumbnail),
    h("span", { class: "card-name" }, project.name),
  );
  return h("li", { class: "card" }, button);
}
