/** A menu with more ways to get a result out: the folder of the studio, a picture to compare, a GIF. */

/** @import {EditorSession} from "./session.js" */
import * as api from "./api.js";
import { saveToFolder } from "./batch-export.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { loadOptionSchemas } from "./state.js";
import { reportErrors } from "./toast.js";

/** @param {EditorSession} session @returns {HTMLElement} */
export function shareMenu(session) {
  const { project } = session;
  const stem = project.name.replace(/\.[^.]*$/, "");
  const share =
    (/** @type {"comparison" | "animation"} */ what, /** @type {string} */ suffix) => async () => {
      await session.save();
      api.saveFrom(api.shareUrl(project.id, what, session.frame ?? 0), `${stem}-${suffix}`);
    };
  const menu = h("div", {
    id: "share-menu",
    class: "menu",
    popover: "auto",
    "aria-label": "More ways to save",
  });
  const item = (/** @type {string} */ label, /** @type {() => Promise<unknown>} */ run) => {
    const choose = () => {
      menu.hidePopover();
      void reportErrors(run);
    };
    return h("button", { type: "button", onclick: choose }, label);
  };
  menu.append(
    item("Before and after in one picture", share("comparison", "compare.jpg")),
    item("GIF from before to after", share("animation", "compare.gif")),
  );
  void loadOptionSchemas().then(({ folder }) => {
    if (!folder) return;
    const save = async () => {
      await session.save();
      await saveToFolder([project.id], folder);
    };
    menu.prepend(item(`Save to the folder ${folder}`, save));
  });
  const label = "More ways to save";
  const button = h(
    "button",
    { type: "button", class: "quiet", popovertarget: menu.id, title: label, "aria-label": label },
    icon("more", 20),
  );
  return h("div", { class: "share" }, button, menu);
}
