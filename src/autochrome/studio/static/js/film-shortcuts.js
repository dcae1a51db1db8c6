/** The keyboard shortcuts of the film editor. */

/** @import {FilmActions} from "./film-controls.js" */
/** @import {Shortcut} from "./shortcuts.js" */

/** @param {FilmActions} actions @param {number} fps @returns {Shortcut[]} */
export function filmShortcuts(actions, fps) {
  const second = Math.round(fps) || 1;
  return [
    { key: "ArrowLeft", label: "Previous frame", run: () => actions.step(-1) },
    { key: "ArrowRight", label: "Next frame", run: () => actions.step(1) },
    { key: "Shift+ArrowLeft", label: "Back one second", run: () => actions.step(-second) },
    { key: "Shift+ArrowRight", label: "Forward one second", run: () => actions.step(second) },
    { key: "ArrowUp", label: "Previous shot", run: () => actions.stepShot(-1) },
    { key: "ArrowDown", label: "Next shot", run: () => actions.stepShot(1) },
    { key: "s", label: "Split the shot here", run: actions.split },
    { key: "j", label: "Join with the next shot", run: actions.join },
    { key: "d", label: "Show uncertainty", run: actions.uncertainty },
    { key: "Enter", label: "Play or stop", run: actions.play },
    { key: "Escape", label: "Stop playing, or back to the library", run: actions.stop },
  ];
}
