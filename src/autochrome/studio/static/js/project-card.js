/** Cards of the library: one for each project, and one for each upload. */

/** @import {Job, Project} from "./types.js" */
/** @import {Upload} from "./uploads.js" */
import * as api from "./api.js";
import { h, setChildren } from "./dom.js";
import { describeProject, formatPercent, jobLabel } from "./format.js";
import { icon } from "./icons.js";
import { editorUrl, isExported, updateProject } from "./state.js";
import { reportErrors } from "./toast.js";
import { cancelUpload } from "./uploads.js";

/** A project in the grid. The element stays the same while the project changes, so that focus and images stay. */
export class ProjectCard {
  #after = thumbnail("after");
  #before = thumbnail("before");
  #name = h("span", { class: "card-name" });
  #facts = h("span", { class: "card-facts" });
  #state = h("span", { class: "card-state", hidden: true });
  #progress = h("progress", { max: 1, hidden: true });
  #checkbox = h("input", { type: "checkbox", class: "checkbox" });

  #favourite = h("button", { type: "button", class: "favourite" }, icon("star", 18));
  #project;

  /**
   * @param {Project} project
   * @param {Set<string>} selected ids
   * @param {(chosen: boolean, range: boolean) => void} onSelect range: with Shift
   */
  constructor(project, selected, onSelect) {
    this.#project = project;
    this.selected = selected;
    this.#checkbox.addEventListener("click", (event) => onSelect(this.#checkbox.checked, event.shiftKey));
    this.#favourite.addEventListener("click", () => reportErrors(() => this.#toggleFavourite()));
    const filmIcon = project.kind === "film" && h("span", { class: "kind" }, icon("film", 16));
    const link = h(
      "a",
      { href: editorUrl(project), class: "card-link" },
      h("span", { class: "thumb" }, this.#after, this.#before, filmIcon),
      this.#name,
      this.#facts,
    );
    link.addEventListener("click", (event) => {
      if (!event.shiftKey && !event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      onSelect(event.shiftKey || !selected.has(project.id), event.shiftKey);
    });
    const parts = [link, this.#checkbox, this.#favourite, this.#state, this.#progress];
    this.element = h("li", { class: `card ${project.kind}` }, ...parts);
    this.link = link;
  }

  async #toggleFavourite() {
    const { id, favourite } = this.#project;
    updateProject(await api.changeProject(id, { favourite: !favourite }));
  }

  /** @param {Project} project @param {Job | null} job that waits or runs */
  show(project, job) {
    this.#project = project;
    this.#favourite.setAttribute("aria-pressed", String(project.favourite));
    this.#favourite.setAttribute("aria-label", `Favourite: ${project.name}`);
    setSource(this.#after, api.thumbnailUrl(project, "after"));
    setSource(this.#before, api.thumbnailUrl(project, "before"));
    this.#name.textContent = project.name;
    this.#name.title = project.name;
    this.#facts.textContent = describeProject(project);
    this.#checkbox.checked = this.selected.has(project.id);
    this.#checkbox.setAttribute("aria-label", `Select ${project.name}`);
    this.element.classList.toggle("selected", this.#checkbox.checked);
    this.#showState(project, job);
  }

  /** @param {Project} project @param {Job | null} job */
  #showState(project, job) {
    this.#progress.hidden = !job;
    this.#state.hidden = !job && !isExported(project);
    this.#state.className = `card-state ${job ? "busy" : "ready"}`;
    if (job) {
      this.#progress.value = job.done;
      this.#progress.setAttribute("aria-label", `${jobLabel(job.what)}: ${project.name}`);
      setChildren(this.#state, job.state === "waiting" ? "waiting" : formatPercent(job.done));
    } else if (isExported(project)) {
      setChildren(this.#state, icon("check", 14), "exported");
    }
  }
}

/** @param {"before" | "after"} side */
function thumbnail(side) {
  const image = h("img", { class: side, alt: "", loading: "lazy", decoding: "async" });
  image.addEventListener("error", () => image.classList.add("missing"));
  image.addEventListener("load", () => image.classList.remove("missing"));
  return image;
}

/** @param {HTMLImageElement} image @param {string} url */
function setSource(image, url) {
  if (image.getAttribute("src") !== url) image.src = url;
}

/** @param {Upload} upload */
export function uploadCard(upload) {
  const { file, done, started } = upload;
  const state = done >= 1 ? "opening…" : started ? formatPercent(done) : "waiting";
  const cancel = h(
    "button",
    {
      type: "button",
      class: "quiet round cancel",
      "aria-label": `Cancel the upload of ${file.name}`,
      onclick: () => cancelUpload(upload),
    },
    icon("close", 16),
  );
  return h(
    "li",
    { class: "card upload" },
    h("span", { class: "thumb" }, icon(file.type.startsWith("video/") ? "film" : "photo", 32)),
    h("span", { class: "card-name" }, file.name),
    h("span", { class: "card-facts" }, state),
    h("progress", { max: 1, value: done, "aria-label": `Upload of ${file.name}` }),
    cancel,
  );
}
