/** The timeline of a film: ruler, film strip, how unsure the network is, the corrected frames and the playhead. */

/** @import {Film, FrameDoubts, HintsFile, Project, Shot} from "./types.js" */
/** @import {ThumbnailLoader} from "./thumbnails.js" */
import { clamp, h, setChildren } from "./dom.js";
import { DoubtCurve } from "./doubt-curve.js";
import { FilmStrip } from "./film-strip.js";
import { formatTime, formatTimeFine } from "./format.js";
import { keyFrames } from "./marks.js";
import { Ruler } from "./ruler.js";
import { shotAt, shotLabel, uncertaintyWord } from "./shots.js";

const SHOT_WIDTH = 96; // CSS pixels, mean width of a shot at first
const FRAME_WIDTH = 24; // CSS pixels of a frame at the greatest zoom
const MAX_WIDTH = 200_000; // CSS pixels of the track
const SCROLL_MARGIN = 40; // CSS pixels between the playhead and the edge
const WHEEL_ZOOM = 1.0015; // factor for one unit of the wheel

/** Events: "seek" (detail: the frame), "zoom". */
export class Timeline extends EventTarget {
  zoom = 1; // the whole film is visible
  #frame = 0;
  #slider;
  #keyFrames = h("div", { class: "key-frames" });
  #list = h("ol", { class: "shots", role: "list", "aria-label": "Shots" });
  #playhead = h("div", { class: "playhead", "aria-hidden": "true" });
  #pointer = h("output", { class: "pointer-time", "aria-hidden": "true", hidden: true });
  #ruler;
  #strip;
  #doubts;
  #track;
  #zoomedByPerson = false;

  /** @param {Project} project @param {Film} film @param {HintsFile} hints @param {ThumbnailLoader} thumbnails */
  constructor(project, film, hints, thumbnails) {
    super();
    this.project = project;
    this.film = film;
    this.hints = hints;
    this.#ruler = new Ruler(film);
    this.#strip = new FilmStrip(project, thumbnails);
    this.#doubts = new DoubtCurve(film.frames);
    this.#slider = h("input", {
      type: "range",
      class: "scrub",
      min: 0,
      max: Math.max(0, film.frames - 1),
      step: 1,
      value: 0,
      "aria-label": "Frame",
    });
    const frames = Math.max(1, film.frames);
    this.#slider.style.setProperty("--half-frame", `${50 / frames}%`); // its ends are the middles of two frames
    this.#slider.addEventListener("input", () => this.#seek(Number(this.#slider.value)));
    const ruler = h("div", { class: "ruler-row" }, this.#ruler.element, this.#slider);
    const parts = [ruler, this.#keyFrames, this.#list, this.#doubts.element, this.#playhead, this.#pointer];
    this.#track = h("div", { class: "track" }, ...parts);
    this.element = h("div", { class: "timeline-scroll" }, this.#track);
    this.#listen();
    this.showShots(project, film);
  }

  #listen() {
    new ResizeObserver(() => this.#layOut()).observe(this.element);
    const drag = (/** @type {PointerEvent} */ event) => this.#seek(this.#frameAt(event.clientX));
    this.#list.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || event.pointerType === "touch") return; // a finger scrolls; its click seeks
      this.#list.setPointerCapture(event.pointerId);
      drag(event);
    });
    this.#list.addEventListener("pointermove", (event) => {
      if (this.#list.hasPointerCapture(event.pointerId) && event.buttons) drag(event);
    });
    this.#list.addEventListener("click", (event) => {
      if (/** @type {PointerEvent} */ (event).pointerType === "touch")
        this.#seek(this.#frameAt(event.clientX));
    });
    this.#track.addEventListener("pointermove", (event) => this.#showPointer(event.clientX));
    this.#track.addEventListener("pointerleave", () => (this.#pointer.hidden = true));
    this.element.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
  }

  /** @param {Project} project @param {Film} film */
  showShots(project, film) {
    this.project = project;
    this.film = film;
    const shots = film.shots ?? [];
    setChildren(this.#list, ...shots.map((shot, n) => this.#shotItem(shot, n)));
    if (!this.#zoomedByPerson) this.zoom = 0; // laid out again
    this.#layOut();
    this.showHints(this.hints);
    this.showFrame(this.#frame);
  }

  /** @param {FrameDoubts} doubts */
  showDoubts(doubts) {
    this.#doubts.show(doubts);
  }

  /** How unsure the network is of a frame, 0…1; null where it is not known. @param {number} frame */
  doubtAt(frame) {
    return this.#doubts.at(frame);
  }

  /** Move the playhead. @param {number} frame */
  showFrame(frame) {
    this.#frame = frame;
    this.#slider.value = String(frame);
    this.#slider.setAttribute("aria-valuetext", this.#describe(frame));
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
    this.#showStrip();
    setChildren(this.#keyFrames, ...keyFrames(hints).map((frame) => this.#keyFrameButton(frame)));
  }

  /** Show a longer or shorter part of the film. @param {number} factor 0: the whole film @param {number} [x] CSS pixels in the window: what is there stays there */
  changeZoom(factor, x) {
    const scroll = this.element;
    const box = scroll.getBoundingClientRect();
    const at = x ?? clamp(this.#playhead.getBoundingClientRect().left, box.left, box.right);
    const frame = this.#position(at);
    this.#zoomedByPerson = true;
    this.zoom = clamp(this.zoom * factor, 1, this.#maxZoom);
    this.#layOut();
    const left = (frame / Math.max(1, this.film.frames)) * this.#track.clientWidth;
    scroll.scrollLeft += left - (at - this.#track.getBoundingClientRect().left);
  }

  get #maxZoom() {
    const width = Math.min(MAX_WIDTH, this.film.frames * FRAME_WIDTH);
    return Math.max(1, width / (this.element.clientWidth || 1));
  }

  #layOut() {
    const width = this.element.clientWidth;
    if (!width) return;
    const shots = this.film.shots?.length ?? 0;
    this.zoom ||= clamp((shots * SHOT_WIDTH) / width, 1, this.#maxZoom);
    this.#track.style.width = `${100 * this.zoom}%`;
    this.#ruler.show(this.#track.clientWidth);
    this.#showStrip();
    this.dispatchEvent(new Event("zoom"));
  }

  #showStrip() {
    this.#strip.show(this.film, [...this.#list.children], this.hints, this.project.settings);
  }

  /** Where a frame is on the track. @param {number} frame */
  #percent(frame) {
    return `${(frame / Math.max(1, this.film.frames)) * 100}%`;
  }

  /** The position in frames at a place in the window. @param {number} clientX */
  #position(clientX) {
    const { left, width } = this.#track.getBoundingClientRect();
    return ((clientX - left) / (width || 1)) * this.film.frames;
  }

  /** @param {number} clientX */
  #frameAt(clientX) {
    return clamp(Math.floor(this.#position(clientX)), 0, this.film.frames - 1);
  }

  /** @param {number} frame */
  #seek(frame) {
    this.dispatchEvent(new CustomEvent("seek", { detail: clamp(frame, 0, this.film.frames - 1) }));
  }

  /** @param {number} frame */
  #describe(frame) {
    const doubt = this.doubtAt(frame);
    const time = `${formatTime(frame / this.film.fps)}, frame ${frame}`;
    return doubt === null ? time : `${time}, ${uncertaintyWord(doubt)}`;
  }

  /** Say which time is under the pointer. @param {number} clientX */
  #showPointer(clientX) {
    const frame = this.#frameAt(clientX);
    const doubt = this.doubtAt(frame);
    const time = formatTimeFine(frame / this.film.fps);
    this.#pointer.hidden = false;
    this.#pointer.textContent = doubt === null ? time : `${time} · ${uncertaintyWord(doubt)}`;
    const { left, width } = this.#track.getBoundingClientRect();
    const half = this.#pointer.offsetWidth / 2;
    this.#pointer.style.left = `${clamp(clientX - left, half, Math.max(half, width - half))}px`;
  }

  /** With Ctrl the wheel zooms, else it scrolls along the film. @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) this.changeZoom(WHEEL_ZOOM ** -event.deltaY, event.clientX);
    else this.element.scrollLeft += event.deltaX || event.deltaY;
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

  /** A click goes to the frame at the pointer, Enter to the first frame. @param {Shot} shot @param {number} n */
  #shotItem(shot, n) {
    const byKeyboard = (/** @type {MouseEvent} */ event) => event.detail === 0 && this.#seek(shot.first);
    const button = h(
      "button",
      { type: "button", class: "shot", "aria-label": shotLabel(shot, n), onclick: byKeyboard },
      h("span", { class: "film-strip" }),
      h("span", { class: "shot-number" }, String(n + 1)),
    );
    const item = h("li", {}, button);
    item.style.left = this.#percent(shot.first);
    item.style.width = this.#percent(shot.last - shot.first + 1);
    return item;
  }

  #scrollToPlayhead() {
    const scroll = this.element;
    if (scroll.scrollWidth <= scroll.clientWidth) return;
    const x = (this.#frame / Math.max(1, this.film.frames)) * this.#track.clientWidth;
    const [left, right] = [scroll.scrollLeft, scroll.scrollLeft + scroll.clientWidth];
    if (x < left + SCROLL_MARGIN || x > right - SCROLL_MARGIN) scroll.scrollLeft = x - scroll.clientWidth / 3;
  }
}
