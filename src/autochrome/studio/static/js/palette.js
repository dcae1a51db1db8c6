/** The colour panel: what is in the hand, what is likely at the place pointed at, everyday colours, and a free choice. */

/** @import {Bench} from "./bench.js" */
/** @import {Place} from "./canvas.js" */
/** @import {Likely} from "./types.js" */
import { hexOf, hueOf, paintOf, parsed, shown } from "./color.js";
import { h, put, within } from "./dom.js";
import { icon } from "./icons.js";
import { fill } from "./knobs.js";
import { borrowing } from "./borrow.js";
import { complain } from "./toast.js";

const MOST = 100; // per cent of the colour a screen can show
const [ACROSS, DOWN] = [132, 56]; // the field's own pixels

/** Things whose colour people remember. */
const EVERYDAY = [
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

/** @param {Bench} bench @param {(at: Place) => Promise<Likely[]>} ask @param {AbortSignal} until */
export function palette(bench, ask, until) {
  const options = { signal: until };
  const chip = h("span", { class: "chip" });
  const field = h("input", {
    type: "text",
    class: "hex",
    "aria-label": "Colour, as #rrggbb",
    spellcheck: "false",
    autocomplete: "off",
    maxlength: 7,
  });
  const likely = h("div", { class: "swatches likely" });
  const hint = h(
    "p",
    { class: "hint" },
    "Point at something in the picture: colours that are likely there appear here.",
  );
  const recent = h("div", { class: "swatches", hidden: true });
  const everyday = h(
    "div",
    { class: "swatches everyday" },
    ...EVERYDAY.map(([name, color]) => swatch(bench, color, name)),
  );
  const free = picker(bench, options);

  const showColor = () => {
    chip.style.background = paintOf(bench.color);
    field.value = bench.color;
    free.show(bench.color);
    for (const button of everyday.parentElement?.querySelectorAll(".swatch") ?? []) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-color") === bench.color));
    }
  };
  field.addEventListener(
    "change",
    () => {
      const color = parsed(field.value);
      if (color) bench.setColor(color);
      else field.value = bench.color;
    },
    options,
  );
  field.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter") field.blur();
    },
    options,
  ); // keys are tools again
  bench.addEventListener("color", showColor, options);
  bench.addEventListener(
    "recent",
    () => {
      recent.hidden = false;
      put(
        recent,
        h("span", { class: "caption" }, "Used"),
        ...bench.recent.map((color) => swatch(bench, color, color)),
      );
    },
    options,
  );

  let asked = 0;
  bench.canvas.addEventListener(
    "place",
    (event) => {
      asked += 1;
      const mine = asked;
      ask(/** @type {CustomEvent} */ (event).detail).then(
        (found) => {
          if (mine !== asked || !found.length) return;
          hint.hidden = true;
          put(
            likely,
            ...found.map(({ color, share }) =>
              swatch(bench, color, `Likely here: ${Math.round(share * 100)} %`, share),
            ),
          );
        },
        (error) => {
          if (mine === asked) complain(error);
        },
      );
    },
    options,
  );

  const panel = h(
    "section",
    { class: "panel palette", "aria-label": "Colour" },
    h(
      "div",
      { class: "now" },
      chip,
      field,
      h(
        "button",
        {
          type: "button",
          class: "quiet",
          title: "Pick out of the picture (I)",
          "aria-label": "Pick a colour out of the picture",
          onclick: () => bench.setTool("pick"),
        },
        icon("pick", 18),
      ),
    ),
    free.element,
    h("h3", {}, "Likely here"),
    hint,
    likely,
    h("h3", {}, "Everyday"),
    everyday,
    recent,
    borrowing((color) => bench.setColor(color)),
  );
  showColor();
  return panel;
}

/** @param {Bench} bench @param {string} color @param {string} name @param {number} [share] */
function swatch(bench, color, name, share) {
  const button = h("button", {
    type: "button",
    class: "swatch",
    "data-color": color,
    title: name,
    "aria-label": name,
    "aria-pressed": "false",
    onclick: () => bench.setColor(color),
  });
  button.style.background = paintOf(color);
  if (share !== undefined) button.style.flexGrow = String(0.35 + share);
  return button;
}

/** Hue across, strength upwards; and the same two as sliders for those who would rather. @param {Bench} bench @param {{signal: AbortSignal}} options */
function picker(bench, options) {
  const canvas = h("canvas", { width: ACROSS, height: DOWN, class: "field", "aria-hidden": "true" });
  const dot = h("span", { class: "dot", "aria-hidden": "true" });
  const hue = h("input", { type: "range", min: 0, max: 359, step: 1, "aria-label": "Hue", class: "hue" });
  const strength = h("input", {
    type: "range",
    min: 0,
    max: MOST,
    step: 1,
    "aria-label": "Strength of colour",
  });
  const pad = h("div", { class: "pad" }, canvas, dot);
  let own = false; // the change comes from here: the sliders already stand right

  const place = () => {
    dot.style.left = `${(Number(hue.value) / 360) * 100}%`;
    dot.style.top = `${(1 - Number(strength.value) / MOST) * 100}%`;
    fill(strength);
  };
  const choose = () => {
    own = true;
    place();
    bench.setColor(hexOf(shown(Number(hue.value), Number(strength.value) / MOST)));
    own = false;
  };
  hue.addEventListener("input", choose, options);
  strength.addEventListener("input", choose, options);
  const point = (/** @type {PointerEvent} */ event) => {
    const box = pad.getBoundingClientRect();
    hue.value = String(within((event.clientX - box.left) / box.width, 0, 1) * 359);
    strength.value = String(within(1 - (event.clientY - box.top) / box.height, 0, 1) * MOST);
    choose();
  };
  pad.addEventListener(
    "pointerdown",
    (event) => {
      event.preventDefault();
      pad.setPointerCapture(event.pointerId);
      point(event);
    },
    options,
  );
  pad.addEventListener(
    "pointermove",
    (event) => {
      if (pad.hasPointerCapture(event.pointerId)) point(event);
    },
    options,
  );
  drawField(canvas);
  return {
    element: h(
      "div",
      { class: "picker" },
      pad,
      h("div", { class: "two" }, h("label", {}, "Hue", hue), h("label", {}, "Strength", strength)),
    ),
    /** @param {string} color */
    show(color) {
      if (own) return;
      const now = hueOf(color);
      hue.value = String(Math.round(now.hue));
      strength.value = String(Math.round(now.strength * MOST));
      place();
    },
  };
}

/** @param {HTMLCanvasElement} canvas */
function drawField(canvas) {
  const context = canvas.getContext("2d");
  if (!context) return;
  const pixels = context.createImageData(ACROSS, DOWN);
  for (let y = 0; y < DOWN; y += 1) {
    for (let x = 0; x < ACROSS; x += 1) {
      const [r, g, b] = shown((x / ACROSS) * 360, 1 - y / (DOWN - 1));
      pixels.data.set([r * 255, g * 255, b * 255, 255], (y * ACROSS + x) * 4);
    }
  }
  context.putImageData(pixels, 0, 0);
}
