/** The history of a project. The server keeps it; this is the page's copy, and the hints that it leads to. */

/** @import {HintsFile, HistoryInfo, HistoryStep, Project} from "./types.js" */
import * as api from "./api.js";

/** Events: "change" (other hints), "steps" (other steps, or another number of them counts). */
export class History extends EventTarget {
  /** @type {HistoryStep[]} */ steps = [];
  done = 0; // steps that count; those after them are undone

  /** @param {string} id of the project @param {HintsFile} hints */
  constructor(id, hints) {
    super();
    this.id = id;
    this.hints = hints;
  }

  /** Other hints. They become a step when they are saved. @param {HintsFile} hints */
  apply(hints) {
    if (hints === this.hints) return;
    this.hints = hints;
    this.dispatchEvent(new Event("change"));
  }

  /** Read the steps from the server. */
  async load() {
    this.#show(await api.fetchHistory(this.id));
  }

  /**
   * Undo steps, or do them again, until so many count. Everything must be saved before.
   * @param {number} done
   */
  async goTo(done) {
    return this.take(await api.goToStep(this.id, done));
  }

  /** Take over what the server has after a step. @param {{project: Project, hints: HintsFile, history: HistoryInfo}} work */
  take({ project, hints, history }) {
    this.#show(history);
    this.apply(hints);
    return project;
  }

  /** @param {{done: number, steps: HistoryStep[]}} history */
  #show({ done, steps }) {
    this.done = done;
    this.steps = steps;
    this.dispatchEvent(new Event("steps"));
  }
}
