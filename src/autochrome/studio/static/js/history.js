/** Undo and redo of hints. */

/** @import {HintsFile} from "./types.js" */

const LIMIT = 300; // undo steps

/** Events: "change" after each step. */
export class History extends EventTarget {
  /** @type {HintsFile[]} */ #past = [];
  /** @type {HintsFile[]} */ #future = [];

  /** @param {HintsFile} hints */
  constructor(hints) {
    super();
    this.hints = hints;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** @param {HintsFile} hints */
  apply(hints) {
    if (hints === this.hints) return;
    this.#past = [...this.#past.slice(1 - LIMIT), this.hints];
    this.#future = [];
    this.#set(hints);
  }

  undo() {
    this.#step(this.#past, this.#future);
  }

  redo() {
    this.#step(this.#future, this.#past);
  }

  /** @param {HintsFile[]} from @param {HintsFile[]} to */
  #step(from, to) {
    const hints = from.pop();
    if (!hints) return;
    to.push(this.hints);
    this.#set(hints);
  }

  /** @param {HintsFile} hints */
  #set(hints) {
    this.hints = hints;
    this.dispatchEvent(new Event("change"));
  }
}
