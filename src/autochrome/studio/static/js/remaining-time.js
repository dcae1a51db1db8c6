/** How long work will still take. */

const OLD = 0.3; // weight of the rate so far, against that since the last report
const LEAST_INTERVAL = 0.4; // seconds between two measurements of the rate

/** Estimates the rest from progress. At first it uses the rate of earlier work of the same kind. */
export class RemainingTime {
  #rate; // part of the work per second
  #done = 0;
  #at = performance.now() / 1000;

  /** @param {number} seconds that the whole work may take */
  constructor(seconds) {
    this.#rate = 1 / Math.max(seconds, 0.1);
  }

  /** @param {number} done 0…1 @returns {number} seconds that are left */
  update(done) {
    const now = performance.now() / 1000;
    if (done > this.#done && now - this.#at > LEAST_INTERVAL) {
      const rate = (done - this.#done) / (now - this.#at);
      this.#rate = OLD * this.#rate + (1 - OLD) * rate;
      this.#done = done;
      this.#at = now;
    }
    return (1 - done) / this.#rate;
  }
}

/** @param {number} seconds */
export function formatRemaining(seconds) {
  if (seconds < 1.5) return "a moment left";
  if (seconds < 10) return `${Math.round(seconds)} s left`;
  if (seconds < 90) return `${5 * Math.round(seconds / 5)} s left`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min left` : `${Math.round(minutes / 6) / 10} h left`;
}
