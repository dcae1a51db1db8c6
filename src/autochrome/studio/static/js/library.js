/** The library: every picture and film, newest first; several can be chosen and exported at once. */

/** @import {Job, Project} from "./types.js" */
/** @import {ViewParts} from "./main.js" */
/** @import {Arrival} from "./drop.js" */
import * as api from "./api.js";
import { confirmed } from "./dialog.js";
import { h, put, say } from "./dom.js";
import { arrivals, chooser, giveUp } from "./drop.js";
import { icon } from "./icons.js";
import { active, dropProject, jobOf, jobs, keepJob, newest, projects } from "./state.js";
import { toast, trying } from "./toast.js";
import { about, counted, percent, workOf } from "./words.js";

/** @type {Record<string, {label: string, fits: (project: Project) => boolean}>} */
const FILTERS = {
  all: { label: "All", fits: () => true },
  photo: { label: "Photos", fits: (project) => project.kind === "photo" },
  film: { label: "Films", fits: (project) => project.kind === "film" },
  touched: { label: "Corrected", fits: (project) => project.revision > 0 },
  ready: { label: "Exported", fits: (project) => exported(project) },
};

/** Whether there is a file of the project as it is now. @param {Project} project */
export const exported = (project) =>
  Boolean(project.export?.ready && project.export.revision === project.revision);

/** Where a project is worked on. @param {Project} project */
export const placeOf = (project) => `#/${project.kind}/${project.id}`;

/** @param {AbortSignal} until @returns {ViewParts} */
export function libraryView(until) {
  /** @type {Set<string>} */
  const chosen = new Set();
  let filter = "all";
  /** @type {Map<string, Card>} */
  const cards = new Map();
  const grid = h("ul", { class: "grid", role: "list" });
  const arriving = h("ul", { class: "grid arriving", role: "list", hidden: true });
  const none = h("p", { class: "none", hidden: true }, "Nothing of this kind yet.");
  const filters = h(
    "div",
    { class: "segments", role: "group", "aria-label": "Which to show" },
    ...Object.entries(FILTERS).map(([name, { label }]) =>
      h(
        "button",
        {
          type: "button",
          "data-filter": name,
          "aria-pressed": String(name === filter),
          onclick: () => {
            filter = name;
            show();
          },
        },
        label,
      ),
    ),
  );
  const head = h(
    "div",
    { class: "library-head" },
    h("h1", {}, "Library"),
    filters,
    h("span", { class: "grow" }),
    chooser("Add pictures or films"),
  );
  const many = manyBar(chosen, () => show());
  const full = h("div", { class: "library", hidden: true }, head, arriving, grid, none, many.element);
  const empty = emptyState();

  function show() {
    const all = newest(projects.value).map((project) => /** @type {Project} */ (project));
    for (const id of chosen) if (!projects.value.has(id)) chosen.delete(id);
    const fitting = all.filter(FILTERS[filter].fits);
    const nodes = fitting.map((project) => {
      const card = cards.get(project.id) ?? new Card(project, chosen, show);
      cards.set(project.id, card);
      card.show(
        project,
        jobOf(project.id, undefined, (job) => active(job)),
      );
      return card.element;
    });
    if (nodes.length !== grid.children.length || nodes.some((node, n) => node !== grid.children[n]))
      put(grid, ...nodes);
    for (const button of filters.children)
      button.setAttribute("aria-pressed", String(button.getAttribute("data-filter") === filter));
    none.hidden = fitting.length > 0;
    full.hidden = !all.length && !arrivals.value.length;
    empty.hidden = !full.hidden;
    many.show();
  }
  projects.hear(show, until);
  jobs.hear(show, until);
  let coming = 0;
  arrivals.hear((list) => {
    arriving.hidden = !list.length;
    put(arriving, ...list.map(arrivalCard));
    if (coming && !list.length) say("Everything is in.");
    coming = list.length;
    show();
  }, until);
  return { name: "Library", element: h("div", { class: "library-view" }, full, empty) };
}

function emptyState() {
  return h(
    "div",
    { class: "empty" },
    h("img", { src: "empty.svg", alt: "", width: 260, height: 150 }),
    h("h1", {}, "Bring in something grey"),
    h(
      "p",
      {},
      "Drop photographs and films anywhere in this window, paste one, or choose them. Each is coloured at once; then you put right what you know better.",
    ),
    chooser("Choose pictures or films"),
    h("p", { class: "fine" }, "Everything stays on this computer."),
  );
}

/** One project in the grid. It stays the same element while its facts change, so that focus and pictures stay. */
class Card {
  /** @param {Project} project @param {Set<string>} chosen @param {() => void} changed */
  constructor(project, chosen, changed) {
    this.after = h("img", { class: "after", alt: "", loading: "lazy", decoding: "async" });
    this.before = h("img", { class: "before", alt: "", loading: "lazy", decoding: "async" });
    this.name = h("span", { class: "card-name" });
    this.facts = h("span", { class: "card-facts" });
    this.state = h("span", { class: "card-state", hidden: true });
    this.progress = h("progress", { max: 1, hidden: true });
    this.tick = h("input", { type: "checkbox", class: "tick" });
    this.tick.addEventListener("change", () => {
      if (this.tick.checked) chosen.add(project.id);
      else chosen.delete(project.id);
      changed();
    });
    this.chosen = chosen;
    const link = h(
      "a",
      { href: placeOf(project), class: "card-link" },
      h(
        "span",
        { class: "thumb" },
        this.after,
        this.before,
        project.kind === "film" && h("span", { class: "kind" }, icon("film", 16)),
      ),
      this.name,
      this.facts,
    );
    this.element = h("li", { class: `card ${project.kind}` }, link, this.tick, this.state, this.progress);
    for (const image of [this.after, this.before]) {
      image.addEventListener("error", () => image.classList.add("missing"));
      image.addEventListener("load", () => image.classList.remove("missing"));
    }
  }

  /** @param {Project} project @param {Job | null} job */
  show(project, job) {
    const [after, before] = [api.thumbnail(project, "after"), api.thumbnail(project, "before")];
    if (this.after.getAttribute("src") !== after) this.after.src = after;
    if (this.before.getAttribute("src") !== before) this.before.src = before;
    this.name.textContent = project.name;
    this.name.title = project.name;
    this.facts.textContent = about(project);
    this.tick.checked = this.chosen.has(project.id);
    this.tick.setAttribute("aria-label", `Select ${project.name}`);
    this.element.classList.toggle("chosen", this.tick.checked);
    this.progress.hidden = !job;
    this.state.hidden = !job && !exported(project);
    this.state.className = `card-state ${job ? "busy" : "ready"}`;
    if (job) {
      this.progress.value = job.done;
      this.progress.setAttribute("aria-label", `${workOf(job.what)} of ${project.name}`);
      put(this.state, job.state === "waiting" ? "waiting" : percent(job.done));
    } else if (exported(project)) {
      put(this.state, icon("check", 14), "exported");
    }
  }
}

/** @param {Arrival} arrival */
function arrivalCard(arrival) {
  const done = arrival.done >= 1 ? "opening…" : arrival.started ? percent(arrival.done) : "waiting";
  return h(
    "li",
    { class: "card arrival" },
    h("span", { class: "thumb" }, icon(arrival.file.type.startsWith("video/") ? "film" : "photo", 32)),
    h("span", { class: "card-name" }, arrival.file.name),
    h("span", { class: "card-facts" }, done),
    h("progress", { max: 1, value: arrival.done, "aria-label": `Bringing in ${arrival.file.name}` }),
    h(
      "button",
      {
        type: "button",
        class: "quiet round stop",
        "aria-label": `Give up ${arrival.file.name}`,
        onclick: () => giveUp(arrival),
      },
      icon("close", 16),
    ),
  );
}

/** What can be done with those chosen. @param {Set<string>} chosen @param {() => void} changed */
function manyBar(chosen, changed) {
  const count = h("strong", {});
  const element = h(
    "div",
    { class: "many", hidden: true, role: "region", "aria-label": "Selected" },
    count,
    h(
      "button",
      { type: "button", class: "accent", onclick: () => exportAll() },
      icon("export", 18),
      "Export",
    ),
    h("button", { type: "button", onclick: () => removeAll() }, icon("trash", 18), "Remove"),
    h(
      "button",
      {
        type: "button",
        class: "quiet",
        onclick: () => {
          chosen.clear();
          changed();
        },
      },
      "Clear",
    ),
  );
  async function exportAll() {
    const ids = [...chosen];
    chosen.clear();
    changed();
    for (const id of ids) await trying(async () => keepJob(await api.startExport(id)));
    toast(`${counted(ids.length, "export stands", "exports stand")} in the queue.`, "note", {
      label: "Look",
      act: () => {
        location.hash = "#/queue";
      },
    });
  }
  async function removeAll() {
    const ids = [...chosen];
    const things = counted(ids.length, "project", "projects");
    if (
      !(await confirmed(
        `Remove ${things}?`,
        "The studio's copy, its marks and what was exported here are deleted. Files elsewhere on your disk stay.",
        "Remove",
      ))
    )
      return;
    for (const id of ids)
      await trying(async () => {
        await api.remove(id);
        dropProject(id);
        chosen.delete(id);
      });
    changed();
  }
  return {
    element,
    show() {
      element.hidden = !chosen.size;
      count.textContent = `${chosen.size} selected`;
    },
  };
}
