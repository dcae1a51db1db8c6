/** A coloured picture with the same things in it, that tells a shot its colours: chosen, sent, named in the hints. */

/** @import {Bench} from "./bench.js" */
import * as api from "./api.js";
import { h, put, say } from "./dom.js";
import { icon } from "./icons.js";
import { toast, trying } from "./toast.js";

/** @param {Bench} bench @param {AbortSignal} until @returns {HTMLElement} */
export function referencePanel(bench, until) {
  const file = h("input", {
    type: "file",
    accept: "image/*",
    class: "unseen",
    tabindex: -1,
    "aria-label": "A coloured picture of the same things",
  });
  const choose = h(
    "button",
    { type: "button", class: "wide", onclick: () => file.click() },
    icon("photo", 18),
    "Choose a coloured picture",
  );
  const drop = h(
    "button",
    {
      type: "button",
      class: "quiet round",
      "aria-label": "Take the reference away",
      title: "Take it away",
      onclick: () => bench.commit({ ...bench.marks, reference: null }),
    },
    icon("close", 16),
  );
  const named = h("div", { class: "named", hidden: true });
  file.addEventListener("change", () => {
    const chosen = file.files?.[0];
    file.value = "";
    if (chosen) void trying(() => take(chosen));
  });

  /** @param {File} chosen */
  async function take(chosen) {
    const frame = bench.frame;
    choose.disabled = true;
    try {
      const { name } = await api.bringPicture(bench.project.id, chosen);
      if (bench.frame !== frame)
        toast(`${chosen.name} came when another frame was looked at; choose it again there.`);
      else bench.commit({ ...bench.marks, reference: name });
      say(`${chosen.name} tells this shot its colours.`);
    } finally {
      choose.disabled = false;
    }
  }

  bench.addEventListener(
    "marks",
    () => {
      const name = bench.marks.reference;
      choose.hidden = Boolean(name);
      named.hidden = !name;
      if (name) put(named, icon("check", 16), h("span", {}, "A reference is on this frame"), drop);
    },
    { signal: until },
  );
  return h(
    "section",
    { class: "panel reference" },
    h("h3", {}, "Reference for this shot"),
    h(
      "p",
      { class: "hint" },
      "Another picture, in colour, with the same things in it. Its colours go along through the shot.",
    ),
    choose,
    named,
    file,
  );
}
