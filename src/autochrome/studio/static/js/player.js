/** A shot, coloured small by a job, playing over the canvas. */

/** @import {Project} from "./types.js" */
import * as api from "./api.js";
import { h, put } from "./dom.js";
import { icon } from "./icons.js";
import { active, jobs, keepJob } from "./state.js";
import { toast } from "./toast.js";
import { percent } from "./words.js";

export class ShotPlayer {
  /** @type {string | null} */ #job = null;
  #shot = 0;
  element = h("div", { class: "player", hidden: true, role: "region", "aria-label": "Shot preview" });

  /** @param {Project} project @param {AbortSignal} until */
  constructor(project, until) {
    this.project = project;
    jobs.hear(() => this.#follow(), until);
  }

  /** @param {number} shot */
  async play(shot) {
    this.#shot = shot;
    const job = await api.preview(this.project.id, shot);
    this.#job = job.id;
    keepJob(job);
    this.#follow();
  }

  close() {
    if (this.element.hidden) return;
    const job = this.#job ? jobs.value.get(this.#job) : null;
    if (active(job) && job) void api.cancel(job.id).then(keepJob, () => {});
    this.#job = null;
    this.element.hidden = true;
    put(this.element);
  }

  #follow() {
    const job = this.#job ? jobs.value.get(this.#job) : null;
    if (!job) return;
    const leave = h(
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
    this.element.hidden = false;
    this.element.classList.toggle("making", active(job));
    if (active(job)) {
      put(
        this.element,
        h("span", {}, `Colouring shot ${this.#shot + 1}…`),
        h("progress", { max: 1, value: job.done, "aria-label": "Preview" }),
        h("span", { class: "count" }, percent(job.done)),
        leave,
      );
    } else if (job.state === "done") {
      this.#job = null;
      const source = `${api.previewUrl(this.project.id, this.#shot)}?made=${encodeURIComponent(job.id)}`;
      put(
        this.element,
        h("video", { src: source, controls: true, autoplay: true, loop: true, playsinline: true }),
        leave,
      );
    } else {
      this.close();
      if (job.state === "failed") toast(job.error ?? "The preview could not be made.", "error");
    }
  }
}
