/** Results one by one, large: arrows go on, Space held shows the grey one, Enter opens the bench. */

/** @import {Project} from "./types.js" */
import * as api from "./api.js";
import { h, put } from "./dom.js";
import { icon } from "./icons.js";
import { placeOf } from "./library.js";

/** @param {Project[]} results @param {number} first */
export function review(results, first) {
  let at = first;
  const picture = h("div", { class: "review-picture" });
  const name = h("p", { class: "review-name", role: "status" });
  const fix = h(
    "button",
    { type: "button", class: "accent", onclick: () => open() },
    icon("brush", 18),
    "Put right",
  );
  const dialog = h(
    "dialog",
    { class: "review", "aria-label": "Results" },
    picture,
    h(
      "div",
      { class: "review-bar" },
      h(
        "button",
        { type: "button", class: "quiet", "aria-label": "Previous", onclick: () => turn(-1) },
        icon("previous"),
      ),
      name,
      h(
        "button",
        { type: "button", class: "quiet", "aria-label": "Next", onclick: () => turn(1) },
        icon("next"),
      ),
      h("span", { class: "grow" }),
      fix,
      h("button", { type: "button", onclick: () => dialog.close() }, "Close"),
    ),
  );

  function show() {
    const project = results[at];
    name.textContent = `${project.name} · ${at + 1} of ${results.length}`;
    if (project.kind === "film") {
      put(
        picture,
        h("video", {
          src: api.exportUrl(project.id),
          controls: true,
          loop: true,
          poster: api.thumbnail(project, "after"),
        }),
      );
      return;
    }
    const image = (/** @type {"before" | "after"} */ side) =>
      h("img", {
        class: side,
        src: api.lookUrl(project, side),
        alt: side === "after" ? `${project.name}, in colour` : "",
      });
    put(picture, image("after"), image("before"));
  }
  /** @param {number} step */
  function turn(step) {
    at = (at + step + results.length) % results.length;
    show();
  }
  function open() {
    dialog.close();
    location.hash = placeOf(results[at]);
  }
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") turn(-1);
    else if (event.key === "ArrowRight") turn(1);
    else if (event.key === " " && !(event.target instanceof HTMLVideoElement)) dialog.classList.add("peek");
    else if (event.key === "Enter" && event.target === dialog) open();
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
