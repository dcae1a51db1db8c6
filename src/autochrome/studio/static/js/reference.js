/** The reference panel: upload a coloured picture of similar things and name it in the hints of the current frame. */

/** @import {EditorSession} from "./session.js" */
import * as api from "./api.js";
import { announce, h, setChildren } from "./dom.js";
import { icon } from "./icons.js";
import { reportErrors, toast } from "./toast.js";

/** @param {EditorSession} session @param {AbortSignal} signal @returns {HTMLElement} */
export function referencePanel(session, signal) {
  const input = h("input", {
    type: "file",
    accept: "image/*",
    class: "visually-hidden",
    tabindex: -1,
    "aria-label": "A coloured picture of similar things",
  });
  const choose = h(
    "button",
    { type: "button", class: "wide", onclick: () => input.click() },
    icon("photo", 18),
    "Choose a coloured picture",
  );
  const status = h("div", { class: "reference-status", hidden: true });
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    input.value = "";
    if (!file) return;
    choose.disabled = true;
    void reportErrors(() => setReference(session, file)).finally(() => {
      choose.disabled = false;
    });
  });
  const show = () => {
    const hasReference = Boolean(session.marks.reference);
    choose.hidden = hasReference;
    status.hidden = !hasReference;
    if (hasReference) {
      const text = h("span", {}, "This frame has a reference");
      setChildren(status, icon("check", 16), text, removeButton(session));
    }
  };
  session.addEventListener("marks", show, { signal });
  const help = "A coloured picture of similar things. The shot takes its colours from it.";
  const heading = h("h3", {}, "Reference for this shot");
  return h(
    "section",
    { class: "panel reference" },
    heading,
    h("p", { class: "help" }, help),
    choose,
    status,
    input,
  );
}

/** Upload a file and set it as the reference of the current frame. @param {EditorSession} session @param {File} file */
async function setReference(session, file) {
  const { frame } = session;
  const { name } = await api.uploadReference(session.project.id, file);
  if (session.frame !== frame) {
    toast(`${file.name}: you went to another frame during the upload. Choose the reference again.`);
    return;
  }
  session.commit({ ...session.marks, reference: name });
  announce(`${file.name} is the reference of this shot.`);
}

/** @param {EditorSession} session */
function removeButton(session) {
  return h(
    "button",
    {
      type: "button",
      class: "quiet round",
      title: "Remove the reference",
      "aria-label": "Remove the reference",
      onclick: () => session.commit({ ...session.marks, reference: null }),
    },
    icon("close", 16),
  );
}
