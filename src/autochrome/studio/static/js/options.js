/** Controls for the options, made from the JSON schema that the server sends. */

/** @import {ModelCard, OptionSchema, Schema} from "./types.js" */
/** @import {EditorSession} from "./session.js" */
import { h } from "./dom.js";

/** @typedef {{title: string, controls: HTMLElement[]}} OptionGroup */
/**
 * `onChange` calls a function with the value after each change of the settings, also by undo.
 * @typedef {{name: string, schema: OptionSchema, set: (value: string | number | boolean) => void,
 *   onChange: (show: (value: string | number | boolean) => void) => void}} Option
 */

/** Options in groups. An option of no group is in the last one, "More". */
const GROUPS = [
  { title: "Colour", names: ["vivid", "warmth", "tint", "size", "model", "smooth", "keep_color"] },
  { title: "File", names: ["format", "quality", "codec", "crf", "mark"] },
];
/** @type {Record<string, string>} */
const LABELS = {
  keep_color: "Keep original colour",
  crf: "Quality (CRF)",
  every: "Predict every",
  preset: "Encoder preset",
  size: "Render size",
  mark: "Watermark",
};
/** @type {Record<string, (value: number) => string>} */
const FORMATS = {
  size: (value) => `${value} px`,
  every: (value) => (value === 1 ? "frame" : `${value} frames`),
  vivid: (value) => value.toFixed(2),
  warmth: (value) => signed(value, "cool", "warm"),
  tint: (value) => signed(value, "green", "magenta"),
  smooth: (value) => value.toFixed(2),
};
/** @type {Record<string, number>} */
const STEPS = { size: 32, vivid: 0.05, warmth: 0.05, tint: 0.05, smooth: 0.05 };

/** @param {number} value @param {string} below @param {string} above */
function signed(value, below, above) {
  return value ? `${Math.abs(value).toFixed(2)} ${value < 0 ? below : above}` : "neutral";
}

/** @param {string} name */
const labelOf = (name) => LABELS[name] ?? name[0].toUpperCase() + name.slice(1).replaceAll("_", " ");

/** @param {Schema} schema @param {ModelCard[]} models @param {EditorSession} session @returns {OptionGroup[]} */
export function optionGroups(schema, models, session) {
  const { properties } = schema;
  const grouped = new Set(GROUPS.flatMap((group) => group.names));
  const rest = Object.keys(properties).filter((name) => !grouped.has(name));
  return [...GROUPS, { title: "More", names: rest }]
    .map(({ title, names }) => ({
      title,
      controls: names
        .filter((name) => properties[name])
        .map((name) => createControl(name, properties[name], models, session)),
    }))
    .filter((group) => group.controls.length);
}

/** @param {string} name @param {OptionSchema} schema @param {ModelCard[]} models @param {EditorSession} session */
function createControl(name, schema, models, session) {
  const value = session.settings[name] ?? schema.default;
  /** @type {Option} */
  const option = {
    name,
    schema,
    set: (next) => session.setOption(name, next, schema.default),
    onChange: (show) =>
      session.addEventListener("settings", () => show(session.settings[name] ?? schema.default)),
  };
  if (name === "model" && models.length) {
    return createSelect(
      option,
      models.map((card) => card.name),
      String(value),
    );
  }
  if (schema.enum) return createSelect(option, schema.enum, String(value));
  if (schema.type === "boolean") return createSwitch(option, Boolean(value));
  if (schema.type === "string") return createTextField(option, String(value));
  return createSlider(option, Number(value));
}

/** A slider. A double click on its label sets the default. @param {Option} option @param {number} value */
function createSlider({ name, schema, set, onChange }, value) {
  const format = FORMATS[name] ?? String;
  const step = STEPS[name] ?? (schema.type === "integer" ? 1 : 0.01);
  const output = h("output", { for: `option-${name}` });
  const [min, max] = [schema.minimum ?? 0, schema.maximum ?? 100];
  const input = h("input", { type: "range", id: `option-${name}`, min, max, step, value });
  const show = () => {
    output.textContent = format(Number(input.value));
    input.setAttribute("aria-valuetext", output.textContent);
    showSliderFill(input);
  };
  input.addEventListener("input", () => {
    show();
    set(Number(input.value));
  });
  const label = h("label", { for: input.id }, labelOf(name));
  label.addEventListener("dblclick", () => {
    input.value = String(schema.default);
    input.dispatchEvent(new Event("input"));
  });
  onChange((next) => {
    input.value = String(next);
    show();
  });
  show();
  return createRow("range", name, schema, label, output, input);
}

/** Fill a slider's track up to its thumb. @param {HTMLInputElement} input */
export function showSliderFill(input) {
  const [minimum, maximum] = [Number(input.min), Number(input.max)];
  const fraction = (Number(input.value) - minimum) / (maximum - minimum || 1);
  input.style.setProperty("--done", `${fraction * 100}%`);
}

/** @param {Option} option @param {string[]} choices @param {string} value */
function createSelect({ name, schema, set, onChange }, choices, value) {
  const known = choices.includes(value) ? choices : [value, ...choices];
  const items = known.map((choice) => h("option", { value: choice, selected: choice === value }, choice));
  const select = h("select", { id: `option-${name}` }, ...items);
  select.addEventListener("change", () => set(select.value));
  onChange((next) => {
    select.value = String(next);
  });
  return createRow("choice", name, schema, h("label", { for: select.id }, labelOf(name)), select);
}

/** @param {Option} option @param {boolean} value */
function createSwitch({ name, schema, set, onChange }, value) {
  const input = h("input", {
    type: "checkbox",
    class: "switch",
    id: `option-${name}`,
    checked: value,
    role: "switch",
  });
  input.addEventListener("change", () => set(input.checked));
  onChange((next) => {
    input.checked = Boolean(next);
  });
  return createRow("toggle", name, schema, h("label", { for: input.id }, labelOf(name)), input);
}

/** @param {Option} option @param {string} value */
function createTextField({ name, schema, set, onChange }, value) {
  const input = h("input", {
    type: "text",
    id: `option-${name}`,
    value,
    spellcheck: "false",
    autocomplete: "off",
  });
  input.addEventListener("change", () => set(input.value.trim() || schema.default));
  onChange((next) => {
    input.value = String(next);
  });
  return createRow("choice", name, schema, h("label", { for: input.id }, labelOf(name)), input);
}

/** @param {string} kind @param {string} name @param {OptionSchema} schema @param {...HTMLElement} parts the last one is the control */
function createRow(kind, name, schema, ...parts) {
  const about = h("span", { id: `about-${name}`, class: "visually-hidden" }, schema.description ?? "");
  parts[parts.length - 1].setAttribute("aria-describedby", about.id);
  return h("div", { class: `option ${kind}`, title: schema.description }, ...parts, about);
}

/** Show the controls of some options: unfold their panel, scroll to them, and let them light up. @param {string[]} names */
export function pointAtOptions(names) {
  for (const name of names) {
    const row = document.getElementById(`option-${name}`)?.closest(".option");
    if (!row) continue;
    row.closest("details")?.toggleAttribute("open", true);
    row.scrollIntoView({ block: "nearest" });
    row.classList.remove("changed");
    void row.clientWidth; // the animation begins again
    row.classList.add("changed");
  }
}
