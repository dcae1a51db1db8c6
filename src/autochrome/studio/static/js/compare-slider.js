/** The line between before and after, moved by pointer or arrow keys. */

import { clamp, h } from "./dom.js";

const KEY_STEPS = { ArrowLeft: -0.02, ArrowRight: 0.02, PageUp: 0.1, PageDown: -0.1, Home: -1, End: 1 };

/** Events: "change". */
export class CompareSlider extends EventTarget {
  value = 0.5; // fraction of the canvas width that shows before
  element = h(
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

  /** @param {HTMLElement} canvas that the slider divides */
  constructor(canvas) {
    super();
    const { element } = this;
    element.addEventListener("pointerdown", (event) => {
      element.setPointerCapture(event.pointerId);
      element.focus();
    });
    element.addEventListener("pointermove", (event) => {
      if (!element.hasPointerCapture(event.pointerId)) return;
      const box = canvas.getBoundingClientRect();
      this.#set((event.clientX - box.left) / box.width);
    });
    element.addEventListener("keydown", (event) => {
      const step = /** @type {Record<string, number>} */ (KEY_STEPS)[event.key];
      if (step === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      this.#set(this.value + step);
    });
    this.#showValue();
  }

  /** @param {boolean} visible */
  show(visible) {
    this.element.hidden = !visible;
  }

  /** @param {number} value */
  #set(value) {
    this.value = clamp(value, 0, 1);
    this.#showValue();
    this.dispatchEvent(new Event("change"));
  }

  #showValue() {
    const percent = Math.round(this.value * 100);
    this.element.style.left = `${this.value * 100}%`;
    this.element.setAttribute("aria-valuenow", String(percent));
    this.element.setAttribute("aria-valuetext", `${percent} % before`);
  }
}
