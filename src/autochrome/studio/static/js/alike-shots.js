/** Copy the marks of a frame to shots that look alike. */

/** @import {AlikeShot, Film} from "./types.js" */
/** @import {EditorSession} from "./session.js" */
import * as api from "./api.js";
import { chooseSome } from "./dialog.js";
import { announce, h } from "./dom.js";
import { formatCount, formatPercent, formatTime } from "./format.js";
import { icon } from "./icons.js";
import { isEmpty, marksOf, mergedMarks, withMarks } from "./marks.js";
import { shotAt } from "./shots.js";
import { reportErrors, toast } from "./toast.js";

const SURE = 0.8; // similarity from which a shot is chosen at first
const PIXELS = 208; // long side of a small frame

/** @param {EditorSession} session @param {() => Film} film @param {AbortSignal} signal */
export function alikePanel(session, film, signal) {
  const button = h(
    "button",
    { type: "button", class: "wide", onclick: () => void reportErrors(() => copyMarks(session, film())) },
    icon("copy", 18),
    "Copy to shots that look alike",
  );
  const show = () => (button.disabled = isEmpty(session.marks));
  session.addEventListener("marks", show, { signal });
  show();
  const help = "The marks of this frame, moved to the same things in other shots.";
  return h(
    "section",
    { class: "panel alike" },
    h("h3", {}, "Other shots"),
    h("p", { class: "help" }, help),
    button,
  );
}

/** @param {EditorSession} session @param {Film} film */
async function copyMarks(session, film) {
  const { hints, frame, project } = session;
  const found = await api.findAlike(project.id, frame ?? 0, hints);
  if (!found.length) return toast("No other shot looks like this one.");
  const chosen = await chooseSome(
    "Copy to shots that look alike",
    "Copy",
    found.map((shot) => ({
      value: shot,
      chosen: shot.similarity >= SURE && !isEmpty(shot.marks),
      content: row(shot),
    })),
  );
  /** @param {AlikeShot} shot */
  function row(shot) {
    const number = shotAt(film, shot.first) + 1;
    const lost = shot.lost ? ` · ${formatCount(shot.lost, "mark", "marks")} left out` : "";
    const about = `${formatTime(shot.frame / film.fps)} · ${formatPercent(shot.similarity)} alike${lost}`;
    const src = api.frameUrl(project.id, shot.frame, "before", PIXELS, 0);
    return [h("img", { alt: "", src }), h("span", {}, `Shot ${number}`), h("span", { class: "fine" }, about)];
  }
  if (!chosen.length) return;
  let copied = session.hints;
  for (const shot of chosen) {
    copied = withMarks(copied, shot.frame, mergedMarks(marksOf(copied, shot.frame), shot.marks));
  }
  session.applyHints(copied);
  announce(`The marks are copied to ${formatCount(chosen.length, "shot", "shots")}.`);
}
