/** Questions that stop everything else. `<dialog>` brings focus trap, Escape and the screen reader's attention. */

import { h } from "./dom.js";

/** @param {HTMLDialogElement} dialog @returns {Promise<string>} the value of the button that closed it */
function shown(dialog) {
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue);
    }),
  );
}

/** @param {string} title @param {string} sentence @param {string} action the word on the button @returns {Promise<boolean>} */
export async function confirmed(title, sentence, action) {
  const answer = await shown(
    h(
      "dialog",
      { class: "ask", "aria-label": title },
      h(
        "form",
        { method: "dialog" },
        h("h2", {}, title),
        h("p", {}, sentence),
        h(
          "div",
          { class: "answers" },
          h("button", { value: "" }, "Keep"),
          h("button", { value: "yes", class: "danger", autofocus: true }, action),
        ),
      ),
    ),
  );
  return answer === "yes";
}

/** @param {string} title @param {string} label @param {string} value @param {string} action @param {string} [type] @returns {Promise<string | null>} */
export async function asked(title, label, value, action, type = "text") {
  const field = h("input", {
    type,
    value,
    required: true,
    autofocus: true,
    id: "asked",
    autocomplete: "off",
  });
  const answer = await shown(
    h(
      "dialog",
      { class: "ask", "aria-label": title },
      h(
        "form",
        { method: "dialog" },
        h("h2", {}, title),
        h("label", { for: "asked" }, label),
        field,
        h(
          "div",
          { class: "answers" },
          h(
            "button",
            {
              type: "button",
              onclick: (/** @type {Event} */ event) =>
                /** @type {HTMLElement} */ (event.target).closest("dialog")?.close(""),
            },
            "Cancel",
          ),
          h("button", { value: "yes", class: "accent" }, action),
        ),
      ),
    ),
  );
  return answer === "yes" ? field.value.trim() || null : null;
}

/** @param {string} title @param {[string, string][]} rows key and what it does */
export function keyTable(title, rows) {
  return shown(
    h(
      "dialog",
      { class: "keys", "aria-label": title },
      h(
        "form",
        { method: "dialog" },
        h("h2", {}, title),
        h(
          "dl",
          {},
          ...rows.map(([key, what]) =>
            h("div", {}, h("dt", {}, ...key.split(" ").map((word) => h("kbd", {}, word))), h("dd", {}, what)),
          ),
        ),
        h("div", { class: "answers" }, h("button", { class: "accent", autofocus: true }, "Close")),
      ),
    ),
  );
}
