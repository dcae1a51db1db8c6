/** The strip above the picture: before and after, marks, uncertainty map, zoom. */

/** @import {Mode} from "./canvas.js" */
/** @import {EditorSession} from "./session.js" */
import { h } from "./dom.js";
import { icon } from "./icons.js";

export const ZOOM_STEP = 1.5; // factor, for one click or key press

/** @type {[Mode, string][]} */
const MODES = [
  ["after", "After"],
  ["compare", "Compare"],
  ["side", "Side by side"],
  ["before", "Before"],
];

/**
 * @param {EditorSession} session
 * @param {boolean} withUncertainty whether the server has an uncertainty map
 * @param {AbortSignal} signal
 */
export const viewControls = (session, withUncertainty, signal) =>
  h("div", { class: "strip" }, viewToggles(session, withUncertainty, signal), zoomButtons(session, signal));

/** @param {EditorSession} session @param {boolean} withUncertainty @param {AbortSignal} signal */
function viewToggles(session, withUncertainty, signal) {
  const { canvas } = session;
  const modes = MODES.map(([mode, label]) =>
    h("button", { type: "button", "data-mode": mode, onclick: () => session.setMode(mode) }, label),
  );
  const marks = h(
    "button",
    {
      type: "button",
      class: "quiet",
      title: "Show marks (M)",
      "aria-label": "Show marks",
      onclick: () => session.setMarksVisible(!canvas.marksVisible),
    },
    icon("marks", 18),
    "Marks",
  );
  const uncertainty = h(
    "button",
    {
      type: "button",
      class: "quiet",
      title: "Show where the network is unsure (D)",
      "aria-label": "Show uncertainty",
      onclick: () => session.setUncertaintyVisible(!session.uncertaintyVisible),
    },
    icon("uncertainty", 18),
    "Uncertainty",
  );
  const show = () => {
    for (const button of modes) {
      button.setAttribute("aria-pressed", String(button.dataset.mode === canvas.mode));
    }
    marks.setAttribute("aria-pressed", String(canvas.marksVisible));
    uncertainty.setAttribute("aria-pressed", String(session.uncertaintyVisible));
  };
  for (const name of ["mode", "uncertainty", "marks-visible"]) {
    session.addEventListener(name, show, { signal });
  }
  show();
  return h(
    "div",
    { class: "view-toggles" },
    h("div", { class: "segments", role: "group", "aria-label": "View" }, ...modes),
    h("div", { class: "toggles" }, marks, withUncertainty && uncertainty),
  );
}

/** @param {EditorSession} session @param {AbortSignal} signal */
function zoomButtons(session, signal) {
  const { canvas } = session;
  const percent = h("button", {
    type: "button",
    class: "quiet percent",
    title: "Actual size (1)",
    onclick: () => showActualSize(session),
  });
  const show = () => {
    percent.textContent = `${Math.round((canvas.viewport?.scale ?? 1) * devicePixelRatio * 100)} %`;
    percent.setAttribute("aria-label", `Zoom ${percent.textContent}; show the actual size`);
  };
  canvas.addEventListener("zoom", show, { signal });
  /** @param {string} image @param {string} label @param {string} key @param {() => void} run */
  const button = (image, label, key, run) =>
    h(
      "button",
      { type: "button", class: "quiet", title: `${label} (${key})`, "aria-label": label, onclick: run },
      icon(image, 18),
    );
  return h(
    "div",
    { class: "zoom", role: "group", "aria-label": "Zoom" },
    button("minus", "Zoom out", "−", () => zoomBy(session, 1 / ZOOM_STEP)),
    percent,
    button("plus", "Zoom in", "+", () => zoomBy(session, ZOOM_STEP)),
    button("fit", "Fit the picture", "0", () => fitPicture(session)),
  );
}

/** @param {EditorSession} session @param {number} factor */
export const zoomBy = ({ canvas }, factor) => canvas.changeViewport(() => canvas.viewport?.zoom(factor));

/** Show the complete picture. @param {EditorSession} session */
export const fitPicture = ({ canvas }) => canvas.changeViewport(() => canvas.viewport?.fit());

/** Show one picture pixel on one screen pixel. @param {EditorSession} session */
export const showActualSize = (session) =>
  zoomBy(session, 1 / ((session.canvas.viewport?.scale ?? 1) * devicePixelRatio));
