/**
 * A hint about one thing stays on that thing, as in `autochrome.model.connected`. Its colour goes only where an unbroken
 * area leads from the paint. Where the picture is even, the edge of the colour is soft.
 */

import { resize } from "./resize.js";
import { blur } from "./upsample.js";

const BELONGS = 0.5; // a weight above it is part of the area
const EVEN = 2; // L*: where luma deviates by less, the picture is even
const [SOFT, AROUND] = [6, 2]; // times that a weight, and luma, are blurred

/** @typedef {{dims: readonly number[], data: ArrayLike<any>}} Tensor (1, 1, h, w) */

/**
 * The weight of hints, 0 wherever no area leads to it from the paint; soft where the picture is even.
 * @param {Tensor} weight 0…1
 * @param {Tensor} mask as large or larger
 * @param {Tensor} luma as large as the mask
 * @returns {Float32Array}
 */
export function limitToThing(weight, mask, luma) {
  const [height, width] = weight.dims.slice(2);
  const painted = paintedCells(mask, height, width);
  const kept = keepConnected(weight, painted);
  const [rows, columns] = luma.dims.slice(2);
  const full = { data: /** @type {Float32Array} */ (luma.data), height: rows, width: columns };
  const soft = soften(kept, resize(full, height, width));
  return kept.map((value, cell) => (painted[cell] ? value : soft[cell]));
}

/** 1 for each cell with a painted pixel. @param {Tensor} mask @param {number} height @param {number} width */
function paintedCells(mask, height, width) {
  const cells = new Uint8Array(height * width);
  const columns = mask.dims[3];
  const factor = columns / width;
  for (let pixel = 0; pixel < mask.data.length; pixel += 1) {
    const [y, x] = [Math.floor(pixel / columns), pixel % columns].map((at) => Math.floor(at / factor));
    if (mask.data[pixel]) cells[y * width + x] = 1;
  }
  return cells;
}

/** @param {Tensor} weight @param {Uint8Array} painted */
function keepConnected(weight, painted) {
  const width = weight.dims[3];
  const kept = new Float32Array(painted.length);
  const reached = painted.slice();
  const waiting = Array.from(painted.keys()).filter((cell) => painted[cell]);
  while (waiting.length) {
    const cell = /** @type {number} */ (waiting.pop());
    kept[cell] = Number(weight.data[cell]);
    const x = cell % width;
    const neighbours = [cell - width, cell + width, x > 0 ? cell - 1 : -1, x + 1 < width ? cell + 1 : -1];
    for (const next of neighbours) {
      if (next < 0 || next >= painted.length || reached[next] || !(Number(weight.data[next]) > BELONGS))
        continue;
      reached[next] = 1;
      waiting.push(next);
    }
  }
  return kept;
}

/** The weight without edges where the luma around a cell is even. @param {Float32Array} weight @param {import("./resize.js").Plane} luma */
function soften(weight, { data, height, width }) {
  /** @param {Float32Array} plane @param {number} times */
  const blurred = (plane, times) => {
    let result = plane;
    for (let n = 0; n < times; n += 1) result = blur(result, height, width);
    return result;
  };
  const mean = blurred(data, AROUND);
  const square = blurred(
    data.map((value) => value * value),
    AROUND,
  );
  const soft = blurred(weight, SOFT);
  return weight.map((value, i) => {
    const deviation = Math.sqrt(Math.max(0, square[i] - mean[i] * mean[i]));
    return value + Math.min(1, Math.max(0, 1 - deviation / EVEN)) * (soft[i] - value);
  });
}
