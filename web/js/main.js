/** The page: open a photo, see it in colour, choose a variation, correct with the brush, save. */

import { announce, debounce, h, setChildren } from "studio/dom.js";
import { Colorizer } from "./colorizer.js";
import { Stage } from "./stage.js";

/** @typedef {import("./hints.js").Stroke} Stroke */

const VARIATIONS = 4;
const SWATCHES = {
  skin: "#c98f6b",
  hair: "#5a4230",
  sky: "#7ea6cf",
  grass: "#6f8a45",
  wood: "#8a6a48",
  brick: "#a5563f",
  red: "#b3312c",
  blue: "#2f4f8f",
  grey: "grey",
};

/** @template {Element} [T=HTMLElement] @param {string} selector */
const find = (selector) => /** @type {T} */ (document.querySelector(selector));

const colorizer = new Colorizer();
const stage = new Stage(find("#frame"));
const vivid = /** @type {HTMLInputElement} */ (find("#vivid"));
const size = /** @type {HTMLInputElement} */ (find("#size"));
const reach = /** @type {HTMLInputElement} */ (find("#reach"));
const brush = /** @type {HTMLButtonElement} */ (find("#brush"));
const input = /** @type {HTMLInputElement} */ (find("#file"));
const kind = /** @type {HTMLSelectElement} */ (find("#kind"));
/** The strokes of the person, and the points of the variation that was chosen, which lie below them. */
const marks = { strokes: /** @type {Stroke[]} */ ([]), points: /** @type {Stroke[]} */ ([]) };
let [name, opened] = ["", 0];

const settings = () => ({ strokes: [...marks.points, ...marks.strokes], vivid: Number(vivid.value) });

/** @param {string} sentence */
function say(sentence) {
  find("#state").textContent = sentence;
  announce(sentence);
}

/** @param {() => Promise<void>} action */
async function attempt(action) {
  try {
    await action();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}

/** @param {Blob} file @param {string} fileName */
const open = (file, fileName) =>
  attempt(async () => {
    opened += 1;
    const turn = opened;
    say("Colouring…");
    const { width, height } = await colorizer.call("open", { file });
    if (turn !== opened) return;
    name = fileName.replace(/\.[^.]*$/, "") || "picture";
    marks.strokes = [];
    marks.points = [];
    document.body.classList.add("has-photo");
    const scale = Math.min(1, 1600 / Math.max(width, height));
    const resizeTo = { resizeWidth: Math.round(width * scale), resizeHeight: Math.round(height * scale) };
    const original = await createImageBitmap(file, { ...resizeTo, resizeQuality: "high" });
    stage.open(await withoutColor(original));
    await paint();
    say("Drag the line to compare. Where a colour is wrong, correct it with the brush.");
    await vary(turn);
  });

/** The picture before: an old photo is shown as it is, a colour photo in grey. @param {ImageBitmap} picture */
async function withoutColor(picture) {
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.filter = "grayscale(1)";
  context.drawImage(picture, 0, 0);
  return canvas.transferToImageBitmap();
}

async function paint() {
  stage.show(await colorizer.call("paint", settings()));
  find("#undo").toggleAttribute("disabled", !marks.strokes.length && !marks.points.length);
}

/** @param {number} turn the photo that they belong to */
async function vary(turn) {
  const strip = find("#variations");
  setChildren(strip);
  const request = { count: VARIATIONS, strokes: [], vivid: Number(vivid.value), seed: 0 };
  await colorizer.call("vary", request, ({ points, picture }) => {
    if (turn === opened) strip.append(variationButton(points, picture));
  });
}

/** @param {Stroke[]} points @param {ImageBitmap} picture */
function variationButton(points, picture) {
  const canvas = h("canvas", { width: picture.width, height: picture.height });
  canvas.getContext("bitmaprenderer")?.transferFromImageBitmap(picture);
  const button = h("button", { type: "button", "aria-pressed": "false" }, canvas);
  button.setAttribute("aria-label", `Variation ${find("#variations").children.length + 1}`);
  button.addEventListener("click", () => {
    const chosen = marks.points === points;
    marks.points = chosen ? [] : points;
    for (const other of find("#variations").children) {
      other.setAttribute("aria-pressed", String(other === button && !chosen));
    }
    attempt(paint);
  });
  return button;
}

/** @param {string} color */
function choose(color) {
  stage.brush.color = color === "grey" ? "#8c8c8c" : color;
  for (const swatch of find("#swatches").children) {
    swatch.setAttribute("aria-pressed", String(swatch.getAttribute("data-color") === color));
  }
  find("#swatches").dataset.chosen = color;
}

const save = () =>
  attempt(async () => {
    say("Saving…");
    const software = document.querySelector("meta[name=generator]")?.getAttribute("content") ?? "autochrome";
    const file = await colorizer.call("encode", { ...settings(), type: kind.value, software });
    const link = h("a", {
      href: URL.createObjectURL(file),
      download: `${name}-color.${kind.value === "image/png" ? "png" : "jpg"}`,
    });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    say("Saved. The file says that software made its colours.");
  });

function listen() {
  input.addEventListener("change", () => input.files?.[0] && open(input.files[0], input.files[0].name));
  for (const button of document.querySelectorAll(".choose"))
    button.addEventListener("click", () => input.click());
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) open(file, file.name);
  });
  document.addEventListener("paste", (event) => {
    const file = event.clipboardData?.files[0];
    if (file) open(file, file.name);
  });
  vivid.addEventListener(
    "input",
    debounce(() => attempt(paint), 60),
  );
  size.addEventListener("input", () => (stage.brush.width = Number(size.value)));
  brush.addEventListener("click", () => {
    stage.paintWith(!stage.brush.active);
    brush.setAttribute("aria-pressed", String(stage.brush.active));
    document.body.classList.toggle("painting", stage.brush.active);
  });
  stage.addEventListener("stroke", (event) => {
    const path = /** @type {CustomEvent<[number, number][]>} */ (event).detail;
    const color = find("#swatches").dataset.chosen ?? "grey";
    marks.strokes.push({ path, color, width: stage.brush.width, reach: Number(reach.value) });
    attempt(paint);
  });
  find("#undo").addEventListener("click", () => {
    if (!marks.strokes.pop()) marks.points = [];
    attempt(paint);
  });
  find("#save").addEventListener("click", save);
  find("#custom").addEventListener("input", (event) => {
    choose(/** @type {HTMLInputElement} */ (event.target).value);
  });
}

for (const [label, color] of Object.entries(SWATCHES)) {
  const swatch = h("button", { type: "button", "data-color": color, "aria-pressed": "false" }, h("i"), label);
  swatch.style.setProperty("--color", color);
  swatch.addEventListener("click", () => choose(color));
  find("#swatches").append(swatch);
}
choose(SWATCHES.red);
listen();
attempt(async () => {
  await colorizer.call("load");
  say("Everything happens on this device: no picture leaves it.");
  document.body.dataset.ready = "true";
});
if ("serviceWorker" in navigator) navigator.serviceWorker.register("./service-worker.js");
