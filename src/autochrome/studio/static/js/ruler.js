/** The ruler of the timeline: times at even distances. */

/** @import {Film} from "./types.js" */
import { h, setChildren } from "./dom.js";
import { formatTime, formatTimeFine } from "./format.js";

const LABEL_WIDTH = 80; // CSS pixels between two times, at least
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200]; // seconds
const MAX_LABELS = 1000;

export class Ruler {
  element = h("div", { class: "ruler", "aria-hidden": "true" });
  #shown = "";

  /** @param {Film} film */
  constructor(film) {
    this.film = film;
  }

  /** @param {number} width of the track, CSS pixels */
  show(width) {
    const seconds = Math.max(this.film.frames / this.film.fps, 1e-3);
    const step = rulerStep((LABEL_WIDTH * seconds) / width, this.film.fps);
    const count = Math.min(MAX_LABELS, Math.floor(seconds / step) + 1);
    const shown = `${step} ${count}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    const format = step < 1 ? formatTimeFine : formatTime;
    const labels = Array.from({ length: count }, (_, n) => {
      const label = h("span", {}, format(n * step));
      label.style.left = `${((n * step) / seconds) * 100}%`;
      return label;
    });
    setChildren(this.element, ...labels);
  }
}

/** The distance between two times: whole frames below a second, else a round number. @param {number} least seconds @param {number} fps */
export function rulerStep(least, fps) {
  const frames = [1, 2, 5, 10].map((count) => count / fps).filter((step) => step < 1);
  return [...frames, ...STEPS].find((step) => step >= least) ?? STEPS[STEPS.length - 1];
}
