/** The preview of a shot: a job colours it small, then it plays over the canvas. */

/** @import {Job, Project} from "./types.js" */
import * as api from "./api.js";
import { h, setChildren } from "./dom.js";
import { formatPercent } from "./format.js";
import { icon } from "./icons.js";
import { isActive, jobs, updateJob } from "./state.js";
import { toast } from "./toast.js";

export class ShotPlayer {
  /** @type {string | null} */ #jobId = null;
  #shot = 0;
  element = h("div", { class: "player", hidden: true, role: "region", "aria-label": "Shot preview" });

  /** @param {Project} project @param {AbortSignal} signal */
  constructor(project, signal) {
    this.project = project;
    jobs.subscribe(() => this.#update(), signal);
  }

  /** @param {number} shot */
  async play(shot) {
    this.#shot = shot;
    const job = await api.startPreview(this.project.id, shot);
    this.#jobId = job.id;
    updateJob(job);
    this.#update();
  }

  close() {
    if (this.element.hidden) return;
    const job = this.#job;
    if (job && isActive(job)) void api.cancelJob(job.id).then(updateJob, () => {});
    this.#jobId = null;
    this.element.hidden = true;
    setChildren(this.element);
  }

  get #job() {
    return (this.#jobId && jobs.value.get(this.#jobId)) || null;
  }

  #update() {
    const job = this.#job;
    if (!job) return;
    this.element.hidden = false;
    this.element.classList.toggle("rendering", isActive(job));
    if (isActive(job)) {
      this.#showProgress(job);
    } else if (job.state === "done") {
      this.#showVideo(job);
    } else {
      this.close();
      if (job.state === "failed") toast(job.error ?? "The preview of the shot failed.", "error");
    }
  }

  /** @param {Job} job */
  #showProgress(job) {
    setChildren(
      this.element,
      h("span", {}, `Colouring shot ${this.#shot + 1}…`),
      h("progress", { max: 1, value: job.done, "aria-label": "Preview" }),
      h("span", { class: "count" }, formatPercent(job.done)),
      this.#closeButton(),
    );
  }

  /** @param {Job} job */
  #showVideo(job) {
    this.#jobId = null;
    const src = `${api.previewUrl(this.project.id, this.#shot)}?made=${encodeURIComponent(job.id)}`;
    const video = h("video", { src, controls: true, autoplay: true, loop: true, playsinline: true });
    setChildren(this.element, video, this.#closeButton());
  }

  #closeButton() {
    return h(
      "button",
      {
        type: "button",
        class: "quiet",
        "aria-label": "Close the player",
        title: "Close (Esc)",
        onclick: () => this.close(),
      },
      icon("close", 18),
    );
  }
}
