/** The selected mark: find it under the pointer, change, move and remove it. */

/** @import {EditorSession} from "./session.js" */
/** @import {Aspect} from "./marks.js" */
/** @import {Mark, MarkKind, Marks, Point, Position, Rectangle, Stroke} from "./types.js" */
import { clamp, debounce } from "./dom.js";
import { cornersOf, KINDS, lineDistance } from "./marks.js";
import { isInside } from "./outlines.js";

const COMMIT_DELAY = 400; // milliseconds after the last change: a slider that is dragged is one step
const TOUCH = 0.015; // of the short side: a pointer may miss a mark by this much

/** @typedef {{kind: MarkKind, n: number}} MarkPlace its place in the lists of marks */

/** Events: "change" (another mark is selected, or it has changed). */
export class Selection extends EventTarget {
  /** @type {MarkPlace | null} */ #place = null;
  /** @type {Marks | null} */ #changed = null;
  #commitLater = debounce(() => this.#commit(), COMMIT_DELAY);

  /** @param {EditorSession} session */
  constructor(session) {
    super();
    this.session = session;
    session.addEventListener("marks", () => this.#marksChanged());
  }

  get place() {
    return this.#place;
  }

  /** The selected mark, with changes that are not saved yet. @returns {Mark | null} */
  get mark() {
    const place = this.#place;
    return place ? ((this.#changed ?? this.session.marks)[place.kind]?.[place.n] ?? null) : null;
  }

  /** @param {MarkPlace | null} place */
  choose(place) {
    this.#commitLater.flush();
    this.#place = place;
    this.#show();
  }

  /** Change some fields of the selected mark. It is saved a moment later. @param {Partial<Mark>} fields */
  change(fields) {
    const { mark } = this;
    if (mark) this.#replace({ ...mark, ...fields });
  }

  /** Move the selected mark from where it was. @param {Mark} original @param {number} dx @param {number} dy 0…1 of the picture */
  move(original, dx, dy) {
    this.#replace(movedMark(original, dx, dy));
  }

  remove() {
    const place = this.#place;
    if (!place || !this.mark) return;
    this.#commitLater.cancel();
    const { marks } = this.session;
    const rest = (marks[place.kind] ?? []).filter((_, n) => n !== place.n);
    this.#place = this.#changed = null;
    this.session.commit({ ...marks, [place.kind]: rest });
  }

  /** Save a change now. */
  finish() {
    this.#commitLater.flush();
  }

  /** @param {Mark} mark */
  #replace(mark) {
    const place = this.#place;
    if (!place) return;
    const marks = this.#changed ?? this.session.marks;
    const list = (marks[place.kind] ?? []).map((other, n) => (n === place.n ? mark : other));
    this.#changed = { ...marks, [place.kind]: list };
    this.session.setDraft(this.#changed);
    this.#commitLater();
    this.#show();
  }

  #commit() {
    const changed = this.#changed;
    this.#changed = null;
    if (changed) this.session.commit(changed);
  }

  #marksChanged() {
    if (this.#place && !this.mark) this.#place = null;
    this.#show();
  }

  #show() {
    const place = this.#place;
    this.session.canvas.selected = place && this.mark ? { kind: place.kind, mark: this.mark } : null;
    this.session.canvas.redraw();
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * The highest mark at a position.
 * @param {Marks} marks
 * @param {Position} at
 * @param {Aspect} aspect
 * @param {boolean} machine whether the machine's points can be found
 * @returns {MarkPlace | null}
 */
export function markAt(marks, at, aspect, machine) {
  for (const kind of KINDS) {
    const list = /** @type {Mark[]} */ (marks[kind] ?? []);
    for (let n = list.length - 1; n >= 0; n -= 1) {
      const visible = machine || !("by" in list[n]) || /** @type {Point} */ (list[n]).by !== "machine";
      if (visible && covers(list[n], at, aspect)) return { kind, n };
    }
  }
  return null;
}

/** @param {Mark} mark @param {Position} at @param {Aspect} aspect */
function covers(mark, at, aspect) {
  if ("outline" in mark) return isInside(mark.outline, at);
  if ("path" in mark) {
    return mark.path.some(
      (to, n) =>
        lineDistance([at.x, at.y], mark.path[Math.max(0, n - 1)], to, aspect) <= mark.width / 2 + TOUCH,
    );
  }
  if ("height" in mark) return isInside(cornersOf(mark), at);
  const distance = Math.hypot((mark.x - at.x) * aspect.width, (mark.y - at.y) * aspect.height);
  return distance <= (mark.radius ?? 0) + TOUCH;
}

/** @param {Mark} mark @param {number} dx @param {number} dy @returns {Mark} */
function movedMark(mark, dx, dy) {
  const round = (/** @type {number} */ v) => Math.round(clamp(v, 0, 1) * 1e5) / 1e5;
  const moved = (/** @type {[number, number][]} */ line) =>
    line.map(([x, y]) => /** @type {[number, number]} */ ([round(x + dx), round(y + dy)]));
  if ("outline" in mark) return { ...mark, outline: moved(mark.outline) };
  if ("path" in mark) return { ...mark, path: moved(/** @type {Stroke} */ (mark).path) };
  const placed = /** @type {Point | Rectangle} */ (mark);
  return { ...placed, x: round(placed.x + dx), y: round(placed.y + dy) };
}
