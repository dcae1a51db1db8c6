/** Draw the overlay of the picture: marks, the stroke being drawn, the brush cursor and the keyboard's cross. */

/** @import {Mark, MarkKind, Marks, Point, Rectangle} from "./types.js" */
/** @import {Viewport} from "./viewport.js" */
import { fillColor } from "./color.js";
import { cornersOf } from "./marks.js";

/** @typedef {{path: [number, number][], color: string, width: number}} StrokePreview */

const DARK = "rgb(10 10 11 / 0.75)";
const WHITE = "rgb(255 255 255 / 0.92)";
const DOT = 4.75; // CSS pixels, radius

/**
 * Draw marks: colour inside, white and dark outlines around it, so that they are visible on every picture.
 * @param {CanvasRenderingContext2D} context
 * @param {Viewport} viewport
 * @param {Marks} marks
 * @param {boolean} machine whether the machine's points are drawn, as diamonds
 */
export function drawMarks(context, viewport, marks, machine) {
  context.lineCap = context.lineJoin = "round";
  for (const box of marks.rectangles ?? []) {
    const from = viewport.toScreen(box.x, box.y);
    const to = viewport.toScreen(box.x + box.width, box.y + box.height);
    outline(context, box.color, () => context.rect(from.x, from.y, to.x - from.x, to.y - from.y));
  }
  for (const area of marks.areas ?? []) drawArea(context, viewport, area);
  for (const stroke of marks.strokes ?? []) {
    outline(context, stroke.color, () => addPath(context, viewport, stroke.path));
  }
  for (const point of marks.points ?? []) {
    const { x, y } = viewport.toScreen(point.x, point.y);
    if (point.by === "machine") {
      if (machine) drawDiamond(context, x, y, point.color);
      continue;
    }
    drawDot(context, x, y, point.color);
    const radius = (point.radius ?? 0) * viewport.shortSide;
    if (radius > 9) drawRing(context, x, y, radius, "rgb(255 255 255 / 0.5)");
  }
}

/** @param {CanvasRenderingContext2D} context @param {Viewport} viewport @param {import("./types.js").Area} area */
function drawArea(context, viewport, { outline: line, color }) {
  const add = () => {
    addPath(context, viewport, line);
    context.closePath();
  };
  context.save();
  context.globalAlpha = 0.18;
  context.fillStyle = fillColor(color);
  context.beginPath();
  add();
  context.fill("evenodd");
  context.restore();
  outline(context, color, add);
}

/** Draw a thin dashed line around everything that a mark changes. @param {CanvasRenderingContext2D} context @param {Viewport} viewport @param {[number, number][][]} outlines */
export function drawFootprint(context, viewport, outlines) {
  context.save();
  for (const [style, dash] of /** @type {[string, number[]][]} */ ([
    [DARK, []],
    ["#fff", [4, 4]],
  ])) {
    context.strokeStyle = style;
    context.lineWidth = 1.2;
    context.setLineDash(dash);
    for (const line of outlines) {
      context.beginPath();
      addPath(context, viewport, line);
      context.closePath();
      context.stroke();
    }
  }
  context.restore();
}

/** Draw dashes around the selected mark. @param {CanvasRenderingContext2D} context @param {Viewport} viewport @param {{kind: MarkKind, mark: Mark}} selected */
export function drawSelected(context, viewport, { kind, mark }) {
  context.save();
  context.lineCap = context.lineJoin = "round";
  const add = () => {
    if ("outline" in mark || kind === "rectangles") {
      addPath(
        context,
        viewport,
        "outline" in mark ? mark.outline : cornersOf(/** @type {Rectangle} */ (mark)),
      );
      context.closePath();
    } else if ("path" in mark) {
      addPath(context, viewport, mark.path);
    } else {
      const { x, y } = viewport.toScreen(/** @type {Point} */ (mark).x, /** @type {Point} */ (mark).y);
      context.arc(x, y, 13, 0, 7);
    }
  };
  for (const [style, width, dash] of /** @type {[string, number, number[]][]} */ ([
    [DARK, 3.5, []],
    ["#fff", 2, [6, 5]],
  ])) {
    context.strokeStyle = style;
    context.lineWidth = width;
    context.setLineDash(dash);
    context.beginPath();
    add();
    context.stroke();
  }
  context.restore();
}

/** Draw the line that goes around a thing, and its closing side. @param {CanvasRenderingContext2D} context @param {Viewport} viewport @param {{path: [number, number][], color: string}} lasso */
export function drawLasso(context, viewport, { path, color }) {
  drawArea(context, viewport, { outline: path, color });
}

/** Draw a stroke at its true width. @param {CanvasRenderingContext2D} context @param {Viewport} viewport @param {StrokePreview} stroke */
export function drawStrokePreview(context, viewport, { path, color, width }) {
  context.save();
  context.lineCap = context.lineJoin = "round";
  context.globalAlpha = 0.35;
  context.lineWidth = Math.max(width * viewport.shortSide, 2);
  context.strokeStyle = fillColor(color);
  context.beginPath();
  addPath(context, viewport, path);
  context.stroke();
  context.restore();
}

/**
 * Draw the brush cursor: a ring, and a dot of the colour beside it.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} radius CSS pixels
 * @param {string | null} color
 */
export function drawBrush(context, x, y, radius, color) {
  const size = Math.max(radius, 2.5);
  const offset = size * 0.707 + 7;
  drawRing(context, x, y, size, "rgb(255 255 255 / 0.9)");
  if (color) drawDot(context, x + offset, y + offset, color);
}

/** Draw the cross where the keyboard uses the tool. @param {CanvasRenderingContext2D} context @param {number} x @param {number} y */
export function drawCross(context, x, y) {
  for (const [style, width] of /** @type {[string, number][]} */ ([
    [DARK, 4],
    ["#fff", 1.5],
  ])) {
    context.strokeStyle = style;
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

/** @param {CanvasRenderingContext2D} context @param {Viewport} viewport @param {[number, number][]} path */
function addPath(context, viewport, path) {
  path.forEach(([px, py], n) => {
    const { x, y } = viewport.toScreen(px, py);
    if (n === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  });
  if (path.length === 1) {
    const { x, y } = viewport.toScreen(path[0][0], path[0][1]);
    context.lineTo(x + 0.01, y); // a path of one position would not be drawn
  }
}

/** Stroke a shape three times, each thinner. @param {CanvasRenderingContext2D} context @param {string} color @param {() => void} addShape */
function outline(context, color, addShape) {
  for (const [style, width] of /** @type {[string, number][]} */ ([
    [DARK, 6.5],
    [WHITE, 5.2],
    [fillColor(color), 3.6],
  ])) {
    context.strokeStyle = style;
    context.lineWidth = width;
    context.beginPath();
    addShape();
    context.stroke();
  }
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {string} color */
function drawDot(context, x, y, color) {
  for (const [style, radius] of /** @type {[string, number][]} */ ([
    [DARK, 7.5],
    ["#fff", 6.5],
    [fillColor(color), DOT],
  ])) {
    context.fillStyle = style;
    context.beginPath();
    context.arc(x, y, radius, 0, 7);
    context.fill();
  }
}

/** A point of the machine. @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {string} color */
function drawDiamond(context, x, y, color) {
  for (const [style, radius] of /** @type {[string, number][]} */ ([
    [DARK, 8],
    ["#fff", 6.8],
    [fillColor(color), 5],
  ])) {
    context.fillStyle = style;
    context.beginPath();
    for (const [dx, dy] of [
      [0, -1],
      [1, 0],
      [0, 1],
      [-1, 0],
    ]) {
      context.lineTo(x + dx * radius, y + dy * radius);
    }
    context.fill();
  }
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} radius @param {string} color */
function drawRing(context, x, y, radius, color) {
  for (const [style, width] of /** @type {[string, number][]} */ ([
    [DARK, 3],
    [color, 1.25],
  ])) {
    context.strokeStyle = style;
    context.lineWidth = width;
    context.beginPath();
    context.arc(x, y, radius, 0, 7);
    context.stroke();
  }
}
