/** Making elements without a framework. */

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * An element: attributes by name, `onclick: fn` and the like as listeners, `class` and `data-…` as written.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Record<string, unknown>} [attributes] @param {...Child} children
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
  put(element, ...children);
  return element;
}

/** Replaces what an element holds. @param {Element} element @param {...Child} children */
export function put(element, ...children) {
  element.replaceChildren(
    ...children.filter((child) => child !== null && child !== undefined && child !== false),
  );
}

/** Speaks to a screen reader. @param {string} sentence */
export function say(sentence) {
  const place = document.getElementById("polite");
  if (place) place.textContent = sentence;
}

/** Waits until calls have stopped for a while. @param {() => void} action @param {number} milliseconds */
export function settled(action, milliseconds) {
  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      timer = 0;
      action();
    }, milliseconds);
  };
  later.now = () => {
    if (timer) {
      clearTimeout(timer);
      timer = 0;
      action();
    }
  };
  later.drop = () => {
    clearTimeout(timer);
    timer = 0;
  };
  return later;
}

/** A number kept between two others. @param {number} value @param {number} least @param {number} most */
export const within = (value, least, most) => Math.min(most, Math.max(least, value));
