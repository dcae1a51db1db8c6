/** Controls drawn from the JSON schema of the options: what a knob is called, how far it goes, and what it does. */

/** @import {Knob, ModelCard, Schema} from "./types.js" */
/** @import {Bench} from "./bench.js" */
import { h } from "./dom.js";

/** How knobs are grouped; those named nowhere stand under the last. Left out: what the studio itself decides. */
const GROUPS = [
  { title: "Colouring", names: ["vivid", "size", "model", "smooth", "keep_color"] },
  { title: "File", names: ["format", "quality", "codec", "crf", "mark"] },
];
const LEFT_OUT = new Set(["max_megapixels", "compare", "cuts"]);
/** @type {Record<string, string>} */
const CALLED = {
  keep_color: "Keep old colour",
  crf: "Quality (CRF)",
  every: "Look every",
  smooth: "Steadiness",
  mark: "Visible mark",
};
/** @type {Record<string, (value: number) => string>} */
const SAID = {
  size: (v) => `${v} px`,
  every: (v) => (v === 1 ? "frame" : `${v} frames`),
  vivid: (v) => v.toFixed(2),
  smooth: (v) => v.toFixed(2),
};
/** @type {Record<string, number>} */
const STEPS = { size: 32, vivid: 0.05, smooth: 0.05 };

/** @param {string} name */
const called = (name) => CALLED[name] ?? name[0].toUpperCase() + name.slice(1).replaceAll("_", " ");

/**
 * @param {Schema} schema @param {ModelCard[]} models @param {Bench} bench
 * @returns {{title: string, controls: HTMLElement[]}[]}
 */
export function knobGroups(schema, models, bench) {
  const known = new Set(GROUPS.flatMap((group) => group.names));
  const rest = Object.keys(schema.properties).filter((name) => !known.has(name) && !LEFT_OUT.has(name));
  return [...GROUPS, { title: "More", names: rest }]
    .map(({ title, names }) => ({
      title,
      controls: names
        .filter((name) => schema.properties[name])
        .map((name) => control(name, schema.properties[name], models, bench)),
    }))
    .filter((group) => group.controls.length);
}

/** @param {string} name @param {Knob} knob @param {ModelCard[]} models @param {Bench} bench */
function control(name, knob, models, bench) {
  const value = bench.settings[name] ?? knob.default;
  const set = (/** @type {string | number | boolean} */ next) => bench.set(name, next, knob.default);
  if (name === "model" && models.length) {
    return choice(
      name,
      knob,
      models.map((card) => card.name),
      String(value),
      set,
    );
  }
  if (knob.enum) return choice(name, knob, knob.enum, String(value), set);
  if (knob.type === "boolean") return toggle(name, knob, Boolean(value), set);
  if (knob.type === "string") return words(name, knob, String(value), set);
  return range(name, knob, Number(value), set);
}

/** @param {string} name @param {Knob} knob @param {number} value @param {(value: number) => void} set */
function range(name, knob, value, set) {
  const said = SAID[name] ?? String;
  const step = STEPS[name] ?? (knob.type === "integer" ? 1 : 0.01);
  const output = h("output", { for: `knob-${name}` }, said(value));
  const field = h("input", {
    type: "range",
    id: `knob-${name}`,
    min: knob.minimum ?? 0,
    max: knob.maximum ?? 100,
    step,
    value,
    "aria-valuetext": said(value),
  });
  const show = () => {
    output.textContent = said(Number(field.value));
    field.setAttribute("aria-valuetext", said(Number(field.value)));
    fill(field);
  };
  field.addEventListener("input", () => {
    show();
    set(Number(field.value));
  });
  const label = h("label", { for: field.id }, called(name));
  label.addEventListener("dblclick", () => {
    field.value = String(knob.default);
    field.dispatchEvent(new Event("input"));
  });
  fill(field);
  return row("range", name, knob, label, output, field);
}

/** How far a slider has come, for its track. @param {HTMLInputElement} field */
export function fill(field) {
  const [least, most] = [Number(field.min), Number(field.max)];
  field.style.setProperty("--done", `${((Number(field.value) - least) / (most - least || 1)) * 100}%`);
}

/** @param {string} name @param {Knob} knob @param {string[]} choices @param {string} value @param {(value: string) => void} set */
function choice(name, knob, choices, value, set) {
  const known = choices.includes(value) ? choices : [value, ...choices];
  const field = h(
    "select",
    { id: `knob-${name}` },
    ...known.map((word) => h("option", { value: word, selected: word === value }, word)),
  );
  field.addEventListener("change", () => set(field.value));
  return row("choice", name, knob, h("label", { for: field.id }, called(name)), field);
}

/** @param {string} name @param {Knob} knob @param {boolean} value @param {(value: boolean) => void} set */
function toggle(name, knob, value, set) {
  const field = h("input", {
    type: "checkbox",
    class: "switch",
    id: `knob-${name}`,
    checked: value,
    role: "switch",
  });
  field.addEventListener("change", () => set(field.checked));
  return row("toggle", name, knob, h("label", { for: field.id }, called(name)), field);
}

/** @param {string} name @param {Knob} knob @param {string} value @param {(value: string) => void} set */
function words(name, knob, value, set) {
  const field = h("input", {
    type: "text",
    id: `knob-${name}`,
    value,
    spellcheck: "false",
    autocomplete: "off",
  });
  field.addEventListener("change", () => set(field.value.trim() || knob.default));
  return row("choice", name, knob, h("label", { for: field.id }, called(name)), field);
}

/** @param {string} kind @param {string} name @param {Knob} knob @param {...HTMLElement} parts */
function row(kind, name, knob, ...parts) {
  const about = h("span", { id: `about-${name}`, class: "unseen" }, knob.description ?? "");
  parts[parts.length - 1].setAttribute("aria-describedby", about.id);
  return h("div", { class: `knob ${kind}`, title: knob.description }, ...parts, about);
}
