/** What a hand can do on the picture. Each tool makes a gesture out of a place and changes the marks of the bench. */

/** @import {Bench} from "./bench.js" */
/** @import {Gesture, Place, Tool} from "./canvas.js" */
import { erased, thinned, withPoint, withStroke } from "./marks.js";

const SLACK = 0.0012; // of the short side: what a stroke may be smoothed by
const POINT = 0.4; // a point's radius, as a share of the brush's width

/** @typedef {"brush" | "point" | "erase" | "grey" | "pick" | "hand"} ToolName */
/** @type {{name: ToolName, label: string, key: string, tip: string}[]} */
export const TOOLS = [
  {
    name: "brush",
    label: "Brush",
    key: "B",
    tip: "Draw a line of colour over a thing whose colour you know",
  },
  { name: "point", label: "Point", key: "P", tip: "Put one dot of colour down" },
  { name: "grey", label: "Keep grey", key: "G", tip: "Draw where no colour belongs" },
  { name: "erase", label: "Erase", key: "E", tip: "Take marks away" },
  { name: "pick", label: "Pick a colour", key: "I", tip: "Take a colour out of the picture" },
  { name: "hand", label: "Move", key: "H", tip: "Drag the picture about" },
];

const NOTHING = { move: () => {}, end: () => {}, cancel: () => {} };

/** @param {Bench} bench @param {ToolName} name @returns {Tool} */
export function toolOf(bench, name) {
  switch (name) {
    case "brush":
      return { start: (at) => drawing(bench, at, bench.color) };
    case "grey":
      return { start: (at) => drawing(bench, at, "grey") };
    case "point":
      return { start: (at) => dotting(bench, at) };
    case "erase":
      return { start: (at) => erasing(bench, at) };
    case "pick":
      return { start: (at) => picking(bench, at) };
    default:
      return { start: () => NOTHING };
  }
}

/** @param {Place} at */
const outside = (at) => at.x < 0 || at.x > 1 || at.y < 0 || at.y > 1;

/** @param {Place} at @returns {[number, number]} */
const kept = (at) => [Math.min(1, Math.max(0, at.x)), Math.min(1, Math.max(0, at.y))];

/** @param {Bench} bench @param {Place} from @param {string} color @returns {Gesture | null} */
function drawing(bench, from, color) {
  if (outside(from)) return null;
  const marks = bench.marks;
  /** @type {[number, number][]} */
  const path = [kept(from)];
  const made = () =>
    withStroke(marks, { path: thinned(path, SLACK, bench.across, bench.down), color, width: bench.size });
  const show = () => bench.draft(made(), { path, color, width: bench.size });
  bench.canvas.place(from);
  show();
  return {
    move(at) {
      path.push(kept(at));
      show();
    },
    end() {
      bench.commit(made());
    },
    cancel() {
      bench.draft(null);
    },
  };
}

/** @param {Bench} bench @param {Place} at @returns {Gesture | null} */
function dotting(bench, at) {
  if (outside(at)) return null;
  const marks = bench.marks;
  const made = (/** @type {Place} */ spot) => {
    const [x, y] = thinned([kept(spot)], 0, 1, 1)[0];
    return withPoint(marks, { x, y, color: bench.color, radius: Math.round(bench.size * POINT * 1e4) / 1e4 });
  };
  let last = at;
  bench.canvas.place(at);
  bench.draft(made(at));
  return {
    move(to) {
      last = to;
      bench.draft(made(to));
    },
    end() {
      bench.commit(made(last));
    },
    cancel() {
      bench.draft(null);
    },
  };
}

/** @param {Bench} bench @param {Place} from @returns {Gesture} */
function erasing(bench, from) {
  let marks = bench.marks;
  const wipe = (/** @type {Place} */ at) => {
    const left = erased(marks, at, bench.size / 2, bench.across, bench.down);
    if (left !== marks) {
      marks = left;
      bench.draft(marks);
    }
  };
  wipe(from);
  return {
    move: wipe,
    end() {
      bench.commit(marks);
    },
    cancel() {
      bench.draft(null);
    },
  };
}

/** @param {Bench} bench @param {Place} from @returns {Gesture} */
function picking(bench, from) {
  const take = (/** @type {Place} */ at) => {
    if (!outside(at)) bench.setColor(bench.canvas.colorAt(at));
  };
  take(from);
  return {
    move: take,
    end() {
      bench.setTool("brush");
    },
    cancel() {},
  };
}
