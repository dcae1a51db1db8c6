/** Load rendered thumbnails one at a time, and only those near the visible part, so that the editor is served first. */

export class ThumbnailLoader {
  /** @type {Map<HTMLImageElement, string>} */ #waiting = new Map();
  /** @type {Set<HTMLImageElement>} */ #visible = new Set();
  #loading = false;
  #observer = new IntersectionObserver((entries) => this.#update(entries), { rootMargin: "0px 300px" });

  /** @param {AbortSignal} signal */
  constructor(signal) {
    signal.addEventListener("abort", () => {
      this.#observer.disconnect();
      this.#waiting.clear();
    });
  }

  /** Load a new source into an image; it shows the old one meanwhile. @param {HTMLImageElement} image @param {string} url */
  load(image, url) {
    if (image.getAttribute("src") === url) return;
    this.#waiting.set(image, url);
    this.#observer.observe(image);
    this.#loadNext();
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #update(entries) {
    for (const entry of entries) {
      const image = /** @type {HTMLImageElement} */ (entry.target);
      if (entry.isIntersecting) this.#visible.add(image);
      else this.#visible.delete(image);
    }
    this.#loadNext();
  }

  #loadNext() {
    if (this.#loading) return;
    for (const [image, url] of this.#waiting) {
      if (!this.#visible.has(image)) continue;
      if (image.isConnected) return this.#start(image, url);
      this.#forget(image); // it has been removed from the page
    }
  }

  /** @param {HTMLImageElement} image @param {string} url */
  #start(image, url) {
    this.#loading = true;
    this.#waiting.delete(image);
    const done = () => {
      this.#loading = false;
      image.removeEventListener("load", done);
      image.removeEventListener("error", done);
      this.#loadNext();
    };
    image.addEventListener("load", done);
    image.addEventListener("error", done);
    image.src = url;
  }

  /** @param {HTMLImageElement} image */
  #forget(image) {
    this.#waiting.delete(image);
    this.#visible.delete(image);
    this.#observer.unobserve(image);
  }
}
