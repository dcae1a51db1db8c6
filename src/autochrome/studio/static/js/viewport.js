/** Where the picture lies on the screen: arithmetic of zoom and pan, in CSS pixels. Knows nothing of elements. */

/** @import {View} from "./types.js" */
import { within } from "./dom.js";

const MARGIN = 24; // around a picture that is shown whole
const MOST = 16; // screen pixels for one picture pixel

export class Viewport {
  /** @param {number} width @param {number} height of the picture, in its pixels */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.screen = { width: 1, height: 1 };
    this.scale = 1; // screen pixels for one picture pixel
    this.left = 0;
    this.top = 0;
    this.whole = true; // the picture is to be shown whole, whatever the size of the window
  }

  get #fitting() {
    const across = (this.screen.width - 2 * MARGIN) / this.width;
    const down = (this.screen.height - 2 * MARGIN) / this.height;
    return Math.max(1e-4, Math.min(across, down));
  }

  /** @param {number} width @param {number} height of the element, in CSS pixels */
  resize(width, height) {
    this.left += (width - this.screen.width) / 2;
    this.top += (height - this.screen.height) / 2;
    this.screen = { width, height };
    if (this.whole) this.fit();
    else this.#keep();
  }

  fit() {
    this.whole = true;
    this.scale = this.#fitting;
    this.left = (this.screen.width - this.width * this.scale) / 2;
    this.top = (this.screen.height - this.height * this.scale) / 2;
  }

  /** @param {number} factor @param {number} [x] @param {number} [y] the screen place that stays where it is */
  zoom(factor, x = this.screen.width / 2, y = this.screen.height / 2) {
    const least = this.#fitting;
    const scale = within(this.scale * factor, least, Math.max(MOST, least));
    if (scale <= least * 1.001) return this.fit();
    this.whole = false;
    this.left = x - ((x - this.left) * scale) / this.scale;
    this.top = y - ((y - this.top) * scale) / this.scale;
    this.scale = scale;
    this.#keep();
  }

  /** @param {number} x @param {number} y screen pixels */
  pan(x, y) {
    if (this.whole) return;
    this.left += x;
    this.top += y;
    this.#keep();
  }

  /** No side of the picture comes further in than the middle margin asks. */
  #keep() {
    const [wide, high] = [this.width * this.scale, this.height * this.scale];
    const { width, height } = this.screen;
    this.left =
      wide + 2 * MARGIN <= width ? (width - wide) / 2 : within(this.left, width - wide - MARGIN, MARGIN);
    this.top =
      high + 2 * MARGIN <= height ? (height - high) / 2 : within(this.top, height - high - MARGIN, MARGIN);
  }

  /** Screen → shares of the picture. @param {number} x @param {number} y */
  inside(x, y) {
    return { x: (x - this.left) / (this.width * this.scale), y: (y - this.top) / (this.height * this.scale) };
  }

  /** Shares of the picture → screen. @param {number} x @param {number} y */
  onScreen(x, y) {
    return { x: this.left + x * this.width * this.scale, y: this.top + y * this.height * this.scale };
  }

  /** The short side on the screen: what sizes of marks are shares of. */
  get short() {
    return Math.min(this.width, this.height) * this.scale;
  }

  /** The part to be seen, at the screen's pixels but never more than the picture has. @param {number} density @returns {View} */
  view(density) {
    const from = this.inside(0, 0);
    const to = this.inside(this.screen.width, this.screen.height);
    const [x, y] = [within(from.x, 0, 1), within(from.y, 0, 1)];
    const [width, height] = [within(to.x, 0, 1) - x, within(to.y, 0, 1) - y];
    const share = Math.min(1, this.scale * density);
    const [wide, high] = [width * this.width * share, height * this.height * share];
    const fit = Math.min(1, 2048 / Math.max(wide, high));
    return {
      x,
      y,
      width,
      height,
      pixels: [Math.max(1, Math.round(wide * fit)), Math.max(1, Math.round(high * fit))],
    };
  }
}
