/** Keys: a table for each view, heard while it is shown, and never while somebody types. */

/** @typedef {{key: string, what: string, act: (event: KeyboardEvent) => void, up?: () => void}} Binding */

/** @param {EventTarget | null} target */
function typing(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("dialog")) return true;
  return target.matches("input:not([type=range]):not([type=checkbox]), textarea, select, [contenteditable]");
}

/** Whether a control needs that key for itself. @param {Element} target @param {string} name */
function own(target, name) {
  if (name === "Space" || name === "Enter")
    return target.closest("button, a, summary, video, [type=checkbox]") !== null;
  return name.includes("Arrow") && target.closest("input, [role=slider], video") !== null;
}

/** As the tables write it: "Shift+Z", "ArrowLeft", "b", "Space". @param {KeyboardEvent} event */
function nameOf(event) {
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const letter = /^[a-z]$/.test(key);
  return (event.shiftKey && (letter || key.length > 1) ? "Shift+" : "") + key;
}

/** @param {Binding[]} bindings @param {AbortSignal} until */
export function listen(bindings, until) {
  const table = new Map(bindings.flatMap((binding) => binding.key.split(" ").map((key) => [key, binding])));
  window.addEventListener(
    "keydown",
    (event) => {
      const command = event.ctrlKey || event.metaKey;
      if (event.defaultPrevented || event.altKey || typing(event.target)) return;
      const name = nameOf(event);
      if (command && !["z", "Shift+z", "y"].includes(name)) return;
      if (event.target instanceof Element && own(event.target, name)) return;
      const binding = table.get(command && name === "y" ? "Shift+z" : name);
      if (!binding) return;
      event.preventDefault();
      if (!event.repeat || name.includes("Arrow") || name.includes("[") || name.includes("]"))
        binding.act(event);
    },
    { signal: until },
  );
  window.addEventListener(
    "keyup",
    (event) => {
      const name = event.key === " " ? "Space" : event.key;
      table.get(name)?.up?.();
    },
    { signal: until },
  );
}
