/** Text for numbers, projects and jobs. */

/** @import {Job, Project, Timecode} from "./types.js" */

/** 3:07 or 1:02:03. @param {number} seconds */
export function formatTime(seconds) {
  const total = Math.floor(seconds + 1e-6);
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  const rest = String(total % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** 3:07.52. @param {number} seconds */
export function formatTimeFine(seconds) {
  const hundredths = Math.floor((seconds % 1) * 100 + 1e-6);
  return `${formatTime(seconds)}.${String(hundredths).padStart(2, "0")}`;
}

/**
 * 01:00:00:12, or 01:00:00;12 in drop frame: the timecode of a frame, from that of the first frame.
 * @param {Timecode} start @param {number} frame
 */
export function formatTimecode(start, frame) {
  const { count } = start;
  const dropped = start.drop ? (2 * count) / 30 : 0;
  const minute = 60 * count - dropped;
  const ten = 10 * minute + dropped;
  let number = (start.frame + frame) % (144 * ten);
  const rest = number % ten;
  if (start.drop) {
    number += dropped * (9 * Math.floor(number / ten) + Math.floor(Math.max(0, rest - dropped) / minute));
  }
  const seconds = Math.floor(number / count);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const clock = parts.map((part) => String(part).padStart(2, "0")).join(":");
  return `${clock}${start.drop ? ";" : ":"}${String(number % count).padStart(2, "0")}`;
}

/** Size, and the length of a film or the megapixels of a photo. @param {Project} project */
export function describeProject(project) {
  const size = `${project.width} × ${project.height}`;
  if (project.film) {
    const fps = Math.round(project.film.fps * 100) / 100;
    return `${size} · ${formatTime(project.film.seconds)} · ${fps} fps`;
  }
  const megapixels = (project.width * project.height) / 1e6;
  return megapixels >= 1 ? `${size} · ${megapixels.toFixed(megapixels < 10 ? 1 : 0)} MP` : size;
}

/** @param {number} fraction 0…1 */
export const formatPercent = (fraction) => `${Math.floor(fraction * 100)} %`;

/** @param {Job["what"]} what */
export const jobLabel = (what) =>
  ({ export: "Export", shots: "Find shots", preview: "Preview", adapt: "Learn colours" })[what] ?? what;

/** @param {Job["state"]} state */
export const stateLabel = (state) =>
  ({ waiting: "Waiting", running: "Running", done: "Done", failed: "Failed", cancelled: "Cancelled" })[
    state
  ] ?? state;

/** @param {number} count @param {string} singular @param {string} plural */
export const formatCount = (count, singular, plural) =>
  `${count.toLocaleString("en")} ${count === 1 ? singular : plural}`;
