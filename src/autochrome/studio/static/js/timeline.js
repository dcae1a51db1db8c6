/** The timeline of a film: its shots, how unsure the network is in each, the corrected frames and the playhead. */

/** @import {Film, HintsFile, Project, Shot} from "./types.js" */
/** @import {ThumbnailLoader} from "./thumbnails.js" */
import * as api from "./api.js";
import { clamp, h, setChildren } from "./dom.js";
import { formatTime } from "./format.js";
import { keyFrames } from "./marks.js";
import { middleFrame, shotAt, shotLabel, shotVersion, uncertaintyLevel } from "./shots.js";

const THUMBNAIL_WIDTH = 208; // pixels
const SHOT_WIDTH = 96; // CSS pixels, mean width of a shot at least
const SCROLL_MARGIN = 40; // CSS pixels between the playhead and the edge

/** Events: "seek" (detail: the frame). */
export class Timeline extends EventTarget {
  #frame = 0;
  #slider;
  #keyFrames = h("div", { class: "key-frames" });
  #list = h("ol", { class: "shots", role: "list", "aria-label": "Shots" });
  #playhead = h("div", { class: "playhead", "aria-hidden": "true" });
  #track;

  /** @param {Project} project @param {Film} film @param {HintsFile} hints @param {ThumbnailLoader} thumbnails */
  constructor(project, film, hints, thumbnails) {
    super();
    this.project = project;
    this.film = film;
    this.hints = hints;
    this.thumbnails = thumbnails;
    this.#slider = h("input", {
      type: "range",
      class: "scrub",
      min: 0,
      max: Math.max(0, film.frames - 1),
      step: 1,
      value: 0,
      "aria-label": "Frame",
    });
    this.#slider.addEventListener("input", () => this.#seek(Number(this.#slider.value)));
    this.#track = h("div", { class: "track" }, this.#slider, this.#keyFrames, this.#list, this.#playhead);
    this.element = h("div", { class: "timeline-scroll" }, this.#track);
    this.showShots(project, film);
  }

  /** @param {Project} project @param {Film} film */
  showShots(project, film) {
    this.project = project;
    this.film = film;
    const shots = film.shots ?? [];
    this.#track.style.minWidth = `${shots.length * SHOT_WIDTH}px`;
    setChildren(this.#list, ...shots.map((shot, n) => this.#shotItem(shot, n)));
    this.showHints(this.hints);
    this.showFrame(this.#frame);
  }

  /** Move the playhead. @param {number} frame */
  showFrame(frame) {
    this.#frame = frame;
    this.#slider.value = String(frame);
    this.#slider.setAttribute("aria-valuetext", `${formatTime(frame / this.film.fps)}, frame ${frame}`);
    this.#playhead.style.left = this.#percent(frame + 0.5);
    const current = shotAt(this.film, frame);
    [...this.#list.children].forEach((item, n) => {
      const button = /** @type {HTMLElement} */ (item.firstElementChild);
      if (n === current) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    });
    this.#scrollToPlayhead();
  }

  /** Show the corrected frames. @param {HintsFile} hints */
  showHints(hints) {
    this.hints = hints;
    this.#updateThumbnails();
    setChildren(this.#keyFrames, ...keyFrames(hints).map((frame) => this.#keyFrameButton(frame)));
  }

  /** Where a frame is on the track. @param {number} frame */
  #percent(frame) {
    return `${(frame / Math.max(1, this.film.frames)) * 100}%`;
  }

  /** @param {number} frame */
  #seek(frame) {
    this.dispatchEvent(new CustomEvent("seek", { detail: clamp(frame, 0, this.film.frames - 1) }));
  }

  /** @param {number} frame */
  #keyFrameButton(frame) {
    const button = h("button", {
      type: "button",
      class: "key-frame",
      title: `Corrected: frame ${frame}`,
      "aria-label": `Corrected frame ${frame}, ${formatTime(frame / this.film.fps)}`,
      onclick: () => this.#seek(frame),
    });
    button.style.left = this.#percent(frame + 0.5);
    return button;
  }

  /** @param {Shot} shot @param {number} n */
  #shotItem(shot, n) {
    const bar = h("span", { class: "uncertainty-bar" });
    bar.style.setProperty("--uncertainty", String(shot.doubt ?? 0));
    const src = api.frameUrl(this.project.id, middleFrame(shot), "before", THUMBNAIL_WIDTH, 0);
    const label = shotLabel(shot, n);
    const button = h(
      "button",
      {
        type: "button",
        class: `shot ${uncertaintyLevel(shot, this.film.shots ?? [])}`,
        title: label,
        "aria-label": label,
        onclick: () => this.#seek(shot.first),
      },
      h("img", { alt: "", draggable: "false", loading: "lazy", src }),
      h("span", { class: "shot-number" }, String(n + 1)),
      bar,
    );
    const item = h("li", {}, button);
    item.style.left = this.#percent(shot.first);
    item.style.width = this.#percent(shot.last - shot.first + 1);
    return item;
  }

  /** Load each shot's thumbnail again where marks of the shot or the settings changed. */
  #updateThumbnails() {
    (this.film.shots ?? []).forEach((shot, n) => {
      const image = this.#list.children[n]?.querySelector("img");
      const version = Number(shotVersion(shot, this.hints, this.project.settings));
      const url = api.frameUrl(this.project.id, middleFrame(shot), "after", THUMBNAIL_WIDTH, version);
      if (image) this.thumbnails.load(image, url);
    });
  }

  #scrollToPlayhead() {
    const scroll = this.element;
    if (scroll.scrollWidth <= scroll.clientWidth) return;
    const x = (this.#frame / Math.max(1, this.film.frames)) * scroll.scrollWidth;
    const [left, right] = [scroll.scrollLeft, scroll.scrollLeft + scroll.clientWidth];
    if (x < left + SCROLL_MARGIN || x > right - SCROLL_MARGIN) scroll.scrollLeft = x - scroll.clientWidth / 3;
  }
}
