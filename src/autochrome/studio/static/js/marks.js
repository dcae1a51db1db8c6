/** Edit the marks of a hints file: add, erase, simplify. Every function returns new marks. */

/** @import {HintsFile, MarkKind, Marks, Point, Position, Stroke} from "./types.js" */
import { isInside } from "./outlines.js";

const ERASED_TOLERANCE = 0.0006; // of the short side: simplification of what an eraser leaves

/** The kinds of marks, the highest first. @type {MarkKind[]} */
export const KINDS = ["points", "strokes", "areas", "rectangles"];

/**
 * The picture's sides as multiples of its short side: they turn differences of positions into lengths.
 * @typedef {{width: number, height: number}} Aspect
 */

/** The marks of a photo (frame null) or of one frame. @param {HintsFile} hints @param {number | null} frame @returns {Marks} */
export const marksOf = (hints, frame) =>
  (frame === null ? hints : (hints.frames ?? []).find((key) => key.frame === frame)) ?? {};

/** @param {Marks} marks */
export const isEmpty = (marks) =>
  !KINDS.some((kind) => marks[kind]?.length) &&
  !marks.references?.length &&
  !marks.reference &&
  !marks.picture;

/** Replace the marks of a photo or of one frame. @param {HintsFile} hints @param {number | null} frame @param {Marks} marks @returns {HintsFile} */
export function withMarks(hints, frame, marks) {
  const { points, strokes, areas, rectangles, reference, references, picture } = marks;
  const parts = Object.entries({ points, strokes, areas, rectangles, reference, references, picture });
  const present = Object.fromEntries(parts.filter(([, part]) => part?.length));
  if (frame === null) {
    return { version: 1, ...(hints.frames?.length ? { frames: hints.frames } : {}), ...present };
  }
  const others = (hints.frames ?? []).filter((key) => key.frame !== frame);
  const frames = isEmpty(marks) ? others : [...others, { frame, ...present }];
  frames.sort((a, b) => (a.frame ?? Infinity) - (b.frame ?? Infinity));
  const { frames: _, ...rest } = hints;
  return frames.length ? { ...rest, frames } : { ...rest };
}

/** Marks of one frame and of another, as marks of one. @param {Marks} marks @param {Marks} more @returns {Marks} */
export const mergedMarks = (marks, more) => ({
  ...marks,
  ...Object.fromEntries(KINDS.map((kind) => [kind, [...(marks[kind] ?? []), ...(more[kind] ?? [])]])),
  reference: marks.reference ?? more.reference ?? null,
});

/** The frames with marks. @param {HintsFile} hints */
export const keyFrames = (hints) =>
  (hints.frames ?? []).flatMap((key) => (typeof key.frame === "number" ? [key.frame] : []));

/** @param {Marks} marks @param {Stroke} stroke @returns {Marks} */
export const withStroke = (marks, stroke) => ({ ...marks, strokes: [...(marks.strokes ?? []), stroke] });

/** @param {Marks} marks @param {import("./types.js").Area} area @returns {Marks} */
export const withArea = (marks, area) => ({ ...marks, areas: [...(marks.areas ?? []), area] });

/** @param {Marks} marks @param {Point} point @returns {Marks} */
export const withPoint = (marks, point) => ({ ...marks, points: [...(marks.points ?? []), point] });

/**
 * Erase in a circle: strokes are cut; points, areas and rectangles are removed as a whole.
 * @param {Marks} marks
 * @param {Position} at
 * @param {number} radius fraction of the short side
 * @param {Aspect} aspect
 * @param {boolean} machine whether the machine's points are erased too
 * @returns {Marks} the same object when nothing is erased
 */
export function erase(marks, at, radius, aspect, machine) {
  /** @type {(x: number, y: number) => number} */
  const distance = (x, y) => Math.hypot((x - at.x) * aspect.width, (y - at.y) * aspect.height);
  const { points = [], strokes = [], areas = [], rectangles = [] } = marks;
  const rest = {
    points: points.filter(
      (point) =>
        (point.by === "machine" && !machine) || distance(point.x, point.y) > radius + (point.radius ?? 0),
    ),
    strokes: strokes.flatMap((stroke) => cutStroke(stroke, distance, radius, aspect)),
    areas: areas.filter((area) => !isInside(area.outline, at)),
    rectangles: rectangles.filter((box) => !isInside(cornersOf(box), at)),
  };
  const unchanged = KINDS.every(
    (kind) =>
      rest[kind].length === (marks[kind]?.length ?? 0) &&
      rest[kind].every((mark, n) => mark === marks[kind]?.[n]),
  );
  return unchanged ? marks : { ...marks, ...rest };
}

/** @param {import("./types.js").Rectangle} box @returns {[number, number][]} */
export const cornersOf = ({ x, y, width, height }) => [
  [x, y],
  [x + width, y],
  [x + width, y + height],
  [x, y + height],
];

/**
 * The parts of a stroke that the eraser leaves.
 * @param {Stroke} stroke
 * @param {(x: number, y: number) => number} distance from the eraser, fraction of the short side
 * @param {number} radius
 * @param {Aspect} aspect
 * @returns {Stroke[]}
 */
function cutStroke(stroke, distance, radius, aspect) {
  const reach = radius + stroke.width / 2;
  const dense = subdivide(stroke.path, Math.max(radius / 2, 0.004), aspect);
  if (!dense.some(([x, y]) => distance(x, y) <= reach)) return [stroke];
  /** @type {[number, number][][]} */
  const parts = [[]];
  for (const position of dense) {
    if (distance(...position) > reach) parts[parts.length - 1].push(position);
    else if (parts[parts.length - 1].length) parts.push([]);
  }
  return parts
    .filter((path) => path.length > 1)
    .map((path) => ({ ...stroke, path: simplify(path, ERASED_TOLERANCE, aspect) }));
}

/** Add positions to a path, so that neighbours are at most `step` apart. @param {[number, number][]} path @param {number} step @param {Aspect} aspect */
function subdivide(path, step, aspect) {
  const dense = [path[0]];
  for (let n = 1; n < path.length; n += 1) {
    const [from, to] = [path[n - 1], path[n]];
    const length = Math.hypot((to[0] - from[0]) * aspect.width, (to[1] - from[1]) * aspect.height);
    const count = Math.ceil(length / step) || 1;
    for (let k = 1; k <= count; k += 1) {
      dense.push([from[0] + ((to[0] - from[0]) * k) / count, from[1] + ((to[1] - from[1]) * k) / count]);
    }
  }
  return dense;
}

/**
 * Remove positions that lie close to a straight line (Douglas–Peucker), and round to 1/100,000.
 * @param {[number, number][]} path
 * @param {number} tolerance fraction of the short side
 * @param {Aspect} aspect
 * @returns {[number, number][]}
 */
export function simplify(path, tolerance, aspect) {
  const kept = new Set([0, path.length - 1]);
  const spans = [[0, path.length - 1]];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [first, last] = span;
    let [farthest, at] = [tolerance, -1];
    for (let n = first + 1; n < last; n += 1) {
      const distance = lineDistance(path[n], path[first], path[last], aspect);
      if (distance > farthest) [farthest, at] = [distance, n];
    }
    if (at >= 0) {
      kept.add(at);
      spans.push([first, at], [at, last]);
    }
  }
  const round = (/** @type {number} */ v) => Math.round(v * 1e5) / 1e5;
  return [...kept].sort((a, b) => a - b).map((n) => [round(path[n][0]), round(path[n][1])]);
}

/** The distance of a position from a line. @param {[number, number]} position @param {[number, number]} from @param {[number, number]} to @param {Aspect} aspect */
export function lineDistance(position, from, to, aspect) {
  const [dx, dy] = [(to[0] - from[0]) * aspect.width, (to[1] - from[1]) * aspect.height];
  const [px, py] = [(position[0] - from[0]) * aspect.width, (position[1] - from[1]) * aspect.height];
  const along = Math.min(1, Math.max(0, (px * dx + py * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(px - along * dx, py - along * dy);
}
