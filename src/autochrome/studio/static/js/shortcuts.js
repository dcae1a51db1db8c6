/** Keyboard shortcuts. Each view has a table of them; they do not work while a person types. */

import { showKeyTable } from "./dialog.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

/**
 * Several keys of one shortcut are separated by a space; `release` is called when the key is released.
 * @typedef {{key: string, label: string, run: () => void, release?: () => void}} Shortcut
 */

/** @param {EventTarget | null} target */
function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("dialog")) return true;
  return target.matches("input:not([type=range]):not([type=checkbox]), textarea, select, [contenteditable]");
}

/** Whether a control uses the key itself. @param {Element} target @param {string} name */
function usesKey(target, name) {
  if (name === "Space" || name === "Enter") {
    return target.closest("button, a, summary, video, [type=checkbox]") !== null;
  }
  return name.includes("Arrow") && target.closest("input, [role=slider], video") !== null;
}

/** The name of a key as the tables write it: "b", "Shift+z", "Space", "ArrowLeft". @param {KeyboardEvent} event */
function keyName(event) {
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const isLetter = /^[a-z]$/.test(key);
  return (event.shiftKey && (isLetter || key.length > 1) ? "Shift+" : "") + key;
}

/** @param {Shortcut[]} shortcuts @param {AbortSignal} signal */
export function listenToKeys(shortcuts, signal) {
  const table = new Map(
    shortcuts.flatMap((shortcut) => shortcut.key.split(" ").map((key) => [key, shortcut])),
  );
  /** @param {KeyboardEvent} event */
  const press = (event) => {
    const withControl = event.ctrlKey || event.metaKey;
    if (event.defaultPrevented || event.altKey || isTyping(event.target)) return;
    const name = keyName(event);
    if (withControl && !["z", "Shift+z", "y"].includes(name)) return;
    if (event.target instanceof Element && usesKey(event.target, name)) return;
    const shortcut = table.get(withControl && name === "y" ? "Shift+z" : name);
    if (!shortcut) return;
    event.preventDefault();
    const repeats = name.includes("Arrow") || name === "[" || name === "]";
    if (!event.repeat || repeats) shortcut.run();
  };
  const release = (/** @type {KeyboardEvent} */ event) =>
    table.get(event.key === " " ? "Space" : event.key)?.release?.();
  window.addEventListener("keydown", press, { signal });
  window.addEventListener("keyup", release, { signal });
}

/** The shortcut that shows all shortcuts. @param {Shortcut[]} shortcuts @returns {Shortcut} */
export const helpShortcut = (shortcuts) => ({
  key: "?",
  label: "Keyboard shortcuts",
  run: () => void showShortcuts(shortcuts),
});

/** @param {Shortcut[]} shortcuts */
export const helpButton = (shortcuts) =>
  h(
    "button",
    {
      type: "button",
      class: "quiet",
      title: "Keyboard shortcuts (?)",
      "aria-label": "Keyboard shortcuts",
      onclick: () => void showShortcuts(shortcuts),
    },
    icon("help", 20),
  );

/** @param {Shortcut[]} shortcuts */
function showShortcuts(shortcuts) {
  /** @type {[string, string][]} */
  const rows = shortcuts.map(({ key, label }) => [keySymbols(key), label]);
  return showKeyTable("Keyboard shortcuts", [
    ...rows,
    ["Alt ←↑↓→", "Move the cross"],
    ["Enter", "Use the tool at the cross"],
    ["?", "Keyboard shortcuts"],
  ]);
}

/** @param {string} key @returns {string} the key as it is printed on a keyboard */
const keySymbols = (key) =>
  key
    .replace("Shift+", "⇧ ")
    .replace("ArrowLeft", "←")
    .replace("ArrowRight", "→")
    .replace("ArrowUp", "↑")
    .replace("ArrowDown", "↓")
    .replace("Escape", "Esc")
    .replace("Delete Backspace", "Del")
    .replace(/(^| )([a-z])$/, (_, gap, letter) => gap + letter.toUpperCase());
