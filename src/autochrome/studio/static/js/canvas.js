/** <picture-canvas>: the picture, the overlay with its marks, before and after, and the current tool. */

/** @import {Mark, MarkKind, Marks, Position} from "./types.js" */
/** @import {Layers} from "./layers.js" */
/** @import {StrokePreview} from "./overlay.js" */
/** @import {Pane} from "./panes.js" */
import { bytesToHex } from "./color.js";
import { CompareSlider } from "./compare-slider.js";
import { clamp, debounce, h } from "./dom.js";
import { PointerInput } from "./gestures.js";
import {
  drawBrush,
  drawCross,
  drawFootprint,
  drawLasso,
  drawMarks,
  drawSelected,
  drawStrokePreview,
} from "./overlay.js";
import { splitIntoPanes } from "./panes.js";
import { Viewport } from "./viewport.js";

/** @typedef {{move: (at: Position) => void, end: () => void, cancel: () => void}} Gesture */
/** @typedef {{start: (at: Position) => Gesture | null}} Tool */
/** @typedef {"after" | "compare" | "side" | "before"} Mode */

const PROBE_DELAY = 350; // milliseconds that the pointer rests before its position is probed
const VIEW_DELAY = 90; // milliseconds after zoom and pan before the new view is requested
const CROSS_STEP = 0.012; // of the picture, for one arrow key
const EDGE = 40; // CSS pixels that the cross stays away from the edge of the window
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Events: "zoom" (the viewport changed), "probe" (detail: the position whose likely colours are of interest). */
export class PictureCanvas extends HTMLElement {
  /** @type {Viewport | null} */ viewport = null;
  /** @type {Layers | null} */ layers = null;
  /** @type {Tool | null} */ tool = null;
  /** @type {Tool | null} */ picker = null; // the tool while Alt is held
  /** @type {Marks} */ marks = {};
  /** @type {StrokePreview | null} */ strokePreview = null;
  /** @type {CanvasImageSource | null} */ uncertainty = null;
  /** @type {ImageBitmap | null} */ playback = null; // a frame that is played; nothing else is drawn
  /** @type {{radius: number, color: string | null} | null} */ brush = null; // radius: fraction of the short side
  /** @type {{kind: MarkKind, mark: Mark} | null} */ selected = null;
  /** @type {{path: [number, number][], color: string} | null} */ lasso = null;
  /** @type {[number, number][][]} */ footprint = []; // outlines of what the current mark changes
  marksVisible = true;
  machineVisible = false; // the points that the machine has set
  panning = false; // the tool moves the picture
  peeking = false; // a key is held: show before in every mode
  /** @type {Mode} */ #mode = "after";
  #animationFrame = 0;
  /** @type {Position | null} */ #pointer = null; // CSS pixels
  /** @type {Position | null} */ #cross = null; // 0…1 of the picture
  #controller = new AbortController();
  #requestViewLater = debounce(() => this.#requestView(), VIEW_DELAY);
  #probeLater = debounce(() => this.#probePointer(), PROBE_DELAY);
  overlay = h("canvas", { class: "overlay", tabindex: 0, role: "application", "aria-label": "Picture" });
  #picture = h("canvas", { class: "pixels" });
  #legend = h(
    "div",
    { class: "legend", role: "img", "aria-label": "Warm colours: the network is unsure", hidden: true },
    h("span", {}),
  );
  #slider = new CompareSlider(this);

  connectedCallback() {
    const label = (/** @type {string} */ side, /** @type {string} */ text) =>
      h("span", { class: `side ${side}`, "aria-hidden": "true" }, text);
    this.append(this.#picture, this.overlay, this.#slider.element, this.#legend);
    this.append(label("before", "Before"), label("after", "After"));
    const { signal } = this.#controller;
    const observer = new ResizeObserver(() => this.#resize());
    observer.observe(this);
    signal.addEventListener("abort", () => observer.disconnect());
    new PointerInput(this, signal);
    this.#slider.addEventListener("change", () => this.redraw());
    this.overlay.addEventListener("keydown", (event) => this.#key(event));
    this.overlay.addEventListener("blur", () => {
      this.#cross = null;
      this.redraw();
    });
    this.mode = "after";
  }

  disconnectedCallback() {
    this.#controller.abort();
    this.#requestViewLater.cancel();
    this.#probeLater.cancel();
    cancelAnimationFrame(this.#animationFrame);
  }

  /** @param {Layers} layers */
  open(layers) {
    this.layers = layers;
    this.viewport = new Viewport(layers.source.width, layers.source.height);
    layers.addEventListener("change", () => this.redraw());
    this.#resize();
    this.#requestViewLater.flush();
  }

  /** Name what stands in the place of the original. @param {string} text */
  setBeforeLabel(text) {
    const label = this.querySelector(".side.before");
    if (label) label.textContent = text;
  }

  get mode() {
    return this.#mode;
  }

  set mode(mode) {
    this.#mode = mode;
    this.dataset.mode = mode;
    this.#slider.show(mode === "compare");
    this.#resize();
    this.redraw();
  }

  /** The parts of the canvas that show the picture. */
  get panes() {
    return splitIntoPanes(this.clientWidth, this.clientHeight, this.#mode === "side");
  }

  /** Change the viewport, then draw and request the new view. @param {() => void} change */
  changeViewport(change) {
    change();
    this.redraw();
    this.#requestViewLater();
    this.dispatchEvent(new Event("zoom"));
  }

  /** The pointer moved. @param {Position | null} at CSS pixels @param {boolean} [hidden] draw no brush cursor */
  hover(at, hidden = false) {
    this.#pointer = hidden ? null : at;
    if (at) this.#probeLater();
    else this.#probeLater.cancel();
    this.redraw();
  }

  /** Draw with the next animation frame. */
  redraw() {
    this.#animationFrame ||= requestAnimationFrame(() => {
      this.#animationFrame = 0;
      this.#draw();
    });
  }

  /** The colour on the screen, mean of 3×3 pixels. @param {Position} at 0…1 of the picture @returns {string} */
  colorAt(at) {
    const [context, viewport] = [this.#picture.getContext("2d"), this.viewport];
    if (!context || !viewport) return "grey";
    const pane = this.panes[this.panes.length - 1]; // after
    const { x, y } = viewport.toScreen(at.x, at.y);
    const [column, row] = [x + pane.left, y + pane.top].map((place) => Math.round(place * this.#density));
    const { data } = context.getImageData(column - 1, row - 1, 3, 3);
    const mean = [0, 0, 0];
    for (let n = 0; n < data.length; n += 4) {
      for (let channel = 0; channel < 3; channel += 1) mean[channel] += data[n + channel] / 9;
    }
    return bytesToHex(mean);
  }

  /** Canvas pixels for one CSS pixel. */
  get #density() {
    return this.#picture.width / (this.clientWidth || 1);
  }

  #resize() {
    const [width, height] = [this.clientWidth, this.clientHeight];
    if (!width || !height) return;
    for (const canvas of [this.#picture, this.overlay]) {
      canvas.width = Math.round(width * devicePixelRatio);
      canvas.height = Math.round(height * devicePixelRatio);
    }
    const [pane] = this.panes;
    this.toggleAttribute("data-stacked", pane.height < height);
    this.viewport?.resize(pane.width, pane.height);
    this.#draw();
    this.#requestViewLater();
    this.dispatchEvent(new Event("zoom"));
  }

  #requestView() {
    if (this.viewport && this.layers) this.layers.show(this.viewport.view(devicePixelRatio));
  }

  #probePointer() {
    if (!this.#pointer || !this.viewport) return;
    this.probe(this.viewport.toPicture(this.#pointer.x, this.#pointer.y));
  }

  /** Announce a position whose likely colours are of interest. @param {Position} at */
  probe(at) {
    if (at.x < 0 || at.x > 1 || at.y < 0 || at.y > 1) return;
    this.dispatchEvent(new CustomEvent("probe", { detail: at }));
  }

  #draw() {
    const picture = this.#picture.getContext("2d", { willReadFrequently: false });
    const overlay = this.overlay.getContext("2d");
    if (!picture || !overlay || !this.viewport || !this.layers) return;
    const density = this.#density;
    for (const context of [picture, overlay]) {
      context.setTransform(density, 0, 0, density, 0, 0);
      context.clearRect(0, 0, this.clientWidth, this.clientHeight);
    }
    this.toggleAttribute("data-peek", this.peeking);
    this.#legend.hidden = !this.uncertainty || this.peeking;
    for (const pane of this.panes) {
      for (const context of [picture, overlay]) {
        context.save();
        context.beginPath();
        context.rect(pane.left, pane.top, pane.width, pane.height);
        context.clip();
        context.translate(pane.left, pane.top);
      }
      this.#drawPane(pane, picture, overlay, this.viewport, this.layers);
      for (const context of [picture, overlay]) context.restore();
    }
  }

  /**
   * Draw one part of the canvas; its left top corner is the origin.
   * @param {Pane} pane
   * @param {CanvasRenderingContext2D} picture
   * @param {CanvasRenderingContext2D} overlay
   * @param {Viewport} viewport
   * @param {Layers} layers
   */
  #drawPane({ side }, picture, overlay, viewport, layers) {
    if (this.playback) {
      if (side === "before") picture.filter = "grayscale(1)";
      return this.#drawComplete(picture, viewport, this.playback);
    }
    const onlyBefore = this.peeking || this.uncertainty || (side ?? this.#mode) === "before";
    layers.draw(picture, viewport, onlyBefore ? "before" : "after");
    if (this.#mode === "compare" && !this.peeking) this.#drawBeforePart(picture, layers, viewport);
    if (!this.peeking) this.#drawOverlay(overlay, viewport);
  }

  /** Draw before at the left of the slider. @param {CanvasRenderingContext2D} context @param {Layers} layers @param {Viewport} viewport */
  #drawBeforePart(context, layers, viewport) {
    context.save();
    context.beginPath();
    context.rect(0, 0, this.#slider.value * this.clientWidth, this.clientHeight);
    context.clip();
    layers.draw(context, viewport, "before");
    context.restore();
  }

  /** Draw an image over the complete picture. @param {CanvasRenderingContext2D} context @param {Viewport} viewport @param {CanvasImageSource} image */
  #drawComplete(context, viewport, image) {
    const [from, to] = [viewport.toScreen(0, 0), viewport.toScreen(1, 1)];
    context.drawImage(image, from.x, from.y, to.x - from.x, to.y - from.y);
  }

  /** @param {CanvasRenderingContext2D} context @param {Viewport} viewport */
  #drawOverlay(context, viewport) {
    if (this.uncertainty) this.#drawComplete(context, viewport, this.uncertainty);
    if (this.strokePreview) drawStrokePreview(context, viewport, this.strokePreview);
    drawFootprint(context, viewport, this.footprint);
    if (this.marksVisible) drawMarks(context, viewport, this.marks, this.machineVisible);
    if (this.selected) drawSelected(context, viewport, this.selected);
    if (this.lasso) drawLasso(context, viewport, this.lasso);
    if (this.#cross) {
      const { x, y } = viewport.toScreen(this.#cross.x, this.#cross.y);
      drawCross(context, x, y);
    }
    if (this.#pointer && this.brush) {
      const radius = this.brush.radius * viewport.shortSide;
      drawBrush(context, this.#pointer.x, this.#pointer.y, radius, this.brush.color);
    }
  }

  /** Move the picture so that a position of it is on the screen. @param {Position} position 0…1 */
  #showPosition(position) {
    const { viewport } = this;
    if (!viewport || viewport.fitted) return;
    const { x, y } = viewport.toScreen(position.x, position.y);
    const { width, height } = viewport.screen;
    const step = { x: clamp(x, EDGE, width - EDGE) - x, y: clamp(y, EDGE, height - EDGE) - y };
    if (step.x || step.y) this.changeViewport(() => viewport.pan(step.x, step.y));
  }

  /** An arrow key with Alt moves the cross, Enter uses the tool there. @param {KeyboardEvent} event */
  #key(event) {
    const step = ARROWS[event.key];
    if (step && event.altKey) {
      const { x, y } = this.#cross ?? { x: 0.5, y: 0.5 };
      this.#cross = { x: clamp(x + step[0] * CROSS_STEP, 0, 1), y: clamp(y + step[1] * CROSS_STEP, 0, 1) };
      this.probe(this.#cross);
      this.#showPosition(this.#cross);
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
