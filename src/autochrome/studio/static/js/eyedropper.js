/** Pick colours from another picture. It is opened in the page only and is not sent to the server. */

import { bytesToHex } from "./color.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { toast } from "./toast.js";

const MAX_WIDTH = 512; // canvas pixels

/** @param {(color: string) => void} onPick @returns {HTMLElement} */
export function pictureEyedropper(onPick) {
  const input = h("input", {
    type: "file",
    accept: "image/*",
    class: "visually-hidden",
    tabindex: -1,
    "aria-label": "A picture to pick colours from",
  });
  const canvas = h("canvas", {
    class: "eyedropper-picture",
    hidden: true,
    role: "img",
    "aria-label": "Another picture; click to pick a colour",
  });
  const button = h(
    "button",
    { type: "button", class: "wide", onclick: () => input.click() },
    icon("photo", 18),
    "Pick from another picture",
  );
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    input.value = "";
    if (file) void showPicture(file, canvas);
  });
  const pick = (/** @type {PointerEvent} */ event) => {
    const color = colorUnder(event, canvas);
    if (color) onPick(color);
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pick(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) pick(event);
  });
  return h("div", { class: "eyedropper" }, button, input, canvas);
}

/** @param {File} file @param {HTMLCanvasElement} canvas */
async function showPicture(file, canvas) {
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, MAX_WIDTH / bitmap.width);
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    canvas.hidden = false;
  } catch {
    toast(`${file.name}: this browser cannot open the picture. Choose a JPEG, PNG or WebP file.`, "error");
  }
}

/** @param {PointerEvent} event @param {HTMLCanvasElement} canvas @returns {string | null} null outside and where transparent */
function colorUnder(event, canvas) {
  const box = canvas.getBoundingClientRect();
  const x = Math.floor(((event.clientX - box.left) / box.width) * canvas.width);
  const y = Math.floor(((event.clientY - box.top) / box.height) * canvas.height);
  const [r, g, b, alpha] = canvas.getContext("2d")?.getImageData(x, y, 1, 1).data ?? [];
  return alpha ? bytesToHex([r, g, b]) : null;
}
