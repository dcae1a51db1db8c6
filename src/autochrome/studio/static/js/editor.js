/** Parts of the editor that photos and films share: title, tool rail, option panels, shortcuts. */

/** @import {Shortcut} from "./shortcuts.js" */
/** @import {OptionGroup} from "./options.js" */
/** @import {EditorSession} from "./session.js" */
/** @import {Project} from "./types.js" */
import * as api from "./api.js";
import { askText } from "./dialog.js";
import { h, setChildren } from "./dom.js";
import { describeProject } from "./format.js";
import { icon } from "./icons.js";
import { isEmpty } from "./marks.js";
import { pointAtOptions } from "./options.js";
import { reachText, slider } from "./slider.js";
import { updateProject } from "./state.js";
import { reportErrors } from "./toast.js";
import { TOOLS } from "./tools.js";
import { historyPanel } from "./undo.js";
import { fitPicture, showActualSize, zoomBy, ZOOM_STEP } from "./view-controls.js";

const BRUSH_STEP = 1.15; // factor, for one key press

/** The project's name, which can be changed, and its size. @param {Project} project */
export function projectTitle(project) {
  const rename = async () => {
    const name = await askText("Rename", "Name", button.textContent ?? "", "Rename");
    if (!name) return;
    const changed = await api.changeProject(project.id, { name });
    updateProject(changed);
    setChildren(button, changed.name);
  };
  const button = h(
    "button",
    { type: "button", class: "name", title: "Rename", onclick: () => reportErrors(rename) },
    project.name,
  );
  return h("div", { class: "title" }, button, h("span", { class: "about" }, describeProject(project)));
}

/** What was noticed when the file was read, and what is missing in it. @param {Project} project */
export function projectNotes(project) {
  const lines = project.notes.map((note) => h("p", {}, note));
  return h(
    "div",
    { class: "notes", role: "note", hidden: !lines.length },
    icon("warn", 18),
    h("div", {}, ...lines),
  );
}

/** The tools, undo, redo and "remove all". @param {EditorSession} session @param {AbortSignal} signal */
export function toolRail(session, signal) {
  const tools = TOOLS.map(({ name, label, key, tip }) => {
    const title = `${label} (${key}): ${tip}`;
    const button = railButton(name, label, title, () => session.setTool(name));
    button.dataset.tool = name;
    button.setAttribute("aria-keyshortcuts", key);
    return button;
  });
  const undo = railButton("undo", "Undo", "Undo (Z)", () => session.undo());
  const redo = railButton("redo", "Redo", "Redo (Shift+Z)", () => session.redo());
  const clear = railButton("trash", "Remove all marks", "Remove all marks", () => session.clear());
  const showTool = () => {
    for (const button of tools) {
      button.setAttribute("aria-pressed", String(button.dataset.tool === session.toolName));
    }
  };
  const showHistory = () => {
    const { done, steps } = session.history;
    undo.disabled = done === 0;
    redo.disabled = done === steps.length;
  };
  const showMarks = () => {
    clear.disabled = isEmpty(session.marks);
  };
  session.addEventListener("tool", showTool, { signal });
  session.addEventListener("marks", showMarks, { signal });
  session.history.addEventListener("steps", showHistory, { signal });
  showHistory();
  const attributes = {
    class: "rail",
    role: "toolbar",
    "aria-label": "Tools",
    "aria-orientation": "vertical",
  };
  return h("div", attributes, ...tools, h("hr", {}), undo, redo, clear);
}

/** @param {string} image @param {string} label @param {string} title @param {() => void} run */
const railButton = (image, label, title, run) =>
  h("button", { type: "button", class: "tool", title, "aria-label": label, onclick: run }, icon(image, 22));

/** The panels of the options: the brush, the first group open, the others folded. @param {EditorSession} session @param {OptionGroup[]} groups @param {AbortSignal} signal */
export function optionPanels(session, groups, signal) {
  const [first, ...rest] = groups;
  session.addEventListener(
    "change-shown",
    (event) => pointAtOptions(/** @type {CustomEvent} */ (event).detail.names ?? []),
    { signal },
  );
  const folded = rest.map((group) =>
    h("details", { class: "panel" }, h("summary", {}, group.title), ...group.controls),
  );
  return h(
    "div",
    { class: "options" },
    h("section", { class: "panel" }, brushSlider(session, signal), reachSlider(session, signal)),
    h("section", { class: "panel" }, h("h3", {}, first.title), ...first.controls),
    ...folded,
    historyPanel(session, signal),
  );
}

/** @param {EditorSession} session @param {AbortSignal} signal */
function brushSlider(session, signal) {
  const size = () => `${(session.size * 100).toFixed(1)} %`;
  return slider({
    id: "brush-size",
    label: "Brush",
    title: "Width of the brush, as a fraction of the picture's short side. Keys: [ and ]",
    change: (level) => session.setSizeLevel(level),
    level: () => session.sizeLevel,
    text: size,
    spoken: () => `${size()} of the short side`,
    subscribe: (show) => session.addEventListener("size", show, { signal }),
  });
}

/** @param {EditorSession} session @param {AbortSignal} signal */
function reachSlider(session, signal) {
  return slider({
    id: "reach",
    label: "Reach",
    title: "How far the next mark reaches: it colours this thing only, or changes the whole picture",
    change: (level) => session.setReach(level),
    level: () => session.reach,
    text: () => reachText(session.reach, session.toolName === "area"),
    subscribe: (show) => {
      for (const event of ["reach", "tool"]) session.addEventListener(event, show, { signal });
    },
  });
}

/**
 * After a mouse click on a button, give the keyboard back to the picture: Space must show the original, not press the
 * button again. A button that is pressed with the keyboard keeps the focus.
 * @param {HTMLElement} element
 * @param {EditorSession} session
 */
export function returnFocusToPicture(element, session) {
  element.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("button");
    const byMouse = event.detail > 0;
    if (!button || !byMouse || document.querySelector("dialog[open]")) return;
    session.canvas.overlay.focus({ preventScroll: true });
  });
}

/** Shortcuts that photos and films share. @param {EditorSession} session @returns {Shortcut[]} */
export function editorShortcuts(session) {
  const { canvas } = session;
  const peek = (/** @type {boolean} */ on) => {
    canvas.peeking = on;
    canvas.redraw();
  };
  const toggleCompare = () => session.setMode(canvas.mode === "compare" ? "after" : "compare");
  const toggleSides = () => session.setMode(canvas.mode === "side" ? "after" : "side");
  return [
    ...TOOLS.map(({ name, label, key }) => ({
      key: key.toLowerCase(),
      label,
      run: () => session.setTool(name),
    })),
    { key: "[", label: "Smaller brush", run: () => session.setSize(session.size / BRUSH_STEP) },
    { key: "]", label: "Larger brush", run: () => session.setSize(session.size * BRUSH_STEP) },
    { key: "Delete Backspace", label: "Remove the selected mark", run: () => session.selection.remove() },
    { key: "z", label: "Undo", run: () => session.undo() },
    { key: "Shift+z", label: "Redo", run: () => session.redo() },
    {
      key: "Space",
      label: "Hold: show before; with a drag: move",
      run: () => peek(true),
      release: () => peek(false),
    },
    { key: "c", label: "Compare before and after", run: toggleCompare },
    { key: "y", label: "Before and after side by side", run: toggleSides },
    { key: "m", label: "Show marks", run: () => session.setMarksVisible(!canvas.marksVisible) },
    { key: "+ =", label: "Zoom in", run: () => zoomBy(session, ZOOM_STEP) },
    { key: "-", label: "Zoom out", run: () => zoomBy(session, 1 / ZOOM_STEP) },
    { key: "0", label: "Fit the picture", run: () => fitPicture(session) },
    { key: "1", label: "Actual size", run: () => showActualSize(session) },
  ];
}
