/** What photo and film share around the canvas: the tools at its side, the strip above it, zoom below it. */

/** @import {Bench} from "./bench.js" */
/** @import {Mode} from "./canvas.js" */
/** @import {Binding} from "./keys.js" */
/** @import {Project} from "./types.js" */
/** @import {ToolName} from "./tools.js" */
import * as api from "./api.js";
import { asked } from "./dialog.js";
import { h, put } from "./dom.js";
import { icon } from "./icons.js";
import { fill } from "./knobs.js";
import { isEmpty } from "./marks.js";
import { keepProject } from "./state.js";
import { trying } from "./toast.js";
import { TOOLS } from "./tools.js";

/** The rail of tools. @param {Bench} bench @param {AbortSignal} until */
export function toolRail(bench, until) {
  const options = { signal: until };
  const buttons = TOOLS.map(({ name, label, key, tip }) =>
    h(
      "button",
      {
        type: "button",
        class: "tool",
        "data-tool": name,
        title: `${label} (${key}): ${tip}`,
        "aria-label": label,
        "aria-keyshortcuts": key,
        onclick: () => bench.setTool(name),
      },
      icon(name, 22),
    ),
  );
  const undo = h(
    "button",
    { type: "button", class: "tool", title: "Undo (Z)", "aria-label": "Undo", onclick: () => bench.undo() },
    icon("undo", 22),
  );
  const redo = h(
    "button",
    {
      type: "button",
      class: "tool",
      title: "Redo (Shift+Z)",
      "aria-label": "Redo",
      onclick: () => bench.redo(),
    },
    icon("redo", 22),
  );
  const clear = h(
    "button",
    {
      type: "button",
      class: "tool",
      title: "Take all marks away",
      "aria-label": "Take all marks away",
      onclick: () => bench.clear(),
    },
    icon("trash", 22),
  );
  const showTool = () =>
    buttons.forEach((button) =>
      button.setAttribute("aria-pressed", String(button.dataset.tool === bench.toolName)),
    );
  const showMarks = () => {
    undo.disabled = !bench.history.canUndo;
    redo.disabled = !bench.history.canRedo;
    clear.disabled = isEmpty(bench.marks);
  };
  bench.addEventListener("tool", showTool, options);
  bench.addEventListener("marks", showMarks, options);
  return h(
    "div",
    { class: "rail", role: "toolbar", "aria-label": "Tools", "aria-orientation": "vertical" },
    ...buttons,
    h("hr", {}),
    undo,
    redo,
    clear,
  );
}

/** The size of the brush. @param {Bench} bench @param {AbortSignal} until */
export function brushSize(bench, until) {
  const output = h("output", { for: "brush-size" });
  const field = h("input", { type: "range", id: "brush-size", min: 0, max: 100, step: 1 });
  // The slider is even to the eye: from 0.4 % of the short side to half of it, each step the same factor.
  const [least, most] = [0.004, 0.5];
  field.addEventListener("input", () => bench.setSize(least * (most / least) ** (Number(field.value) / 100)));
  const show = () => {
    field.value = String((100 * Math.log(bench.size / least)) / Math.log(most / least));
    output.textContent = `${(bench.size * 100).toFixed(1)} %`;
    field.setAttribute("aria-valuetext", `${(bench.size * 100).toFixed(1)} % of the short side`);
    fill(field);
  };
  bench.addEventListener("size", show, { signal: until });
  show();
  return h(
    "div",
    {
      class: "knob range",
      title: "Width of the brush, as a share of the picture's short side. Keys: [ and ]",
    },
    h("label", { for: "brush-size" }, "Brush"),
    output,
    field,
  );
}

/** After, split, before; marks and doubt. @param {Bench} bench @param {boolean} doubt whether there is a map @param {AbortSignal} until */
export function lookStrip(bench, doubt, until) {
  const options = { signal: until };
  /** @type {[Mode, string][]} */
  const modes = [
    ["after", "Colour"],
    ["split", "Split"],
    ["before", "Before"],
  ];
  const choices = modes.map(([mode, label]) =>
    h("button", { type: "button", "data-mode": mode, onclick: () => bench.setMode(mode) }, label),
  );
  const marks = h(
    "button",
    {
      type: "button",
      class: "quiet",
      title: "Show marks (M)",
      "aria-label": "Show marks",
      onclick: () => showMarks(bench, !bench.canvas.marksShown),
    },
    icon("marks", 18),
    "Marks",
  );
  const map = h(
    "button",
    {
      type: "button",
      class: "quiet",
      title: "Where the network is unsure (D)",
      "aria-label": "Show doubt",
      onclick: () => bench.setDoubt(!bench.doubted),
    },
    icon("doubt", 18),
    "Doubt",
  );
  const show = () => {
    choices.forEach((choice) =>
      choice.setAttribute("aria-pressed", String(choice.dataset.mode === bench.canvas.mode)),
    );
    marks.setAttribute("aria-pressed", String(bench.canvas.marksShown));
    map.setAttribute("aria-pressed", String(bench.doubted));
  };
  for (const name of ["mode", "tool", "doubt", "shown"]) bench.addEventListener(name, show, options);
  show();
  return h(
    "div",
    { class: "look" },
    h("div", { class: "segments", role: "group", "aria-label": "What to see" }, ...choices),
    h("div", { class: "toggles" }, marks, doubt && map),
  );
}

/** @param {Bench} bench @param {boolean} on */
export function showMarks(bench, on) {
  bench.canvas.marksShown = on;
  bench.canvas.redraw();
  bench.dispatchEvent(new Event("shown"));
}

/** Zoom buttons over the canvas. @param {Bench} bench @param {AbortSignal} until */
export function zoomStrip(bench, until) {
  const { canvas } = bench;
  const percent = h("button", {
    type: "button",
    class: "quiet percent",
    title: "Pixel for pixel (1)",
    onclick: () => actual(bench),
  });
  canvas.addEventListener(
    "zoom",
    () => {
      percent.textContent = `${Math.round((canvas.viewport?.scale ?? 1) * devicePixelRatio * 100)} %`;
      percent.setAttribute("aria-label", `Zoom ${percent.textContent}; show pixel for pixel`);
    },
    { signal: until },
  );
  return h(
    "div",
    { class: "zoom", role: "group", "aria-label": "Zoom" },
    h(
      "button",
      {
        type: "button",
        class: "quiet",
        title: "Smaller (−)",
        "aria-label": "Smaller",
        onclick: () => zoom(bench, 1 / 1.5),
      },
      icon("minus", 18),
    ),
    percent,
    h(
      "button",
      {
        type: "button",
        class: "quiet",
        title: "Larger (+)",
        "aria-label": "Larger",
        onclick: () => zoom(bench, 1.5),
      },
      icon("plus", 18),
    ),
    h(
      "button",
      {
        type: "button",
        class: "quiet",
        title: "The whole picture (0)",
        "aria-label": "The whole picture",
        onclick: () => fit(bench),
      },
      icon("fit", 18),
    ),
  );
}

/** @param {Bench} bench @param {number} factor */
const zoom = (bench, factor) => bench.canvas.moved(() => bench.canvas.viewport?.zoom(factor));
/** @param {Bench} bench */
const fit = (bench) => bench.canvas.moved(() => bench.canvas.viewport?.fit());
/** @param {Bench} bench */
const actual = (bench) => zoom(bench, 1 / ((bench.canvas.viewport?.scale ?? 1) * devicePixelRatio));

/**
 * A button pressed with the mouse hands the keys back to the picture: Space is to show what was before, not to press the
 * button again. Who goes by keyboard stays where he is.
 * @param {HTMLElement} element @param {Bench} bench
 */
export function handBack(element, bench) {
  element.addEventListener("click", (event) => {
    const pressed = event.target instanceof Element && event.target.closest("button");
    if (pressed && event.detail && !document.querySelector("dialog[open]"))
      bench.canvas.surface.focus({ preventScroll: true });
  });
}

/** Keys that photo and film share. @param {Bench} bench @returns {Binding[]} */
export function benchKeys(bench) {
  /** @param {boolean} on */
  const peek = (on) => {
    bench.canvas.peeking = on;
    bench.canvas.redraw();
  };
  return [
    ...TOOLS.map(({ name, label, key }) => ({
      key: key.toLowerCase(),
      what: label,
      act: () => bench.setTool(/** @type {ToolName} */ (name)),
    })),
    { key: "[", what: "Smaller brush", act: () => bench.setSize(bench.size / 1.15) },
    { key: "]", what: "Larger brush", act: () => bench.setSize(bench.size * 1.15) },
    { key: "z", what: "Undo", act: () => bench.undo() },
    { key: "Shift+z", what: "Redo", act: () => bench.redo() },
    { key: "Space", what: "Hold: before", act: () => peek(true), up: () => peek(false) },
    {
      key: "c",
      what: "Split before and after",
      act: () => bench.setMode(bench.canvas.mode === "split" ? "after" : "split"),
    },
    { key: "m", what: "Marks", act: () => showMarks(bench, !bench.canvas.marksShown) },
    { key: "+ =", what: "Larger", act: () => zoom(bench, 1.5) },
    { key: "-", what: "Smaller", act: () => zoom(bench, 1 / 1.5) },
    { key: "0", what: "The whole picture", act: () => fit(bench) },
    { key: "1", what: "Pixel for pixel", act: () => actual(bench) },
  ];
}

/** A project's name, which can be changed. @param {Project} project @param {string} about */
export function title(project, about) {
  const name = h(
    "button",
    {
      type: "button",
      class: "name",
      title: "Change the name",
      onclick: () =>
        trying(async () => {
          const next = await asked("Change the name", "Name", name.textContent ?? "", "Change");
          if (!next) return;
          const changed = await api.change(project.id, { name: next });
          keepProject(changed);
          put(name, changed.name);
        }),
    },
    project.name,
  );
  return h("div", { class: "title" }, name, h("span", { class: "about" }, about));
}
