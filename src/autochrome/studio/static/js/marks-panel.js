/** The marks panel: all marks of the picture as a list, and the size, strength and reach of the selected one. */

/** @import {EditorSession} from "./session.js" */
/** @import {MarkPlace} from "./selection.js" */
/** @import {Mark, MarkKind, Point, Stroke} from "./types.js" */
import { fillColor } from "./color.js";
import { h, setChildren } from "./dom.js";
import { formatCount } from "./format.js";
import { icon } from "./icons.js";
import { KINDS, keyFrames } from "./marks.js";
import { reachText, slider } from "./slider.js";

const SHOWN = 60; // rows at most
const [MIN_SIZE, MAX_SIZE] = [0.004, 0.5]; // fraction of the short side
/** @type {Record<MarkKind, string>} */
const NAMES = { points: "Point", strokes: "Stroke", areas: "Area", rectangles: "Rectangle" };

/** @param {EditorSession} session @param {AbortSignal} signal */
export function marksPanel(session, signal) {
  const list = h("ul", { class: "mark-list", role: "list" });
  const none = h("p", { class: "help" }, "Nothing is marked yet.");
  const others = h("div", { class: "other-frames" });
  const machine = machineRow(session, signal);
  const show = () => {
    const rows = rowsOf(session);
    none.hidden = rows.length > 0;
    const more = rows.length > SHOWN && h("li", { class: "help" }, `and ${rows.length - SHOWN} more`);
    setChildren(list, ...rows.slice(0, SHOWN).map((place) => markRow(session, place)), more);
    setChildren(others, ...otherFrames(session));
  };
  const showSelected = () => {
    const { place } = session.selection;
    for (const button of list.querySelectorAll("button")) {
      const own = place !== null && button.dataset.place === `${place.kind} ${place.n}`;
      if (own !== (button.getAttribute("aria-pressed") === "true")) {
        button.setAttribute("aria-pressed", String(own));
        if (own) button.scrollIntoView({ block: "nearest" });
      }
    }
  };
  const showAll = () => {
    show();
    showSelected();
  };
  session.addEventListener("marks", showAll, { signal });
  session.addEventListener("marks-visible", showAll, { signal });
  session.selection.addEventListener("change", showSelected, { signal });
  showAll();
  return h(
    "section",
    { class: "panel marks-panel", "aria-label": "Marks" },
    h("h3", {}, "Marks"),
    none,
    list,
    selectedMark(session, signal),
    machine,
    others,
  );
}

/** The marks of a person, the highest first; those of the machine too, where they are visible. @param {EditorSession} session @returns {MarkPlace[]} */
function rowsOf({ marks, canvas }) {
  return KINDS.flatMap((kind) =>
    (marks[kind] ?? [])
      .map((mark, n) => ({ kind, n, mark }))
      .filter(({ mark }) => canvas.machineVisible || !isMachine(mark))
      .reverse(),
  );
}

/** @param {Mark} mark */
const isMachine = (mark) => /** @type {Point} */ (mark).by === "machine";

/** @param {EditorSession} session @param {MarkPlace} place */
function markRow(session, { kind, n }) {
  const mark = /** @type {Mark} */ (session.marks[kind]?.[n]);
  const chip = h("span", { class: "mark-chip" });
  chip.style.background = fillColor(mark.color);
  const choose = () => {
    session.setTool("select");
    session.selection.choose({ kind, n });
  };
  const name = isMachine(mark) ? "Machine's point" : NAMES[kind];
  const attributes = {
    type: "button",
    "data-place": `${kind} ${n}`,
    "aria-pressed": "false",
    onclick: choose,
  };
  const color = h("span", { class: "fine" }, mark.color);
  return h("li", {}, h("button", attributes, chip, h("span", {}, name), color));
}

/** The controls of the selected mark. @param {EditorSession} session @param {AbortSignal} signal */
function selectedMark(session, signal) {
  const { selection } = session;
  const subscribe = (/** @type {() => void} */ show) =>
    selection.addEventListener("change", show, { signal });
  const size = slider({
    id: "mark-size",
    label: "Size",
    title: "Width of the stroke, or radius of the point, as a fraction of the picture's short side",
    change: (level) => selection.change(sizeField(selection.mark, MIN_SIZE * (MAX_SIZE / MIN_SIZE) ** level)),
    level: () => Math.log(sizeOf(selection.mark) / MIN_SIZE) / Math.log(MAX_SIZE / MIN_SIZE),
    text: () => `${(sizeOf(selection.mark) * 100).toFixed(1)} %`,
    subscribe,
  });
  const strength = slider({
    id: "mark-strength",
    label: "Strength",
    title: "How much the network believes this mark",
    change: (level) => selection.change({ strength: Math.max(0.01, level) }),
    level: () => selection.mark?.strength ?? 1,
    text: () => `${Math.round(100 * (selection.mark?.strength ?? 1))} %`,
    subscribe,
  });
  const reach = slider({
    id: "mark-reach",
    label: "Reach",
    title: "How far this mark reaches: it colours this thing only, or changes the whole picture",
    change: (level) => selection.change({ reach: level }),
    level: () => selection.mark?.reach ?? 1,
    text: () => reachText(selection.mark?.reach ?? 1, isOutlined(selection.mark)),
    subscribe,
  });
  const remove = h(
    "button",
    { type: "button", class: "wide", title: "Remove this mark (Delete)", onclick: () => selection.remove() },
    icon("trash", 18),
    "Remove this mark",
  );
  const help = h("p", { class: "help" }, "Choose a colour to change it. Drag it in the picture to move it.");
  const element = h("div", { class: "selected-mark", hidden: true }, help, size, strength, reach, remove);
  subscribe(() => {
    const { mark } = selection;
    element.hidden = !mark;
    size.hidden = !mark || isOutlined(mark);
  });
  return element;
}

/** Whether a mark is an area or a rectangle. @param {Mark | null} mark */
const isOutlined = (mark) =>
  !!mark && !("path" in mark || "radius" in mark) && ("width" in mark || "outline" in mark);

/** @param {Mark | null} mark */
const sizeOf = (mark) =>
  (mark && ("path" in mark ? mark.width : /** @type {Point} */ (mark).radius)) || MIN_SIZE;

/** @param {Mark | null} mark @param {number} size @returns {Partial<Point | Stroke>} */
function sizeField(mark, size) {
  const rounded = Math.round(size * 1e4) / 1e4;
  return mark && "path" in mark ? { width: rounded } : { radius: rounded };
}

/** The points that the machine has set: show them, or remove them all. @param {EditorSession} session @param {AbortSignal} signal */
function machineRow(session, signal) {
  const label = h("label", { for: "show-machine" });
  const input = h("input", { type: "checkbox", class: "switch", role: "switch", id: "show-machine" });
  input.addEventListener("change", () => session.setMachineVisible(input.checked));
  const remove = () => {
    const points = (session.marks.points ?? []).filter((point) => !isMachine(point));
    session.commit({ ...session.marks, points });
  };
  const attributes = {
    type: "button",
    class: "quiet round",
    title: "Remove the machine's points",
    "aria-label": "Remove the machine's points",
    onclick: remove,
  };
  const element = h(
    "div",
    { class: "option toggle machine-points" },
    label,
    h("button", attributes, icon("trash", 16)),
    input,
  );
  const show = () => {
    const count = (session.marks.points ?? []).filter(isMachine).length;
    element.hidden = !count;
    label.textContent = `Show ${formatCount(count, "point", "points")} of the machine`;
    input.checked = session.canvas.machineVisible;
  };
  session.addEventListener("marks", show, { signal });
  session.addEventListener("marks-visible", show, { signal });
  show();
  return element;
}

/** Buttons that go to the other frames with marks. @param {EditorSession} session */
function otherFrames(session) {
  if (session.frame === null) return [];
  const frames = keyFrames(session.history.hints).filter((frame) => frame !== session.frame);
  if (!frames.length) return [];
  const buttons = frames
    .slice(0, SHOWN)
    .map((frame) =>
      h("button", { type: "button", class: "quiet", onclick: () => session.goToFrame(frame) }, String(frame)),
    );
  return [
    h("p", { class: "help" }, "Other frames with marks"),
    h("div", { class: "frame-links" }, ...buttons),
  ];
}
