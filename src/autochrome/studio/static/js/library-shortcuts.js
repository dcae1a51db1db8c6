/** The keys of the library: select all, clear the selection, go from picture to picture. */

/** @import {LibraryPage} from "./library.js" */

/** @type {Record<string, (index: number, columns: number) => number>} */
const STEPS = {
  ArrowLeft: (index) => index - 1,
  ArrowRight: (index) => index + 1,
  ArrowUp: (index, columns) => index - columns,
  ArrowDown: (index, columns) => index + columns,
};

/** @param {LibraryPage} page @param {AbortSignal} signal */
export function libraryShortcuts(page, signal) {
  const press = (/** @type {KeyboardEvent} */ event) => {
    const { target, key } = event;
    const typing = target instanceof Element && target.closest("input:not([type=checkbox]), select, dialog");
    if (event.defaultPrevented || typing || document.querySelector("dialog[open]")) return;
    const control = event.ctrlKey || event.metaKey;
    if (control && key.toLowerCase() === "a") page.selectAll();
    else if (control || event.altKey) return;
    else if (key === "Escape" && page.selected.size) page.clearSelection();
    else if (key in STEPS) page.moveFocus(STEPS[key]);
    else return;
    event.preventDefault();
  };
  window.addEventListener("keydown", press, { signal });
}
