/** Two tools: select a mark and move it; draw around a thing, or fill it. */

/** @import {Gesture} from "./canvas.js" */
/** @import {EditorSession} from "./session.js" */
/** @import {Position} from "./types.js" */
import { clamp } from "./dom.js";
import { simplify, withArea } from "./marks.js";
import { fillSimilar, traceOutlines } from "./outlines.js";
import { markAt } from "./selection.js";
import { toast } from "./toast.js";

const CLICK = 0.012; // of the short side: a shorter way is a click
const TOLERANCE = 9; // of 255: how much similar pixels may differ from the one that was clicked
const LINE_TOLERANCE = 0.0025; // of the short side: simplification of outlines
const CORNERS = 400; // of an outline, at most

/** @param {EditorSession} session @param {Position} from @returns {Gesture} */
export function selectGesture(session, from) {
  const { selection, canvas } = session;
  selection.choose(markAt(session.marks, from, session.aspect, canvas.machineVisible));
  const original = selection.mark;
  return {
    move(at) {
      if (original) selection.move(original, at.x - from.x, at.y - from.y);
    },
    end: () => selection.finish(),
    cancel() {
      if (original) selection.move(original, 0, 0);
      selection.finish();
    },
  };
}

/**
 * A closed line around a thing becomes an area. A click becomes the area of the similar pixels around it.
 * @param {EditorSession} session
 * @param {Position} from
 * @returns {Gesture | null}
 */
export function areaGesture(session, from) {
  if (from.x < 0 || from.x > 1 || from.y < 0 || from.y > 1) return null;
  const { aspect, marks, color, reach } = session;
  /** @type {[number, number][]} */
  const line = [[from.x, from.y]];
  let length = 0;
  session.canvas.probe(from);
  /** @param {[number, number][]} outline */
  const commit = (outline) => session.commit(withArea(marks, { outline, color, reach }));
  return {
    move(at) {
      const [x, y] = [clamp(at.x, 0, 1), clamp(at.y, 0, 1)];
      const [lastX, lastY] = line[line.length - 1];
      length += Math.hypot((x - lastX) * aspect.width, (y - lastY) * aspect.height);
      line.push([x, y]);
      if (length > CLICK) session.showLasso(line);
    },
    end() {
      session.showLasso(null);
      if (length > CLICK) {
        const outline = shorten(line, aspect);
        if (outline.length > 2) commit(outline);
        return;
      }
      const outline = similarAround(session, from);
      if (outline) commit(outline);
      else toast("No similar pixels lie around this place. Draw around the thing instead.");
    },
    cancel: () => session.showLasso(null),
  };
}

/** The outline of the pixels that look like the one at a position. @param {EditorSession} session @param {Position} at */
function similarAround(session, at) {
  const grey = session.layers.greyPlane();
  if (!grey) return null;
  const x = clamp(Math.floor(at.x * grey.width), 0, grey.width - 1);
  const y = clamp(Math.floor(at.y * grey.height), 0, grey.height - 1);
  const [outline] = traceOutlines(fillSimilar(grey, x, y, TOLERANCE));
  return outline ? shorten(outline, session.aspect) : null;
}

/** @param {[number, number][]} line @param {import("./marks.js").Aspect} aspect */
function shorten(line, aspect) {
  let tolerance = LINE_TOLERANCE;
  let short = simplify(line, tolerance, aspect);
  while (short.length > CORNERS) {
    tolerance *= 1.5;
    short = simplify(line, tolerance, aspect);
  }
  return short;
}
