/** The panels at the side of the film editor. */

/** @import {FilmEditor} from "./film.js" */
import { alikePanel } from "./alike-shots.js";
import * as api from "./api.js";
import { h } from "./dom.js";
import { optionPanels } from "./editor.js";
import { lookPanel } from "./looks.js";
import { marksPanel } from "./marks-panel.js";
import { optionGroups } from "./options.js";
import { colorPanel } from "./palette.js";
import { referencesPanel } from "./references.js";
import { variationsPanel } from "./variations.js";
import { versionsPanel } from "./versions.js";

/** @param {FilmEditor} editor @param {HTMLElement} unsureShots @param {AbortSignal} signal */
export function filmPanels(editor, unsureShots, signal) {
  const { session, schemas } = editor;
  const fetchLikely = (/** @type {{x: number, y: number}} */ at) =>
    api.fetchLikelyColors(editor.project.id, at.x, at.y, session.frame ?? 0);
  return h(
    "aside",
    { class: "side-panels", "aria-label": "Colour and options" },
    unsureShots,
    variationsPanel(session, () => editor.currentShot, signal),
    colorPanel(session, fetchLikely, signal),
    marksPanel(session, signal),
    alikePanel(session, () => editor.film, signal),
    referencesPanel(session, signal),
    lookPanel(session, schemas, signal),
    optionPanels(session, optionGroups(schemas.film, schemas.models, session), signal),
    versionsPanel(session, signal),
  );
}
