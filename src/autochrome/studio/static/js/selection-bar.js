/** The bar at the foot of the library: what can be done with the selected projects. */

import * as api from "./api.js";
import { saveToFolder, saveZip } from "./batch-export.js";
import { confirmAction } from "./dialog.js";
import { h, setChildren } from "./dom.js";
import { formatCount } from "./format.js";
import { icon } from "./icons.js";
import { startLearning } from "./learn-colors.js";
import { pasteButton } from "./looks.js";
import { loadOptionSchemas, projects, removeProject, updateJob } from "./state.js";
import { reportErrors, toast } from "./toast.js";

export class SelectionBar {
  #count = h("strong", {});
  #paste = h("span", { class: "paste" });
  #folder = h("button", { type: "button", hidden: true });

  /** @param {Set<string>} selected ids @param {() => void} onChange */
  constructor(selected, onChange) {
    this.selected = selected;
    this.onChange = onChange;
    void reportErrors(() => this.#showFolder());
    /** @param {string} style @param {() => void} run @param {...import("./dom.js").Child} label */
    const button = (style, run, ...label) =>
      h("button", { type: "button", class: style, onclick: run }, ...label);
    this.element = h(
      "div",
      { class: "selection", hidden: true, role: "region", "aria-label": "Selected" },
      this.#count,
      button("accent", () => void this.#exportAll(), icon("export", 18), "Export"),
      button("", () => void reportErrors(() => saveZip(this.#take())), icon("download", 18), "Save as ZIP"),
      this.#folder,
      button("", () => void reportErrors(() => this.#learn()), icon("brush", 18), "Learn colours"),
      button("", () => void this.#removeAll(), icon("trash", 18), "Remove"),
      this.#paste,
      button("quiet", () => this.#clear(), "Clear selection"),
    );
  }

  show() {
    this.element.hidden = !this.selected.size;
    this.#count.textContent = `${this.selected.size} selected`;
    const chosen = () => [...this.selected].flatMap((id) => projects.value.get(id) ?? []);
    setChildren(this.#paste, pasteButton(chosen));
  }

  #clear() {
    this.selected.clear();
    this.onChange();
  }

  /** The selected ids; then nothing is selected. */
  #take() {
    const ids = [...this.selected];
    this.#clear();
    return ids;
  }

  /** Where the studio was started with a folder, show its button. */
  async #showFolder() {
    const { folder } = await loadOptionSchemas();
    if (!folder) return;
    setChildren(this.#folder, icon("folder", 18), `Save to ${folder}`);
    this.#folder.addEventListener("click", () => reportErrors(() => saveToFolder(this.#take(), folder)));
    this.#folder.hidden = false;
  }

  async #exportAll() {
    const ids = this.#take();
    for (const id of ids) await reportErrors(async () => updateJob(await api.startExport(id)));
    const openQueue = () => {
      location.hash = "#/queue";
    };
    const sentence = `${formatCount(ids.length, "export is", "exports are")} in the queue.`;
    toast(sentence, "note", { label: "Open the queue", run: openQueue });
  }

  async #learn() {
    if (await startLearning([...this.selected])) this.#clear();
  }

  async #removeAll() {
    const ids = [...this.selected];
    const title = `Remove ${formatCount(ids.length, "project", "projects")}?`;
    const sentence =
      "The studio deletes its copy, the marks and the exported file. Files outside the studio's folder stay.";
    if (!(await confirmAction(title, sentence, "Remove"))) return;
    for (const id of ids) await reportErrors(() => this.#remove(id));
    this.onChange();
  }

  /** @param {string} id */
  async #remove(id) {
    await api.deleteProject(id);
    removeProject(id);
    this.selected.delete(id);
  }
}
