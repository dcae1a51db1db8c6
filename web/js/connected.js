/** A hint about one thing stays on that thing: its colour goes only where an unbroken area leads from the paint. */

const BELONGS = 0.5; // a weight above it is part of the area

/** @typedef {{dims: readonly number[], data: ArrayLike<any>}} Tensor (1, 1, h, w) */

/**
 * The weight of hints, 0 wherever no area leads to it from the painted mask of the same picture.
 * @param {Tensor} weight 0…1
 * @param {Tensor} mask as large or larger
 * @returns {Float32Array}
 */
export function keepConnected(weight, mask) {
  const [height, width] = weight.dims.slice(2);
  const columns = mask.dims[3];
  const factor = columns / width;
  const kept = new Float32Array(height * width);
  const reached = new Uint8Array(height * width);
  /** @type {number[]} */
  const waiting = [];

  /** @param {number} cell */
  const reach = (cell) => {
    if (reached[cell]) return;
    reached[cell] = 1;
    waiting.push(cell);
  };

  for (let pixel = 0; pixel < mask.data.length; pixel += 1) {
    if (!mask.data[pixel]) continue;
    const [y, x] = [Math.floor(pixel / columns), pixel % columns].map((at) => Math.floor(at / factor));
    reach(y * width + x);
  }
  while (waiting.length) {
    const cell = /** @type {number} */ (waiting.pop());
    kept[cell] = Number(weight.data[cell]);
    const x = cell % width;
    const neighbours = [
      [cell - width, cell >= width],
      [cell + width, cell + width < reached.length],
      [cell - 1, x > 0],
      [cell + 1, x + 1 < width],
    ];
    for (const [next, inside] of /** @type {[number, boolean][]} */ (neighbours))
      if (inside && Number(weight.data[next]) > BELONGS) reach(next);
  }
  return kept;
}
