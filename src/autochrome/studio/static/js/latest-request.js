/** Requests whose old answers are of no use: one runs at a time, and of those that wait only the newest is sent. */

import { showError } from "./toast.js";

const INTERVAL = 33; // milliseconds, at least, from one request to the next

/** @template T */
export class LatestRequest {
  /** @type {(() => Promise<T>) | null} */ #next = null;
  #running = false;
  #closed = false;

  /** @param {(result: T) => void} onResult @param {() => void} [onIdle] called when no request waits or runs */
  constructor(onResult, onIdle = () => {}) {
    this.onResult = onResult;
    this.onIdle = onIdle;
  }

  get idle() {
    return !this.#running && !this.#next;
  }

  /** Send a request when the running one has ended; it replaces a waiting one. @param {() => Promise<T>} request */
  send(request) {
    this.#next = request;
    if (!this.#running) void this.#run();
  }

  close() {
    this.#closed = true;
    this.#next = null;
  }

  async #run() {
    this.#running = true;
    while (this.#next) {
      const request = this.#next;
      this.#next = null;
      const start = performance.now();
      try {
        const result = await request();
        if (!this.#closed) this.onResult(result);
      } catch (error) {
        if (!this.#closed && !this.#next) showError(error);
      }
      const pause = INTERVAL - (performance.now() - start);
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    }
    this.#running = false;
    if (!this.#closed) this.onIdle();
  }
}
