/** How unsure the network is along a film: a curve under the film strip. */

/** @import {FrameDoubts} from "./types.js" */
import { clamp, h } from "./dom.js";
import { uncertaintyStep } from "./shots.js";

const SVG = "http://www.w3.org/2000/svg";
const CLASSES = ["sure", "fairly", "unsure", "guessing"];

const [LEAST, MOST] = [0.4, 0.65]; // doubts at the bottom and the top of the curve

/** 0…1. @param {number} doubt */
const height = (doubt) => clamp((doubt - LEAST) / (MOST - LEAST), 0.1, 1);

export class DoubtCurve {
  element = h("div", { class: "doubt-curve", role: "img", "aria-label": "Uncertainty along the film" });
  /** @type {FrameDoubts} */ #doubts = { frames: [], doubts: [] };

  /** @param {number} frames of the film */
  constructor(frames) {
    this.frames = frames;
  }

  /** The doubt at a frame: that of the last known frame up to it. @param {number} frame */
  at(frame) {
    const { frames, doubts } = this.#doubts;
    let [low, high] = [0, frames.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (frames[middle] <= frame) low = middle + 1;
      else high = middle;
    }
    return doubts[low - 1] ?? null;
  }

  /** @param {FrameDoubts} doubts */
  show(doubts) {
    this.#doubts = doubts;
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 ${Math.max(1, this.frames)} 1`);
    svg.setAttribute("preserveAspectRatio", "none");
    const paths = CLASSES.map(() => "");
    doubts.doubts.forEach((doubt, n) => {
      if (doubt === null) return;
      const from = doubts.frames[n];
      const to = doubts.frames[n + 1] ?? this.frames;
      paths[uncertaintyStep(doubt)] += `M${from} 1V${1 - height(doubt)}H${to}V1Z`;
    });
    paths.forEach((d, step) => {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("d", d);
      path.setAttribute("class", CLASSES[step]);
      svg.append(path);
    });
    this.element.replaceChildren(svg);
  }
}
