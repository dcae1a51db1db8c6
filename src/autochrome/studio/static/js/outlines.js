/** Areas of pixels and their outlines. Pure functions on small pictures. */

/** @import {Position} from "./types.js" */

/**
 * A picture with one value a pixel.
 * @typedef {{width: number, height: number, values: Float32Array | Uint8Array}} Plane
 */

/** Whether a position lies inside a closed line. @param {[number, number][]} outline @param {Position} at */
export function isInside(outline, { x, y }) {
  let inside = false;
  outline.forEach(([x1, y1], n) => {
    const [x0, y0] = outline[(n || outline.length) - 1];
    if (y0 > y !== y1 > y && x < x0 + ((y - y0) * (x1 - x0)) / (y1 - y0)) inside = !inside;
  });
  return inside;
}

/**
 * The pixels that are connected with a pixel and differ little: from its surroundings, and from neighbour to neighbour.
 * @param {Plane} grey
 * @param {number} x @param {number} y the pixel
 * @param {number} tolerance difference from the start, in units of the plane
 * @returns {Plane} 1 inside, 0 outside
 */
export function fillSimilar({ width, height, values }, x, y, tolerance) {
  const mask = new Uint8Array(width * height);
  const start = y * width + x;
  const level = meanAround(values, width, height, x, y);
  const step = Math.max(2, tolerance / 2); // an edge: neighbours differ by more
  const waiting = [start];
  mask[start] = 1;
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const column = at % width;
    for (const next of [column > 0 ? at - 1 : -1, column < width - 1 ? at + 1 : -1, at - width, at + width]) {
      if (next < 0 || next >= mask.length || mask[next]) continue;
      if (Math.abs(values[next] - level) > tolerance || Math.abs(values[next] - values[at]) > step) continue;
      mask[next] = 1;
      waiting.push(next);
    }
  }
  return { width, height, values: close(mask, width, height) };
}

/** @param {Float32Array | Uint8Array} values @param {number} width @param {number} height @param {number} x @param {number} y */
function meanAround(values, width, height, x, y) {
  let [sum, count] = [0, 0];
  for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row += 1) {
    for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column += 1) {
      sum += values[row * width + column];
      count += 1;
    }
  }
  return sum / count;
}

/** Fill holes of one pixel: grain must not perforate an area. @param {Uint8Array} mask @param {number} width @param {number} height */
function close(mask, width, height) {
  const closed = mask.slice();
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const at = y * width + x;
      if (!mask[at] && mask[at - 1] + mask[at + 1] + mask[at - width] + mask[at + width] >= 3) closed[at] = 1;
    }
  }
  return closed;
}

/**
 * The outer edges of the areas of a mask, as closed lines in 0…1 of the plane. The largest area comes first.
 * @param {Plane} mask
 * @param {number} [least] pixels: smaller areas have no outline
 * @returns {[number, number][][]}
 */
export function traceOutlines(mask, least = 6) {
  const { width, height, values } = mask;
  const filled = (/** @type {number} */ x, /** @type {number} */ y) =>
    x >= 0 && y >= 0 && x < width && y < height && values[y * width + x] > 0;
  const seen = new Uint8Array(width * height);
  /** @type {[number, number][][]} */
  const outlines = [];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (!filled(x, y) || filled(x - 1, y) || seen[y * width + x]) continue;
      const corners = walk(filled, x, y, seen, width);
      if (Math.abs(surface(corners)) < least || surface(corners) < 0) continue; // small, or a hole
      outlines.push(corners.map(([column, row]) => [column / width, row / height]));
    }
  }
  return outlines.sort((one, other) => surface(other) - surface(one));
}

/**
 * Follow the edge with the filled pixels at the right hand, from the upper left corner of a pixel.
 * @param {(x: number, y: number) => boolean} filled
 * @param {number} startX @param {number} startY
 * @param {Uint8Array} seen pixels whose left edge was passed upwards
 * @param {number} width
 * @returns {[number, number][]} corners of pixels
 */
function walk(filled, startX, startY, seen, width) {
  /** @type {[number, number][]} */
  const corners = [];
  let [x, y, dx, dy] = [startX, startY + 1, 0, -1];
  do {
    if (dy === -1) seen[(y - 1) * width + x] = 1;
    x += dx;
    y += dy;
    // The two pixels ahead of this corner, at the left and at the right hand.
    const [leftX, leftY] = [x + (dx + dy - 1) / 2, y + (dy - dx - 1) / 2];
    const [rightX, rightY] = [x + (dx - dy - 1) / 2, y + (dy + dx - 1) / 2];
    const [before, beforeY] = [dx, dy];
    if (filled(leftX, leftY)) [dx, dy] = [dy, -dx];
    else if (!filled(rightX, rightY)) [dx, dy] = [-dy, dx];
    if (dx !== before || dy !== beforeY) corners.push([x, y]);
  } while (x !== startX || y !== startY + 1 || dx !== 0 || dy !== -1);
  return corners;
}

/** The surface inside a closed line; negative where the line runs around a hole. @param {[number, number][]} line */
function surface(line) {
  return (
    line.reduce((sum, [x1, y1], n) => {
      const [x0, y0] = line[(n || line.length) - 1];
      return sum + x0 * y1 - x1 * y0;
    }, 0) / 2
  );
}
