/** The parts of the canvas: one, or before and after side by side; one above the other where the canvas is tall. */

/** @import {Position, Side} from "./types.js" */

/** A part of the canvas in CSS pixels; `side` is null where the part shows what the mode says. */
/** @typedef {{left: number, top: number, width: number, height: number, side: Side | null}} Pane */

/** @param {number} width @param {number} height CSS pixels @param {boolean} sideBySide @returns {Pane[]} */
export function splitIntoPanes(width, height, sideBySide) {
  if (!sideBySide) return [{ left: 0, top: 0, width, height, side: null }];
  const tall = height > width;
  const size = tall ? { width, height: height / 2 } : { width: width / 2, height };
  return [
    { ...size, left: 0, top: 0, side: "before" },
    { ...size, left: tall ? 0 : width / 2, top: tall ? height / 2 : 0, side: "after" },
  ];
}

/** The pane at a position; the nearest one outside of all. @param {Pane[]} panes @param {Position} at CSS pixels */
export const paneAt = (panes, at) =>
  panes.find(({ left, top, width, height }) => at.x < left + width && at.y < top + height) ??
  panes[panes.length - 1];
