/** The uncertainty map: where the network is unsure of its colours. */

import { clamp } from "./dom.js";

const MIN_SPAN = 40; // of 255: noise of an evenly sure network is not stretched to full strength

/**
 * Make a warm, half-transparent map of a grey one. Networks differ in their general level of uncertainty, so the map is
 * stretched from the most certain tenth of the picture to the least certain 2 %.
 * @param {ImageBitmap} grey white is unsure
 * @returns {HTMLCanvasElement}
 */
export function uncertaintyMap(grey) {
  const canvas = document.createElement("canvas");
  canvas.width = grey.width;
  canvas.height = grey.height;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.drawImage(grey, 0, 0);
  const pixels = context.getImageData(0, 0, grey.width, grey.height);
  const { data } = pixels;
  const sorted = data.filter((_, n) => n % 4 === 0).sort();
  const low = sorted[Math.floor(sorted.length * 0.1)];
  const span = Math.max(MIN_SPAN, sorted[Math.floor(sorted.length * 0.98)] - low);
  for (let n = 0; n < data.length; n += 4) {
    const value = clamp((data[n] - low) / span, 0, 1);
    data.set([255 - 10 * (1 - value), 160 - 80 * value, 60, 205 * value ** 1.3], n);
  }
  context.putImageData(pixels, 0, 0);
  return canvas;
}
