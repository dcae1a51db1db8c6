/** The pictures under the marks: before and after, each as a whole and, when zoomed in, a sharper part of it. */

/** @import {Side, View} from "./types.js" */
/** @import {Viewport} from "./viewport.js" */
import { settled } from "./dom.js";
import { Painter } from "./painter.js";

/** @typedef {{image: ImageBitmap, view: View}} Patch @typedef {Patch & {turn: number}} Turned @typedef {{base: Patch | null, detail: Patch | null}} Layer */
/**
 * Where pictures come from: a photo, or the frame of a film that is being looked at. Some give only the part that is seen.
 * @typedef {{width: number, height: number, parts: boolean, before: (view: View) => Promise<Patch>, after: (view: View) => Promise<Patch>}} Source
 */

const COARSE = 1024; // pixels on the long side of the whole, while a part is looked at
const IDLE = 700; // milliseconds of rest before the whole is made new
const PATIENCE = 250; // milliseconds that colours of the frame before may stay

export class Layers extends EventTarget {
  /** @type {Record<Side, Layer>} */
  #layers = { before: { base: null, detail: null }, after: { base: null, detail: null } };
  /** @type {View | null} */ #view = null;
  /** @type {Record<Side, Painter<Turned>>} */ #painters;
  #turn = 0; // how often another picture came
  #behind = false; // the colours are still those of another frame
  #late = 0;
  #stale = settled(() => this.#freshen(), IDLE);

  /** @param {Source} source */
  constructor(source) {
    super();
    this.source = source;
    this.#painters = {
      before: new Painter((patch) => this.#keep("before", patch)),
      after: new Painter(
        (patch) => this.#keep("after", patch),
        () => this.dispatchEvent(new Event("rest")),
      ),
    };
  }

  get busy() {
    return !this.#painters.after.idle;
  }

  /** Another part is looked at. @param {View} view */
  look(view) {
    this.#view = view;
    this.#painters.before.ask(this.#asked("before", view));
    this.repaint();
    if (!this.#layers.before.base && this.source.parts && !whole(view)) {
      void this.#asked("before", this.#coarse())()
        .then((patch) => this.#keep("before", patch))
        .catch(() => {});
    }
  }

  /** @param {Side} side @param {View} view @returns {() => Promise<Turned>} */
  #asked(side, view) {
    const turn = this.#turn;
    return async () => ({ ...(await this.source[side](view)), turn });
  }

  /** Marks or settings changed. */
  repaint() {
    const view = this.#view;
    if (!view) return;
    this.#painters.after.ask(this.#asked("after", view));
    this.dispatchEvent(new Event("asked"));
    if (this.source.parts && !whole(view)) this.#stale();
  }

  /** The source shows another picture of the same size now. What is late is grey until it comes. */
  turn() {
    this.#turn += 1;
    clearTimeout(this.#late);
    this.#late = window.setTimeout(() => {
      this.#behind = this.busy;
      this.dispatchEvent(new Event("change"));
    }, PATIENCE);
    if (this.#view) this.look(this.#view);
  }

  end() {
    clearTimeout(this.#late);
    this.#stale.drop();
    for (const side of /** @type {Side[]} */ (["before", "after"])) {
      this.#painters[side].end();
      this.#layers[side].base?.image.close();
      this.#layers[side].detail?.image.close();
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context in CSS pixels @param {Viewport} viewport @param {Side} side
   */
  draw(context, viewport, side) {
    context.imageSmoothingEnabled = viewport.scale < 3;
    context.imageSmoothingQuality = "high";
    const layer = this.#layers[this.#behind ? "before" : side];
    for (const patch of [layer.base, layer.detail]) {
      if (!patch) continue;
      const from = viewport.onScreen(patch.view.x, patch.view.y);
      const to = viewport.onScreen(patch.view.x + patch.view.width, patch.view.y + patch.view.height);
      context.drawImage(patch.image, from.x, from.y, to.x - from.x, to.y - from.y);
    }
  }

  /** @param {Side} side @param {Turned} patch */
  #keep(side, patch) {
    if (patch.turn !== this.#turn) return patch.image.close(); // of a picture that has gone
    if (side === "after") {
      clearTimeout(this.#late);
      this.#behind = false;
    }
    const layer = this.#layers[side];
    layer.detail?.image.close();
    layer.detail = null;
    if (whole(patch.view)) {
      layer.base?.image.close();
      layer.base = patch;
    } else {
      layer.detail = patch;
    }
    this.dispatchEvent(new Event("change"));
  }

  /** The whole behind the part gets the newest colours too, once there is time. */
  #freshen() {
    const view = this.#view;
    if (!view || whole(view)) return;
    this.#painters.after.ask(async () => {
      const patch = await this.source.after(this.#coarse());
      const layer = this.#layers.after;
      layer.base?.image.close();
      layer.base = patch;
      return this.#asked("after", view)();
    });
  }

  /** @returns {View} */
  #coarse() {
    const { width, height } = this.source;
    const share = Math.min(1, COARSE / Math.max(width, height));
    return { x: 0, y: 0, width: 1, height: 1, pixels: [Math.ceil(width * share), Math.ceil(height * share)] };
  }
}

/** @param {View} view */
const whole = (view) => view.width > 0.9999 && view.height > 0.9999;
