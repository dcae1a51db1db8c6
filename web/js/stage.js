/** The picture on the page: before and after, the line between them, and the brush. */

import { CompareSlider } from "studio/compare-slider.js";
import { clamp } from "studio/dom.js";

/** @typedef {import("./hints.js").Stroke} Stroke */

/** Events: "stroke", whose detail is the path of a stroke. */
export class Stage extends EventTarget {
  #frame;
  #canvas;
  #slider;
  /** @type {ImageBitmap | null} */
  #before = null;
  /** @type {ImageBitmap | null} */
  #after = null;
  /** @type {[number, number][]} */
  #path = [];
  brush = { color: "#c94f3d", width: 0.03, active: false };

  /** @param {HTMLElement} frame around the canvas */
  constructor(frame) {
    super();
    this.#frame = frame;
    this.#canvas = /** @type {HTMLCanvasElement} */ (frame.querySelector("canvas"));
    this.#slider = new CompareSlider(frame);
    frame.append(this.#slider.element);
    this.#slider.addEventListener("change", () => this.#draw());
    this.#slider.show(false);
    this.#listen();
  }

  /** @param {ImageBitmap} before */
  open(before) {
    this.#before = before;
    this.#after = null;
    [this.#canvas.width, this.#canvas.height] = [before.width, before.height];
    this.#frame.style.setProperty("--ratio", String(before.width / before.height));
    this.#draw();
  }

  /** @param {ImageBitmap} after */
  show(after) {
    this.#after = after;
    this.#path = [];
    if (this.#canvas.width !== after.width)
      [this.#canvas.width, this.#canvas.height] = [after.width, after.height];
    this.#slider.show(!this.brush.active);
    this.#draw();
  }

  /** @param {boolean} active */
  paintWith(active) {
    this.brush.active = active;
    this.#slider.show(!active && this.#after !== null);
    this.#draw();
  }

  #draw() {
    const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
    const { width, height } = this.#canvas;
    if (this.#before) context.drawImage(this.#before, 0, 0, width, height);
    if (!this.#after) return;
    const split = this.brush.active ? 0 : Math.round(this.#slider.value * width);
    context.drawImage(this.#after, split, 0, width - split, height, split, 0, width - split, height);
    this.#drawPath(context);
  }

  /** The stroke while it is drawn. @param {CanvasRenderingContext2D} context */
  #drawPath(context) {
    if (!this.#path.length) return;
    const { width, height } = this.#canvas;
    context.lineWidth = this.brush.width * Math.min(width, height);
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = this.brush.color;
    context.globalAlpha = 0.7;
    context.beginPath();
    context.moveTo(this.#path[0][0] * width, this.#path[0][1] * height);
    for (const [x, y] of this.#path) context.lineTo(x * width, y * height);
    context.stroke();
    context.globalAlpha = 1;
  }

  #listen() {
    const canvas = this.#canvas;
    canvas.addEventListener("pointerdown", (event) => {
      if (!this.brush.active || !this.#after) return;
      canvas.setPointerCapture(event.pointerId);
      this.#path = [this.#position(event)];
      this.#draw();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!this.#path.length || !canvas.hasPointerCapture(event.pointerId)) return;
      this.#path.push(this.#position(event));
      this.#draw();
    });
    canvas.addEventListener("pointerup", () => {
      if (this.#path.length) this.dispatchEvent(new CustomEvent("stroke", { detail: this.#path }));
    });
    canvas.addEventListener("pointercancel", () => {
      this.#path = [];
      this.#draw();
    });
  }

  /** 0…1 of the picture. @param {PointerEvent} event @returns {[number, number]} */
  #position(event) {
    const box = this.#canvas.getBoundingClientRect();
    return [
      clamp((event.clientX - box.left) / box.width, 0, 1),
      clamp((event.clientY - box.top) / box.height, 0, 1),
    ];
  }
}
