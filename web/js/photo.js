/**
 * The way of a photo in the browser, the same as in `autochrome/photo.py`: shrink, run the encoder, run the decoder,
 * fit the local linear colour, and give the full-size lightness its colour in strips.
 */

import { rasterize } from "./hints.js";
import { lightness, recolor } from "./lightness.js";
import { shrink } from "./network.js";
import { apply, fit } from "./upsample.js";
import { makeVariations } from "./variations.js";

/** @typedef {import("./network.js").Network} Network */
/** @typedef {import("./hints.js").Stroke} Stroke */

const RENDER_SIZE = 256; // pixels: the short side that the network works at
const DRAWN = 4 * RENDER_SIZE; // pixels: the short side from which on the browser shrinks
const STRIP = 1 << 20; // pixels that are coloured at a time
const PREVIEW = 1600; // pixels: the longest side of a preview
const MAX_PIXELS = 120e6;

export class Photo {
  /** @type {import("./upsample.js").Coefficients | null} */
  #color = null;

  /**
   * @param {Network} network
   * @param {ImageBitmap} original
   * @param {import("./network.js").Prepared} prepared
   */
  constructor(network, original, prepared) {
    this.network = network;
    this.original = original;
    this.prepared = prepared;
  }

  /** Decode a picture and run the encoder. @param {Network} network @param {Blob} file */
  static async open(network, file) {
    const original = await createImageBitmap(file).catch(() => {
      throw new Error("This file is not a picture that the browser can read; JPEG, PNG and WebP are.");
    });
    if (original.width * original.height > MAX_PIXELS) {
      throw new Error("The picture is too large for the browser; the installed program colours it.");
    }
    const luma = Photo.#smallLuma(original);
    return new Photo(network, original, await network.prepare(luma));
  }

  /** L* at render size. Large pictures are first drawn smaller. @param {ImageBitmap} original */
  static #smallLuma(original) {
    const scale = Math.min(1, DRAWN / Math.min(original.width, original.height));
    const [width, height] = [original.width, original.height].map((side) => Math.round(side * scale));
    const data = new Float32Array(width * height);
    for (const { top, rgba } of strips(original, width, height)) data.set(lightness(rgba.data), top * width);
    return shrink({ data, height, width }, RENDER_SIZE);
  }

  /** Predict the colours. @param {Stroke[]} strokes @param {number} vivid 0…2 */
  async paint(strokes, vivid) {
    this.#color = fit(this.prepared.luma, await this.#chroma(strokes, vivid));
  }

  /** @param {Stroke[]} strokes @param {number} vivid */
  #chroma(strokes, vivid) {
    const { height, width } = this.prepared.luma;
    return this.network.paint(
      this.prepared,
      strokes.length ? rasterize(strokes, height, width) : null,
      vivid,
    );
  }

  /** Other ways to colour the picture; each with a small picture. @param {number} count @param {Stroke[]} strokes @param {number} vivid @param {number} seed */
  async *vary(count, strokes, vivid, seed) {
    const { height, width } = this.prepared.luma;
    const canvas = {
      look: (/** @type {Stroke[]} */ points) =>
        this.network.distribution(this.prepared, rasterize([...points, ...strokes], height, width)),
      paint: (/** @type {Stroke[]} */ points) => this.#chroma([...points, ...strokes], vivid),
      short: Math.min(height, width),
    };
    for await (const { strokes: points, chroma } of makeVariations(canvas, count, seed)) {
      yield { points, picture: this.#render(fit(this.prepared.luma, chroma), RENDER_SIZE) };
    }
  }

  /** The picture in colour, small enough for a screen. */
  preview() {
    return this.#render(this.#known(), PREVIEW);
  }

  /** @param {import("./upsample.js").Coefficients} color @param {number} longest side in pixels */
  #render(color, longest) {
    const scale = Math.min(1, longest / Math.max(this.original.width, this.original.height));
    const [width, height] = [this.original.width, this.original.height].map((side) =>
      Math.max(1, Math.round(side * scale)),
    );
    return this.#colorize(color, width, height).transferToImageBitmap();
  }

  /** The picture in colour at full size, as a file. @param {"image/jpeg" | "image/png"} type */
  async encode(type) {
    const canvas = this.#colorize(this.#known(), this.original.width, this.original.height);
    return canvas.convertToBlob({ type, quality: 0.92 });
  }

  /** @param {import("./upsample.js").Coefficients} color @param {number} width @param {number} height */
  #colorize(color, width, height) {
    const canvas = new OffscreenCanvas(width, height);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
    for (const { top, rgba } of strips(this.original, width, height)) {
      const luma = lightness(rgba.data);
      const { a, b } = apply(color, luma, width, top, height);
      recolor(luma, a, b, rgba.data);
      context.putImageData(rgba, 0, top);
    }
    return canvas;
  }

  #known() {
    if (!this.#color) throw new Error("The picture has no colours yet.");
    return this.#color;
  }
}

/**
 * The pixels of a picture at a size, from top to bottom.
 * @param {ImageBitmap} original
 * @param {number} width
 * @param {number} height
 * @returns {Generator<{top: number, rgba: ImageData}>}
 */
function* strips(original, width, height) {
  const rows = Math.min(height, Math.max(1, Math.floor(STRIP / width)));
  for (let top = 0; top < height; top += rows) {
    const canvas = new OffscreenCanvas(width, Math.min(rows, height - top));
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
      canvas.getContext("2d", { willReadFrequently: true })
    );
    context.imageSmoothingQuality = "high";
    context.drawImage(original, 0, -top, width, height);
    yield { top, rgba: context.getImageData(0, 0, width, canvas.height) };
  }
}
