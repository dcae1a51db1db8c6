/** Guided upsampling, as in `autochrome.color.upsample`: a*b* = slope · L + offset, with slowly varying coefficients. */

import { linearSteps, resize } from "./resize.js";

/** @typedef {import("./resize.js").Plane} Plane */
/** @typedef {{height: number, width: number, planes: Float32Array[]}} Coefficients slopes of a*, b*; offsets of a*, b* */

const EPSILON = 100; // (L* units)²: where luma varies less, the slope stays near 0

/** The mean of each 3×3 neighbourhood, edges repeated. @param {Float32Array} data @param {number} height @param {number} width */
function blur(data, height, width) {
  const out = new Float32Array(data.length);
  for (let y = 0; y < height; y += 1) {
    const rows = [Math.max(0, y - 1), y, Math.min(height - 1, y + 1)];
    for (let x = 0; x < width; x += 1) {
      const [left, right] = [Math.max(0, x - 1), Math.min(width - 1, x + 1)];
      let sum = 0;
      for (const row of rows)
        sum += data[row * width + left] + data[row * width + x] + data[row * width + right];
      out[y * width + x] = sum / 9;
    }
  }
  return out;
}

/**
 * L* at render size and the network's small a*b* → the coefficients.
 * @param {Plane} luma
 * @param {Plane[]} chroma a*, b*
 * @returns {Coefficients}
 */
export function fit(luma, chroma) {
  const { height, width } = chroma[0];
  const small = resize(luma, height, width).data;
  const mean = blur(small, height, width);
  const square = blur(
    small.map((value) => value * value),
    height,
    width,
  );
  const slopes = chroma.map(({ data }) => {
    const product = blur(
      data.map((value, i) => value * small[i]),
      height,
      width,
    );
    const middle = blur(data, height, width);
    const slope = product.map((value, i) => {
      const variance = Math.max(0, square[i] - mean[i] * mean[i]);
      return (value - mean[i] * middle[i]) / (variance + EPSILON);
    });
    return blur(slope, height, width);
  });
  const offsets = chroma.map(({ data }, n) => data.map((value, i) => value - slopes[n][i] * small[i]));
  return { height, width, planes: [...slopes, ...offsets] };
}

/**
 * The luma of the rows top, top + 1, … of a picture `height` rows tall → a* and b* of these rows.
 * @param {Coefficients} color
 * @param {Float32Array} luma
 * @param {number} width
 * @param {number} top
 * @param {number} height
 */
export function apply(color, luma, width, top, height) {
  const rows = luma.length / width;
  const down = linearSteps(top, rows, height, color.height);
  const along = linearSteps(0, width, width, color.width);
  const a = new Float32Array(luma.length);
  const b = new Float32Array(luma.length);
  const line = color.planes.map(() => new Float32Array(color.width));
  const [slopeA, slopeB, offsetA, offsetB] = line;
  for (let y = 0; y < rows; y += 1) {
    const [above, below] = [down.below[y] * color.width, down.above[y] * color.width];
    for (let n = 0; n < 4; n += 1) {
      const plane = color.planes[n];
      for (let x = 0; x < color.width; x += 1) {
        line[n][x] = plane[above + x] + down.fraction[y] * (plane[below + x] - plane[above + x]);
      }
    }
    for (let x = 0, at = y * width; x < width; x += 1, at += 1) {
      const i = along.below[x];
      const j = along.above[x];
      const t = along.fraction[x];
      a[at] =
        (slopeA[i] + t * (slopeA[j] - slopeA[i])) * luma[at] + offsetA[i] + t * (offsetA[j] - offsetA[i]);
      b[at] =
        (slopeB[i] + t * (slopeB[j] - slopeB[i])) * luma[at] + offsetB[i] + t * (offsetB[j] - offsetB[i]);
    }
  }
  return { a, b };
}
