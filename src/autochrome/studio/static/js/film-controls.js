/** The bar above the timeline: step, play, split, join, find shots. */

import { h, setChildren } from "./dom.js";
import { formatPercent } from "./format.js";
import { icon } from "./icons.js";
import { uncertaintyStep, uncertaintyWord } from "./shots.js";

const ZOOM_STEP = 2; // factor, for one click

/** @typedef {{step: (frames: number) => void, stepShot: (shots: number) => void, play: () => void, stop: () => void,
 *   split: () => void, join: () => void, find: () => void, zoom: (factor: number) => void,
 *   uncertainty: () => void}} FilmActions */

export class FilmControls {
  #timecode = h("output", { class: "timecode", "aria-live": "off" });
  #certainty = h("output", { class: "certainty", "aria-live": "off", hidden: true });
  #previous;
  #next;
  #play;
  #split;
  #join;

  /** @param {FilmActions} actions */
  constructor(actions) {
    this.#previous = button("previous", "Previous frame", "←", () => actions.step(-1));
    this.#next = button("next", "Next frame", "→", () => actions.step(1));
    this.#split = button("split", "Split the shot here", "S", actions.split);
    this.#join = button("join", "Join with the next shot", "J", actions.join);
    this.#play = h("button", {
      type: "button",
      class: "play",
      title: "Play this shot in colour (Enter)",
      onclick: actions.play,
    });
    this.showPlaying(false);
    this.element = h(
      "div",
      { class: "transport", role: "toolbar", "aria-label": "Film" },
      button("first", "Previous shot", "↑", () => actions.stepShot(-1)),
      this.#previous,
      this.#play,
      this.#next,
      button("last", "Next shot", "↓", () => actions.stepShot(1)),
      this.#timecode,
      this.#certainty,
      h("span", { class: "grow" }),
      h(
        "div",
        { class: "toggles timeline-zoom", role: "group", "aria-label": "Zoom of the timeline" },
        button("minus", "Show more of the film", "", () => actions.zoom(1 / ZOOM_STEP)),
        button("fit", "Show the whole film", "", () => actions.zoom(0)),
        button("plus", "Show less of the film", "", () => actions.zoom(ZOOM_STEP)),
      ),
      h(
        "div",
        { class: "toggles" },
        this.#split,
        this.#join,
        button("again", "Find the shots again", "", actions.find),
      ),
    );
  }

  /** @param {string} timecode */
  showTimecode(timecode) {
    this.#timecode.textContent = timecode;
  }

  /** How sure the network is of the current frame. @param {number | null} doubt 0…1 */
  showDoubt(doubt) {
    this.#certainty.hidden = doubt === null;
    if (doubt === null) return;
    this.#certainty.textContent = uncertaintyWord(doubt);
    this.#certainty.className = `certainty step-${uncertaintyStep(doubt)}`;
    this.#certainty.title = `The network is ${uncertaintyWord(doubt)} of the colours here, without your marks (uncertainty ${formatPercent(doubt)}).`;
  }

  /** @param {boolean} playing */
  showPlaying(playing) {
    setChildren(this.#play, icon(playing ? "pause" : "play", 18), playing ? "Stop" : "Play shot");
  }

  /**
   * Enable the buttons that can be used.
   * @param {{frame: number, frames: number, shot: number, shots: number}} state the current frame and shot, and how many there are
   */
  showState({ frame, frames, shot, shots }) {
    this.#previous.disabled = frame === 0;
    this.#next.disabled = frame === frames - 1;
    this.#play.disabled = shot < 0;
    this.#split.disabled = shots === 0;
    this.#join.disabled = shot < 0 || shot + 1 >= shots;
  }
}

/** @param {string} image @param {string} label @param {string} key @param {() => void} run */
function button(image, label, key, run) {
  const title = key ? `${label} (${key})` : label;
  return h(
    "button",
    { type: "button", class: "quiet", title, "aria-label": label, onclick: run },
    icon(image, 20),
  );
}
