/** Tune the network to the colours of some films and pictures, in the queue. */

import * as api from "./api.js";
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { updateJob } from "./state.js";
import { toast } from "./toast.js";

const ABOUT =
  "Select films and pictures of a series that are in colour. The network learns their colours; afterwards choose the new " +
  "model in the options of the black-and-white ones. A part of the pictures is not learnt from, to see whether it helps.";
const MINUTES = 20;

/** Ask for a name and a time, then start. @param {string[]} ids @returns {Promise<boolean>} whether it was started */
export async function startLearning(ids) {
  const name = h("input", {
    id: "model-name",
    required: true,
    pattern: "[A-Za-z0-9][A-Za-z0-9 _\\-]{0,59}",
    title: "Letters, digits, spaces and hyphens",
    autocomplete: "off",
    autofocus: true,
  });
  const minutes = h("input", { id: "model-minutes", type: "number", min: 1, max: 240, value: MINUTES });
  const cancel = (/** @type {Event} */ event) =>
    /** @type {HTMLElement} */ (event.target).closest("dialog")?.close("");
  const buttons = h(
    "div",
    { class: "dialog-buttons" },
    h("button", { type: "button", onclick: cancel }, "Cancel"),
    h("button", { value: "yes", class: "accent" }, "Start"),
  );
  const form = h(
    "form",
    { method: "dialog" },
    h("h2", {}, "Learn the colours of a series"),
    h("p", {}, ABOUT),
    h("label", { for: "model-name" }, "Name of the new model"),
    name,
    h("label", { for: "model-minutes" }, "Minutes, at most"),
    minutes,
    buttons,
  );
  const answer = await openDialog(
    h("dialog", { class: "ask", "aria-label": "Learn the colours of a series" }, form),
  );
  if (answer !== "yes") return false;
  updateJob(await api.learnColors(ids, name.value.trim(), Number(minutes.value) || MINUTES));
  const openQueue = () => {
    location.hash = "#/queue";
  };
  toast("The network learns these colours; the queue shows how far it is.", "note", {
    label: "Open the queue",
    run: openQueue,
  });
  return true;
}
