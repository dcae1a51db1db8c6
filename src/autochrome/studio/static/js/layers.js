/** The rendered pictures under the overlay: before and after, each complete and, when zoomed in, a sharper part. */

/** @import {Side, View} from "./types.js" */
/** @import {Plane} from "./outlines.js" */
/** @import {Viewport} from "./viewport.js" */
import { debounce } from "./dom.js";
import { LatestRequest } from "./latest-request.js";

/** @typedef {{image: ImageBitmap, view: View}} Rendering a view, rendered */
/** @typedef {Rendering & {version: number}} VersionedRendering */
/** @typedef {{base: Rendering | null, detail: Rendering | null}} Layer */
/**
 * Renders a photo, or one frame of a film. `parts`: it can render a part of the picture alone.
 * @typedef {{width: number, height: number, parts: boolean, before: (view: View) => Promise<Rendering>,
 *   after: (view: View) => Promise<Rendering>}} Source
 */

const BASE_SIZE = 1024; // pixels, long side of the complete picture while a part is visible
const PLANE_SIZE = 384; // pixels, long side of the small grey picture
const BASE_DELAY = 700; // milliseconds without a change before the complete picture is rendered again
const OLD_FRAME_TIME = 250; // milliseconds that the previous frame's colours stay visible

/** Events: "request" (the after side is requested), "idle" (nothing is requested), "change" (draw again). */
export class Layers extends EventTarget {
  /** @type {Record<Side, Layer>} */
  #layers = { before: { base: null, detail: null }, after: { base: null, detail: null } };
  /** @type {View | null} */ #view = null;
  /** @type {Record<Side, LatestRequest<VersionedRendering>>} */ #requests;
  #version = 0; // counts the changes of the source
  #outdated = false; // the colours are those of another frame
  #outdatedTimer = 0;
  #refreshBaseLater = debounce(() => this.#refreshBase(), BASE_DELAY);

  /** @param {Source} source */
  constructor(source) {
    super();
    this.source = source;
    this.#requests = {
      before: new LatestRequest((rendering) => this.#store("before", rendering)),
      after: new LatestRequest(
        (rendering) => this.#store("after", rendering),
        () => this.dispatchEvent(new Event("idle")),
      ),
    };
  }

  get busy() {
    return !this.#requests.after.idle;
  }

  /** Render another part. @param {View} view */
  show(view) {
    this.#view = view;
    this.#requests.before.send(this.#render("before", view));
    this.repaint();
    if (!this.#layers.before.base && this.source.parts && !isComplete(view)) {
      const base = this.#render("before", this.#baseView());
      void base().then(
        (rendering) => this.#store("before", rendering),
        () => {},
      );
    }
  }

  /** @param {Side} side @param {View} view @returns {() => Promise<VersionedRendering>} */
  #render(side, view) {
    const version = this.#version;
    return async () => ({ ...(await this.source[side](view)), version });
  }

  /** Render the after side again: marks or settings changed. */
  repaint() {
    const view = this.#view;
    if (!view) return;
    this.#requests.after.send(this.#render("after", view));
    this.dispatchEvent(new Event("request"));
    if (this.source.parts && !isComplete(view)) this.#refreshBaseLater();
  }

  /** The source shows another frame of the same size. If its colours are late, the grey frame is shown meanwhile. */
  sourceChanged() {
    this.#version += 1;
    clearTimeout(this.#outdatedTimer);
    this.#outdatedTimer = window.setTimeout(() => {
      this.#outdated = this.busy;
      this.dispatchEvent(new Event("change"));
    }, OLD_FRAME_TIME);
    if (this.#view) this.show(this.#view);
  }

  close() {
    clearTimeout(this.#outdatedTimer);
    this.#refreshBaseLater.cancel();
    for (const side of /** @type {Side[]} */ (["before", "after"])) {
      this.#requests[side].close();
      this.#layers[side].base?.image.close();
      this.#layers[side].detail?.image.close();
      this.#layers[side] = { base: null, detail: null }; // the canvas may be drawn once more
    }
  }

  /** @param {CanvasRenderingContext2D} context in CSS pixels @param {Viewport} viewport @param {Side} side */
  draw(context, viewport, side) {
    context.imageSmoothingEnabled = viewport.scale < 3;
    context.imageSmoothingQuality = "high";
    const layer = this.#layers[this.#outdated ? "before" : side];
    for (const rendering of [layer.base, layer.detail]) {
      if (!rendering) continue;
      const { x, y, width, height } = rendering.view;
      const from = viewport.toScreen(x, y);
      const to = viewport.toScreen(x + width, y + height);
      context.drawImage(rendering.image, from.x, from.y, to.x - from.x, to.y - from.y);
    }
  }

  /** What the after side shows: the sharper part, if there is one. @returns {Rendering | null} */
  get shown() {
    return this.#layers.after.detail ?? this.#layers.after.base;
  }

  /** The complete grey picture, small; 0…255. Null while it is not loaded. @returns {Plane | null} */
  greyPlane() {
    const image = this.#layers.before.base?.image;
    if (!image) return null;
    const scale = Math.min(1, PLANE_SIZE / Math.max(image.width, image.height));
    const [width, height] = [image.width, image.height].map((side) => Math.max(1, Math.round(side * scale)));
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    if (!context) return null;
    context.imageSmoothingQuality = "high";
    context.drawImage(image, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    const luma = (/** @type {number} */ at) =>
      0.2126 * data[at] + 0.7152 * data[at + 1] + 0.0722 * data[at + 2];
    return { width, height, values: Float32Array.from({ length: width * height }, (_, n) => luma(4 * n)) };
  }

  /** @param {Side} side @param {VersionedRendering} rendering */
  #store(side, rendering) {
    if (rendering.version !== this.#version) return rendering.image.close(); // of the previous frame
    if (side === "after") {
      clearTimeout(this.#outdatedTimer);
      this.#outdated = false;
    }
    const layer = this.#layers[side];
    layer.detail?.image.close();
    layer.detail = null;
    if (isComplete(rendering.view)) {
      layer.base?.image.close();
      layer.base = rendering;
    } else {
      layer.detail = rendering;
    }
    this.dispatchEvent(new Event("change"));
  }

  /** Render the complete picture behind the visible part with the newest colours, then the part. */
  #refreshBase() {
    const view = this.#view;
    if (!view || isComplete(view)) return;
    this.#requests.after.send(async () => {
      const rendering = await this.source.after(this.#baseView());
      const layer = this.#layers.after;
      layer.base?.image.close();
      layer.base = rendering;
      return this.#render("after", view)();
    });
  }

  /** @returns {View} */
  #baseView() {
    const { width, height } = this.source;
    const scale = Math.min(1, BASE_SIZE / Math.max(width, height));
    return { x: 0, y: 0, width: 1, height: 1, pixels: [Math.ceil(width * scale), Math.ceil(height * scale)] };
  }
}

/** @param {View} view */
const isComplete = (view) => view.width > 0.9999 && view.height > 0.9999;
