/** Numbers as people say them. */

/** @import {Job, Project} from "./types.js" */

/** 3:07 or 1:02:03. @param {number} seconds */
export function clock(seconds) {
  const whole = Math.floor(seconds + 1e-6);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = `${String(rest).padStart(2, "0")}`;
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** 3:07.52. @param {number} seconds */
export const fineClock = (seconds) =>
  `${clock(seconds)}.${String(Math.floor((seconds % 1) * 100 + 1e-6)).padStart(2, "0")}`;

/** @param {Project} project */
export function about(project) {
  const size = `${project.width} × ${project.height}`;
  if (project.film) return `${size} · ${clock(project.film.seconds)} · ${rounded(project.film.fps)} fps`;
  const millions = (project.width * project.height) / 1e6;
  return millions >= 1 ? `${size} · ${millions.toFixed(millions < 10 ? 1 : 0)} MP` : size;
}

/** @param {number} fps */
const rounded = (fps) => String(Math.round(fps * 100) / 100);

/** @param {number} share */
export const percent = (share) => `${Math.floor(share * 100)} %`;

/** @param {Job["what"]} what */
export const workOf = (what) =>
  ({ export: "Export", shots: "Finding shots", preview: "Preview" })[what] ?? what;

/** @param {Job["state"]} state */
export const stateOf = (state) =>
  ({
    waiting: "Waiting",
    running: "Running",
    done: "Done",
    failed: "Failed",
    cancelled: "Cancelled",
  })[state] ?? state;

/** @param {number} count @param {string} one @param {string} many */
export const counted = (count, one, many) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
