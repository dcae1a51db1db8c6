/** The frames of shots that were played. A shot that has not changed is played again without the server. */

/** @import {PlayedFrame} from "./play-stream.js" */

const MAX_BYTES = 400e6; // of pictures that are kept; the shots played last stay

/** The frames of one shot with one set of marks and settings. */
export class PlayedShot {
  /** @type {Map<number, PlayedFrame>} */ #frames = new Map();
  bytes = 0;
  settled = 0; // frames

  /** @param {number} number */
  get(number) {
    return this.#frames.get(number) ?? null;
  }

  /** @param {PlayedFrame} frame */
  add(frame) {
    const old = this.get(frame.number);
    this.bytes += frame.picture.size - (old?.picture.size ?? 0);
    this.settled += Number(frame.settled) - Number(old?.settled ?? false);
    this.#frames.set(frame.number, frame);
  }

  /** The first stretch of a range that is missing or not settled, null where all is there. @param {number} first @param {number} last */
  missing(first, last) {
    const isMissing = (/** @type {number} */ number) => !this.get(number)?.settled;
    let from = first;
    while (from <= last && !isMissing(from)) from += 1;
    let to = last;
    while (to > from && !isMissing(to)) to -= 1;
    return from > last ? null : { first: from, last: to };
  }
}

export class PlayedShots {
  /** @type {Map<string, PlayedShot>} */ #shots = new Map();

  /** The frames of a shot. @param {string} key names its range, marks and settings */
  get(key) {
    const shot = this.#shots.get(key) ?? new PlayedShot();
    this.#shots.delete(key);
    this.#shots.set(key, shot); // the shot used last is the last
    let bytes = [...this.#shots.values()].reduce((sum, one) => sum + one.bytes, 0);
    for (const [old, one] of this.#shots) {
      if (bytes <= MAX_BYTES || one === shot) break;
      this.#shots.delete(old);
      bytes -= one.bytes;
    }
    return shot;
  }
}
