/** The variations panel: other likely colours of the photo or the shot as a strip of pictures, each adopted with a click. */

/** @import {EditorSession} from "./session.js" */
/** @import {FrameRange, HintsFile, Point, Variation} from "./types.js" */
import * as api from "./api.js";
import { announce, h, setChildren } from "./dom.js";
import { icon } from "./icons.js";
import { marksOf, withMarks } from "./marks.js";
import { reportErrors } from "./toast.js";

const COUNT = 5;

/**
 * @param {EditorSession} session
 * @param {() => FrameRange | null} currentShot of a film
 * @param {AbortSignal} signal
 */
export function variationsPanel(session, currentShot, signal) {
  /** @type {Variation[]} */ let variations = [];
  let seed = 0;
  let busy = false;
  const strip = h("div", { class: "variations", role: "group", "aria-label": "Variations" });
  const label = h("span", {});
  const button = h("button", { type: "button", class: "wide" }, icon("again", 18), label);
  button.title = `Other likely colours of the ${session.frame === null ? "photo" : "shot"}; your marks stay`;

  const show = () => {
    button.disabled = busy;
    label.textContent = busy ? "Looking for variations…" : variations.length ? "Others" : "Show variations";
    strip.hidden = !variations.length;
    const current = pointsOf(session);
    const items = variations.map((variation, n) => {
      const pressed = JSON.stringify(variation.points.map(placeOf)) === JSON.stringify(current.map(placeOf));
      const name = n ? `Variation ${n}` : "First answer";
      return choice(name, variation.picture, pressed, () =>
        adopt(session, variation.points, currentShot(), name),
      );
    });
    setChildren(strip, ...items);
  };

  const load = async () => {
    busy = true;
    show();
    try {
      await session.save();
      const frame = session.frame === null ? {} : { frame: session.frame };
      variations = await api.fetchVariations(session.project.id, { count: COUNT, seed, ...frame });
      seed += 1;
      announce(`${variations.length - 1} variations.`);
    } finally {
      busy = false;
      show();
    }
  };
  button.addEventListener("click", () => void reportErrors(load));
  let frame = session.frame;
  const showAgain = () => {
    if (frame !== session.frame) variations = []; // they belong to another frame
    frame = session.frame;
    show();
  };
  session.addEventListener("marks", showAgain, { signal });
  show();
  return h("section", { class: "panel variations-panel" }, strip, button);
}

/** @param {string} name @param {string} picture its address @param {boolean} pressed @param {() => void} run */
const choice = (name, picture, pressed, run) =>
  h(
    "button",
    {
      type: "button",
      class: "variation",
      title: name,
      "aria-label": name,
      "aria-pressed": String(pressed),
      onclick: run,
    },
    h("img", { src: picture, alt: "" }),
  );

/** The machine's points of the current picture. @param {EditorSession} session */
const pointsOf = (session) => (session.marks.points ?? []).filter((point) => point.by === "machine");

/** @param {Point} point */
const placeOf = ({ x, y, color }) => [x, y, color];

/**
 * Replace the machine's points of the photo or the shot. Those of a person stay, above them.
 * @param {EditorSession} session
 * @param {Point[]} points
 * @param {FrameRange | null} shot
 * @param {string} name
 */
function adopt(session, points, shot, name) {
  let { hints } = session.history;
  for (const key of hints.frames ?? []) {
    const inShot = shot && typeof key.frame === "number" && key.frame >= shot.first && key.frame <= shot.last;
    if (inShot && key.frame !== session.frame) hints = withMachinePoints(hints, key.frame ?? null, []);
  }
  session.applyHints(withMachinePoints(hints, session.frame, points));
  announce(`${name} is taken.`);
}

/** @param {HintsFile} hints @param {number | null} frame @param {Point[]} points @returns {HintsFile} */
function withMachinePoints(hints, frame, points) {
  const marks = marksOf(hints, frame);
  const own = (marks.points ?? []).filter((point) => point.by !== "machine");
  return withMarks(hints, frame, { ...marks, points: [...points, ...own] });
}
