/** The editor of a photo. */

/** @import {Project} from "./types.js" */
/** @import {Page} from "./main.js" */
import * as api from "./api.js";
import { h } from "./dom.js";
import {
  editorShortcuts,
  optionPanels,
  projectNotes,
  projectTitle,
  returnFocusToPicture,
  toolRail,
} from "./editor.js";
import { exportControls } from "./export-controls.js";
import { lookPanel } from "./looks.js";
import { marksPanel } from "./marks-panel.js";
import { addNavigator } from "./navigator.js";
import { neighbourShortcuts } from "./neighbours.js";
import { optionGroups } from "./options.js";
import { colorPanel } from "./palette.js";
import { referencesPanel } from "./references.js";
import { EditorSession } from "./session.js";
import { addSheet } from "./sheet.js";
import { helpButton, helpShortcut, listenToKeys } from "./shortcuts.js";
import { loadOptionSchemas } from "./state.js";
import { variationsPanel } from "./variations.js";
import { versionsPanel } from "./versions.js";
import { viewControls } from "./view-controls.js";

/** @param {Project} project @param {AbortSignal} signal @returns {Promise<Page>} */
export async function photoPage(project, signal) {
  const [schemas, hints] = await Promise.all([loadOptionSchemas(), api.fetchHints(project.id)]);
  const session = new EditorSession(project, hints, (session) => photoSource(project, session));
  signal.addEventListener("abort", () => session.close());
  const toggleUncertainty = () => void session.setUncertaintyVisible(!session.uncertaintyVisible);
  const shortcuts = [
    ...editorShortcuts(session),
    { key: "d", label: "Show uncertainty", run: toggleUncertainty },
    ...neighbourShortcuts(project, true, session),
  ];
  listenToKeys([...shortcuts, helpShortcut(shortcuts)], signal);

  const groups = optionGroups(schemas.photo, schemas.models, session);
  const element = h(
    "div",
    { class: "editor photo" },
    toolRail(session, signal),
    h("div", { class: "stage" }, viewControls(session, true, signal), session.canvas),
    h(
      "aside",
      { class: "side-panels", "aria-label": "Colour and options" },
      projectNotes(project),
      variationsPanel(session, () => null, signal),
      colorPanel(session, (at) => api.fetchLikelyColors(project.id, at.x, at.y), signal),
      marksPanel(session, signal),
      referencesPanel(session, signal),
      lookPanel(session, schemas, signal),
      optionPanels(session, groups, signal),
      versionsPanel(session, signal),
    ),
  );
  addSheet(element, session, signal);
  returnFocusToPicture(element, session);
  return {
    name: project.name,
    element,
    title: projectTitle(project),
    actions: h("div", { class: "actions" }, helpButton(shortcuts), exportControls(session, signal)),
    start: () => {
      session.start();
      addNavigator(session.canvas, signal);
    },
  };
}

/** @param {Project} project @param {EditorSession} session @returns {import("./layers.js").Source} */
const photoSource = ({ id, width, height }, session) => ({
  width,
  height,
  parts: true,
  before: async (view) => {
    const { compared } = session;
    const image = compared
      ? await api.paintPhoto(id, compared.hints, compared.settings, view)
      : await api.fetchBefore(id, view);
    return { view, image };
  },
  after: async (view) => ({ view, image: await api.paintPhoto(id, session.hints, session.settings, view) }),
});
