/** Undo and redo. A change is never undone unseen: the page goes to its frame first. */

/** @import {EditorSession} from "./session.js" */
/** @import {HistoryStep} from "./types.js" */
import { announce, h, setChildren } from "./dom.js";
import { icon } from "./icons.js";
import { reportErrors } from "./toast.js";

const WAIT = 3000; // milliseconds, at most, until the frame of the change is on the screen
const SEEN = 350; // milliseconds that it is shown before it changes

/** @type {Promise<unknown>} */
let running = Promise.resolve(); // steps wait for each other

/**
 * Undo the last step, or do the next one again.
 * @param {EditorSession} session
 * @param {-1 | 1} direction
 */
export const stepHistory = (session, direction) => goToState(session, (done) => done + direction);

/** @param {EditorSession} session @param {(done: number) => number} choose how many steps shall count */
function goToState(session, choose) {
  running = running.then(() => reportErrors(() => change(session, choose)));
  return running;
}

/** @param {EditorSession} session @param {(done: number) => number} choose */
async function change(session, choose) {
  const { history, saving } = session;
  await saving.finish();
  await history.load();
  const before = history.done;
  const done = choose(before);
  const step = history.steps[done < before ? done : done - 1];
  if (done < 0 || done > history.steps.length || !step) return;
  await goToFrameOf(session, step);
  await saving.run(async () => {
    await history.load();
    if (history.done !== before) return; // another change was made meanwhile
    session.takeProject(await history.goTo(done));
    session.showChange(step);
    announce(`${done < before ? "Undone" : "Done again"}: ${labelOf(session, step)}.`);
  });
}

/** Show the frame of a change, long enough to be seen. @param {EditorSession} session @param {HistoryStep} step */
async function goToFrameOf(session, step) {
  if (typeof step.frame !== "number" || step.frame === session.frame) return;
  session.goToFrame(step.frame);
  const end = performance.now() + WAIT;
  do await new Promise((resolve) => setTimeout(resolve, SEEN));
  while (session.layers.busy && performance.now() < end);
}

/** @param {EditorSession} session @param {HistoryStep} step */
const labelOf = (session, step) =>
  typeof step.frame === "number" && session.frame !== null
    ? `${step.label}, frame ${step.frame}`
    : step.label;

/**
 * The list of all steps. A click goes back to the state after a step, or forward to it.
 * @param {EditorSession} session
 * @param {AbortSignal} signal
 */
export function historyPanel(session, signal) {
  const { history } = session;
  const list = h("ol", { class: "history-steps", role: "list" });
  const panel = h("details", { class: "panel history" }, h("summary", {}, "History"), list);
  /** @param {string} label @param {number} done */
  const item = (label, done) => {
    const attributes = {
      type: "button",
      class: done > history.done ? "undone" : "",
      "aria-current": done === history.done ? "step" : null,
      onclick: () => void goToState(session, () => done),
    };
    return h("li", {}, h("button", attributes, label, done === history.done ? icon("check", 14) : null));
  };
  const show = () =>
    setChildren(
      list,
      item(session.frame === null ? "The photo as it came" : "The film as it came", 0),
      ...history.steps.map((step, n) => item(labelOf(session, step), n + 1)),
    );
  history.addEventListener("steps", show, { signal });
  show();
  return panel;
}
