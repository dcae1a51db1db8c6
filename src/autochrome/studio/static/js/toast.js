/** Short messages in the corner of the page. */

import { ApiError } from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

const DURATION = 9000; // milliseconds
const LIMIT = 4; // messages at the same time

/**
 * Show a message.
 * @param {string} sentence
 * @param {"note" | "error"} [kind]
 * @param {{label: string, run: () => void}} [action] one button
 */
export function toast(sentence, kind = "note", action) {
  const region = document.getElementById("toasts");
  if (!region) return;
  [...region.children].find((child) => child.getAttribute("data-text") === sentence)?.remove();
  const remove = () => box.remove();
  const run = () => {
    remove();
    action?.run();
  };
  const box = h(
    "div",
    { class: `toast ${kind}`, role: kind === "error" ? "alert" : "status", "data-text": sentence },
    icon(kind === "error" ? "warn" : "check", 18),
    h("p", {}, sentence),
    action && h("button", { type: "button", class: "plain", onclick: run }, action.label),
    h(
      "button",
      { type: "button", class: "quiet round", "aria-label": "Dismiss", onclick: remove },
      icon("close", 16),
    ),
  );
  region.append(box);
  while (region.children.length > LIMIT) region.firstElementChild?.remove();
  let timer = window.setTimeout(remove, DURATION);
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", () => {
    timer = window.setTimeout(remove, DURATION / 3);
  });
}

/** Show an error. A cancelled or superseded request is not an error. @param {unknown} error */
export function showError(error) {
  if (error instanceof DOMException && error.name === "AbortError") return;
  if (error instanceof ApiError && error.kind === "Superseded") return;
  toast(error instanceof Error ? error.message : String(error), "error");
}

/** Run an action and show its error. @param {() => Promise<unknown>} action */
export const reportErrors = (action) => action().catch(showError);
