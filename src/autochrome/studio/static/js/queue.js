/** The queue: what is being worked on, what waits, and the results as a grid to look through. */

/** @import {Job, Project} from "./types.js" */
/** @import {ViewParts} from "./main.js" */
import * as api from "./api.js";
import { h, put } from "./dom.js";
import { icon } from "./icons.js";
import { placeOf } from "./library.js";
import { review } from "./review.js";
import { active, jobOf, jobs, keepJob, newest, paused, projects } from "./state.js";
import { trying } from "./toast.js";
import { counted, percent, stateOf, workOf } from "./words.js";

const ORDER = ["running", "waiting", "failed", "cancelled", "done"];
const SHOWN = 60; // finished jobs

/** @param {AbortSignal} until @returns {ViewParts} */
export function queueView(until) {
  const list = h("ul", { class: "jobs", role: "list", "aria-label": "Jobs" });
  const nothing = h(
    "p",
    { class: "none" },
    "Nothing is waiting. Choose pictures in the library and export them: they line up here, and go on after a restart.",
  );
  const pause = h("button", {
    type: "button",
    onclick: () => trying(async () => paused.set((await api.pauseQueue(!paused.value)).paused)),
  });
  const summary = h("p", { class: "summary", role: "status" });
  const results = h("ul", { class: "grid results", role: "list" });
  const resultsHead = h(
    "div",
    { class: "library-head" },
    h("h2", {}, "Results"),
    h("span", { class: "fine" }, "Look through them with the arrow keys; hold Space to compare."),
  );
  /** @type {Map<string, ReturnType<typeof jobRow>>} */
  const rows = new Map();

  const show = () => {
    const all = /** @type {Job[]} */ (newest(jobs.value)).sort(
      (a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state),
    );
    const open = all.filter(active);
    const seen = [...open, ...all.filter((job) => !active(job) && worthSeeing(job)).slice(0, SHOWN)];
    put(
      list,
      ...seen.map((job) => {
        const row = rows.get(job.id) ?? jobRow();
        rows.set(job.id, row);
        row.show(job, projects.value.get(job.project) ?? null);
        return row.element;
      }),
    );
    nothing.hidden = seen.length > 0;
    summary.textContent = open.length
      ? `${counted(open.length, "job is", "jobs are")} open${paused.value ? "; the queue is paused" : ""}.`
      : "";
    put(pause, icon(paused.value ? "play" : "pause", 18), paused.value ? "Go on" : "Pause");
    const ready = /** @type {Project[]} */ (newest(projects.value)).filter(
      (project) => project.export?.ready,
    );
    resultsHead.hidden = !ready.length;
    put(
      results,
      ...ready.map((project, n) =>
        h(
          "li",
          { class: "card" },
          h(
            "button",
            {
              type: "button",
              class: "card-link",
              "aria-label": `Look at ${project.name}`,
              onclick: () => void review(ready, n),
            },
            h(
              "span",
              { class: "thumb" },
              h("img", { class: "after", src: api.thumbnail(project, "after"), alt: "", loading: "lazy" }),
            ),
            h("span", { class: "card-name" }, project.name),
          ),
        ),
      ),
    );
  };
  let due = 0;
  const soon = () => {
    due ||= requestAnimationFrame(() => {
      due = 0;
      show();
    });
  };
  jobs.hear(soon, until);
  projects.hear(soon, until);
  paused.hear(soon, until);
  show();
  return {
    name: "Queue",
    element: h(
      "div",
      { class: "queue-view" },
      h("div", { class: "library-head" }, h("h1", {}, "Queue"), summary, h("span", { class: "grow" }), pause),
      list,
      nothing,
      resultsHead,
      results,
    ),
  };
}

/** Of what has ended: failures, and the newest export of each project. @param {Job} job */
const worthSeeing = (job) =>
  jobOf(job.project, job.what)?.id === job.id && (job.state === "failed" || job.what === "export");

function jobRow() {
  const thumb = h("img", { alt: "", loading: "lazy" });
  const name = h("a", { class: "job-name" });
  const what = h("span", { class: "job-what" });
  const state = h("span", { class: "job-state" });
  const progress = h("progress", { max: 1 });
  const buttons = h("div", { class: "job-buttons" });
  let drawn = "";
  return {
    element: h(
      "li",
      { class: "job" },
      thumb,
      h("div", { class: "job-words" }, name, what),
      progress,
      state,
      buttons,
    ),
    /** @param {Job} job @param {Project | null} project */
    show(job, project) {
      const source = project ? api.thumbnail(project, "after") : "";
      if (source && thumb.getAttribute("src") !== source) thumb.src = source;
      name.textContent = project?.name ?? "removed";
      if (project) name.href = placeOf(project);
      what.textContent = [workOf(job.what), job.error ?? job.note].filter(Boolean).join(" · ");
      state.textContent = job.state === "running" && job.done ? percent(job.done) : stateOf(job.state);
      state.className = `job-state ${job.state}`;
      progress.hidden = !active(job);
      progress.value = job.done;
      progress.setAttribute("aria-label", `${workOf(job.what)} of ${project?.name ?? "a removed project"}`);
      const wanted = `${job.state} ${project?.export?.ready}`;
      if (wanted === drawn) return;
      drawn = wanted;
      put(buttons, ...answers(job, project));
    },
  };
}

/** @param {Job} job @param {Project | null} project */
function answers(job, project) {
  if (active(job))
    return [
      h(
        "button",
        {
          type: "button",
          class: "quiet",
          onclick: () => trying(async () => keepJob(await api.cancel(job.id))),
        },
        "Cancel",
      ),
    ];
  const again =
    job.state !== "done" &&
    project &&
    h(
      "button",
      { type: "button", class: "quiet", onclick: () => trying(async () => keepJob(await api.again(job.id))) },
      icon("again", 18),
      project.kind === "film" && job.state === "cancelled" ? "Go on" : "Again",
    );
  const save =
    job.state === "done" &&
    job.what === "export" &&
    project?.export?.ready &&
    h(
      "a",
      { class: "button quiet", href: api.exportUrl(project.id), download: project.export.name ?? "" },
      icon("download", 18),
      "Save",
    );
  return [again, save];
}
