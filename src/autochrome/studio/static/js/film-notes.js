/** What is wrong with a film, or worth to know: losses of a damaged original, and notes; those of the export too. */

/** @import {Project} from "./types.js" */
import { h, setChildren } from "./dom.js";
import { formatCount } from "./format.js";
import { icon } from "./icons.js";

export class FilmNotes {
  element = h("details", { class: "film-notes", hidden: true });

  /** @param {Project} project */
  show(project) {
    const exported = project.export;
    const losses = unique([...(project.losses ?? []), ...(exported?.losses ?? [])]);
    const notes = unique([...(project.notes ?? []), ...(exported?.notes ?? [])]);
    this.element.hidden = losses.length + notes.length === 0;
    this.element.classList.toggle("damaged", losses.length > 0);
    const title = losses.length
      ? `This film is damaged: ${losses[0]}`
      : `${formatCount(notes.length, "note", "notes")} on this film`;
    setChildren(
      this.element,
      h("summary", {}, icon(losses.length ? "warn" : "help", 18), h("span", {}, title)),
      h(
        "ul",
        {},
        ...losses.map((text) => h("li", {}, `Missing: ${text}`)),
        ...notes.map((text) => h("li", {}, text)),
      ),
    );
  }
}

/** @param {string[]} texts */
const unique = (texts) => [...new Set(texts)];
