/** The library page: all projects, newest first. Several can be selected, exported and removed. */

/** @import {Project} from "./types.js" */
/** @import {Page} from "./main.js" */
import { announce, h, setChildren } from "./dom.js";
import { libraryHead } from "./library-head.js";
import { libraryShortcuts } from "./library-shortcuts.js";
import { libraryView, listedProjects } from "./library-view.js";
import { lastOpenProject } from "./neighbours.js";
import { ProjectCard, uploadCard } from "./project-card.js";
import { sampleButton } from "./sample.js";
import { SelectionBar } from "./selection-bar.js";
import { isActive, jobs, latestJob, projects } from "./state.js";
import { uploadButton, uploads } from "./uploads.js";

/** @param {AbortSignal} signal @returns {Page} */
export function libraryPage(signal) {
  const page = new LibraryPage(signal);
  projects.subscribe(() => page.show(), signal);
  jobs.subscribe(() => page.show(), signal);
  uploads.subscribe(() => page.showUploads(), signal);
  libraryView.subscribe(() => page.show(), signal);
  libraryShortcuts(page, signal);
  return { name: "Library", element: page.element, start: () => page.focusLastOpen() };
}

export class LibraryPage {
  /** @type {Set<string>} */ selected = new Set();
  /** @type {Map<string, ProjectCard>} */ #cards = new Map();
  /** @type {string | null} */ #lastChosen = null; // id: one end of a range
  #uploading = 0;
  #grid = h("ul", { class: "grid", role: "list" });
  #uploads = h("ul", { class: "grid uploads", role: "list", hidden: true });
  #none = h("p", { class: "none", hidden: true }, "The library has nothing of this kind or name.");
  #selection = new SelectionBar(this.selected, () => this.show());
  #list;
  #empty = emptyLibrary();
  element;

  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.#list = h(
      "div",
      { class: "library", hidden: true },
      libraryHead(signal),
      this.#uploads,
      this.#grid,
      this.#none,
      this.#selection.element,
    );
    this.element = h("div", { class: "library-view" }, this.#list, this.#empty);
  }

  show() {
    for (const id of this.selected) if (!projects.value.has(id)) this.selected.delete(id);
    const listed = listedProjects();
    this.#showGrid(listed.map((project) => this.#card(project).element));
    this.#none.hidden = listed.length > 0;
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

  selectAll() {
    for (const { id } of listedProjects()) this.selected.add(id);
    announce(`${this.selected.size} selected.`);
    this.show();
  }

  clearSelection() {
    this.selected.clear();
    this.show();
  }

  /** Put the focus on another project. @param {(index: number, columns: number) => number} step */
  moveFocus(step) {
    const links = listedProjects().map((project) => this.#card(project).link);
    const at = links.findIndex((link) => link === document.activeElement);
    const columns = getComputedStyle(this.#grid).gridTemplateColumns.split(" ").length;
    links[at < 0 ? 0 : step(at, columns)]?.focus();
  }

  focusLastOpen() {
    const project = projects.value.get(lastOpenProject() ?? "");
    if (project) this.#card(project).link.focus();
  }

  /** @param {Project} project */
  #card(project) {
    const card =
      this.#cards.get(project.id) ??
      new ProjectCard(project, this.selected, (chosen, range) => this.#choose(project.id, chosen, range));
    this.#cards.set(project.id, card);
    card.show(project, latestJob(project.id, undefined, isActive));
    return card;
  }

  /** Select or deselect a project, or all from the last chosen one to it. @param {string} id @param {boolean} chosen @param {boolean} range */
  #choose(id, chosen, range) {
    const ids = listedProjects().map((project) => project.id);
    const [from, to] = [ids.indexOf(this.#lastChosen ?? id), ids.indexOf(id)];
    const start = range && from >= 0 ? from : to;
    for (const each of ids.slice(Math.min(start, to), Math.max(start, to) + 1)) {
      if (chosen) this.selected.add(each);
      else this.selected.delete(each);
    }
    this.#lastChosen = id;
    this.show();
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
    sampleButton(),
    h("p", { class: "fine" }, "All files stay on this computer."),
  );
}
