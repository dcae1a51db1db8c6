/** A button of the empty library: add a sample picture, and open it. */

import * as api from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { editorUrl, updateProject } from "./state.js";
import { reportErrors } from "./toast.js";

export function sampleButton() {
  const add = async () => {
    const project = await api.addSample();
    updateProject(project);
    location.hash = editorUrl(project);
  };
  return h(
    "button",
    { type: "button", onclick: () => reportErrors(add) },
    icon("photo", 18),
    "Try it with a sample picture",
  );
}
