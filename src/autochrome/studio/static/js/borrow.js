/** Colours borrowed from another picture: it is opened in the page only and goes nowhere. */

import { hexOf } from "./color.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { toast } from "./toast.js";

const WIDE = 512; // pixels to pick from

/** @param {(color: string) => void} take @returns {HTMLElement} */
export function borrowing(take) {
  const file = h("input", {
    type: "file",
    accept: "image/*",
    class: "unseen",
    tabindex: -1,
    "aria-label": "A picture to pick colours from",
  });
  const canvas = h("canvas", {
    class: "borrowed",
    hidden: true,
    role: "img",
    "aria-label": "Another picture; click to take a colour",
  });
  const button = h(
    "button",
    { type: "button", class: "wide", onclick: () => file.click() },
    icon("photo", 18),
    "Pick from another picture",
  );
  file.addEventListener("change", async () => {
    const chosen = file.files?.[0];
    file.value = "";
    if (!chosen) return;
    try {
      const bitmap = await createImageBitmap(chosen);
      const scale = Math.min(1, WIDE / bitmap.width);
      canvas.width = Math.max(1, Math.round(bitmap.width * scale));
      canvas.height = Math.max(1, Math.round(bitmap.height * scale));
      canvas
        .getContext("2d", { willReadFrequently: true })
        ?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      canvas.hidden = false;
    } catch {
      toast(`${chosen.name}: this browser cannot show it as a picture; choose a JPEG, PNG or WebP.`, "error");
    }
  });
  const pick = (/** @type {PointerEvent} */ event) => {
    const box = canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * canvas.width;
    const y = ((event.clientY - box.top) / box.height) * canvas.height;
    const data = canvas.getContext("2d")?.getImageData(Math.floor(x), Math.floor(y), 1, 1).data;
    if (data?.[3]) take(hexOf([data[0] / 255, data[1] / 255, data[2] / 255]));
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pick(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) pick(event);
  });
  return h("div", { class: "borrow" }, button, file, canvas);
}
