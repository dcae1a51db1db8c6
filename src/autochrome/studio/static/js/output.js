/** The export button: start, watch, cancel, fetch the file; one place for photo and film. */

/** @import {Bench} from "./bench.js" */
/** @import {Job, Project} from "./types.js" */
import * as api from "./api.js";
import { h, put, say } from "./dom.js";
import { icon } from "./icons.js";
import { exported } from "./library.js";
import { review } from "./review.js";
import { active, jobOf, jobs, keepJob, projects } from "./state.js";
import { trying } from "./toast.js";
import { percent } from "./words.js";

/** @param {Bench} bench @param {AbortSignal} until */
export function exporting(bench, until) {
  const { id } = bench.project;
  const place = h("div", { class: "output" });
  let last = "";
  const show = () => {
    const job = jobOf(id, "export");
    const project = projects.value.get(id) ?? bench.project;
    if (last === "running" && job?.state === "done") say(`${project.name}: the export is done.`);
    last = job?.state ?? "";
    if (job && active(job)) put(place, ...working(job));
    else put(place, ...resting(project, job));
  };
  /** @param {Job} job */
  const working = (job) => [
    h("progress", { max: 1, value: job.done, "aria-label": "Export" }),
    h("span", { class: "count" }, job.state === "waiting" ? "waiting" : percent(job.done)),
    h(
      "button",
      { type: "button", onclick: () => trying(async () => keepJob(await api.cancel(job.id))) },
      "Cancel",
    ),
  ];
  /** @param {Project} project @param {Job | null} job */
  const resting = (project, job) => {
    const current = exported(project);
    const goOn = job?.state === "cancelled" && project.kind === "film";
    return [
      h(
        "button",
        { type: "button", class: current ? "" : "accent", onclick: () => trying(start) },
        icon("export", 18),
        goOn ? "Go on exporting" : current ? "Export again" : "Export",
      ),
      current &&
        project.film &&
        h("button", { type: "button", onclick: () => review([project], 0) }, icon("play", 18), "Play result"),
      current &&
        h(
          "a",
          {
            class: "button accent",
            href: api.exportUrl(id),
            download: project.export?.name ?? "",
            title: "Save the exported file",
          },
          icon("download", 18),
          "Save file",
        ),
    ];
  };
  const start = async () => {
    await bench.saved();
    const job = jobOf(id, "export");
    keepJob(
      job?.state === "cancelled" && bench.project.kind === "film"
        ? await api.again(job.id)
        : await api.startExport(id),
    );
  };
  jobs.hear(show, until);
  projects.hear(show, until);
  return place;
}
