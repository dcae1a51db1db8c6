/** Resize small planes, as `autochrome.color.resize` does: area mean to shrink, linear interpolation to enlarge. */

/** @typedef {{data: Float32Array, height: number, width: number}} Plane one channel */

/**
 * For the new pixels start, start + 1, …: the two old neighbours of each, and the weight of the second.
 * @param {number} start
 * @param {number} count
 * @param {number} size of the whole axis, in new pixels
 * @param {number} old pixels of the axis
 */
export function linearSteps(start, count, size, old) {
  const below = new Int32Array(count);
  const above = new Int32Array(count);
  const fraction = new Float32Array(count);
  for (let i = 0; i < count; i += 1) {
    const position = Math.min(old - 1, Math.max(0, (start + i + 0.5) * (old / size) - 0.5));
    below[i] = Math.floor(position);
    above[i] = Math.min(below[i] + 1, old - 1);
    fraction[i] = position - below[i];
  }
  return { below, above, fraction };
}

/**
 * The old pixels that each new pixel of an axis is made of: first pixel and weights.
 * @param {number} size
 * @param {number} old
 * @returns {{first: number, weights: number[]}[]}
 */
function axisWeights(size, old) {
  if (size >= old) {
    const { below, fraction } = linearSteps(0, size, size, old);
    return Array.from(below, (first, i) => ({
      first,
      weights: first + 1 < old ? [1 - fraction[i], fraction[i]] : [1],
    }));
  }
  return Array.from({ length: size }, (_, i) => {
    const [low, high] = [(i * old) / size, ((i + 1) * old) / size];
    const first = Math.floor(low);
    const weights = [];
    for (let at = first; at < Math.min(old, Math.ceil(high)); at += 1) {
      weights.push(Math.max(0, Math.min(high, at + 1) - Math.max(low, at)));
    }
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** @param {Plane} plane @param {number} height @param {number} width @returns {Plane} */
export function resize(plane, height, width) {
  if (plane.height === height && plane.width === width) return plane;
  const columns = axisWeights(width, plane.width);
  const narrow = new Float32Array(plane.height * width);
  for (let y = 0; y < plane.height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const { first, weights } = columns[x];
      let sum = 0;
      for (let i = 0; i < weights.length; i += 1) sum += weights[i] * plane.data[y * plane.width + first + i];
      narrow[y * width + x] = sum;
    }
  }
  const data = new Float32Array(height * width);
  axisWeights(height, plane.height).forEach(({ first, weights }, y) => {
    for (let i = 0; i < weights.length; i += 1) {
      const from = (first + i) * width;
      for (let x = 0; x < width; x += 1) data[y * width + x] += weights[i] * narrow[from + x];
    }
  });
  return { data, height, width };
}
