/** The versions panel: save the present version under a name, compare it with the present one, go back to it. */

/** @import {EditorSession} from "./session.js" */
/** @import {Version} from "./types.js" */
import * as api from "./api.js";
import { askText } from "./dialog.js";
import { announce, h, setChildren } from "./dom.js";
import { icon } from "./icons.js";
import { reportErrors } from "./toast.js";

/** @param {EditorSession} session @param {AbortSignal} signal */
export function versionsPanel(session, signal) {
  const { id } = session.project;
  /** @type {Version[]} */ let versions = [];
  const list = h("ul", { class: "version-list", role: "list" });
  const show = () =>
    setChildren(
      list,
      ...versions.map((version) => {
        const compared = session.compared?.id === version.id;
        return versionItem(version, compared, {
          compare: () => compare(compared ? null : version),
          restore: () => void session.save().then(() => restore(version)),
          remove: () => void reportErrors(() => remove(version)),
        });
      }),
    );
  const load = async () => {
    versions = await api.fetchVersions(id);
    show();
  };

  /** Show a version in the place of the original; null: the original again. @param {Version | null} version */
  const compare = (version) => {
    session.compared = version;
    session.canvas.setBeforeLabel(version?.name ?? "Before");
    session.setMode(version ? "compare" : "after");
    session.layers.sourceChanged();
    show();
  };
  const restore = (/** @type {Version} */ version) =>
    session.saving.run(async () => {
      session.takeProject(session.history.take(await api.restoreVersion(id, version.id)));
      announce(`${version.name} is the present version.`);
    });
  const remove = async (/** @type {Version} */ version) => {
    await api.removeVersion(id, version.id);
    if (session.compared?.id === version.id) compare(null);
    await load();
  };

  const save = async () => {
    const name = await askText("Save version", "Name", `Version ${versions.length + 1}`, "Save");
    if (!name) return;
    await session.save();
    await api.addVersion(id, name);
    await load();
  };
  const add = h(
    "button",
    { type: "button", class: "wide", onclick: () => void reportErrors(save) },
    icon("plus", 18),
    "Save version",
  );
  signal.addEventListener("abort", () => setChildren(list));
  void reportErrors(load);
  return h("section", { class: "panel versions-panel" }, h("h3", {}, "Versions"), list, add);
}

/**
 * @param {Version} version
 * @param {boolean} compared
 * @param {{compare: () => void, restore: () => void, remove: () => void}} actions
 */
function versionItem(version, compared, actions) {
  const remove = h(
    "button",
    {
      type: "button",
      class: "quiet round",
      "aria-label": `Remove version ${version.name}`,
      onclick: actions.remove,
    },
    icon("close", 16),
  );
  return h(
    "li",
    {},
    h("span", { class: "version-name", title: version.name }, version.name),
    h(
      "button",
      { type: "button", class: "quiet", "aria-pressed": String(compared), onclick: actions.compare },
      "Compare",
    ),
    h("button", { type: "button", class: "quiet", onclick: actions.restore }, "Restore"),
    remove,
  );
}
