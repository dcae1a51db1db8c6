/** Pointer and wheel input on the canvas: one pointer uses the tool, two pointers zoom and pan. */

/** @import {Gesture, PictureCanvas} from "./canvas.js" */
/** @import {Pane} from "./panes.js" */
/** @import {Position} from "./types.js" */
import { paneAt } from "./panes.js";

const LINE = 16; // CSS pixels that a mouse wheel scrolls in one line
const NOTCH = 50; // CSS pixels: a wheel that scrolls more at once is that of a mouse, not a pinch on a touchpad

export class PointerInput {
  /** @type {Map<number, Position>} */ #pointers = new Map(); // CSS pixels, by pointer id
  /** @type {Gesture | null} */ #gesture = null;
  #panning = false;
  /** @type {Pane | null} */ #pane = null; // where the pointers went down

  /** @param {PictureCanvas} canvas @param {AbortSignal} signal ends the input */
  constructor(canvas, signal) {
    this.canvas = canvas;
    const options = { signal };
    const { overlay } = canvas;
    overlay.addEventListener("pointerdown", (event) => this.#down(event), options);
    overlay.addEventListener("pointermove", (event) => this.#move(event), options);
    overlay.addEventListener("pointerup", (event) => this.#up(event), options);
    overlay.addEventListener("pointercancel", (event) => this.#up(event), options);
    overlay.addEventListener("pointerleave", () => canvas.hover(null), options);
    canvas.addEventListener("wheel", (event) => this.#wheel(event), { signal, passive: false });
  }

  /** @param {MouseEvent} event @returns {Position} CSS pixels in the part of the canvas under the pointer */
  #position(event) {
    const box = this.canvas.getBoundingClientRect();
    const at = { x: event.clientX - box.left, y: event.clientY - box.top };
    const { left, top } = this.#pane ?? paneAt(this.canvas.panes, at);
    return { x: at.x - left, y: at.y - top };
  }

  /** A drag while the key for the original is held moves the picture. */
  #panWhilePeeking() {
    const { canvas } = this;
    this.#panning = true;
    if (canvas.viewport?.fitted) return; // there is nothing to move
    canvas.peeking = false;
    canvas.redraw();
  }

  /** @param {PointerEvent} event */
  #down(event) {
    const { canvas } = this;
    if (event.button > 1 || !canvas.viewport) return;
    event.preventDefault();
    canvas.overlay.focus({ preventScroll: true });
    canvas.overlay.setPointerCapture(event.pointerId);
    const box = canvas.getBoundingClientRect();
    this.#pane ??= paneAt(canvas.panes, { x: event.clientX - box.left, y: event.clientY - box.top });
    const at = this.#position(event);
    this.#pointers.set(event.pointerId, at);
    if (this.#pointers.size > 1) {
      this.#gesture?.cancel();
      this.#gesture = null;
      this.#panning = true;
    } else if (event.button === 1 || canvas.panning) {
      this.#panning = true;
    } else if (canvas.peeking) {
      this.#panWhilePeeking();
    } else {
      const tool = event.altKey ? canvas.picker : canvas.tool;
      this.#gesture = tool?.start(canvas.viewport.toPicture(at.x, at.y)) ?? null;
    }
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const { canvas } = this;
    const at = this.#position(event);
    canvas.hover(at, event.pointerType === "touch" && !this.#pointers.size);
    const previous = this.#pointers.get(event.pointerId);
    if (!previous || !canvas.viewport) return;
    if (this.#panning) {
      this.#pan(event.pointerId, previous, at);
    } else if (this.#gesture) {
      const steps = event.getCoalescedEvents?.() ?? [];
      for (const step of steps.length ? steps : [event]) {
        const { x, y } = this.#position(step);
        this.#gesture.move(canvas.viewport.toPicture(x, y));
      }
    }
    this.#pointers.set(event.pointerId, at);
  }

  /** Pan with one pointer, zoom and pan with two. @param {number} id @param {Position} from @param {Position} to */
  #pan(id, from, to) {
    const { canvas } = this;
    const other = [...this.#pointers].find(([otherId]) => otherId !== id)?.[1];
    if (!other) {
      canvas.changeViewport(() => canvas.viewport?.pan(to.x - from.x, to.y - from.y));
      return;
    }
    const distance = (/** @type {Position} */ at) => Math.hypot(at.x - other.x, at.y - other.y);
    canvas.changeViewport(() => {
      canvas.viewport?.zoom(distance(to) / (distance(from) || 1), (to.x + other.x) / 2, (to.y + other.y) / 2);
      canvas.viewport?.pan((to.x - from.x) / 2, (to.y - from.y) / 2);
    });
  }

  /** @param {PointerEvent} event */
  #up(event) {
    if (!this.#pointers.delete(event.pointerId)) return;
    if (event.type === "pointerup") this.#gesture?.end();
    else this.#gesture?.cancel();
    this.#gesture = null;
    if (this.#pointers.size) return;
    this.#panning = false;
    this.#pane = null;
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    const { viewport } = this.canvas;
    const at = this.#position(event);
    const step = event.deltaMode ? event.deltaY * LINE : event.deltaY;
    const pinch = event.ctrlKey && Math.abs(step) < NOTCH; // browsers report a pinch on a touchpad as a wheel with Ctrl
    const speed = pinch ? 0.01 : 0.0018;
    this.canvas.changeViewport(() => {
      if (event.shiftKey) viewport?.pan(-event.deltaX, -step);
      else viewport?.zoom(Math.exp(-step * speed), at.x, at.y);
    });
  }
}
