/** The footprint of a mark: where the picture has another colour than before the mark, shown while it is drawn. */

/** @import {Layers, Rendering} from "./layers.js" */
/** @import {PictureCanvas} from "./canvas.js" */
/** @import {View} from "./types.js" */
import { traceOutlines } from "./outlines.js";

const SIDE = 192; // pixels, long side of the pictures that are compared
const CHANGED = 26; // of 765: sum of the differences of red, green and blue
const LEAST = 10; // pixels: smaller spots are noise
const LINGER = 700; // milliseconds that the footprint stays after the mark is finished

export class Footprint {
  /** @type {{pixels: ImageData, view: View} | null} */ #before = null;
  #timer = 0;

  /** @param {PictureCanvas} canvas @param {Layers} layers */
  constructor(canvas, layers) {
    this.canvas = canvas;
    this.layers = layers;
    layers.addEventListener("change", () => this.#update());
  }

  /** A mark begins: remember the picture as it is. Later calls for the same mark change nothing. */
  begin() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#before ??= sample(this.layers.shown);
  }

  /** The mark is finished, or dropped. */
  end() {
    if (!this.#before || this.#timer) return;
    this.#timer = window.setTimeout(() => this.clear(), LINGER);
  }

  clear() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#before = null;
    if (this.canvas.footprint.length) this.canvas.redraw();
    this.canvas.footprint = [];
  }

  #update() {
    const before = this.#before;
    const now = before && sample(this.layers.shown);
    if (!before || !now || !sameView(before.view, now.view)) return;
    const [one, other] = [before.pixels.data, now.pixels.data];
    const { width, height } = now.pixels;
    const values = new Uint8Array(width * height);
    for (let n = 0; n < values.length; n += 1) {
      let difference = 0;
      for (let k = 4 * n; k < 4 * n + 3; k += 1) difference += Math.abs(one[k] - other[k]);
      values[n] = difference > CHANGED ? 1 : 0;
    }
    const { view } = now;
    this.canvas.footprint = traceOutlines({ width, height, values }, LEAST).map((line) =>
      line.map(([x, y]) => [view.x + x * view.width, view.y + y * view.height]),
    );
  }
}

/** @param {View} one @param {View} other */
const sameView = (one, other) =>
  one.x === other.x && one.y === other.y && one.width === other.width && one.height === other.height;

/** @param {Rendering | null} rendering */
function sample(rendering) {
  if (!rendering) return null;
  const { image, view } = rendering;
  const scale = SIDE / Math.max(image.width, image.height);
  const [width, height] = [image.width, image.height].map((side) => Math.max(1, Math.round(side * scale)));
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) return null;
  context.drawImage(image, 0, 0, width, height);
  return { pixels: context.getImageData(0, 0, width, height), view };
}
