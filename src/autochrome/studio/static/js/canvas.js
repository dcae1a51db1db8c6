/** <picture-canvas>: the picture, its marks over it, before and after, and whatever tool is in the hand. */

/** @import {Marks} from "./types.js" */
/** @import {Layers} from "./layers.js" */
import { h, settled, within } from "./dom.js";
import { watch } from "./gestures.js";
import { drawBrush, drawCross, drawMarks, drawWet } from "./ink.js";
import { Viewport } from "./viewport.js";

/** @typedef {{x: number, y: number}} Place */
/** @typedef {{move: (at: Place) => void, end: () => void, cancel: () => void}} Gesture */
/** @typedef {{start: (at: Place) => Gesture | null}} Tool */
/** @typedef {{path: [number, number][], color: string, width: number}} Wet */
/** @typedef {"after" | "split" | "before"} Mode */

const REST = 350; // milliseconds of a resting pointer before a place is asked about
const STEP = 0.012; // of the picture, for an arrow key

export class PictureCanvas extends HTMLElement {
  /** @type {Viewport | null} */ viewport = null;
  /** @type {Layers | null} */ layers = null;
  /** @type {Tool | null} */ tool = null;
  /** @type {Marks} */ marks = {};
  /** @type {Wet | null} */ wet = null;
  /** @type {CanvasImageSource | null} */ doubt = null;
  /** @type {{radius: number, color: string | null} | null} */ brush = null; // radius: share of the short side
  marksShown = true;
  panning = false; // the hand is the tool
  peeking = false; // a key is held: before, whatever the mode
  /** @type {Mode} */ #mode = "after";
  #split = 0.5;
  #frame = 0;
  /** @type {Place | null} */ #pointer = null; // CSS pixels
  /** @type {Place | null} */ #cross = null; // shares of the picture
  #end = new AbortController();
  #look = settled(() => this.#ask(), 90);
  #rested = settled(() => this.#rest(), REST);
  surface = h("canvas", { class: "ink", tabindex: 0, role: "application", "aria-label": "Picture" });
  #paper = h("canvas", { class: "pixels" });
  #legend = h(
    "div",
    { class: "legend", role: "img", "aria-label": "The warmer, the less sure the network is", hidden: true },
    h("span", {}),
  );
  #handle = h(
    "div",
    {
      class: "handle",
      role: "slider",
      tabindex: 0,
      "aria-label": "Before and after",
      "aria-valuemin": 0,
      "aria-valuemax": 100,
    },
    h("span", { class: "grip", "aria-hidden": "true" }),
  );

  connectedCallback() {
    this.append(
      this.#paper,
      this.surface,
      this.#handle,
      this.#legend,
      h("span", { class: "side before", "aria-hidden": "true" }, "Before"),
      h("span", { class: "side after", "aria-hidden": "true" }, "After"),
    );
    const { signal } = this.#end;
    const watcher = new ResizeObserver(() => this.#resize());
    watcher.observe(this);
    signal.addEventListener("abort", () => watcher.disconnect());
    watch(this, signal);
    this.#watchHandle();
    this.surface.addEventListener("keydown", (event) => this.#key(event));
    this.surface.addEventListener("blur", () => {
      this.#cross = null;
      this.redraw();
    });
    this.mode = "after";
  }

  disconnectedCallback() {
    this.#end.abort();
    this.#look.drop();
    this.#rested.drop();
    cancelAnimationFrame(this.#frame);
  }

  /** @param {Layers} layers */
  open(layers) {
    this.layers = layers;
    this.viewport = new Viewport(layers.source.width, layers.source.height);
    layers.addEventListener("change", () => this.redraw());
    this.#resize();
    this.#look.now();
  }

  get mode() {
    return this.#mode;
  }
  set mode(mode) {
    this.#mode = mode;
    this.dataset.mode = mode;
    this.#showSplit();
    this.redraw();
  }

  /** Changes the viewport and asks for what is now to be seen. @param {() => void} change */
  moved(change) {
    change();
    this.redraw();
    this.#look();
    this.dispatchEvent(new Event("zoom"));
  }

  /** The pointer is over the picture. @param {Place | null} at CSS pixels @param {boolean} [unseen] */
  hover(at, unseen = false) {
    this.#pointer = unseen ? null : at;
    if (at) this.#rested();
    else this.#rested.drop();
    this.redraw();
  }

  redraw() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  /** The colour on the screen there, as the side that is seen has it. @param {Place} at @returns {string} */
  colorAt(at) {
    const [context, viewport] = [this.#paper.getContext("2d"), this.viewport];
    if (!context || !viewport) return "grey";
    const spot = viewport.onScreen(at.x, at.y);
    const density = this.#paper.width / (this.clientWidth || 1);
    const near = context.getImageData(
      Math.round(spot.x * density) - 1,
      Math.round(spot.y * density) - 1,
      3,
      3,
    ).data;
    const sum = [0, 0, 0];
    for (let n = 0; n < near.length; n += 4)
      sum.forEach((_, k) => {
        sum[k] += near[n + k] / 9;
      });
    return "#" + sum.map((v) => Math.round(v).toString(16).padStart(2, "0")).join("");
  }

  #resize() {
    const [width, height] = [this.clientWidth, this.clientHeight];
    if (!width || !height) return;
    for (const canvas of [this.#paper, this.surface]) {
      canvas.width = Math.round(width * devicePixelRatio);
      canvas.height = Math.round(height * devicePixelRatio);
    }
    this.viewport?.resize(width, height);
    this.#showSplit();
    this.#draw();
    this.#look();
    this.dispatchEvent(new Event("zoom"));
  }

  #ask() {
    if (this.viewport && this.layers) this.layers.look(this.viewport.view(devicePixelRatio));
  }

  #rest() {
    if (!this.#pointer || !this.viewport) return;
    this.place(this.viewport.inside(this.#pointer.x, this.#pointer.y));
  }

  /** Tells that a place is of interest. @param {Place} at */
  place(at) {
    if (at.x >= 0 && at.x <= 1 && at.y >= 0 && at.y <= 1)
      this.dispatchEvent(new CustomEvent("place", { detail: at }));
  }

  #draw() {
    const [paper, ink] = [
      this.#paper.getContext("2d", { willReadFrequently: false }),
      this.surface.getContext("2d"),
    ];
    if (!paper || !ink || !this.viewport || !this.layers) return;
    const density = this.#paper.width / (this.clientWidth || 1);
    for (const context of [paper, ink]) {
      context.setTransform(density, 0, 0, density, 0, 0);
      context.clearRect(0, 0, this.clientWidth, this.clientHeight);
    }
    const side = this.peeking || this.doubt || this.#mode === "before" ? "before" : "after";
    this.layers.draw(paper, this.viewport, side);
    if (this.#mode === "split" && !this.peeking) {
      paper.save();
      paper.beginPath();
      paper.rect(0, 0, this.#split * this.clientWidth, this.clientHeight);
      paper.clip();
      this.layers.draw(paper, this.viewport, "before");
      paper.restore();
    }
    this.toggleAttribute("data-peek", this.peeking);
    this.#legend.hidden = !this.doubt || this.peeking;
    if (!this.peeking) this.#drawOver(ink, this.viewport);
  }

  /** @param {CanvasRenderingContext2D} ink @param {Viewport} viewport */
  #drawOver(ink, viewport) {
    if (this.doubt) {
      const [from, to] = [viewport.onScreen(0, 0), viewport.onScreen(1, 1)];
      ink.drawImage(this.doubt, from.x, from.y, to.x - from.x, to.y - from.y);
    }
    if (this.wet) drawWet(ink, viewport, this.wet.path, this.wet.color, this.wet.width);
    if (this.marksShown) drawMarks(ink, viewport, this.marks);
    if (this.#cross) {
      const { x, y } = viewport.onScreen(this.#cross.x, this.#cross.y);
      drawCross(ink, x, y);
    }
    if (this.#pointer && this.brush)
      drawBrush(ink, this.#pointer.x, this.#pointer.y, this.brush.radius * viewport.short, this.brush.color);
  }

  #showSplit() {
    this.#handle.hidden = this.#mode !== "split";
    this.#handle.style.left = `${this.#split * 100}%`;
    this.#handle.setAttribute("aria-valuenow", String(Math.round(this.#split * 100)));
    this.#handle.setAttribute("aria-valuetext", `${Math.round(this.#split * 100)} % before`);
  }

  #watchHandle() {
    /** @param {number} split */
    const show = (split) => {
      this.#split = within(split, 0, 1);
      this.#showSplit();
      this.redraw();
    };
    this.#handle.addEventListener("pointerdown", (event) => {
      this.#handle.setPointerCapture(event.pointerId);
      this.#handle.focus();
    });
    this.#handle.addEventListener("pointermove", (event) => {
      if (!this.#handle.hasPointerCapture(event.pointerId)) return;
      const box = this.getBoundingClientRect();
      show((event.clientX - box.left) / box.width);
    });
    this.#handle.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -0.02, ArrowRight: 0.02, PageUp: 0.1, PageDown: -0.1, Home: -1, End: 1 }[
        event.key
      ];
      if (step === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      show(this.#split + step);
    });
  }

  /** Arrows move a cross, Enter uses the tool there. @param {KeyboardEvent} event */
  #key(event) {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (step && event.altKey) {
      const at = this.#cross ?? { x: 0.5, y: 0.5 };
      this.#cross = { x: within(at.x + step[0] * STEP, 0, 1), y: within(at.y + step[1] * STEP, 0, 1) };
      this.place(this.#cross);
    } else if (event.key === "Enter" && this.#cross) {
      this.tool?.start(this.#cross)?.end();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    this.redraw();
  }
}

customElements.define("picture-canvas", PictureCanvas);
