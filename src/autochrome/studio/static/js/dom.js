/** Create and change elements without a framework. */

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * Create an element. Attributes are given by name; functions under `onclick` and the like become event listeners.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on") && typeof value === "function") {
      element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    } else if (typeof value === "boolean" && !name.startsWith("aria-")) {
      element.toggleAttribute(name, value);
    } else if (value !== null && value !== undefined) {
      element.setAttribute(name, String(value));
    }
  }
  setChildren(element, ...children);
  return element;
}

/** Replace the children of an element. @param {Element} element @param {...Child} children */
export function setChildren(element, ...children) {
  const present = children.filter((child) => child !== null && child !== undefined && child !== false);
  element.replaceChildren(...present);
}

/** Let screen readers speak a sentence. @param {string} sentence */
export function announce(sentence) {
  const region = document.getElementById("polite");
  if (region) region.textContent = sentence;
}

/**
 * Delay an action until no call has come for some milliseconds. `flush` runs a delayed action now; `cancel` drops it.
 * @param {() => void} action
 * @param {number} milliseconds
 */
export function debounce(action, milliseconds) {
  let timer = 0;
  const run = () => {
    timer = 0;
    action();
  };
  const delayed = () => {
    clearTimeout(timer);
    timer = window.setTimeout(run, milliseconds);
  };
  delayed.cancel = () => {
    clearTimeout(timer);
    timer = 0;
  };
  delayed.flush = () => {
    if (!timer) return;
    clearTimeout(timer);
    run();
  };
  return delayed;
}

/** @param {number} value @param {number} minimum @param {number} maximum */
export const clamp = (value, minimum, maximum) => Math.min(maximum, Math.max(minimum, value));
