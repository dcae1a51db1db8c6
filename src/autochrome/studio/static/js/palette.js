/** The colour panel: the current colour, a free choice, likely colours, common colours and recent ones. */

/** @import {EditorSession} from "./session.js" */
/** @import {LikelyColor, Position} from "./types.js" */
import { ColorPicker } from "./color-picker.js";
import { fillColor, parseColor } from "./color.js";
import { h, setChildren } from "./dom.js";
import { pictureEyedropper } from "./eyedropper.js";
import { icon } from "./icons.js";
import { showError } from "./toast.js";

/** Names and colours of common things. */
const COMMON_COLORS = [
  ["Fair skin", "#d9a384"],
  ["Tanned skin", "#b97f58"],
  ["Dark skin", "#7d5138"],
  ["Fair hair", "#b99a63"],
  ["Brown hair", "#6b4a33"],
  ["Lips", "#b5605c"],
  ["Sky", "#7fa6d6"],
  ["Sea", "#4d7f8f"],
  ["Grass", "#6d8a3f"],
  ["Leaves", "#4e7442"],
  ["Earth", "#84664a"],
  ["Sand", "#cdb184"],
  ["Wood", "#9a6b3f"],
  ["Brick", "#a5543f"],
  ["Slate", "#6f7f8c"],
  ["Navy", "#34456f"],
  ["Denim", "#5b7aa0"],
  ["Khaki", "#8f8759"],
  ["Red", "#b83a32"],
  ["Gold", "#c69a3c"],
];

/**
 * @param {EditorSession} session
 * @param {(at: Position) => Promise<LikelyColor[]>} fetchLikely
 * @param {AbortSignal} signal
 */
export function colorPanel(session, fetchLikely, signal) {
  const common = COMMON_COLORS.map(([name, color]) => namedSwatch(session, color, name));
  const grid = h("div", { class: "swatches common" }, ...common);
  const picker = new ColorPicker((color) => session.setColor(color));
  const panel = h(
    "section",
    { class: "panel palette", "aria-label": "Colour" },
    currentColor(session, signal),
    picker.element,
    h("h3", {}, "Likely here"),
    ...likelyColors(session, fetchLikely, signal),
    h("h3", {}, "Common colours"),
    grid,
    recentColors(session, signal),
    pictureEyedropper((color) => session.setColor(color)),
  );
  const show = () => {
    picker.show(session.color);
    for (const button of panel.querySelectorAll(".swatch")) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-color") === session.color));
    }
  };
  session.addEventListener("color", show, { signal });
  show();
  return panel;
}

/** The current colour as a chip and as text that can be typed. @param {EditorSession} session @param {AbortSignal} signal */
function currentColor(session, signal) {
  const chip = h("span", { class: "chip" });
  const input = h("input", {
    type: "text",
    class: "hex",
    "aria-label": "Colour, as #rrggbb",
    spellcheck: "false",
    autocomplete: "off",
    maxlength: 7,
  });
  const show = () => {
    chip.style.background = fillColor(session.color);
    input.value = session.color;
  };
  input.addEventListener("change", () => {
    const color = parseColor(input.value);
    if (color) session.setColor(color);
    else show();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") session.canvas.overlay.focus(); // keys choose tools again
  });
  session.addEventListener("color", show, { signal });
  show();
  const pick = h(
    "button",
    {
      type: "button",
      class: "quiet",
      title: "Pick a colour from the picture (I)",
      "aria-label": "Pick a colour from the picture",
      onclick: () => session.setTool("pick"),
    },
    icon("pick", 18),
  );
  return h("div", { class: "current-color" }, chip, input, pick);
}

/**
 * Colours that the network finds likely at the probed position.
 * @param {EditorSession} session
 * @param {(at: Position) => Promise<LikelyColor[]>} fetchLikely
 * @param {AbortSignal} signal
 */
function likelyColors(session, fetchLikely, signal) {
  const help = h(
    "p",
    { class: "help" },
    "Point at the picture: the likely colours of that place appear here.",
  );
  const list = h("div", { class: "swatches likely" });
  let newest = 0;
  /** @param {Position} at */
  const update = async (at) => {
    newest += 1;
    const number = newest;
    try {
      const colors = await fetchLikely(at);
      if (number !== newest || !colors.length) return;
      help.hidden = true;
      setChildren(list, ...colors.map(({ color, share }) => likelySwatch(session, color, share)));
    } catch (error) {
      if (number === newest) showError(error);
    }
  };
  session.canvas.addEventListener(
    "probe",
    (event) => void update(/** @type {CustomEvent} */ (event).detail),
    { signal },
  );
  return [help, list];
}

/** @param {EditorSession} session @param {AbortSignal} signal */
function recentColors(session, signal) {
  const list = h("div", { class: "swatches", hidden: true });
  const show = () => {
    list.hidden = false;
    const swatches = session.recent.map((color) => swatch(session, color, color));
    setChildren(list, h("span", { class: "caption" }, "Recent"), ...swatches);
  };
  session.addEventListener("recent", show, { signal });
  return list;
}

/** A button that chooses a colour. @param {EditorSession} session @param {string} color @param {string} name */
function swatch(session, color, name) {
  const button = h("button", {
    type: "button",
    class: "swatch",
    "data-color": color,
    title: name,
    "aria-label": name,
    "aria-pressed": "false",
    onclick: () => session.setColor(color),
  });
  button.style.background = fillColor(color);
  return button;
}

/** A swatch with its name beside it. @param {EditorSession} session @param {string} color @param {string} name */
function namedSwatch(session, color, name) {
  const chip = h("span", { class: "swatch-chip", "aria-hidden": "true" });
  chip.style.background = fillColor(color);
  return h(
    "button",
    {
      type: "button",
      class: "swatch named",
      "data-color": color,
      "aria-pressed": "false",
      onclick: () => session.setColor(color),
    },
    chip,
    name,
  );
}

/** A swatch as wide as its colour is likely. @param {EditorSession} session @param {string} color @param {number} probability 0…1 */
function likelySwatch(session, color, probability) {
  const button = swatch(session, color, `Likely here: ${Math.round(probability * 100)} %`);
  button.style.flexGrow = String(0.35 + probability);
  return button;
}
