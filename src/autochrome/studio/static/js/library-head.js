/** The head of the library: filters, search, order, and the button that adds files. */

import { h } from "./dom.js";
import { changeView, FILTERS, libraryView, ORDERS } from "./library-view.js";
import { uploadButton } from "./uploads.js";

/** @param {AbortSignal} signal */
export function libraryHead(signal) {
  const filters = Object.entries(FILTERS).map(([name, { label }]) => {
    const choose = () => changeView({ filter: name });
    return h("button", { type: "button", "data-filter": name, onclick: choose }, label);
  });
  const search = h("input", {
    type: "search",
    class: "search",
    placeholder: "Search",
    "aria-label": "Search by name",
    autocomplete: "off",
    spellcheck: "false",
    value: libraryView.value.search,
  });
  search.addEventListener("input", () => changeView({ search: search.value }));
  const orders = Object.entries(ORDERS).map(([name, { label }]) => h("option", { value: name }, label));
  const order = h("select", { "aria-label": "Order" }, ...orders);
  order.addEventListener("change", () => changeView({ order: order.value }));
  libraryView.subscribe((view) => {
    order.value = view.order;
    for (const button of filters) {
      button.setAttribute("aria-pressed", String(button.dataset.filter === view.filter));
    }
  }, signal);
  return h(
    "div",
    { class: "library-head" },
    h("h1", {}, "Library"),
    h("div", { class: "segments", role: "group", "aria-label": "Filter" }, ...filters),
    h("span", { class: "grow" }),
    h("div", { class: "library-find" }, search, order),
    uploadButton("Add photos or films"),
  );
}
