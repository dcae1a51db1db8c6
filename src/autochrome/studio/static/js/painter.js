/** Asks for pictures at the pace they can be made: one question in flight, and of those that wait only the newest. */

import { complain } from "./toast.js";

const PACE = 33; // milliseconds between two questions

/** @template T */
export class Painter {
  /** @type {(() => Promise<T>) | null} */ #next = null;
  #busy = false;
  #ended = false;

  /** @param {(answer: T) => void} show @param {() => void} [rest] is called when nothing is left to ask */
  constructor(show, rest = () => {}) {
    this.show = show;
    this.rest = rest;
  }

  get idle() {
    return !this.#busy && !this.#next;
  }

  /** @param {() => Promise<T>} question */
  ask(question) {
    this.#next = question;
    if (!this.#busy) void this.#work();
  }

  end() {
    this.#ended = true;
    this.#next = null;
  }

  async #work() {
    this.#busy = true;
    while (this.#next) {
      const question = this.#next;
      this.#next = null;
      const began = performance.now();
      try {
        const answer = await question();
        if (!this.#ended) this.show(answer);
      } catch (error) {
        if (!this.#ended && !this.#next) complain(error);
      }
      const rest = PACE - (performance.now() - began);
      if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
    }
    this.#busy = false;
    if (!this.#ended) this.rest();
  }
}
