/** Short messages in the corner: what went wrong in one sentence, or what was done and how to take it back. */

import { ApiError } from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

const STAYS = 9000; // milliseconds

/**
 * @param {string} sentence @param {"note" | "error"} [kind]
 * @param {{label: string, act: () => void}} [offer] one thing to do about it
 */
export function toast(sentence, kind = "note", offer) {
  const place = document.getElementById("toasts");
  if (!place) return;
  const same = [...place.children].find((child) => child.getAttribute("data-text") === sentence);
  same?.remove();
  const leave = () => box.remove();
  const box = h(
    "div",
    { class: `toast ${kind}`, role: kind === "error" ? "alert" : "status", "data-text": sentence },
    icon(kind === "error" ? "warn" : "check", 18),
    h("p", {}, sentence),
    offer &&
      h(
        "button",
        {
          type: "button",
          class: "plain",
          onclick: () => {
            leave();
            offer.act();
          },
        },
        offer.label,
      ),
    h(
      "button",
      { type: "button", class: "quiet round", "aria-label": "Dismiss", onclick: leave },
      icon("close", 16),
    ),
  );
  place.append(box);
  while (place.children.length > 4) place.firstElementChild?.remove();
  let timer = window.setTimeout(leave, STAYS);
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", () => {
    timer = window.setTimeout(leave, STAYS / 3);
  });
}

/** Shows a failure; what was given up on purpose is none. @param {unknown} error */
export function complain(error) {
  if (error instanceof DOMException && error.name === "AbortError") return;
  if (error instanceof ApiError && error.kind === "Superseded") return;
  toast(error instanceof Error ? error.message : String(error), "error");
}

/** Runs something and shows its failure. @param {() => Promise<unknown>} action */
export const trying = (action) => action().catch(complain);
