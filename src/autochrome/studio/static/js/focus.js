/** The keyboard's focus stays on the page: where the focused element goes away, one near it gets the focus. */

const CONTROLS =
  "a[href], button:not(:disabled), input:not(:disabled, [type=file]), select:not(:disabled), summary, [tabindex='0']";

/** Watch the focus until the page is closed. */
export function keepFocus() {
  /** @type {Element[]} */ let path = []; // the element that had the focus last, and its ancestors
  let label = "";
  let byPointer = false; // a click on the ground may take the focus away
  document.addEventListener("focusin", ({ target }) => {
    if (!(target instanceof Element)) return;
    path = ancestors(target);
    label = labelOf(target);
  });
  document.addEventListener("pointerdown", () => (byPointer = true), { capture: true });
  document.addEventListener("keydown", () => (byPointer = false), { capture: true });
  const check = () => {
    const lost = document.activeElement === document.body || !document.activeElement;
    if (lost && path.length && !byPointer) nearestControl(path, label)?.focus({ preventScroll: true });
  };
  const later = () => requestAnimationFrame(() => setTimeout(check)); // the browser moves the focus after a frame
  document.addEventListener("focusout", later);
  const changes = { childList: true, subtree: true, attributeFilter: ["disabled", "hidden"] };
  new MutationObserver(later).observe(document.body, changes);
}

/** @param {Element} element @returns {Element[]} */
function ancestors(element) {
  const path = [];
  for (let at = /** @type {Element | null} */ (element); at; at = at.parentElement) path.push(at);
  return path;
}

/** @param {Element} element */
const labelOf = (element) => element.getAttribute("aria-label") ?? element.textContent ?? "";

/** The control of the same name, or else the first one, of the closest part of the page that is left. @param {Element[]} path @param {string} label */
function nearestControl(path, label) {
  for (const element of path) {
    if (!element.isConnected || element === document.body) continue;
    const inside = /** @type {HTMLElement[]} */ ([...element.querySelectorAll(CONTROLS)]);
    const visible = [element, ...inside].filter(
      (each) => each instanceof HTMLElement && each.matches(CONTROLS) && each.checkVisibility(),
    );
    const found = visible.find((each) => labelOf(each) === label) ?? visible[0];
    if (found) return /** @type {HTMLElement} */ (found);
  }
  return document.getElementById("main");
}
