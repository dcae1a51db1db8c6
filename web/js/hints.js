/** Strokes and points as hint planes at render size, as `autochrome.hints.marks` draws them. */

import { chromaOf } from "./lightness.js";

/**
 * A stroke of the brush; a path of one position is a dot. Positions are 0…1 of the picture; the width is a fraction of its short side.
 * @typedef {{path: [number, number][], color: string, width: number, reach: number}} Stroke
 */
/** @typedef {{height: number, width: number, a: Float32Array, b: Float32Array, mask: Float32Array, reach: Float32Array}} Hints */

const LEAST_WIDTH = 3; // pixels

/** @param {Stroke[]} strokes @param {number} height @param {number} width @returns {Hints} */
export function rasterize(strokes, height, width) {
  const [a, b, mask, reach] = Array.from({ length: 4 }, () => new Float32Array(height * width));
  for (const stroke of strokes) {
    const [colorA, colorB] = chromaOf(stroke.color);
    const radius = Math.max(LEAST_WIDTH, stroke.width * Math.min(height, width)) / 2;
    for (const [at, covered] of coverage(stroke.path, radius, height, width)) {
      a[at] += covered * (colorA - a[at]);
      b[at] += covered * (colorB - b[at]);
      reach[at] += covered * (stroke.reach - reach[at]);
      mask[at] += covered * (1 - mask[at]);
    }
  }
  for (let at = 0; at < mask.length; at += 1) {
    if (!mask[at]) continue;
    a[at] /= mask[at]; // they were multiplied by the coverage
    b[at] /= mask[at];
    reach[at] /= mask[at];
  }
  return { height, width, a, b, mask, reach };
}

/**
 * Pixel → how much of it a round brush covers, 0…1.
 * @param {[number, number][]} path
 * @param {number} radius
 * @param {number} height
 * @param {number} width
 */
function coverage(path, radius, height, width) {
  /** @type {Map<number, number>} */
  const covered = new Map();
  const corners = path.map(([x, y]) => [x * width - 0.5, y * height - 0.5]);
  for (let n = 0; n < Math.max(1, corners.length - 1); n += 1) {
    const [from, to] = [corners[n], corners[n + 1] ?? corners[n]];
    const [left, right] = [Math.min(from[0], to[0]) - radius - 1, Math.max(from[0], to[0]) + radius + 2];
    const [top, bottom] = [Math.min(from[1], to[1]) - radius - 1, Math.max(from[1], to[1]) + radius + 2];
    for (let y = Math.max(0, Math.floor(top)); y < Math.min(height, Math.ceil(bottom)); y += 1) {
      for (let x = Math.max(0, Math.floor(left)); x < Math.min(width, Math.ceil(right)); x += 1) {
        const share = Math.min(1, radius + 0.5 - distance(x, y, from, to));
        if (share > (covered.get(y * width + x) ?? 0)) covered.set(y * width + x, share);
      }
    }
  }
  return covered;
}

/** From a pixel to a segment. @param {number} x @param {number} y @param {number[]} from @param {number[]} to */
function distance(x, y, from, to) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const along = ((x - from[0]) * dx + (y - from[1]) * dy) / Math.max(dx * dx + dy * dy, 1e-9);
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(x - from[0] - t * dx, y - from[1] - t * dy);
}
