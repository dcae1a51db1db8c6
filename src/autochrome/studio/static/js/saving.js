/** Saves run one after the other, in the order in which a person made the changes. */

/** @import {HintsFile, Project, Settings} from "./types.js" */
import * as api from "./api.js";
import { debounce } from "./dom.js";
import { updateProject } from "./state.js";
import { reportErrors } from "./toast.js";

const SETTINGS_DELAY = 400; // milliseconds after the last change: a slider that is dragged is one step

/** Events: "saved" (the server has a change). */
export class Saving extends EventTarget {
  /** @type {Promise<unknown>} */ #last = Promise.resolve();
  /** @type {HintsFile | null} */ #unsaved = null;
  /** @type {Settings | null} */ #settings = null;
  #saveSettingsLater = debounce(() => this.#saveSettings(), SETTINGS_DELAY);

  /** @param {string} id of the project */
  constructor(id) {
    super();
    this.id = id;
  }

  /** Save hints now, as one step of the history. @param {HintsFile} hints */
  saveHints(hints) {
    this.#saveSettingsLater.flush();
    this.#unsaved = hints;
    void this.run(async () => {
      this.#keep(await api.saveHints(this.id, hints));
      if (this.#unsaved === hints) this.#unsaved = null;
    });
  }

  /** Save settings once no other change has come for a moment. @param {Settings} settings */
  saveSettings(settings) {
    this.#settings = settings;
    this.#saveSettingsLater();
  }

  /** After a lost connection, save what could not be saved. Returns whether there was something. */
  saveAgain() {
    const hints = this.#unsaved;
    if (hints) this.saveHints(hints);
    return hints !== null;
  }

  /** Run a change after all changes before it; resolves when it has ended. An error is shown. @param {() => Promise<unknown>} change */
  run(change) {
    this.#last = this.#last.then(() => reportErrors(change));
    return this.#last;
  }

  /** Resolves when the server has all changes. */
  async finish() {
    this.#saveSettingsLater.flush();
    await this.#last;
  }

  #saveSettings() {
    const settings = this.#settings;
    if (!settings) return;
    void this.run(async () => this.#keep(await api.changeProject(this.id, { settings })));
  }

  /** @param {Project} project */
  #keep(project) {
    updateProject(project);
    this.dispatchEvent(new Event("saved"));
  }
}
