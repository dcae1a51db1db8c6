/** The export controls of the editor. One click saves a photo; a film is exported first, then played and saved. */

/** @import {EditorSession} from "./session.js" */
/** @import {Job, Project} from "./types.js" */
import * as api from "./api.js";
import { announce, h, setChildren } from "./dom.js";
import { formatPercent } from "./format.js";
import { icon } from "./icons.js";
import { jobRemaining } from "./remaining-time.js";
import { openReview } from "./review.js";
import { shareMenu } from "./share-menu.js";
import { isActive, isExported, jobs, latestJob, projects, updateJob } from "./state.js";
import { reportErrors, toast } from "./toast.js";

/** @param {EditorSession} session @param {AbortSignal} signal */
export function exportControls(session, signal) {
  const controls = new ExportControls(session);
  jobs.subscribe(() => controls.show(), signal);
  projects.subscribe(() => controls.show(), signal);
  return controls.element;
}

class ExportControls {
  element = h("div", { class: "export-controls" });
  #menu;
  #state = ""; // of the newest export
  #saves = false; // the file is saved as soon as the running export is done

  /** @param {EditorSession} session */
  constructor(session) {
    this.session = session;
    this.#menu = shareMenu(session);
  }

  /** The server's newest version. @returns {Project} */
  get #project() {
    return projects.value.get(this.session.project.id) ?? this.session.project;
  }

  show() {
    const project = this.#project;
    const job = latestJob(project.id, "export");
    const ended = this.#state === "running" && job && !isActive(job);
    this.#state = job?.state ?? "";
    if (job && isActive(job)) setChildren(this.element, ...progressOf(job));
    else setChildren(this.element, ...this.#buttons(project, job));
    if (ended) this.#end(job, project);
  }

  /** @param {Job} job the export that has just ended @param {Project} project */
  #end(job, project) {
    if (job.state === "done") announce(`${project.name}: the export is done.`);
    if (job.state === "failed") toast(job.error ?? "The export failed.", "error");
    if (job.state === "done" && this.#saves) saveFile(project);
    this.#saves = false;
  }

  /** @param {Project} project @param {Job | null} job the newest export */
  #buttons(project, job) {
    if (project.kind === "photo") {
      const save = () => reportErrors(() => this.#savePhoto());
      return [button("accent", "download", "Save photo", save), this.#menu];
    }
    const exported = isExported(project);
    const label = isResumable(project, job) ? "Resume export" : exported ? "Export again" : "Export";
    const start = () => reportErrors(() => this.#start());
    if (!exported) return [button("accent", "export", label, start), this.#menu];
    return [
      button("again", "export", label, start),
      button("", "play", "Play result", () => openReview([project], 0)),
      button("accent", "download", "Save file", () => saveFile(project)),
      this.#menu,
    ];
  }

  /** Save the file at once if it is new enough, or else after an export. */
  async #savePhoto() {
    await this.session.save();
    if (isExported(this.#project)) return saveFile(this.#project);
    this.#saves = true;
    await this.#start();
  }

  async #start() {
    await this.session.save();
    const project = this.#project;
    const job = latestJob(project.id, "export");
    this.#state = "running";
    updateJob(
      job && isResumable(project, job) ? await api.retryJob(job.id) : await api.startExport(project.id),
    );
  }
}

/** Whether the next export continues a cancelled one. @param {Project} project @param {Job | null} job */
const isResumable = (project, job) => job?.state === "cancelled" && project.kind === "film";

/** Save the exported file of a project. @param {Project} project */
const saveFile = (project) => api.saveFrom(api.exportUrl(project.id), project.export?.name ?? "");

/** @param {Job} job */
function progressOf(job) {
  const cancel = async () => updateJob(await api.cancelJob(job.id));
  const project = projects.value.get(job.project);
  const state = `${formatPercent(job.done)} · ${jobRemaining(job, project)}`;
  return [
    h("progress", { max: 1, value: job.done, "aria-label": "Export" }),
    h("span", { class: "count" }, job.state === "waiting" ? "waiting" : state),
    h("button", { type: "button", onclick: () => reportErrors(cancel) }, "Cancel"),
  ];
}

/** @param {string} style @param {string} image @param {string} label @param {() => void} run */
const button = (style, image, label, run) =>
  h(
    "button",
    { type: "button", class: style, title: label, "aria-label": label, onclick: run },
    icon(image, 18),
    h("span", { class: "label" }, label),
  );
