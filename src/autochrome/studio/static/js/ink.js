/** What lies over the picture: marks, the brush's ring, a keyboard's cross and the map of doubt. */

/** @import {Marks} from "./types.js" */
/** @import {Viewport} from "./viewport.js" */
import { paintOf } from "./color.js";
import { within } from "./dom.js";

const HALO = "rgb(10 10 11 / 0.75)";
const LEAST_DOT = 4; // CSS pixels
const LEAST_SPAN = 40; // of 255: a network that is equally sure everywhere is not made to look torn

/** Marks as they will be told apart on any picture: colour inside, white and dark around. @param {CanvasRenderingContext2D} context @param {Viewport} viewport @param {Marks} marks */
export function drawMarks(context, viewport, marks) {
  context.lineCap = context.lineJoin = "round";
  for (const box of marks.rectangles ?? []) {
    const from = viewport.onScreen(box.x, box.y);
    const to = viewport.onScreen(box.x + box.width, box.y + box.height);
    outlined(context, box.color, () => context.rect(from.x, from.y, to.x - from.x, to.y - from.y));
  }
  for (const stroke of marks.strokes ?? [])
    outlined(context, stroke.color, () => trace(context, viewport, stroke.path));
  for (const point of marks.points ?? []) {
    const { x, y } = viewport.onScreen(point.x, point.y);
    disc(context, x, y, point.color);
    if (point.radius && point.radius * viewport.short > 9)
      ring(context, x, y, point.radius * viewport.short, "rgb(255 255 255 / 0.5)");
  }
}

/** A stroke while it is drawn: as broad as it will count. @param {CanvasRenderingContext2D} context @param {Viewport} viewport @param {[number, number][]} path @param {string} color @param {number} width */
export function drawWet(context, viewport, path, color, width) {
  context.save();
  context.lineCap = context.lineJoin = "round";
  context.globalAlpha = 0.35;
  context.lineWidth = Math.max(width * viewport.short, 2);
  context.strokeStyle = paintOf(color);
  context.beginPath();
  trace(context, viewport, path);
  context.stroke();
  context.restore();
}

/** The brush where the pointer is. @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} radius CSS pixels @param {string | null} color */
export function drawBrush(context, x, y, radius, color) {
  const size = Math.max(radius, 2.5);
  ring(context, x, y, size, "rgb(255 255 255 / 0.9)");
  if (color) disc(context, x + size * 0.707 + 7, y + size * 0.707 + 7, color);
}

/** Where the keyboard would paint. @param {CanvasRenderingContext2D} context @param {number} x @param {number} y */
export function drawCross(context, x, y) {
  for (const [color, width] of /** @type {[string, number][]} */ ([
    [HALO, 4],
    ["#fff", 1.5],
  ])) {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.beginPath();
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ]) {
      context.moveTo(x + dx * 5, y + dy * 5);
      context.lineTo(x + dx * 15, y + dy * 15);
    }
    context.stroke();
  }
}

/**
 * A grey picture of doubt as a veil over the grey photograph: the more doubt, the warmer. Networks differ in how doubtful
 * they are at all; what helps is where one doubts most, so the veil spans from its surest places to its least sure.
 * @param {ImageBitmap} grey @returns {HTMLCanvasElement}
 */
export function veil(grey) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [grey.width, grey.height];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.drawImage(grey, 0, 0);
  const pixels = context.getImageData(0, 0, grey.width, grey.height);
  const sorted = pixels.data.filter((_, n) => n % 4 === 0).sort();
  const least = sorted[Math.floor(sorted.length * 0.1)];
  const span = Math.max(LEAST_SPAN, sorted[Math.floor(sorted.length * 0.98)] - least);
  for (let at = 0; at < pixels.data.length; at += 4) {
    const doubt = within((pixels.data[at] - least) / span, 0, 1);
    pixels.data.set([255 - 10 * (1 - doubt), 160 - 80 * doubt, 60, 205 * doubt ** 1.3], at);
  }
  context.putImageData(pixels, 0, 0);
  return canvas;
}

/** @param {CanvasRenderingContext2D} context @param {Viewport} viewport @param {[number, number][]} path */
function trace(context, viewport, path) {
  path.forEach(([px, py], n) => {
    const { x, y } = viewport.onScreen(px, py);
    if (n === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  });
  if (path.length === 1) {
    const { x, y } = viewport.onScreen(path[0][0], path[0][1]);
    context.lineTo(x + 0.01, y);
  }
}

/** @param {CanvasRenderingContext2D} context @param {string} color @param {() => void} shape */
function outlined(context, color, shape) {
  for (const [style, width] of /** @type {[string, number][]} */ ([
    [HALO, 6.5],
    ["rgb(255 255 255 / 0.92)", 5.2],
    [paintOf(color), 3.6],
  ])) {
    context.strokeStyle = style;
    context.lineWidth = width;
    context.beginPath();
    shape();
    context.stroke();
  }
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {string} color */
function disc(context, x, y, color) {
  for (const [style, radius] of /** @type {[string, number][]} */ ([
    [HALO, 7.5],
    ["#fff", 6.5],
    [paintOf(color), LEAST_DOT + 0.75],
  ])) {
    context.fillStyle = style;
    context.beginPath();
    context.arc(x, y, radius, 0, 7);
    context.fill();
  }
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} radius @param {string} color */
function ring(context, x, y, radius, color) {
  for (const [style, width] of /** @type {[string, number][]} */ ([
    [HALO, 3],
    [color, 1.25],
  ])) {
    context.strokeStyle = style;
    context.lineWidth = width;
    context.beginPath();
    context.arc(x, y, radius, 0, 7);
    context.stroke();
  }
}
