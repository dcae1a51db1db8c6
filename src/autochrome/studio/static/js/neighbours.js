/** From one picture to the next, and back to the library. */

/** @import {EditorSession} from "./session.js" */
/** @import {Project} from "./types.js" */
/** @import {Shortcut} from "./shortcuts.js" */
import { announce } from "./dom.js";
import { listedProjects } from "./library-view.js";
import { editorUrl } from "./state.js";

/** The project that was open last: the library puts the focus on it. @type {string | null} */
let lastOpen = null;

/** @returns {string | null} id */
export const lastOpenProject = () => lastOpen;

/** @param {Project} project @param {number} step */
function openNeighbour(project, step) {
  const listed = listedProjects();
  const at = listed.findIndex(({ id }) => id === project.id);
  const next = at < 0 ? undefined : listed[at + step];
  if (next) location.hash = editorUrl(next);
  else announce(step < 0 ? "This is the first picture." : "This is the last picture.");
}

/** Whether something lies over the page that Escape closes by itself. */
const hasOverlay = () => document.querySelector("dialog[open], :popover-open") !== null;

/**
 * @param {Project} project
 * @param {boolean} arrows whether the arrow keys go to the next picture; in a film they go to the next frame
 * @param {EditorSession} session
 * @returns {Shortcut[]}
 */
export function neighbourShortcuts(project, arrows, session) {
  lastOpen = project.id;
  return [
    {
      key: arrows ? "ArrowLeft PageUp" : "PageUp",
      label: "Previous picture",
      run: () => openNeighbour(project, -1),
    },
    {
      key: arrows ? "ArrowRight PageDown" : "PageDown",
      label: "Next picture",
      run: () => openNeighbour(project, 1),
    },
    { key: "Escape", label: "Back to the library", run: () => leaveEditor(session) },
  ];
}

/** Let go of the selected mark; if there is none, go back to the library. @param {EditorSession} session */
export function leaveEditor(session) {
  if (hasOverlay()) return; // the same key closes it
  if (session.selection.mark) session.selection.choose(null);
  else location.hash = "#/";
}
