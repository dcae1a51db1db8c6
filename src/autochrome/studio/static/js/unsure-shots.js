/** The list of the shots in which the network is least sure. Shots of which it is sure are not listed. */

/** @import {Film} from "./types.js" */
import { h, setChildren } from "./dom.js";
import { formatTime } from "./format.js";
import { shotLabel, uncertaintyStep, uncertaintyWord } from "./shots.js";

const LISTED = 3; // shots

export class UnsureShots {
  element = h("section", { class: "panel unsure-shots", hidden: true });

  /** @param {(frame: number) => void} seek */
  constructor(seek) {
    this.seek = seek;
  }

  /** @param {Film} film */
  show(film) {
    const all = film.shots ?? [];
    const rated = all.map((shot, n) => ({ shot, n })).filter(({ shot }) => uncertaintyStep(shot.doubt ?? 0));
    rated.sort((a, b) => (b.shot.doubt ?? 0) - (a.shot.doubt ?? 0));
    this.element.hidden = !rated.length || all.length < 2;
    const items = rated.slice(0, LISTED).map(({ shot, n }) => {
      const attributes = {
        type: "button",
        class: `unsure-shot step-${uncertaintyStep(shot.doubt ?? 0)}`,
        "aria-label": shotLabel(shot, n),
        onclick: () => this.seek(shot.first),
      };
      const time = h("span", { class: "fine" }, formatTime(shot.start));
      const level = h("span", { class: "uncertainty-dot" }, uncertaintyWord(shot.doubt ?? 0));
      return h("li", {}, h("button", attributes, h("span", {}, `Shot ${n + 1}`), time, level));
    });
    const list = h("ol", { class: "unsure-list" }, ...items);
    setChildren(this.element, h("h3", {}, "Correct these shots first"), list);
  }
}
