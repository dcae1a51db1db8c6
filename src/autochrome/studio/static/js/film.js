/** One film on the bench: the frame looked at above, the timeline of its shots below. */

/** @import {Film, Job, Project} from "./types.js" */
/** @import {ViewParts} from "./main.js" */
/** @import {Binding} from "./keys.js" */
import * as api from "./api.js";
import { Bench } from "./bench.js";
import { h, put, say, within } from "./dom.js";
import { benchKeys, brushSize, handBack, lookStrip, title, toolRail, zoomStrip } from "./editor.js";
import { icon } from "./icons.js";
import { listen } from "./keys.js";
import { knobGroups } from "./knobs.js";
import { isEmpty, marksOf } from "./marks.js";
import { exporting } from "./output.js";
import { referencePanel } from "./reference.js";
import { palette } from "./palette.js";
import { keysBinding, keysButton, knobPanels } from "./photo.js";
import { ShotPlayer } from "./player.js";
import { active, jobOf, jobs, keepJob, keepProject, knobs, projects } from "./state.js";
import { Thumbs } from "./thumbs.js";
import { Timeline, doubtLevel, shotName } from "./timeline.js";
import { toast, trying } from "./toast.js";
import { about, clock, fineClock, percent } from "./words.js";

const WIDE = 960; // pixels of a frame on the bench, at its longer side
const WIDEST = 2048; // where it is looked at from near
const FIRST = 3; // shots that are named as worth a look

/** @param {Project} project @param {AbortSignal} until @returns {Promise<ViewParts>} */
export async function filmView(project, until) {
  const film = project.film;
  if (!film)
    throw new Error(`${project.name}: the studio does not know this film's length; bring it in again.`);
  const [schema, hints] = await Promise.all([knobs(), api.hints(project.id)]);
  return new FilmEditor(project, film, hints, schema, until).parts();
}

class FilmEditor {
  #stamp = Date.now(); // in addresses of frames: a change asks for new pictures
  /** @type {Map<string, HTMLButtonElement>} */ #buttons = new Map();

  /**
   * @param {Project} project @param {Film} film @param {import("./types.js").HintsFile} hints
   * @param {import("./types.js").Knobs} schema @param {AbortSignal} until
   */
  constructor(project, film, hints, schema, until) {
    this.project = project;
    this.film = film;
    this.schema = schema;
    this.until = until;
    this.bench = new Bench(project, hints, (bench) => this.#source(bench));
    this.bench.frame = 0;
    this.timeline = new Timeline(project, film, hints, new Thumbs(until));
    this.player = new ShotPlayer(project, until);
    this.timecode = h("output", { class: "timecode", "aria-live": "off" });
    this.finding = h("div", { class: "finding", hidden: true });
    this.first = h("section", { class: "panel first", hidden: true });
    until.addEventListener("abort", () => this.bench.end());
  }

  /** @param {Bench} bench @returns {import("./layers.js").Source} */
  #source(bench) {
    const { id, width, height } = this.project;
    /** @param {import("./types.js").View} seen @returns {[import("./types.js").View, number]} frames come whole, as sharp as they are looked at */
    const whole = (seen) => {
      const wide = seen.pixels[0] / seen.width <= WIDE ? WIDE : WIDEST;
      return [{ x: 0, y: 0, width: 1, height: 1, pixels: [wide, wide] }, wide];
    };
    return {
      width,
      height,
      parts: false,
      before: async (seen) => {
        const [view, wide] = whole(seen);
        return { view, image: await api.frame(api.frameUrl(id, bench.frame ?? 0, "before", wide, 0)) };
      },
      after: async (seen) => {
        const [view, wide] = whole(seen);
        const frame = bench.frame ?? 0;
        if (!isEmpty(marksOf(bench.hints, frame)))
          return { view, image: await api.paintFrame(id, frame, bench.hints, bench.settings, wide) };
        await bench.saved(); // what other frames give to this one comes from the stored hints
        return { view, image: await api.frame(api.frameUrl(id, frame, "after", wide, this.#stamp)) };
      },
    };
  }

  /** @returns {ViewParts} */
  parts() {
    const { bench, timeline, until } = this;
    const groups = knobGroups(this.schema.film, this.schema.models, bench);
    const bindings = [...benchKeys(bench), ...this.#bindings()];
    listen([...bindings, keysBinding(bindings)], until);
    bench.history.addEventListener("change", () => void this.#marked());
    bench.addEventListener("settings", () => {
      this.#stamp += 1;
    });
    bench.addEventListener("tool", () => this.player.close());
    timeline.addEventListener("go", (event) => this.go(/** @type {CustomEvent} */ (event).detail));
    projects.hear((all) => this.#refreshed(all.get(this.project.id)), until);
    jobs.hear(() => this.#found(), until);
    const element = h(
      "div",
      { class: "editor film" },
      toolRail(bench, until),
      h(
        "div",
        { class: "stage" },
        h("div", { class: "strip" }, lookStrip(bench, false, until), zoomStrip(bench, until)),
        bench.canvas,
        this.player.element,
      ),
      h(
        "aside",
        { class: "side-panels", "aria-label": "Colour and settings" },
        this.first,
        palette(bench, (at) => api.likely(this.project.id, at.x, at.y, bench.frame ?? 0), until),
        referencePanel(this.bench, until),
        knobPanels(groups, brushSize(bench, until)),
      ),
      h(
        "section",
        { class: "timeline", "aria-label": "Timeline" },
        this.#transport(),
        this.finding,
        timeline.element,
      ),
    );
    handBack(element, bench);
    return {
      name: this.project.name,
      title: title(this.project, about(this.project)),
      actions: h("div", { class: "actions" }, keysButton(bindings), exporting(bench, until)),
      begin: () => {
        bench.begin();
        this.go(0);
        if (!this.film.shots) void this.find();
      },
      element,
    };
  }

  /** @param {number} frame */
  go(frame) {
    const next = within(frame, 0, this.film.frames - 1);
    this.player.close();
    this.timeline.show(next);
    this.timecode.textContent = `${fineClock(next / this.film.fps)} · frame ${next}`;
    this.bench.setFrame(next);
    this.bench.layers.turn();
    this.#showButtons();
  }

  /** Another shot. @param {number} step */
  #goShot(step) {
    const shots = this.film.shots ?? [];
    const now = this.timeline.shotAt(this.bench.frame ?? 0);
    const back = step < 0 && (this.bench.frame ?? 0) > (shots[now]?.first ?? 0) ? now : now + step;
    const shot = shots[within(back, 0, shots.length - 1)];
    if (shot) this.go(shot.first);
  }

  async find() {
    if (active(jobOf(this.project.id, "shots"))) return;
    await trying(async () => keepJob(await api.findShots(this.project.id)));
  }

  /** A shot ends before the frame looked at, and another begins with it. */
  #split() {
    const frame = this.bench.frame ?? 0;
    const shots = this.film.shots ?? [{ first: 0, last: this.film.frames - 1 }];
    if (shots.some((shot) => shot.first === frame)) {
      toast("A shot begins here already; go to the frame that is to be the first of a new shot.");
      return;
    }
    void this.#keep(
      shots.flatMap(({ first, last }) =>
        frame > first && frame <= last
          ? [
              { first, last: frame - 1 },
              { first: frame, last },
            ]
          : [{ first, last }],
      ),
    );
  }

  /** The shot looked at and the next become one. */
  #join() {
    const shots = this.film.shots ?? [];
    const now = this.timeline.shotAt(this.bench.frame ?? 0);
    if (now < 0 || now + 1 >= shots.length) return;
    const joined = { first: shots[now].first, last: shots[now + 1].last };
    void this.#keep(
      [...shots.slice(0, now), joined, ...shots.slice(now + 2)].map(({ first, last }) => ({ first, last })),
    );
  }

  /** @param {{first: number, last: number}[]} shots */
  async #keep(shots) {
    await trying(async () => {
      await api.keepShots(this.project.id, shots);
      keepProject(await api.project(this.project.id));
      this.#stamp += 1;
      this.bench.layers.repaint();
      say(`${shots.length} shots.`);
    });
  }

  /** @param {Project | undefined} project as the server has it now */
  #refreshed(project) {
    if (!project?.film) return;
    const same = JSON.stringify(project.film.shots) === JSON.stringify(this.film.shots);
    this.project = project;
    this.film = project.film;
    if (same && this.first.childElementCount) return;
    this.timeline.showShots(project, project.film);
    this.#showFirst();
    this.#showButtons();
  }

  /** Marks changed; pictures that follow from the stored ones are asked for when those are stored. */
  async #marked() {
    this.#stamp += 1;
    const hints = this.bench.history.hints;
    await this.bench.saved();
    if (hints === this.bench.history.hints) this.timeline.showHints(hints);
  }

  /** How far the search for shots has come. */
  #found() {
    const job = jobOf(this.project.id, "shots");
    this.finding.hidden = !active(job);
    if (job && active(job)) {
      put(
        this.finding,
        h("span", {}, "Looking for the shots…"),
        h("progress", { max: 1, value: job.done, "aria-label": "Looking for the shots" }),
        h("span", { class: "count" }, percent(job.done)),
      );
    }
  }

  /** Which shots are worth a look first. */
  #showFirst() {
    const shots = (this.film.shots ?? [])
      .map((shot, n) => ({ shot, n }))
      .filter(({ shot }) => shot.doubt !== null);
    shots.sort((a, b) => (b.shot.doubt ?? 0) - (a.shot.doubt ?? 0));
    this.first.hidden = shots.length < 2;
    put(
      this.first,
      h("h3", {}, "Fix these first"),
      h(
        "ol",
        { class: "first-list" },
        ...shots.slice(0, FIRST).map(({ shot, n }) =>
          h(
            "li",
            {},
            h(
              "button",
              {
                type: "button",
                class: `first-shot ${doubtLevel(shot, this.film.shots ?? [])}`,
                "aria-label": shotName(shot, n),
                onclick: () => this.go(shot.first),
              },
              h("span", {}, `Shot ${n + 1}`),
              h("span", { class: "fine" }, clock(shot.start)),
              h("span", { class: "doubt-dot" }, percent(shot.doubt ?? 0)),
            ),
          ),
        ),
      ),
    );
  }

  #transport() {
    const button = (
      /** @type {string} */ name,
      /** @type {string} */ image,
      /** @type {string} */ label,
      /** @type {string} */ tip,
      /** @type {() => void} */ act,
    ) => {
      const made = h(
        "button",
        { type: "button", class: "quiet", title: tip, "aria-label": label, onclick: act },
        icon(image, 20),
      );
      this.#buttons.set(name, made);
      return made;
    };
    const step = (/** @type {number} */ by) => this.go((this.bench.frame ?? 0) + by);
    const play = h(
      "button",
      {
        type: "button",
        class: "play",
        title: "Colour this shot small and play it (Enter)",
        onclick: () => this.#play(),
      },
      icon("play", 18),
      "Play shot",
    );
    this.#buttons.set("play", play);
    return h(
      "div",
      { class: "transport", role: "toolbar", "aria-label": "Film" },
      button("firstShot", "first", "Shot before", "Shot before (↑)", () => this.#goShot(-1)),
      button("back", "previous", "Frame before", "Frame before (←)", () => step(-1)),
      play,
      button("on", "next", "Next frame", "Next frame (→)", () => step(1)),
      button("lastShot", "last", "Next shot", "Next shot (↓)", () => this.#goShot(1)),
      this.timecode,
      h("span", { class: "grow" }),
      h(
        "div",
        { class: "toggles" },
        button("split", "split", "Split the shot here", "Split: a shot begins with this frame (S)", () =>
          this.#split(),
        ),
        button("join", "join", "Join with the next shot", "Join this shot with the next (J)", () =>
          this.#join(),
        ),
        button("find", "again", "Find the shots again", "Find the shots again", () => void this.find()),
      ),
    );
  }

  #play() {
    const shot = this.timeline.shotAt(this.bench.frame ?? 0);
    void trying(async () => {
      await this.bench.saved();
      await this.player.play(Math.max(0, shot));
    });
  }

  #showButtons() {
    const now = this.timeline.shotAt(this.bench.frame ?? 0);
    const shots = this.film.shots ?? [];
    const off = {
      play: now < 0,
      join: now < 0 || now + 1 >= shots.length,
      split: !shots.length,
      back: this.bench.frame === 0,
      on: this.bench.frame === this.film.frames - 1,
    };
    for (const [name, disabled] of Object.entries(off)) {
      const button = this.#buttons.get(name);
      if (button) button.disabled = disabled;
    }
  }

  /** @returns {Binding[]} */
  #bindings() {
    const second = Math.round(this.film.fps) || 1;
    const step = (/** @type {number} */ by) => () => this.go((this.bench.frame ?? 0) + by);
    return [
      { key: "ArrowLeft", what: "Frame before", act: step(-1) },
      { key: "ArrowRight", what: "Next frame", act: step(1) },
      { key: "Shift+ArrowLeft", what: "A second back", act: step(-second) },
      { key: "Shift+ArrowRight", what: "A second on", act: step(second) },
      { key: "ArrowUp", what: "Shot before", act: () => this.#goShot(-1) },
      { key: "ArrowDown", what: "Next shot", act: () => this.#goShot(1) },
      { key: "s", what: "Split the shot here", act: () => this.#split() },
      { key: "j", what: "Join with the next shot", act: () => this.#join() },
      { key: "Enter", what: "Play the shot", act: () => this.#play() },
      { key: "Escape", what: "Close the player", act: () => this.player.close() },
    ];
  }
}
