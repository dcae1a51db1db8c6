/** One photograph on the bench. */

/** @import {Project} from "./types.js" */
/** @import {Binding} from "./keys.js" */
/** @import {ViewParts} from "./main.js" */
import * as api from "./api.js";
import { Bench } from "./bench.js";
import { keyTable } from "./dialog.js";
import { h } from "./dom.js";
import { benchKeys, brushSize, handBack, lookStrip, title, toolRail, zoomStrip } from "./editor.js";
import { icon } from "./icons.js";
import { listen } from "./keys.js";
import { knobGroups } from "./knobs.js";
import { exporting } from "./output.js";
import { palette } from "./palette.js";
import { knobs } from "./state.js";
import { about } from "./words.js";

/** @param {Project} project @param {AbortSignal} until @returns {Promise<ViewParts>} */
export async function photoView(project, until) {
  const [schema, hints] = await Promise.all([knobs(), api.hints(project.id)]);
  const bench = new Bench(project, hints, (bench) => ({
    width: project.width,
    height: project.height,
    parts: true,
    before: async (view) => ({ view, image: await api.before(project.id, view) }),
    after: async (view) => ({ view, image: await api.paint(project.id, bench.hints, bench.settings, view) }),
  }));
  until.addEventListener("abort", () => bench.end());
  const bindings = [
    ...benchKeys(bench),
    { key: "d", what: "Where the network is unsure", act: () => void bench.setDoubt(!bench.doubted) },
  ];
  listen([...bindings, keysBinding(bindings)], until);

  const groups = knobGroups(schema.photo, schema.models, bench);
  const element = h(
    "div",
    { class: "editor photo" },
    toolRail(bench, until),
    h(
      "div",
      { class: "stage" },
      h("div", { class: "strip" }, lookStrip(bench, true, until), zoomStrip(bench, until)),
      bench.canvas,
    ),
    h(
      "aside",
      { class: "side-panels", "aria-label": "Colour and settings" },
      palette(bench, (at) => api.likely(project.id, at.x, at.y), until),
      knobPanels(groups, brushSize(bench, until)),
    ),
  );
  handBack(element, bench);
  return {
    name: project.name,
    element,
    title: title(project, about(project)),
    actions: h("div", { class: "actions" }, keysButton(bindings), exporting(bench, until)),
    begin: () => bench.begin(),
  };
}

/** @param {{title: string, controls: HTMLElement[]}[]} groups @param {HTMLElement} brush */
export function knobPanels(groups, brush) {
  const [first, ...rest] = groups;
  return h(
    "div",
    { class: "knobs" },
    h("section", { class: "panel" }, brush),
    h("section", { class: "panel" }, h("h3", {}, first.title), ...first.controls),
    ...rest.map((group) =>
      h("details", { class: "panel" }, h("summary", {}, group.title), ...group.controls),
    ),
  );
}

/** @param {{key: string, what: string}[]} bindings */
export const keysButton = (bindings) =>
  h(
    "button",
    {
      type: "button",
      class: "quiet",
      title: "Keys (?)",
      "aria-label": "Keys",
      onclick: () => void keys(bindings),
    },
    icon("help", 20),
  );

/** @param {Binding[]} bindings @returns {Binding} */
export const keysBinding = (bindings) => ({ key: "?", what: "These keys", act: () => void keys(bindings) });

/** @param {{key: string, what: string}[]} bindings */
const keys = (bindings) =>
  keyTable("Keys", [
    ...bindings.map(
      ({ key, what }) =>
        /** @type {[string, string]} */ ([
          key
            .replace("Shift+", "⇧ ")
            .replace("ArrowLeft", "←")
            .replace("ArrowRight", "→")
            .replace("ArrowUp", "↑")
            .replace("ArrowDown", "↓")
            .replace("Escape", "Esc")
            .replace(/(^| )([a-z])$/, (_, gap, letter) => gap + letter.toUpperCase()),
          what,
        ]),
    ),
    ["Alt ←↑↓→", "A cross on the picture"],
    ["Enter", "Use the tool at the cross"],
    ["?", "These keys"],
  ]);
