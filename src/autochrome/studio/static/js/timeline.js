/** The timeline: shots as long as they last, how doubtful each is, who has been corrected where, and the playhead. */

/** @import {Film, HintsFile, Project, Shot} from "./types.js" */
/** @import {Thumbs} from "./thumbs.js" */
import * as api from "./api.js";
import { h, put, within } from "./dom.js";
import { keyFrames, marksOf } from "./marks.js";
import { clock, percent } from "./words.js";

const THUMB = 208; // pixels wide, for screens of two pixels a point
const LEAST = 96; // CSS pixels for a shot of middling length

/** Shots are told apart by doubt within a film; doubts closer together than this are all alike. */
const SPAN = 0.15;

/** @param {Shot} shot @param {number} n */
export const shotName = (shot, n) =>
  `Shot ${n + 1}, ${clock(shot.start)} to ${clock(shot.end)}` +
  (shot.doubt === null ? "" : `, doubt ${percent(shot.doubt)}`);

/** How doubtful beside the other shots, in a word for the style sheet. @param {Shot} shot @param {Shot[]} shots */
export function doubtLevel(shot, shots) {
  if (shot.doubt === null) return "unknown";
  const doubts = shots.map((other) => other.doubt ?? 0);
  const least = Math.min(...doubts);
  const high = (shot.doubt - least) / Math.max(SPAN, Math.max(...doubts) - least);
  return high > 0.6 ? "much" : high > 0.25 ? "some" : "little";
}

export class Timeline extends EventTarget {
  /** @param {Project} project @param {Film} film @param {HintsFile} hints @param {Thumbs} thumbs */
  constructor(project, film, hints, thumbs) {
    super();
    this.hints = hints;
    this.thumbs = thumbs;
    this.project = project;
    this.film = film;
    this.frame = 0;
    this.scrub = h("input", {
      type: "range",
      class: "scrub",
      min: 0,
      max: Math.max(0, film.frames - 1),
      step: 1,
      value: 0,
      "aria-label": "Frame",
    });
    this.scrub.addEventListener("input", () => this.#go(Number(this.scrub.value)));
    this.#keys = h("div", { class: "key-frames" });
    this.#list = h("ol", { class: "shots", role: "list", "aria-label": "Shots" });
    this.#head = h("div", { class: "playhead", "aria-hidden": "true" });
    this.#track = h("div", { class: "track" }, this.scrub, this.#keys, this.#list, this.#head);
    this.element = h("div", { class: "timeline-scroll" }, this.#track);
    this.showShots(project, film);
  }

  #keys;
  #list;
  #head;
  #track;

  /** @param {Project} project @param {Film} film */
  showShots(project, film) {
    this.project = project;
    this.film = film;
    const shots = film.shots ?? [];
    this.#track.style.minWidth = `${shots.length * LEAST}px`;
    put(this.#list, ...shots.map((shot, n) => this.#shot(shot, n)));
    this.showHints(this.hints);
    this.show(this.frame);
  }

  /** @param {number} frame */
  show(frame) {
    this.frame = frame;
    this.scrub.value = String(frame);
    this.scrub.setAttribute("aria-valuetext", `${clock(frame / this.film.fps)}, frame ${frame}`);
    this.#head.style.left = this.#at(frame + 0.5);
    const now = this.shotAt(frame);
    [...this.#list.children].forEach((item, n) => {
      const button = /** @type {HTMLElement} */ (item.firstElementChild);
      if (n === now) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    });
    this.#follow();
  }

  /** @param {number} frame @returns {number} the shot it lies in, −1 where shots are not known */
  shotAt(frame) {
    return (this.film.shots ?? []).findIndex((shot) => frame >= shot.first && frame <= shot.last);
  }

  /** What is marked on which frames. @param {HintsFile} hints */
  showHints(hints) {
    this.hints = hints;
    this.#showThumbs();
    put(
      this.#keys,
      ...keyFrames(hints).map((frame) => {
        const key = h("button", {
          type: "button",
          class: "key-frame",
          title: `Corrected: frame ${frame}`,
          "aria-label": `Corrected frame ${frame}, ${clock(frame / this.film.fps)}`,
          onclick: () => this.#go(frame),
        });
        key.style.left = this.#at(frame + 0.5);
        return key;
      }),
    );
  }

  /** @param {number} frame */
  #at(frame) {
    return `${(frame / Math.max(1, this.film.frames)) * 100}%`;
  }

  /** @param {number} frame */
  #go(frame) {
    this.dispatchEvent(new CustomEvent("go", { detail: within(frame, 0, this.film.frames - 1) }));
  }

  /** @param {Shot} shot @param {number} n */
  #shot(shot, n) {
    const bar = h("span", { class: "doubt-bar" });
    bar.style.setProperty("--doubt", String(shot.doubt ?? 0));
    const grey = api.frameUrl(this.project.id, Math.floor((shot.first + shot.last) / 2), "before", THUMB, 0);
    const image = h("img", { alt: "", draggable: "false", loading: "lazy", src: grey });
    const button = h(
      "button",
      {
        type: "button",
        class: `shot ${doubtLevel(shot, this.film.shots ?? [])}`,
        title: shotName(shot, n),
        "aria-label": shotName(shot, n),
        onclick: () => this.#go(shot.first),
      },
      image,
      h("span", { class: "shot-number" }, String(n + 1)),
      bar,
    );
    const item = h("li", {}, button);
    item.style.left = this.#at(shot.first);
    item.style.width = `${((shot.last - shot.first + 1) / Math.max(1, this.film.frames)) * 100}%`;
    return item;
  }

  /** Each shot's picture, made anew only where marks of that shot or the settings changed. */
  #showThumbs() {
    (this.film.shots ?? []).forEach((shot, n) => {
      const image = this.#list.children[n]?.querySelector("img");
      const inside = keyFrames(this.hints).filter((frame) => frame >= shot.first && frame <= shot.last);
      const said = JSON.stringify([
        inside.map((frame) => marksOf(this.hints, frame)),
        this.project.settings,
        shot.last,
      ]);
      const middle = Math.floor((shot.first + shot.last) / 2);
      if (image)
        this.thumbs.want(image, api.frameUrl(this.project.id, middle, "after", THUMB, numbered(said)));
    });
  }

  /** The playhead stays in sight. */
  #follow() {
    const scroll = this.element;
    if (scroll.scrollWidth <= scroll.clientWidth) return;
    const x = (this.frame / Math.max(1, this.film.frames)) * scroll.scrollWidth;
    if (x < scroll.scrollLeft + 40 || x > scroll.scrollLeft + scroll.clientWidth - 40)
      scroll.scrollLeft = x - scroll.clientWidth / 3;
  }
}

/** A number that stands for a text (FNV-1a). @param {string} text */
function numbered(text) {
  let sum = 0x811c9dc5;
  for (let n = 0; n < text.length; n += 1) sum = Math.imul(sum ^ text.charCodeAt(n), 0x01000193) >>> 0;
  return sum;
}
