/** Small pictures that are made for us: asked for one at a time, and only those in sight, so that the bench comes first. */

export class Thumbs {
  /** @type {Map<HTMLImageElement, string>} */ #wanted = new Map();
  #busy = false;
  #watcher = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        const image = /** @type {HTMLImageElement} */ (entry.target);
        if (entry.isIntersecting) this.#seen.add(image);
        else this.#seen.delete(image);
      }
      this.#next();
    },
    { rootMargin: "0px 300px" },
  );
  /** @type {Set<HTMLImageElement>} */ #seen = new Set();

  /** @param {AbortSignal} until */
  constructor(until) {
    until.addEventListener("abort", () => {
      this.#watcher.disconnect();
      this.#wanted.clear();
    });
  }

  /** Shows another picture there, once it has its turn; the old one stays until then. @param {HTMLImageElement} image @param {string} url */
  want(image, url) {
    if (image.getAttribute("src") === url) return;
    this.#wanted.set(image, url);
    this.#watcher.observe(image);
    this.#next();
  }

  #next() {
    if (this.#busy) return;
    for (const [image, url] of this.#wanted) {
      if (!this.#seen.has(image)) continue;
      if (image.isConnected) return this.#load(image, url);
      this.#forget(image); // it was on the page, and has been replaced
    }
  }

  /** @param {HTMLImageElement} image @param {string} url */
  #load(image, url) {
    this.#busy = true;
    this.#wanted.delete(image);
    const done = () => {
      this.#busy = false;
      image.removeEventListener("load", done);
      image.removeEventListener("error", done);
      this.#next();
    };
    image.addEventListener("load", done);
    image.addEventListener("error", done);
    image.src = url;
  }

  /** @param {HTMLImageElement} image */
  #forget(image) {
    this.#wanted.delete(image);
    this.#seen.delete(image);
    this.#watcher.unobserve(image);
  }
}
