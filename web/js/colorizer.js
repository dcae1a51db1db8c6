/** The page's side of the worker: each call is a promise. */

export class Colorizer {
  #worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void, partial?: (value: any) => void}>} */
  #waiting = new Map();
  #last = 0;

  constructor() {
    this.#worker.addEventListener("message", ({ data }) => {
      const call = this.#waiting.get(data.id);
      if (!call) return;
      if ("partial" in data) {
        call.partial?.(data.partial);
        return;
      }
      this.#waiting.delete(data.id);
      if ("error" in data) call.reject(new Error(data.error));
      else call.resolve(data.result);
    });
  }

  /**
   * @param {"load" | "open" | "paint" | "vary" | "encode"} action
   * @param {Record<string, unknown>} [request]
   * @param {(value: any) => void} [partial] gets results that come before the last
   * @returns {Promise<any>}
   */
  call(action, request = {}, partial) {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, partial });
      this.#worker.postMessage({ ...request, id, action });
    });
  }
}
