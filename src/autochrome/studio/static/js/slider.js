/** A slider from 0 to 1 with its value in words. */

import { h } from "./dom.js";
import { showSliderFill } from "./options.js";

/**
 * @typedef {{id: string, label: string, title: string, change: (level: number) => void, level: () => number,
 *   text: () => string, spoken?: () => string, subscribe: (show: () => void) => void}} SliderOptions
 */

/** @param {SliderOptions} options */
export function slider({ id, label, title, change, level, text, spoken, subscribe }) {
  const output = h("output", { for: id });
  const input = h("input", { type: "range", id, min: 0, max: 100, step: 1 });
  input.addEventListener("input", () => change(Number(input.value) / 100));
  const show = () => {
    input.value = String(100 * level());
    output.textContent = text();
    input.setAttribute("aria-valuetext", (spoken ?? text)());
    showSliderFill(input);
  };
  subscribe(show);
  show();
  return h("div", { class: "option range", title }, h("label", { for: id }, label), output, input);
}

/** A reach in words. @param {number} reach 0…1 @param {boolean} outlined whether the mark is an area or a rectangle */
export function reachText(reach, outlined) {
  if (reach === 0) return outlined ? "inside the outline" : "this thing";
  return reach === 1 ? "whole picture" : `${Math.round(100 * reach)} %`;
}
