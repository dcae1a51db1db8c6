/** The theme of the page: that of the system, light or dark. The choice stays in this browser. */

import { announce, h, setChildren } from "./dom.js";
import { icon } from "./icons.js";

/** @typedef {"system" | "light" | "dark"} Theme */
const KEY = "autochrome-theme";
/** @type {Record<Theme, Theme>} */
const NEXT = { system: "light", light: "dark", dark: "system" };

/** @returns {Theme} */
function readTheme() {
  try {
    const saved = localStorage.getItem(KEY) ?? "";
    return saved === "light" || saved === "dark" ? saved : "system";
  } catch {
    return "system"; // this browser keeps nothing
  }
}

/** @param {Theme} theme */
function applyTheme(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** A button that changes the theme: system, light, dark. */
export function themeButton() {
  let theme = readTheme();
  const button = h("button", { type: "button", class: "quiet theme-button" });
  const show = () => {
    applyTheme(theme);
    const label = `Theme: ${theme}`;
    button.title = label;
    button.setAttribute("aria-label", label);
    setChildren(button, icon(`theme-${theme}`, 20));
  };
  button.addEventListener("click", () => {
    theme = NEXT[theme];
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // the choice holds until the page is closed
    }
    show();
    announce(`Theme: ${theme}`);
  });
  show();
  return button;
}
