/** The tools of the editor. Each tool starts a gesture at a position; the gesture changes the marks. */

/** @import {Gesture, Tool} from "./canvas.js" */
/** @import {EditorSession} from "./session.js" */
/** @import {Position} from "./types.js" */
import { clamp } from "./dom.js";
import { erase, simplify, withPoint, withStroke } from "./marks.js";
import { areaGesture, selectGesture } from "./select-tool.js";

const STROKE_TOLERANCE = 0.0012; // of the short side: simplification of a drawn stroke
export const POINT_SIZE = 0.4; // radius of a point, as a fraction of the brush's width
const NO_GESTURE = { move: () => {}, end: () => {}, cancel: () => {} };

/** @typedef {"brush" | "point" | "area" | "select" | "erase" | "grey" | "pick" | "hand"} ToolName */
/** @type {{name: ToolName, label: string, key: string, tip: string}[]} */
export const TOOLS = [
  { name: "brush", label: "Brush", key: "B", tip: "draw on a thing whose colour you know" },
  { name: "point", label: "Point", key: "P", tip: "put one dot of colour" },
  {
    name: "area",
    label: "Area",
    key: "A",
    tip: "draw around a thing, or click on it to fill what looks alike",
  },
  { name: "select", label: "Select", key: "V", tip: "choose a mark to change, move or remove it" },
  { name: "grey", label: "Keep grey", key: "G", tip: "draw where the picture must stay grey" },
  { name: "erase", label: "Erase", key: "E", tip: "remove marks" },
  { name: "pick", label: "Pick a colour", key: "I", tip: "take a colour from the picture" },
  { name: "hand", label: "Move", key: "H", tip: "drag the picture" },
];

/** @param {EditorSession} session @param {ToolName} name @returns {Tool} */
export function createTool(session, name) {
  switch (name) {
    case "brush":
      return { start: (at) => strokeGesture(session, at, session.color) };
    case "grey":
      return { start: (at) => strokeGesture(session, at, "grey") };
    case "point":
      return { start: (at) => pointGesture(session, at) };
    case "erase":
      return { start: (at) => eraseGesture(session, at) };
    case "area":
      return { start: (at) => areaGesture(session, at) };
    case "select":
      return { start: (at) => selectGesture(session, at) };
    case "pick":
      return { start: (at) => pickGesture(session, at) };
    default:
      return { start: () => NO_GESTURE };
  }
}

/** @param {Position} at */
const isOutside = (at) => at.x < 0 || at.x > 1 || at.y < 0 || at.y > 1;

/** The nearest position on the picture. @param {Position} at @returns {[number, number]} */
const clampPosition = (at) => [clamp(at.x, 0, 1), clamp(at.y, 0, 1)];

/** @param {EditorSession} session @param {Position} from @param {string} color @returns {Gesture | null} */
function strokeGesture(session, from, color) {
  if (isOutside(from)) return null;
  const { marks, size: width, reach } = session;
  /** @type {[number, number][]} */
  const path = [clampPosition(from)];
  const result = () =>
    withStroke(marks, { path: simplify(path, STROKE_TOLERANCE, session.aspect), color, width, reach });
  const show = () => session.setDraft(result(), { path, color, width });
  session.canvas.probe(from);
  show();
  return {
    move(at) {
      path.push(clampPosition(at));
      show();
    },
    end: () => session.commit(result()),
    cancel: () => session.setDraft(null),
  };
}

/** @param {EditorSession} session @param {Position} start @returns {Gesture | null} */
function pointGesture(session, start) {
  if (isOutside(start)) return null;
  const { marks, reach } = session;
  const result = (/** @type {Position} */ at) => {
    const [[x, y]] = simplify([clampPosition(at)], 0, session.aspect);
    const radius = Math.round(session.size * POINT_SIZE * 1e4) / 1e4;
    return withPoint(marks, { x, y, color: session.color, radius, reach });
  };
  let last = start;
  session.canvas.probe(start);
  session.setDraft(result(start));
  return {
    move(at) {
      last = at;
      session.setDraft(result(at));
    },
    end: () => session.commit(result(last)),
    cancel: () => session.setDraft(null),
  };
}

/** @param {EditorSession} session @param {Position} start @returns {Gesture} */
function eraseGesture(session, start) {
  let { marks } = session;
  const move = (/** @type {Position} */ at) => {
    const rest = erase(marks, at, session.size / 2, session.aspect, session.canvas.machineVisible);
    if (rest === marks) return;
    marks = rest;
    session.setDraft(marks);
  };
  move(start);
  return { move, end: () => session.commit(marks), cancel: () => session.setDraft(null) };
}

/** Takes a colour and keeps the tool: for a click with Alt. @param {EditorSession} session @returns {Tool} */
export const quickPicker = (session) => ({ start: (at) => ({ ...pickGesture(session, at), end: () => {} }) });

/** @param {EditorSession} session @param {Position} start @returns {Gesture} */
function pickGesture(session, start) {
  const move = (/** @type {Position} */ at) => {
    if (!isOutside(at)) session.setColor(session.canvas.colorAt(at));
  };
  move(start);
  return { move, end: () => session.setTool("brush"), cancel: () => {} };
}
