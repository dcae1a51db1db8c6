/** Shots of a film: find, label, split and join them. Pure functions. */

/** @import {Film, FrameRange, HintsFile, Settings, Shot} from "./types.js" */
import { formatTime } from "./format.js";
import { keyFrames, marksOf } from "./marks.js";

const UNSURE_FROM = [0.49, 0.52, 0.55]; // uncertainty from which the network is fairly sure, unsure, guessing: quarters of many photos

/** @param {Shot} shot @param {number} n index */
export function shotLabel(shot, n) {
  const label = `Shot ${n + 1}, ${formatTime(shot.start)} to ${formatTime(shot.end)}`;
  return shot.doubt === null ? label : `${label}, ${uncertaintyWord(shot.doubt)}`;
}

/** The step of an uncertainty: 0 sure … 3 guessing. @param {number} doubt 0…1 */
export const uncertaintyStep = (doubt) => UNSURE_FROM.filter((limit) => doubt >= limit).length;

/** How sure the network is, in a word. @param {number} doubt 0…1 */
export const uncertaintyWord = (doubt) =>
  ["sure", "fairly sure", "unsure", "guessing"][uncertaintyStep(doubt)];

/** The index of the shot that contains a frame, −1 where none is known. @param {Film} film @param {number} frame */
export const shotAt = (film, frame) =>
  (film.shots ?? []).findIndex((shot) => frame >= shot.first && frame <= shot.last);

/** @param {FrameRange} range @returns {FrameRange} */
const rangeOf = ({ first, last }) => ({ first, last });

/** Begin a new shot with a frame. @param {Film} film @param {number} frame @returns {FrameRange[] | null} null where a shot begins already */
export function splitShots(film, frame) {
  const shots = film.shots ?? [{ first: 0, last: film.frames - 1 }];
  if (shots.some((shot) => shot.first === frame)) return null;
  return shots.flatMap(({ first, last }) =>
    frame > first && frame <= last
      ? [
          { first, last: frame - 1 },
          { first: frame, last },
        ]
      : [{ first, last }],
  );
}

/** Join the shot at a frame with the next one. @param {Film} film @param {number} frame @returns {FrameRange[] | null} null where there is no next shot */
export function joinShots(film, frame) {
  const shots = film.shots ?? [];
  const n = shotAt(film, frame);
  if (n < 0 || n + 1 >= shots.length) return null;
  const joined = { first: shots[n].first, last: shots[n + 1].last };
  return [...shots.slice(0, n), joined, ...shots.slice(n + 2)].map(rangeOf);
}

/** A text that changes with everything that decides the colours of a shot. @param {FrameRange} shot @param {HintsFile} hints @param {Settings} settings */
export function shotVersion(shot, hints, settings) {
  const inside = (/** @type {number} */ frame) => frame >= shot.first && frame <= shot.last;
  const marks = keyFrames(hints)
    .filter(inside)
    .map((frame) => marksOf(hints, frame));
  return String(hashText(JSON.stringify([keyFrames(hints).filter(inside), marks, settings, shot.last])));
}

/** A 32-bit hash of a text (FNV-1a). @param {string} text */
export function hashText(text) {
  let hash = 0x811c9dc5;
  for (let n = 0; n < text.length; n += 1) hash = Math.imul(hash ^ text.charCodeAt(n), 0x01000193) >>> 0;
  return hash;
}
