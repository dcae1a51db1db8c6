/** On small screens the panels beside the picture are a sheet: one button opens the colours, one the options. */

/** @import {EditorSession} from "./session.js" */
import { fillColor } from "./color.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

const SWIPE = 36; // CSS pixels downwards that close the sheet

/** Add the buttons of the sheet to the tools. On large screens they are hidden. @param {HTMLElement} editor @param {EditorSession} session @param {AbortSignal} signal */
export function addSheet(editor, session, signal) {
  const panels = editor.querySelector(".side-panels");
  const rail = editor.querySelector(".rail");
  if (!panels || !rail) return;
  panels.id = "side-panels";
  const chip = h("span", { class: "chip" });
  const buttons = [
    sheetButton("color", "Colours", chip),
    sheetButton("options", "Options", icon("sliders", 22)),
  ];
  const open = (/** @type {string | undefined} */ name) => {
    if (name) editor.dataset.sheet = name;
    else delete editor.dataset.sheet;
    for (const button of buttons) {
      button.setAttribute("aria-expanded", String(button.dataset.sheetName === name));
    }
    panels.scrollTop = 0;
  };
  for (const button of buttons) {
    const { sheetName } = button.dataset;
    button.addEventListener("click", () => open(editor.dataset.sheet === sheetName ? undefined : sheetName));
  }
  const close = () => {
    const button = buttons.find((each) => each.dataset.sheetName === editor.dataset.sheet);
    open(undefined);
    button?.focus();
  };
  const closeOnEscape = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || !isOpen(editor) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    close();
  };
  window.addEventListener("keydown", closeOnEscape, { signal, capture: true });
  const showColor = () => {
    chip.style.background = fillColor(session.color);
  };
  session.addEventListener("color", showColor, { signal });
  showColor();
  panels.prepend(closeButton(close));
  rail.append(...buttons);
}

/** Whether the sheet is on the screen: on large screens the panels are always there. @param {HTMLElement} editor */
const isOpen = (editor) =>
  editor.dataset.sheet !== undefined && editor.querySelector(".sheet-close")?.checkVisibility() === true;

/** @param {string} name @param {string} label @param {Node} image */
const sheetButton = (name, label, image) =>
  h(
    "button",
    {
      type: "button",
      class: "tool sheet-button",
      "data-sheet-name": name,
      "aria-label": label,
      "aria-expanded": "false",
      "aria-controls": "side-panels",
    },
    image,
  );

/** A bar at the top of the sheet: a tap or a swipe downwards closes it. @param {() => void} close */
function closeButton(close) {
  const button = h("button", { type: "button", class: "sheet-close", "aria-label": "Close", onclick: close });
  let start = 0;
  button.addEventListener("pointerdown", (event) => {
    start = event.clientY;
    button.setPointerCapture(event.pointerId);
  });
  button.addEventListener("pointermove", (event) => {
    if (button.hasPointerCapture(event.pointerId) && event.clientY - start > SWIPE) close();
  });
  return button;
}
