/** The library page: all projects, newest first. Several can be selected, exported and removed. */

/** @import {Project} from "./types.js" */
/** @import {Page} from "./main.js" */
import { announce, h, setChildren } from "./dom.js";
import { ProjectCard, uploadCard } from "./project-card.js";
import { SelectionBar } from "./selection-bar.js";
import { isActive, isExported, jobs, latestJob, newestFirst, projects } from "./state.js";
import { uploadButton, uploads } from "./uploads.js";

/** @typedef {{label: string, fits: (project: Project) => boolean}} Filter */
/** @type {Record<string, Filter>} */
const FILTERS = {
  all: { label: "All", fits: () => true },
  photo: { label: "Photos", fits: (project) => project.kind === "photo" },
  film: { label: "Films", fits: (project) => project.kind === "film" },
  corrected: { label: "Corrected", fits: (project) => project.revision > 0 },
  exported: { label: "Exported", fits: isExported },
};

/** @param {AbortSignal} signal @returns {Page} */
export function libraryPage(signal) {
  const page = new LibraryPage();
  projects.subscribe(() => page.show(), signal);
  jobs.subscribe(() => page.show(), signal);
  uploads.subscribe(() => page.showUploads(), signal);
  return { name: "Library", element: page.element };
}

class LibraryPage {
  /** @type {Set<string>} */ #selected = new Set();
  /** @type {Map<string, ProjectCard>} */ #cards = new Map();
  #filter = "all";
  #uploading = 0;
  #grid = h("ul", { class: "grid", role: "list" });
  #uploads = h("ul", { class: "grid uploads", role: "list", hidden: true });
  #none = h("p", { class: "none", hidden: true }, "The library has nothing of this kind yet.");
  #filters = h(
    "div",
    { class: "segments", role: "group", "aria-label": "Filter" },
    ...Object.entries(FILTERS).map(([name, filter]) => this.#filterButton(name, filter)),
  );
  #selection = new SelectionBar(this.#selected, () => this.show());
  #list = h(
    "div",
    { class: "library", hidden: true },
    h(
      "div",
      { class: "library-head" },
      h("h1", {}, "Library"),
      this.#filters,
      h("span", { class: "grow" }),
      uploadButton("Add photos or films"),
    ),
    this.#uploads,
    this.#grid,
    this.#none,
    this.#selection.element,
  );
  #empty = emptyLibrary();
  element = h("div", { class: "library-view" }, this.#list, this.#empty);

  show() {
    for (const id of this.#selected) if (!projects.value.has(id)) this.#selected.delete(id);
    const fitting = newestFirst(projects.value).filter(FILTERS[this.#filter].fits);
    this.#showGrid(fitting.map((project) => this.#card(project)));
    for (const button of this.#filters.children) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-filter") === this.#filter));
    }
    this.#none.hidden = fitting.length > 0;
    this.#list.hidden = !projects.value.size && !uploads.value.length;
    this.#empty.hidden = !this.#list.hidden;
    this.#selection.show();
  }

  showUploads() {
    const list = uploads.value;
    this.#uploads.hidden = !list.length;
    setChildren(this.#uploads, ...list.map(uploadCard));
    if (this.#uploading && !list.length) announce("All uploads are done.");
    this.#uploading = list.length;
    this.show();
  }

  /** @param {string} name @param {Filter} filter */
  #filterButton(name, { label }) {
    const choose = () => {
      this.#filter = name;
      this.show();
    };
    const pressed = String(name === this.#filter);
    const attributes = { type: "button", "data-filter": name, "aria-pressed": pressed, onclick: choose };
    return h("button", attributes, label);
  }

  /** @param {Project} project */
  #card(project) {
    const card = this.#cards.get(project.id) ?? new ProjectCard(project, this.#selected, () => this.show());
    this.#cards.set(project.id, card);
    card.show(project, latestJob(project.id, undefined, isActive));
    return card.element;
  }

  /** Change the grid only where needed: moving an element would take the focus from it. @param {HTMLElement[]} elements */
  #showGrid(elements) {
    const { children } = this.#grid;
    const same =
      elements.length === children.length && elements.every((element, n) => element === children[n]);
    if (!same) setChildren(this.#grid, ...elements);
  }
}

function emptyLibrary() {
  const help =
    "Drop black-and-white photos and films anywhere in this window, paste one, or choose files. " +
    "The studio colours them; then you correct the colours.";
  return h(
    "div",
    { class: "empty" },
    h("img", { src: "empty.svg", alt: "", width: 260, height: 150 }),
    h("h1", {}, "Add photos or films"),
    h("p", {}, help),
    uploadButton("Choose photos or films"),
    h("p", { class: "fine" }, "All files stay on this computer."),
  );
}
