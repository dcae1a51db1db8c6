/** A small map of the picture while a part of it is shown: the frame marks the part, a click or a drag moves it. */

/** @import {PictureCanvas} from "./canvas.js" */
import { h } from "./dom.js";
import { Viewport } from "./viewport.js";

const SIDE = 132; // CSS pixels, long side of the map
const LINE = 2; // CSS pixels

/** @param {PictureCanvas} canvas @param {AbortSignal} signal */
export function addNavigator(canvas, signal) {
  const map = h("canvas", { class: "navigator", "aria-hidden": "true", hidden: true });
  let small = new Viewport(1, 1);
  const show = () => {
    const { viewport, layers } = canvas;
    map.hidden = !viewport || viewport.fitted;
    const context = map.getContext("2d");
    if (!viewport || !layers || map.hidden || !context) return;
    const scale = SIDE / Math.max(viewport.width, viewport.height);
    const [width, height] = [viewport.width * scale, viewport.height * scale].map(Math.ceil);
    map.style.width = `${width}px`;
    map.style.height = `${height}px`;
    map.width = width * devicePixelRatio;
    map.height = height * devicePixelRatio;
    small = new Viewport(viewport.width, viewport.height);
    small.scale = scale;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    layers.draw(context, small, "after");
    const { x, y, width: part, height: partHeight } = viewport.view(1);
    const from = small.toScreen(x, y);
    context.strokeStyle = "#fff";
    context.lineWidth = LINE;
    context.shadowColor = "#000";
    context.shadowBlur = LINE;
    context.strokeRect(from.x, from.y, part * width, partHeight * height);
  };
  const move = (/** @type {PointerEvent} */ event) => {
    const { viewport } = canvas;
    if (!viewport || !map.hasPointerCapture(event.pointerId)) return;
    const box = map.getBoundingClientRect();
    const target = small.toPicture(event.clientX - box.left, event.clientY - box.top);
    const at = viewport.toScreen(target.x, target.y);
    canvas.changeViewport(() =>
      viewport.pan(viewport.screen.width / 2 - at.x, viewport.screen.height / 2 - at.y),
    );
  };
  map.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    map.setPointerCapture(event.pointerId);
    move(event);
  });
  map.addEventListener("pointermove", move);
  canvas.addEventListener("zoom", show, { signal });
  canvas.layers?.addEventListener("change", show, { signal });
  canvas.append(map);
  show();
}
