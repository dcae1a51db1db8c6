/** Plays a shot in the picture: frames are shown as they arrive, first as drafts, then as an export has them. */

/** @import {FrameRange} from "./types.js" */
/** @import {PictureCanvas} from "./canvas.js" */
import * as api from "./api.js";
import { clamp, h } from "./dom.js";
import { icon } from "./icons.js";
import { receiveFrames } from "./play-stream.js";
import { PlayedShot, PlayedShots } from "./played-frames.js";
import { formatRemaining, RemainingTime } from "./remaining-time.js";
import { showError } from "./toast.js";

const [MIN_WIDTH, MAX_WIDTH] = [320, 960]; // pixels, long side of the frames
const EXPECTED_RATE = 40; // frames that are coloured in a second, before it is measured

/**
 * What is played: a shot with its number, the frame to begin with, frames per second, and a text that names the marks and
 * settings of the shot.
 * @typedef {{shot: FrameRange, number: number, start: number, fps: number, key: string}} Playing
 */

/** Events: "frame" (detail: the frame that is shown), "stop" (detail: the last frame that was shown). */
export class ShotPlayer extends EventTarget {
  #text = h("span", {});
  #progress = h("progress", { max: 1, "aria-label": "Frames with final colours" });
  #remaining = h("span", { class: "count" });
  element = h(
    "div",
    { class: "player", hidden: true, role: "region", "aria-label": "Playback" },
    this.#text,
    this.#progress,
    this.#remaining,
    h(
      "button",
      {
        type: "button",
        class: "quiet",
        "aria-label": "Stop",
        title: "Stop (Esc)",
        onclick: () => this.stop(),
      },
      icon("close", 18),
    ),
  );
  #shots = new PlayedShots();
  #frames = new PlayedShot();
  /** @type {AbortController | null} */ #running = null;
  #remainingTime = new RemainingTime(0);
  #shown = 0; // frame
  #arrived = () => {};

  /** @param {string} projectId @param {PictureCanvas} canvas @param {AbortSignal} signal */
  constructor(projectId, canvas, signal) {
    super();
    this.projectId = projectId;
    this.canvas = canvas;
    signal.addEventListener("abort", () => this.stop());
  }

  get isPlaying() {
    return this.#running !== null;
  }

  /** @param {Playing} playing */
  play(playing) {
    this.stop();
    const { shot, start, key } = playing;
    const running = (this.#running = new AbortController());
    this.#frames = this.#shots.get(key);
    this.#shown = start;
    const count = shot.last - shot.first + 1;
    this.#remainingTime = new RemainingTime((count - this.#frames.settled) / EXPECTED_RATE);
    this.#showState(playing);
    this.element.hidden = false;
    let complete = false;
    const ended = this.#receive(playing, running.signal).then(() => {
      complete = true;
      this.#arrived();
    });
    void Promise.all([ended, this.#run(playing, running.signal, () => complete)]).catch((error) => {
      if (running.signal.aborted) return;
      this.stop();
      showError(error);
    });
  }

  stop() {
    if (!this.#running) return;
    this.#running.abort();
    this.#running = null;
    this.#arrived();
    this.element.hidden = true;
    this.canvas.playback?.close();
    this.canvas.playback = null;
    this.canvas.redraw();
    this.dispatchEvent(new CustomEvent("stop", { detail: this.#shown }));
  }

  /** Receive what is missing: from the start to the end of the shot, then from its first frame. @param {Playing} playing @param {AbortSignal} signal */
  async #receive(playing, signal) {
    const { shot, start } = playing;
    const width = clamp(Math.round(this.canvas.clientWidth * devicePixelRatio), MIN_WIDTH, MAX_WIDTH);
    const frames = this.#frames;
    for (const [first, last] of [
      [start, shot.last],
      [shot.first, start - 1],
    ]) {
      const missing = frames.missing(first, last);
      if (!missing) continue;
      const url = api.playUrl(this.projectId, missing.first, missing.last, width);
      const add = (/** @type {import("./play-stream.js").PlayedFrame} */ frame) => {
        frames.add(frame);
        this.#showState(playing);
        this.#arrived();
      };
      await receiveFrames(url, add, signal);
    }
  }

  /** Show one frame after the other at their times; wait for those that are late. @param {Playing} playing @param {AbortSignal} signal @param {() => boolean} isComplete */
  async #run({ shot, start, fps }, signal, isComplete) {
    let due = performance.now();
    let number = start;
    let missed = 0; // frames in a row that cannot be read
    while (!signal.aborted) {
      const frame = this.#frames.get(number);
      if (frame) {
        const image = await createImageBitmap(frame.picture);
        await wait(due - performance.now());
        if (signal.aborted) return image.close();
        this.#show(image, number);
        due = Math.max(due, performance.now() - 1000 / fps) + 1000 / fps;
      } else if (isComplete()) {
        if (missed > shot.last - shot.first) return this.stop();
      } else {
        await new Promise((resolve) => (this.#arrived = () => resolve(null)));
        continue;
      }
      missed = frame ? 0 : missed + 1;
      number = number >= shot.last ? shot.first : number + 1;
    }
  }

  /** @param {ImageBitmap} image @param {number} number */
  #show(image, number) {
    this.canvas.playback?.close();
    this.canvas.playback = image;
    this.canvas.redraw();
    this.#shown = number;
    this.dispatchEvent(new CustomEvent("frame", { detail: number }));
  }

  /** @param {Playing} playing */
  #showState({ shot, number }) {
    const count = shot.last - shot.first + 1;
    const { settled } = this.#frames;
    const done = settled >= count;
    this.element.dataset.settled = String(settled);
    this.#text.textContent = done ? `Shot ${number + 1}` : `Shot ${number + 1}: draft colours become final`;
    this.#progress.hidden = this.#remaining.hidden = done;
    this.#progress.value = settled / count;
    this.#remaining.textContent = formatRemaining(this.#remainingTime.update(settled / count));
  }
}

/** @param {number} milliseconds */
const wait = (milliseconds) =>
  milliseconds > 1 ? new Promise((resolve) => setTimeout(resolve, milliseconds)) : Promise.resolve();
