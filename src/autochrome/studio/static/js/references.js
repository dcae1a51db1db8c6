/** The references panel: coloured pictures of similar things, each with its match and an optional mask. */

/** @import {EditorSession} from "./session.js" */
/** @import {HintsFile, Reference, ReferenceMatch} from "./types.js" */
import * as api from "./api.js";
import { announce, clamp, debounce, h, setChildren } from "./dom.js";
import { formatPercent } from "./format.js";
import { icon } from "./icons.js";
import { marksOf, simplify, withMarks } from "./marks.js";
import { reportErrors, showError } from "./toast.js";

const MATCH_DELAY = 500; // milliseconds after a change until the matches are asked for
const MASK_TOLERANCE = 0.01; // of the short side: simplification of a mask's outline

/** A reference and where it is in the hints: at the current frame, or for all shots. @typedef {{reference: Reference, everywhere: boolean}} Placed */

/** @param {EditorSession} session @param {AbortSignal} signal @returns {HTMLElement} */
export function referencesPanel(session, signal) {
  const what = session.frame === null ? "photo" : "shot";
  const help = `Coloured pictures of similar things: the ${what} takes their colours where it matches them.`;
  return h(
    "section",
    { class: "panel references" },
    h("h3", {}, "References"),
    h("p", { class: "help" }, help),
    referenceList(session, signal),
    ...addButton(session),
  );
}

/** @param {EditorSession} session */
function addButton(session) {
  const input = h("input", {
    type: "file",
    accept: "image/*",
    multiple: true,
    class: "visually-hidden",
    tabindex: -1,
    "aria-label": "Coloured pictures of similar things",
  });
  const choose = h(
    "button",
    { type: "button", class: "wide", onclick: () => input.click() },
    icon("photo", 18),
    "Add coloured pictures",
  );
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    input.value = "";
    choose.disabled = true;
    void reportErrors(() => addReferences(session, files)).finally(() => {
      choose.disabled = false;
    });
  });
  return [choose, input];
}

/** The references of the picture. Their matches are asked for after each change. @param {EditorSession} session @param {AbortSignal} signal */
function referenceList(session, signal) {
  const list = h("ul", { class: "reference-list", role: "list" });
  /** @type {Map<string, ReferenceMatch>} */ let matches = new Map();
  let shown = "";
  const draw = () =>
    setChildren(
      list,
      ...referencesOf(session).map((each) => referenceItem(session, each, matches.get(each.reference.file))),
    );
  const load = async () => {
    const wanted = shown;
    try {
      await session.save();
      const found = await api.fetchMatches(session.project.id, session.frame ?? undefined);
      if (wanted !== shown || signal.aborted) return;
      matches = new Map(found.map((match) => [match.file, match]));
      draw();
      const none = found.filter((match) => !match.matches).length;
      if (none) announce(`${none} of the references match nothing here.`);
    } catch (error) {
      showError(error);
    }
  };
  const loadLater = debounce(() => void load(), MATCH_DELAY);
  signal.addEventListener("abort", () => loadLater.cancel());
  const show = () => {
    const placed = referencesOf(session);
    const key = JSON.stringify([session.frame, placed]);
    if (key === shown) return;
    shown = key;
    draw();
    if (placed.length) loadLater();
  };
  session.addEventListener("marks", show, { signal });
  show();
  return list;
}

/** @param {EditorSession} session @returns {Placed[]} */
function referencesOf({ marks, frame, history }) {
  const own = [...(marks.reference ? [{ file: marks.reference }] : []), ...(marks.references ?? [])];
  const placed = own.map((reference) => ({ reference, everywhere: frame === null }));
  if (frame === null) return placed;
  const everywhere = (history.hints.references ?? []).map((reference) => ({ reference, everywhere: true }));
  return [...placed, ...everywhere];
}

/** The hints with other references. @param {EditorSession} session @param {Placed[]} placed @returns {HintsFile} */
function withReferences({ history, frame }, placed) {
  const pick = (/** @type {boolean} */ everywhere) =>
    placed.filter((each) => each.everywhere === everywhere).map(({ reference }) => reference);
  const { references: _, ...rest } = history.hints;
  const all = pick(true);
  /** @type {HintsFile} */
  const hints = all.length ? { ...rest, references: all } : rest;
  if (frame === null) return hints;
  return withMarks(hints, frame, { ...marksOf(hints, frame), reference: null, references: pick(false) });
}

/** @param {EditorSession} session @param {(placed: Placed[]) => Placed[]} change */
function changeReferences(session, change) {
  session.applyHints(withReferences(session, change(referencesOf(session))));
}

/** Upload files and add them to the frame that was current at first. @param {EditorSession} session @param {File[]} files */
async function addReferences(session, files) {
  const { frame } = session;
  for (const file of files) {
    const { name } = await api.uploadReference(session.project.id, file);
    if (session.frame !== frame) session.goToFrame(frame ?? 0);
    changeReferences(session, (placed) => [
      ...placed,
      { reference: { file: name }, everywhere: frame === null },
    ]);
    announce(`${file.name} is a reference.`);
  }
}

/** @param {EditorSession} session @param {Placed} placed @param {ReferenceMatch | undefined} match */
function referenceItem(session, placed, match) {
  const { reference, everywhere } = placed;
  const { file } = reference;
  const replace = (/** @type {Placed[]} */ ...others) =>
    changeReferences(session, (all) =>
      all.flatMap((each) =>
        each.reference.file === file && each.everywhere === everywhere ? others : [each],
      ),
    );
  const text = !match
    ? "Comparing…"
    : match.matches
      ? `Matches ${formatPercent(match.share)} of the picture`
      : "Matches nothing here, so it gives no colour";
  const state = h("span", { class: match && !match.matches ? "no-match" : "fine" }, text);
  const remove = h(
    "button",
    {
      type: "button",
      class: "quiet round",
      title: "Remove the reference",
      "aria-label": "Remove the reference",
      onclick: () => replace(),
    },
    icon("close", 16),
  );
  const whole = h(
    "button",
    { type: "button", class: "quiet", onclick: () => replace({ reference: { file }, everywhere }) },
    "Use all of it",
  );
  const share = h(
    "button",
    {
      type: "button",
      class: "quiet",
      "aria-pressed": String(everywhere),
      title: "Give its colours to every shot that matches it",
      onclick: () => replace({ reference, everywhere: !everywhere }),
    },
    "All shots that match",
  );
  const setMask = (/** @type {[number, number][]} */ mask) =>
    replace({ reference: { file, mask }, everywhere });
  return h(
    "li",
    {},
    maskedPicture(session, reference, setMask),
    h("div", { class: "reference-facts" }, state, session.frame !== null && share, reference.mask && whole),
    remove,
  );
}

/**
 * The picture; a line drawn around a part of it becomes its mask.
 * @param {EditorSession} session
 * @param {Reference} reference
 * @param {(mask: [number, number][]) => void} setMask
 */
function maskedPicture(session, { file, mask }, setMask) {
  const image = h("img", {
    src: api.pictureThumbnailUrl(session.project.id, file),
    alt: "",
    draggable: "false",
  });
  const canvas = h("canvas", { width: 96, height: 96, "aria-hidden": "true" });
  const help = "Draw around a part of the picture, to use only its colours";
  const element = h("div", { class: "reference-picture", title: help }, image, canvas);
  image.addEventListener("load", () => {
    element.style.aspectRatio = `${image.naturalWidth} / ${image.naturalHeight}`;
  });
  /** @type {[number, number][]} */ let line = [];
  const draw = (/** @type {[number, number][]} */ outline) => {
    const context = canvas.getContext("2d");
    if (!context) return;
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (!outline.length) return;
    const path = new Path2D();
    outline.forEach(([x, y]) => path.lineTo(x * canvas.width, y * canvas.height));
    path.closePath();
    const outside = new Path2D(path);
    outside.rect(0, 0, canvas.width, canvas.height);
    context.fillStyle = "rgb(0 0 0 / 0.6)";
    context.fill(outside, "evenodd");
    context.strokeStyle = "#fff";
    context.stroke(path);
  };
  const at = (/** @type {PointerEvent} */ event) => {
    const box = canvas.getBoundingClientRect();
    return /** @type {[number, number]} */ ([
      clamp((event.clientX - box.left) / box.width, 0, 1),
      clamp((event.clientY - box.top) / box.height, 0, 1),
    ]);
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    line = [at(event)];
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    line.push(at(event));
    draw(line);
  });
  canvas.addEventListener("pointerup", () => {
    const outline = simplify(line, MASK_TOLERANCE, { width: 1, height: 1 });
    if (outline.length > 2) setMask(outline);
    else draw(mask ?? []);
  });
  draw(mask ?? []);
  return element;
}
