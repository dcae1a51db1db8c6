/** Show results one by one, large. Arrow keys step, Space shows the original, Enter opens the editor. */

/** @import {Project, Side} from "./types.js" */
import * as api from "./api.js";
import { h, setChildren } from "./dom.js";
import { icon } from "./icons.js";
import { editorUrl } from "./state.js";

/** @param {Project[]} results @param {number} first index of the result to begin with */
export function openReview(results, first) {
  let index = first;
  const picture = h("div", { class: "review-picture" });
  const name = h("p", { class: "review-name", role: "status" });
  const show = () => {
    const project = results[index];
    name.textContent = `${project.name} · ${index + 1} of ${results.length}`;
    setChildren(picture, ...(project.kind === "film" ? [filmResult(project)] : photoResult(project)));
  };
  const step = (/** @type {number} */ by) => {
    index = (index + by + results.length) % results.length;
    show();
  };
  const edit = () => {
    dialog.close();
    location.hash = editorUrl(results[index]);
  };
  const bar = h(
    "div",
    { class: "review-bar" },
    stepButton("previous", "Previous", () => step(-1)),
    name,
    stepButton("next", "Next", () => step(1)),
    h("span", { class: "grow" }),
    h("button", { type: "button", class: "accent", onclick: edit }, icon("brush", 18), "Edit"),
    h("button", { type: "button", onclick: () => dialog.close() }, "Close"),
  );
  const dialog = h("dialog", { class: "review", "aria-label": "Results" }, picture, bar);
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") step(-1);
    else if (event.key === "ArrowRight") step(1);
    else if (event.key === " " && !(event.target instanceof HTMLVideoElement)) dialog.classList.add("peek");
    else if (event.key === "Enter" && event.target === dialog) edit();
    else return;
    event.preventDefault();
  });
  dialog.addEventListener("keyup", (event) => {
    if (event.key === " ") dialog.classList.remove("peek");
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  dialog.focus();
  show();
}

/** @param {string} image @param {string} label @param {() => void} run */
const stepButton = (image, label, run) =>
  h("button", { type: "button", class: "quiet", "aria-label": label, onclick: run }, icon(image));

/** @param {Project} project */
const filmResult = (project) =>
  h("video", {
    src: api.exportUrl(project.id),
    controls: true,
    loop: true,
    poster: api.thumbnailUrl(project, "after"),
  });

/** @param {Project} project */
function photoResult(project) {
  const image = (/** @type {Side} */ side, /** @type {string} */ alt) =>
    h("img", { class: side, src: api.pictureUrl(project, side), alt });
  return [image("after", `${project.name}, in colour`), image("before", "")];
}
