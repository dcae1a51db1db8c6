/** Modal dialogs. `<dialog>` keeps the focus inside, closes on Escape and is announced by screen readers. */

import { h } from "./dom.js";

/** @param {HTMLDialogElement} dialog @returns {Promise<string>} the value of the button that closed it */
export function openDialog(dialog) {
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue);
    }),
  );
}

/** Ask for a confirmation. @param {string} title @param {string} sentence @param {string} action label of the button @returns {Promise<boolean>} */
export async function confirmAction(title, sentence, action) {
  const buttons = h(
    "div",
    { class: "dialog-buttons" },
    h("button", { value: "" }, "Cancel"),
    h("button", { value: "yes", class: "danger", autofocus: true }, action),
  );
  const form = h("form", { method: "dialog" }, h("h2", {}, title), h("p", {}, sentence), buttons);
  return (await openDialog(h("dialog", { class: "ask", "aria-label": title }, form))) === "yes";
}

/**
 * Ask for a text.
 * @param {string} title
 * @param {string} label
 * @param {string} value the text to begin with
 * @param {string} action label of the button
 * @param {string} [type] of the input
 * @returns {Promise<string | null>} null when the dialog is cancelled
 */
export async function askText(title, label, value, action, type = "text") {
  const input = h("input", {
    type,
    value,
    required: true,
    autofocus: true,
    id: "ask-text",
    autocomplete: "off",
  });
  const cancel = (/** @type {Event} */ event) =>
    /** @type {HTMLElement} */ (event.target).closest("dialog")?.close("");
  const buttons = h(
    "div",
    { class: "dialog-buttons" },
    h("button", { type: "button", onclick: cancel }, "Cancel"),
    h("button", { value: "yes", class: "accent" }, action),
  );
  const labelled = h("label", { for: "ask-text" }, label);
  const form = h("form", { method: "dialog" }, h("h2", {}, title), labelled, input, buttons);
  const answer = await openDialog(h("dialog", { class: "ask", "aria-label": title }, form));
  return answer === "yes" ? input.value.trim() || null : null;
}

/**
 * Let the person choose some of several things.
 * @template T
 * @param {string} title
 * @param {string} action label of the button
 * @param {{value: T, chosen: boolean, content: import("./dom.js").Child[]}[]} items
 * @returns {Promise<T[]>} none when the dialog is cancelled
 */
export async function chooseSome(title, action, items) {
  const boxes = items.map(({ chosen }) =>
    h("input", { type: "checkbox", class: "checkbox", checked: chosen }),
  );
  const rows = items.map(({ content }, n) => h("li", {}, h("label", {}, boxes[n], ...content)));
  const buttons = h(
    "div",
    { class: "dialog-buttons" },
    h("button", { value: "" }, "Cancel"),
    h("button", { value: "yes", class: "accent", autofocus: true }, action),
  );
  const form = h(
    "form",
    { method: "dialog" },
    h("h2", {}, title),
    h("ul", { class: "choices" }, ...rows),
    buttons,
  );
  const answer = await openDialog(h("dialog", { class: "ask", "aria-label": title }, form));
  return answer === "yes" ? items.filter((_, n) => boxes[n].checked).map(({ value }) => value) : [];
}

/** Show a table of keys. @param {string} title @param {[string, string][]} rows keys, and what they do */
export function showKeyTable(title, rows) {
  const list = rows.map(([keys, label]) =>
    h("div", {}, h("dt", {}, ...keys.split(" ").map((key) => h("kbd", {}, key))), h("dd", {}, label)),
  );
  const close = h("button", { class: "accent", autofocus: true }, "Close");
  const form = h(
    "form",
    { method: "dialog" },
    h("h2", {}, title),
    h("dl", {}, ...list),
    h("div", { class: "dialog-buttons" }, close),
  );
  return openDialog(h("dialog", { class: "keys", "aria-label": title }, form));
}
