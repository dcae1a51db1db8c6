/** Fingers, pens, mice and wheels on the canvas: one pointer uses the tool, two zoom and pan. */

/** @import {PictureCanvas} from "./canvas.js" */

/** @param {PictureCanvas} canvas @param {AbortSignal} until */
export function watch(canvas, until) {
  /** @type {Map<number, {x: number, y: number}>} */
  const down = new Map();
  /** @type {import("./canvas.js").Gesture | null} */
  let gesture = null;
  let panning = false;
  const options = { signal: until };

  /** @param {PointerEvent | WheelEvent} event */
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  canvas.surface.addEventListener(
    "pointerdown",
    (event) => {
      if (event.button > 1 || !canvas.viewport) return;
      event.preventDefault();
      canvas.surface.focus({ preventScroll: true });
      canvas.surface.setPointerCapture(event.pointerId);
      down.set(event.pointerId, place(event));
      if (down.size > 1) {
        gesture?.cancel();
        gesture = null;
        panning = true;
      } else if (event.button === 1 || canvas.panning) {
        panning = true;
      } else {
        const at = place(event);
        gesture = canvas.tool?.start(canvas.viewport.inside(at.x, at.y)) ?? null;
      }
    },
    options,
  );

  canvas.surface.addEventListener(
    "pointermove",
    (event) => {
      const at = place(event);
      canvas.hover(at, event.pointerType === "touch" && !down.size);
      const was = down.get(event.pointerId);
      if (!was || !canvas.viewport) return;
      if (panning) {
        const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
        if (other) {
          const factor =
            Math.hypot(at.x - other.x, at.y - other.y) / (Math.hypot(was.x - other.x, was.y - other.y) || 1);
          canvas.moved(() => {
            canvas.viewport?.zoom(factor, (at.x + other.x) / 2, (at.y + other.y) / 2);
            canvas.viewport?.pan((at.x - was.x) / 2, (at.y - was.y) / 2);
          });
        } else {
          canvas.moved(() => canvas.viewport?.pan(at.x - was.x, at.y - was.y));
        }
      } else if (gesture) {
        const steps = event.getCoalescedEvents?.() ?? [];
        for (const step of steps.length ? steps : [event]) {
          const spot = place(step);
          gesture.move(canvas.viewport.inside(spot.x, spot.y));
        }
      }
      down.set(event.pointerId, at);
    },
    options,
  );

  /** @param {PointerEvent} event */
  const lift = (event) => {
    if (!down.delete(event.pointerId)) return;
    if (gesture && event.type === "pointerup") gesture.end();
    else gesture?.cancel();
    gesture = null;
    if (!down.size) panning = false;
  };
  canvas.surface.addEventListener("pointerup", lift, options);
  canvas.surface.addEventListener("pointercancel", lift, options);
  canvas.surface.addEventListener("pointerleave", () => canvas.hover(null), options);

  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const at = place(event);
      const step = event.deltaMode ? event.deltaY * 16 : event.deltaY;
      canvas.moved(() =>
        event.shiftKey
          ? canvas.viewport?.pan(-event.deltaX, -step)
          : canvas.viewport?.zoom(Math.exp(-step * (event.ctrlKey ? 0.01 : 0.0018)), at.x, at.y),
      );
    },
    { ...options, passive: false },
  );
}
