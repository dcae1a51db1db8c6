/** Marks as the hints file has them: adding, cutting with the eraser, and a history that can be walked both ways. */

/** @import {HintsFile, Marks, Point, Rectangle, Stroke} from "./types.js" */

/** @typedef {{x: number, y: number}} Place in shares of the picture */

const STEPS = 300; // of undo

/** The marks of a photo (frame null) or of one frame. @param {HintsFile} hints @param {number | null} frame @returns {Marks} */
export const marksOf = (hints, frame) =>
  (frame === null ? hints : (hints.frames ?? []).find((key) => key.frame === frame)) ?? {};

/** @param {Marks} marks */
export const isEmpty = (marks) =>
  !marks.points?.length &&
  !marks.strokes?.length &&
  !marks.rectangles?.length &&
  !marks.reference &&
  !marks.picture;

/** The same hints with other marks there. @param {HintsFile} hints @param {number | null} frame @param {Marks} marks @returns {HintsFile} */
export function withMarks(hints, frame, marks) {
  const { points, strokes, rectangles, reference, picture } = marks;
  const said = Object.entries({ points, strokes, rectangles, reference, picture });
  const bare = Object.fromEntries(said.filter(([, part]) => part?.length));
  if (frame === null)
    return { version: 1, ...(hints.frames?.length ? { frames: hints.frames } : {}), ...bare };
  const others = (hints.frames ?? []).filter((key) => key.frame !== frame);
  const frames = isEmpty(marks) ? others : [...others, { frame, ...bare }];
  frames.sort((a, b) => (a.frame ?? Infinity) - (b.frame ?? Infinity));
  const { frames: _, ...rest } = hints;
  return frames.length ? { ...rest, frames } : { ...rest };
}

/** The frames that somebody has corrected. @param {HintsFile} hints */
export const keyFrames = (hints) =>
  (hints.frames ?? []).flatMap((key) => (typeof key.frame === "number" ? [key.frame] : []));

/** @param {Marks} marks @param {Stroke} stroke @returns {Marks} */
export const withStroke = (marks, stroke) => ({ ...marks, strokes: [...(marks.strokes ?? []), stroke] });

/** @param {Marks} marks @param {Point} point @returns {Marks} */
export const withPoint = (marks, point) => ({ ...marks, points: [...(marks.points ?? []), point] });

/**
 * What an eraser of some radius leaves: strokes are cut where it passes, points and rectangles go as a whole.
 * @param {Marks} marks @param {Place} at @param {number} radius share of the short side
 * @param {number} across the picture's width over its short side @param {number} down its height over it
 * @returns {Marks}
 */
export function erased(marks, at, radius, across, down) {
  /** @param {number} x @param {number} y */
  const away = (x, y) => Math.hypot((x - at.x) * across, (y - at.y) * down);
  const points = marks.points?.filter((point) => away(point.x, point.y) > radius + (point.radius ?? 0));
  const strokes = marks.strokes?.flatMap((stroke) => cut(stroke, away, radius, across, down));
  const rectangles = marks.rectangles?.filter((box) => !holds(box, at));
  const same =
    points?.length === marks.points?.length &&
    rectangles?.length === marks.rectangles?.length &&
    strokes?.length === marks.strokes?.length &&
    (strokes ?? []).every((stroke, n) => stroke === marks.strokes?.[n]);
  return same
    ? marks
    : { ...marks, points: points ?? [], strokes: strokes ?? [], rectangles: rectangles ?? [] };
}

/** @param {Rectangle} box @param {Place} at */
const holds = (box, at) =>
  at.x >= box.x && at.x <= box.x + box.width && at.y >= box.y && at.y <= box.y + box.height;

/**
 * @param {Stroke} stroke @param {(x: number, y: number) => number} away @param {number} radius
 * @param {number} across @param {number} down @returns {Stroke[]}
 */
function cut(stroke, away, radius, across, down) {
  const reach = radius + stroke.width / 2;
  const dense = filled(stroke.path, Math.max(radius / 2, 0.004), across, down);
  if (!dense.some(([x, y]) => away(x, y) <= reach)) return [stroke];
  /** @type {[number, number][][]} */
  const parts = [[]];
  for (const place of dense) {
    if (away(place[0], place[1]) > reach) parts[parts.length - 1].push(place);
    else if (parts[parts.length - 1].length) parts.push([]);
  }
  return parts
    .filter((path) => path.length > 1)
    .map((path) => ({ ...stroke, path: thinned(path, 0.0006, across, down) }));
}

/** A path with places at least every `step`. @param {[number, number][]} path @param {number} step @param {number} across @param {number} down */
function filled(path, step, across, down) {
  const dense = [path[0]];
  for (let n = 1; n < path.length; n += 1) {
    const [from, to] = [path[n - 1], path[n]];
    const count = Math.ceil(Math.hypot((to[0] - from[0]) * across, (to[1] - from[1]) * down) / step) || 1;
    for (let k = 1; k <= count; k += 1) {
      dense.push([from[0] + ((to[0] - from[0]) * k) / count, from[1] + ((to[1] - from[1]) * k) / count]);
    }
  }
  return dense;
}

/**
 * A path without the places that a straight line would pass anyway (Douglas and Peucker), rounded to 1/100,000.
 * @param {[number, number][]} path @param {number} slack share of the short side @param {number} across @param {number} down
 * @returns {[number, number][]}
 */
export function thinned(path, slack, across, down) {
  const keep = new Set([0, path.length - 1]);
  const spans = [[0, path.length - 1]];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [first, last] = span;
    let [worst, where] = [slack, -1];
    for (let n = first + 1; n < last; n += 1) {
      const off = fromLine(path[n], path[first], path[last], across, down);
      if (off > worst) [worst, where] = [off, n];
    }
    if (where >= 0) {
      keep.add(where);
      spans.push([first, where], [where, last]);
    }
  }
  /** @param {number} v */
  const short = (v) => Math.round(v * 1e5) / 1e5;
  return [...keep].sort((a, b) => a - b).map((n) => [short(path[n][0]), short(path[n][1])]);
}

/** @param {[number, number]} place @param {[number, number]} from @param {[number, number]} to @param {number} across @param {number} down */
function fromLine(place, from, to, across, down) {
  const [dx, dy] = [(to[0] - from[0]) * across, (to[1] - from[1]) * down];
  const [px, py] = [(place[0] - from[0]) * across, (place[1] - from[1]) * down];
  const along = Math.min(1, Math.max(0, (px * dx + py * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(px - along * dx, py - along * dy);
}

/** Hints with undo and redo. Tells "change" after each step. */
export class History extends EventTarget {
  /** @type {HintsFile[]} */ #past = [];
  /** @type {HintsFile[]} */ #future = [];

  /** @param {HintsFile} hints */
  constructor(hints) {
    super();
    this.hints = hints;
  }

  get canUndo() {
    return this.#past.length > 0;
  }
  get canRedo() {
    return this.#future.length > 0;
  }

  /** @param {HintsFile} hints */
  apply(hints) {
    if (hints === this.hints) return;
    this.#past = [...this.#past.slice(1 - STEPS), this.hints];
    this.#future = [];
    this.#show(hints);
  }

  undo() {
    this.#walk(this.#past, this.#future);
  }
  redo() {
    this.#walk(this.#future, this.#past);
  }

  /** @param {HintsFile[]} from @param {HintsFile[]} to */
  #walk(from, to) {
    const hints = from.pop();
    if (!hints) return;
    to.push(this.hints);
    this.#show(hints);
  }

  /** @param {HintsFile} hints */
  #show(hints) {
    this.hints = hints;
    this.dispatchEvent(new Event("change"));
  }
}
