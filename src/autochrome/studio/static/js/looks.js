/** Looks: named settings of vivid, warmth and tint. And settings that are copied from one picture to others. */

/** @import {EditorSession} from "./session.js" */
/** @import {OptionSchemas, Project, Settings} from "./types.js" */
import * as api from "./api.js";
import { h } from "./dom.js";
import { formatCount } from "./format.js";
import { icon } from "./icons.js";
import { loadOptionSchemas, updateProject } from "./state.js";
import { toast } from "./toast.js";

/** @type {{name: string, settings: Settings} | null} */
let copied = null;

/** @param {EditorSession} session @param {OptionSchemas} schemas @param {AbortSignal} signal */
export function lookPanel(session, { looks }, signal) {
  const neutral = looks.natural ?? {};
  const buttons = Object.entries(looks).map(([name, look]) =>
    h(
      "button",
      { type: "button", "data-look": name, onclick: () => setLook(session, look, neutral) },
      name[0].toUpperCase() + name.slice(1),
    ),
  );
  const show = () => {
    for (const button of buttons) {
      const look = looks[button.dataset.look ?? ""];
      const current = Object.entries(look).every(
        ([option, value]) => (session.settings[option] ?? neutral[option]) === value,
      );
      button.setAttribute("aria-pressed", String(current));
    }
  };
  session.addEventListener("settings", show, { signal });
  show();
  const copy = h(
    "button",
    {
      type: "button",
      class: "wide",
      title: "Copy all options of this picture, to paste them to pictures that are selected in the library",
      onclick: () => copySettings(session),
    },
    icon("marks", 18),
    "Copy settings",
  );
  return h(
    "section",
    { class: "panel looks-panel" },
    h("h3", {}, "Look"),
    h("div", { class: "looks", role: "group", "aria-label": "Look" }, ...buttons),
    copy,
  );
}

/** Only options that differ from the neutral look are stored. @param {EditorSession} session @param {Settings} look @param {Settings} neutral */
function setLook(session, look, neutral) {
  const others = Object.entries(session.settings).filter(([name]) => !(name in neutral));
  const own = Object.entries(look).filter(([name, value]) => value !== neutral[name]);
  session.setSettings(Object.fromEntries([...others, ...own]));
}

/** @param {EditorSession} session */
function copySettings(session) {
  copied = { name: session.project.name, settings: { ...session.settings } };
  toast("The settings are copied. Select pictures in the library, and paste them there.");
}

/** The button that pastes the copied settings to some projects; null while nothing is copied. @param {() => Project[]} chosen */
export function pasteButton(chosen) {
  if (!copied) return null;
  const { name, settings } = copied;
  return h(
    "button",
    {
      type: "button",
      title: `Give them the options of ${name}`,
      onclick: () => void pasteSettings(chosen(), settings),
    },
    icon("marks", 18),
    "Paste settings",
  );
}

/** Photos and films have other options; each gets those that it has. @param {Project[]} projects @param {Settings} settings */
async function pasteSettings(projects, settings) {
  const schemas = await loadOptionSchemas();
  let failed = 0;
  for (const project of projects) {
    const known = Object.entries(settings).filter(([name]) => name in schemas[project.kind].properties);
    try {
      updateProject(await api.changeProject(project.id, { settings: Object.fromEntries(known) }));
    } catch {
      failed += 1;
    }
  }
  const done = formatCount(projects.length - failed, "picture has", "pictures have");
  toast(`${done} the copied settings.`);
  if (failed)
    toast(`${formatCount(failed, "picture", "pictures")} could not take the copied settings.`, "error");
}
