/** Zoom and pan: where the picture lies on the screen, in CSS pixels. Pure arithmetic without elements. */

/** @import {View} from "./types.js" */
import { clamp } from "./dom.js";

const MARGIN = 24; // CSS pixels around a picture that fits the window, at most
const MARGIN_PART = 1 / 48; // of the window's width: small windows have smaller margins
const MAX_SCALE = 16; // CSS pixels for one picture pixel
const MAX_RENDER = 2048; // pixels, long side of a rendered view

export class Viewport {
  /** @param {number} width @param {number} height of the picture, in its pixels */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.screen = { width: 1, height: 1 };
    this.scale = 1; // CSS pixels for one picture pixel
    this.left = 0;
    this.top = 0;
    this.fitted = true; // the complete picture is visible, also after the window changes its size
  }

  get #margin() {
    return Math.min(MARGIN, this.screen.width * MARGIN_PART);
  }

  get #fitScale() {
    const x = (this.screen.width - 2 * this.#margin) / this.width;
    const y = (this.screen.height - 2 * this.#margin) / this.height;
    return Math.max(1e-4, Math.min(x, y));
  }

  /** @param {number} width @param {number} height of the element, in CSS pixels */
  resize(width, height) {
    this.left += (width - this.screen.width) / 2;
    this.top += (height - this.screen.height) / 2;
    this.screen = { width, height };
    if (this.fitted) this.fit();
    else this.#limit();
  }

  fit() {
    this.fitted = true;
    this.scale = this.#fitScale;
    this.left = (this.screen.width - this.width * this.scale) / 2;
    this.top = (this.screen.height - this.height * this.scale) / 2;
  }

  /** Zoom around a position on the screen. @param {number} factor @param {number} [x] @param {number} [y] */
  zoom(factor, x = this.screen.width / 2, y = this.screen.height / 2) {
    const minimum = this.#fitScale;
    const scale = clamp(this.scale * factor, minimum, Math.max(MAX_SCALE, minimum));
    if (scale <= minimum * 1.001) return this.fit();
    this.fitted = false;
    this.left = x - ((x - this.left) * scale) / this.scale;
    this.top = y - ((y - this.top) * scale) / this.scale;
    this.scale = scale;
    this.#limit();
  }

  /** @param {number} x @param {number} y CSS pixels */
  pan(x, y) {
    if (this.fitted) return;
    this.left += x;
    this.top += y;
    this.#limit();
  }

  /** Keep the picture in the window: centre it where it is smaller, leave no more than the margin where it is larger. */
  #limit() {
    const [pictureWidth, pictureHeight] = [this.width * this.scale, this.height * this.scale];
    const { width, height } = this.screen;
    const margin = this.#margin;
    this.left =
      pictureWidth + 2 * margin <= width
        ? (width - pictureWidth) / 2
        : clamp(this.left, width - pictureWidth - margin, margin);
    this.top =
      pictureHeight + 2 * margin <= height
        ? (height - pictureHeight) / 2
        : clamp(this.top, height - pictureHeight - margin, margin);
  }

  /** CSS pixels → 0…1 of the picture. @param {number} x @param {number} y */
  toPicture(x, y) {
    return { x: (x - this.left) / (this.width * this.scale), y: (y - this.top) / (this.height * this.scale) };
  }

  /** 0…1 of the picture → CSS pixels. @param {number} x @param {number} y */
  toScreen(x, y) {
    return { x: this.left + x * this.width * this.scale, y: this.top + y * this.height * this.scale };
  }

  /** The picture's short side in CSS pixels: the unit of all mark sizes. */
  get shortSide() {
    return Math.min(this.width, this.height) * this.scale;
  }

  /**
   * The visible part of the picture, with as many pixels as the screen shows, and never more than the picture has.
   * @param {number} density device pixels for one CSS pixel
   * @returns {View}
   */
  view(density) {
    const from = this.toPicture(0, 0);
    const to = this.toPicture(this.screen.width, this.screen.height);
    const [x, y] = [clamp(from.x, 0, 1), clamp(from.y, 0, 1)];
    const [width, height] = [clamp(to.x, 0, 1) - x, clamp(to.y, 0, 1) - y];
    const scale = Math.min(1, this.scale * density);
    const size = [width * this.width * scale, height * this.height * scale];
    const reduction = Math.min(1, MAX_RENDER / Math.max(...size));
    const [columns, rows] = size.map((side) => Math.max(1, Math.round(side * reduction)));
    return { x, y, width, height, pixels: [columns, rows] };
  }
}
