/** Free choice of a colour: hue from left to right, saturation from bottom to top, and two sliders for the same. */

import { colorOf, hueAndSaturation, rgbToHex } from "./color.js";
import { clamp, h } from "./dom.js";
import { showSliderFill } from "./options.js";

const MAX_SATURATION = 100; // per cent
const [FIELD_WIDTH, FIELD_HEIGHT] = [132, 56]; // canvas pixels

export class ColorPicker {
  #dot = h("span", { class: "dot", "aria-hidden": "true" });
  #field = h("canvas", { width: FIELD_WIDTH, height: FIELD_HEIGHT, class: "field", "aria-hidden": "true" });
  #pad = h("div", { class: "pad" }, this.#field, this.#dot);
  #hue = h("input", { type: "range", min: 0, max: 359, step: 1, "aria-label": "Hue", class: "hue" });
  #saturation = h("input", {
    type: "range",
    min: 0,
    max: MAX_SATURATION,
    step: 1,
    "aria-label": "Saturation",
  });
  #choosing = false; // the change comes from this picker: its sliders are right already
  element = h(
    "div",
    { class: "picker" },
    this.#pad,
    h(
      "div",
      { class: "slider-pair" },
      h("label", {}, "Hue", this.#hue),
      h("label", {}, "Saturation", this.#saturation),
    ),
  );

  /** @param {(color: string) => void} onChoose */
  constructor(onChoose) {
    this.onChoose = onChoose;
    this.#hue.addEventListener("input", () => this.#choose());
    this.#saturation.addEventListener("input", () => this.#choose());
    this.#pad.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.#pad.setPointerCapture(event.pointerId);
      this.#point(event);
    });
    this.#pad.addEventListener("pointermove", (event) => {
      if (this.#pad.hasPointerCapture(event.pointerId)) this.#point(event);
    });
    this.#drawField();
  }

  /** @param {string} color */
  show(color) {
    if (this.#choosing) return;
    const { hue, saturation } = hueAndSaturation(color);
    this.#hue.value = String(Math.round(hue));
    this.#saturation.value = String(Math.round(saturation * MAX_SATURATION));
    this.#showDot();
  }

  #choose() {
    this.#choosing = true;
    this.#showDot();
    this.onChoose(
      rgbToHex(colorOf(Number(this.#hue.value), Number(this.#saturation.value) / MAX_SATURATION)),
    );
    this.#choosing = false;
  }

  /** @param {PointerEvent} event */
  #point(event) {
    const box = this.#pad.getBoundingClientRect();
    this.#hue.value = String(clamp((event.clientX - box.left) / box.width, 0, 1) * 359);
    this.#saturation.value = String(clamp(1 - (event.clientY - box.top) / box.height, 0, 1) * MAX_SATURATION);
    this.#choose();
  }

  #showDot() {
    this.#dot.style.left = `${(Number(this.#hue.value) / 360) * 100}%`;
    this.#dot.style.top = `${(1 - Number(this.#saturation.value) / MAX_SATURATION) * 100}%`;
    showSliderFill(this.#saturation);
  }

  #drawField() {
    const context = this.#field.getContext("2d");
    if (!context) return;
    const pixels = context.createImageData(FIELD_WIDTH, FIELD_HEIGHT);
    for (let y = 0; y < FIELD_HEIGHT; y += 1) {
      for (let x = 0; x < FIELD_WIDTH; x += 1) {
        const [r, g, b] = colorOf((x / FIELD_WIDTH) * 360, 1 - y / (FIELD_HEIGHT - 1));
        pixels.data.set([r * 255, g * 255, b * 255, 255], (y * FIELD_WIDTH + x) * 4);
      }
    }
    context.putImageData(pixels, 0, 0);
  }
}
