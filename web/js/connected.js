/**
 * A hint about one thing stays on that thing and colours all of it, as in `autochrome.model.connected`. Its colour goes
 * only where an unbroken area leads from the paint. There each cell gets the mean of those around it, up to the edges
 * of luma.
 */

import { resize } from "./resize.js";

const BELONGS = 0.5; // a weight above it is part of the area
const REACH = 0.15; // of the picture's side: so far away a cell of an even area counts 1/e in the mean
const EDGE = 8; // L*: behind such a change of luma a cell counts 1/e
const PAINT = 16; // times that a painted cell counts in the mean
const [NONE, WHOLE] = [0.35, 0.7]; // means from which a weight rises from 0 to 1
const ENOUGH = 10; // cells within a neighbourhood that tell a network of a colour
const NEIGHBOURHOOD = 16; // cells to each side
const STEPS = [0.5698402909980532, 0.7548776662466927]; // down, right: multiples are evenly spread over the plane
const TINY = 1e-6;
const FULL_COLOR = 0.1; // vivid from which on hints have their full colour

/** @typedef {{dims: readonly number[], data: ArrayLike<any>}} Tensor (1, 1, h, w) */

/**
 * The mask for the network: where much is painted, only some cells of stride × stride pixels, evenly spread. A network
 * takes many hints for a fact about the whole picture.
 * @param {Tensor} mask
 * @param {number} stride
 */
export function thinOut(mask, stride) {
  const [rows, columns] = mask.dims.slice(2);
  const [height, width] = [rows / stride, columns / stride];
  const cells = paintedCells(mask, height, width);
  const kept = cells.map((painted, cell) => {
    const [y, x] = [Math.floor(cell / width), cell % width];
    const order = (y * STEPS[0] + x * STEPS[1]) % 1;
    return painted && order * countAround(cells, height, width, y, x) < ENOUGH ? 1 : 0;
  });
  return Float32Array.from(mask.data, (value, pixel) => {
    const [y, x] = [Math.floor(pixel / columns), pixel % columns].map((at) => Math.floor(at / stride));
    return value * kept[y * width + x];
  });
}

/** @param {Uint8Array} cells @param {number} height @param {number} width @param {number} y @param {number} x */
function countAround(cells, height, width, y, x) {
  const [left, right] = [Math.max(0, x - NEIGHBOURHOOD), Math.min(width, x + NEIGHBOURHOOD + 1)];
  let count = 0;
  for (let row = Math.max(0, y - NEIGHBOURHOOD); row < Math.min(height, y + NEIGHBOURHOOD + 1); row += 1)
    for (let cell = row * width + left; cell < row * width + right; cell += 1) count += cells[cell];
  return count;
}

/**
 * The colour of hints about one thing, and its weight: 0 wherever no area leads to it from the paint.
 * @param {ArrayLike<any>} carried what the network makes of the hints: a* of all cells, then b*
 * @param {Tensor} weight 0…1, as the network says
 * @param {{hint: Tensor, mask: Tensor}} hints
 * @param {Tensor} luma as large as the hints
 * @param {number} vivid
 */
export function limitToThing(carried, weight, hints, luma, vivid) {
  const [height, width] = weight.dims.slice(2);
  const own = shrinkHints(hints, height, width, vivid);
  const painted = paintedCells(hints.mask, height, width);
  const merged = Float32Array.from(weight.data, (value, cell) => value + (1 - value) * own.mask[cell]);
  const kept = keepConnected(merged, width, painted);
  const small = shrink(luma, luma.data, height, width);
  /** @param {(cell: number) => number} value */
  const around = (value) => {
    const plane = kept.map((_, cell) => value(cell) * (painted[cell] ? PAINT : 1));
    return flow(flow(plane, small, width, 1), small, height, width);
  };
  const [count, sum] = [around(() => 1), around((cell) => kept[cell])];
  const color = own.color.map((paint, channel) => {
    const mixed = paint.map((value, cell) => {
      const network = Number(carried[channel * kept.length + cell]);
      return network + (value - network) * own.mask[cell];
    });
    const sums = around((cell) => mixed[cell] * kept[cell]);
    return mixed.map((value, cell) => {
      const mean = sums[cell] / Math.max(sum[cell], TINY);
      return mean + (value - mean) * kept[cell];
    });
  });
  return {
    color,
    weight: kept.map((value, cell) => (painted[cell] ? value : decide(sum[cell] / count[cell]))),
  };
}

/**
 * The hints at a smaller size: how much of each cell is painted, and the colour that the paint shows there.
 * @param {{hint: Tensor, mask: Tensor}} hints
 * @param {number} height
 * @param {number} width
 * @param {number} vivid
 */
function shrinkHints({ hint, mask }, height, width, vivid) {
  const covered = shrink(mask, mask.data, height, width).data;
  const gain = Math.min(1, vivid / FULL_COLOR);
  const color = [0, 1].map((channel) => {
    const painted = Array.from(
      mask.data,
      (value, pixel) => value * hint.data[channel * mask.data.length + pixel],
    );
    const sums = shrink(mask, painted, height, width).data;
    return sums.map((value, cell) => (value / Math.max(covered[cell], TINY)) * gain);
  });
  return { mask: covered, color };
}

/** @param {Tensor} like @param {ArrayLike<any>} data as large @param {number} height @param {number} width */
function shrink(like, data, height, width) {
  const [rows, columns] = like.dims.slice(2);
  return resize({ data: Float32Array.from(data), height: rows, width: columns }, height, width);
}

/** 0 up to `NONE`, 1 from `WHOLE` on. @param {number} mean */
function decide(mean) {
  const share = Math.min(1, Math.max(0, (mean - NONE) / (WHOLE - NONE)));
  return share * share * (3 - 2 * share);
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

/** @param {Float32Array} weight @param {number} width @param {Uint8Array} painted */
function keepConnected(weight, width, painted) {
  const kept = new Float32Array(painted.length);
  const reached = painted.slice();
  const waiting = Array.from(painted.keys()).filter((cell) => painted[cell]);
  while (waiting.length) {
    const cell = /** @type {number} */ (waiting.pop());
    kept[cell] = weight[cell];
    const x = cell % width;
    const neighbours = [cell - width, cell + width, x > 0 ? cell - 1 : -1, x + 1 < width ? cell + 1 : -1];
    for (const next of neighbours) {
      if (next < 0 || next >= painted.length || reached[next] || !(weight[next] > BELONGS)) continue;
      reached[next] = 1;
      waiting.push(next);
    }
  }
  return kept;
}

/**
 * The sum of what each cell has, and what flows to it from both sides along one axis, held up by changes of luma.
 * @param {Float32Array} plane
 * @param {import("./resize.js").Plane} luma
 * @param {number} length of the axis
 * @param {number} step from a cell to the next one of the axis
 */
function flow(plane, { data, height, width }, length, step) {
  const spread = 1 / ((REACH * (height + width)) / 2);
  const sum = plane.slice();
  for (const direction of [step, -step]) {
    const flowing = plane.slice();
    for (let n = 1; n < length; n += 1) {
      const along = direction > 0 ? n : length - 1 - n;
      for (let line = 0; line < plane.length / length; line += 1) {
        const cell = step === 1 ? line * width + along : along * width + line;
        const before = cell - direction;
        const passes = Math.exp(-Math.abs(data[cell] - data[before]) / EDGE - spread);
        const arriving = passes * flowing[before];
        flowing[cell] += arriving;
        sum[cell] += arriving;
      }
    }
  }
  return sum;
}
