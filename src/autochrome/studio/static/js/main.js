/** Start of the page: the top bar, and the view that the address names. */

import { ApiError, signIn } from "./api.js";
import { askText } from "./dialog.js";
import { h, setChildren } from "./dom.js";
import { acceptDrops } from "./drop.js";
import { filmPage } from "./film.js";
import { keepFocus } from "./focus.js";
import { icon } from "./icons.js";
import { libraryPage } from "./library.js";
import { photoPage } from "./photo.js";
import { queuePage } from "./queue.js";
import { connect, isActive, jobs, online, paused, projects } from "./state.js";
import { themeButton } from "./theme.js";
import { showError } from "./toast.js";

/** What a page gives: its element, the parts of the top bar, and what to do once it is on the screen. */
/** @typedef {{element: HTMLElement, name: string, title?: HTMLElement, actions?: HTMLElement, start?: () => void}} Page */

const main = /** @type {HTMLElement} */ (document.getElementById("main"));
const middle = h("div", { class: "middle" });
const right = h("div", { class: "actions" });
let current = new AbortController();
let wasShown = false; // a page has been shown before

/** @param {string} address such as #/photo/12ab @param {AbortSignal} signal aborts when the page is left @returns {Promise<Page>} */
async function loadPage(address, signal) {
  const [, kind, id] = address.replace(/^#/, "").split("/");
  const project = projects.value.get(id ?? "");
  if (kind === "queue") return queuePage(signal);
  if (kind === "photo" && project?.kind === "photo") return photoPage(project, signal);
  if (kind === "film" && project?.kind === "film") return filmPage(project, signal);
  if (kind) history.replaceState(null, "", "#/");
  return libraryPage(signal);
}

async function showPage() {
  current.abort();
  const own = new AbortController();
  current = own;
  try {
    const page = await loadPage(location.hash, own.signal);
    if (own.signal.aborted) return;
    setChildren(main, page.element);
    setChildren(middle, page.title);
    setChildren(right, page.actions);
    document.body.dataset.page = page.title ? "editor" : "list";
    document.title = `${page.name} — autochrome studio`;
    markCurrentLink();
    if (wasShown) main.focus({ preventScroll: true }); // the focus must not stay on an element that is gone
    wasShown = true;
    page.start?.();
  } catch (error) {
    showError(error);
    if (location.hash.length > 2) location.hash = "#/";
  }
}

function markCurrentLink() {
  for (const link of document.querySelectorAll(".nav a")) {
    if (link.getAttribute("href") === (location.hash || "#/")) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function showBar() {
  const badge = h("span", { class: "badge", hidden: true });
  const offline = h(
    "span",
    { class: "offline", hidden: true, role: "status" },
    "No connection to the studio",
  );
  const queue = h("a", { href: "#/queue" }, "Queue ", badge);
  const logo = h("img", { src: "icon.svg", alt: "", width: 26, height: 26 });
  setChildren(
    /** @type {HTMLElement} */ (document.getElementById("bar")),
    h(
      "a",
      { href: "#/", class: "logo", "aria-label": "autochrome, library" },
      h("span", { class: "back" }, icon("previous", 20)),
      logo,
      h("span", { class: "logo-name" }, "autochrome"),
    ),
    h("nav", { class: "nav", "aria-label": "Main" }, h("a", { href: "#/" }, "Library"), queue),
    middle,
    offline,
    right,
    themeButton(),
  );
  const never = new AbortController().signal;
  const showCount = () => {
    const count = [...jobs.value.values()].filter(isActive).length;
    badge.hidden = !count;
    const active = h("span", { class: "visually-hidden" }, " active");
    setChildren(badge, paused.value ? "paused" : String(count), active);
  };
  jobs.subscribe(showCount, never);
  paused.subscribe(showCount, never);
  let wasOnline = false;
  online.subscribe((isOnline) => {
    wasOnline ||= isOnline;
    offline.hidden = isOnline || !wasOnline;
  }, never);
}

async function start() {
  showBar();
  try {
    await signInByAddress();
    await connect();
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return askForToken();
    showError(error);
    showUnreachable();
    return;
  }
  acceptDrops();
  keepFocus();
  window.addEventListener("hashchange", () => void showPage());
  await showPage();
}

function showUnreachable() {
  const advice =
    "Check that the command still runs in its terminal. If not, start it again. Then reload this page.";
  const reload = h("button", { class: "accent", type: "button", onclick: () => location.reload() }, "Reload");
  setChildren(
    main,
    h(
      "div",
      { class: "empty" },
      icon("warn", 40),
      h("h1", {}, "The studio does not respond"),
      h("p", {}, advice),
      reload,
    ),
  );
}

/** The terminal prints an address that ends in #token=…. No server sees that part; the page removes it at once. */
async function signInByAddress() {
  const [, token] = location.hash.match(/^#token=(.+)$/) ?? [];
  if (!token) return;
  history.replaceState(null, "", "#/");
  await signIn(decodeURIComponent(token));
}

async function askForToken() {
  const label = "Token (printed in the terminal that runs the studio)";
  const token = await askText("Sign in", label, "", "Sign in", "password");
  if (!token) return;
  try {
    await signIn(token);
    location.reload();
  } catch (error) {
    showError(error);
    await askForToken();
  }
}

void start();
