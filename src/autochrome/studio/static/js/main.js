/** The page: the bar on top, and the view that the address asks for. */

import { ApiError, enter } from "./api.js";
import { asked } from "./dialog.js";
import { h, put } from "./dom.js";
import { catchDrops } from "./drop.js";
import { filmView } from "./film.js";
import { icon } from "./icons.js";
import { libraryView } from "./library.js";
import { photoView } from "./photo.js";
import { queueView } from "./queue.js";
import { active, connect, jobs, paused, projects, reached } from "./state.js";
import { complain } from "./toast.js";

/** What a view gives: its element, what stands in the bar, and what to do when it goes. */
/** @typedef {{element: HTMLElement, name: string, title?: HTMLElement, actions?: HTMLElement, begin?: () => void}} ViewParts */

const main = /** @type {HTMLElement} */ (document.getElementById("main"));
const middle = h("div", { class: "middle" });
const right = h("div", { class: "actions" });
let shown = new AbortController();

/** @param {string} address such as #/photo/12ab @param {AbortSignal} until @returns {Promise<ViewParts>} */
async function viewOf(address, until) {
  const [, place, id] = address.replace(/^#/, "").split("/");
  const project = projects.value.get(id ?? "");
  if (place === "queue") return queueView(until);
  if (place === "photo" && project?.kind === "photo") return photoView(project, until);
  if (place === "film" && project?.kind === "film") return filmView(project, until);
  if (place) history.replaceState(null, "", "#/");
  return libraryView(until);
}

async function show() {
  shown.abort();
  const mine = new AbortController();
  shown = mine;
  try {
    const view = await viewOf(location.hash, mine.signal);
    if (mine.signal.aborted) return;
    put(main, view.element);
    put(middle, view.title);
    put(right, view.actions);
    document.title = `${view.name} — autochrome studio`;
    for (const link of document.querySelectorAll(".places a")) {
      const current = link.getAttribute("href") === (location.hash || "#/");
      if (current) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    view.begin?.();
  } catch (error) {
    complain(error);
    if (location.hash.length > 2) location.hash = "#/";
  }
}

function bar() {
  const badge = h("span", { class: "badge", hidden: true });
  const offline = h("span", { class: "offline", hidden: true, role: "status" }, "No line to the studio");
  const queue = h("a", { href: "#/queue" }, "Queue", badge);
  put(
    /** @type {HTMLElement} */ (document.getElementById("bar")),
    h(
      "a",
      { href: "#/", class: "mark", "aria-label": "autochrome, library" },
      mark(),
      h("span", {}, "autochrome"),
    ),
    h("nav", { class: "places", "aria-label": "Places" }, h("a", { href: "#/" }, "Library"), queue),
    middle,
    offline,
    right,
  );
  const always = new AbortController().signal;
  const count = () => {
    const open = [...jobs.value.values()].filter(active);
    badge.hidden = !open.length;
    badge.textContent = paused.value ? "paused" : String(open.length);
    queue.setAttribute("aria-label", open.length ? `Queue, ${open.length} open` : "Queue");
  };
  jobs.hear(count, always);
  paused.hear(count, always);
  let met = false;
  reached.hear((here) => {
    met ||= here;
    offline.hidden = here || !met;
  }, always);
}

/** Three grains of starch, as on an autochrome plate. */
function mark() {
  return h("img", { src: "icon.svg", alt: "", width: 26, height: 26 });
}

async function begin() {
  bar();
  try {
    await enterByAddress();
    await connect();
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return askForToken();
    complain(error);
    put(
      main,
      h(
        "div",
        { class: "empty" },
        icon("warn", 40),
        h("h1", {}, "The studio does not answer"),
        h("p", {}, "Is the command still running in its terminal? Start it again, then reload this page."),
        h("button", { class: "accent", type: "button", onclick: () => location.reload() }, "Reload"),
      ),
    );
    return;
  }
  catchDrops();
  window.addEventListener("hashchange", () => void show());
  await show();
}

/** The terminal prints an address that ends in #token=…: servers never see that part, and it goes from the bar at once. */
async function enterByAddress() {
  const [, token] = location.hash.match(/^#token=(.+)$/) ?? [];
  if (!token) return;
  history.replaceState(null, "", "#/");
  await enter(decodeURIComponent(token));
}

async function askForToken() {
  const token = await asked(
    "This studio asks who you are",
    "Token (the terminal that runs the studio shows it)",
    "",
    "Enter",
    "password",
  );
  if (!token) return;
  try {
    await enter(token);
    location.reload();
  } catch (error) {
    complain(error);
    await askForToken();
  }
}

void begin();
