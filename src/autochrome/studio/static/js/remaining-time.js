/** How long work will still take. */

/** @import {Job, Project} from "./types.js" */

const OLD = 0.3; // weight of the rate so far, against that since the last report
const LEAST_INTERVAL = 0.4; // seconds between two measurements of the rate

const START = 2; // seconds until a job's process works
/** @type {Record<string, number>} */
const FRAME_TIME = { export: 0.006, shots: 0.004, preview: 0.006 }; // seconds for a frame, and as much again per megapixel
const PHOTO_TIME = 1; // seconds, and as much again for 12 megapixels
/** @type {Map<string, RemainingTime>} */
const ofJobs = new Map();

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

/** How long a job still takes, in words. @param {Job} job that runs @param {Project | null | undefined} project */
export function jobRemaining(job, project) {
  const time = ofJobs.get(job.id) ?? new RemainingTime(expectedTime(job, project));
  ofJobs.set(job.id, time);
  return formatRemaining(time.update(job.done));
}

/** Seconds, before anything is measured. @param {Job} job @param {Project | null | undefined} project */
function expectedTime({ what, adapt }, project) {
  if (adapt) return 60 * adapt.minutes;
  if (!project) return START;
  const megapixels = (project.width * project.height) / 1e6;
  if (!project.film) return PHOTO_TIME * (1 + megapixels / 12);
  return START + project.film.frames * FRAME_TIME[what] * (1 + megapixels);
}
