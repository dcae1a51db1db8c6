/** The editor of a film: the current frame above, the timeline of the shots below. */

/** @import {Film, FrameRange, HintsFile, OptionSchemas, Project, View} from "./types.js" */
/** @import {Page} from "./main.js" */
/** @import {Shortcut} from "./shortcuts.js" */
import * as api from "./api.js";
import { announce, clamp, h, setChildren } from "./dom.js";
import { editorShortcuts, optionPanels, projectTitle, returnFocusToPicture, toolRail } from "./editor.js";
import { exportControls } from "./export-controls.js";
import { FilmControls } from "./film-controls.js";
import { formatCount, formatPercent, formatTime, formatTimecode, formatTimeFine } from "./format.js";
import { isEmpty, marksOf } from "./marks.js";
import { optionGroups } from "./options.js";
import { colorPanel } from "./palette.js";
import { ShotPlayer } from "./player.js";
import { referencePanel } from "./reference.js";
import { EditorSession } from "./session.js";
import { helpButton, helpShortcut, listenToKeys } from "./shortcuts.js";
import { joinShots, shotAt, shotLabel, splitShots, uncertaintyLevel } from "./shots.js";
import { isActive, jobs, latestJob, loadOptionSchemas, projects, updateJob, updateProject } from "./state.js";
import { ThumbnailLoader } from "./thumbnails.js";
import { Timeline } from "./timeline.js";
import { reportErrors, toast } from "./toast.js";
import { viewControls } from "./view-controls.js";

const FRAME_WIDTH = 960; // pixels, long side of a frame in the editor
const ZOOMED_FRAME_WIDTH = 2048; // pixels, when zoomed in
const UNSURE_SHOTS = 3; // shots in the list of those to correct first

/** @param {Project} project @param {AbortSignal} signal @returns {Promise<Page>} */
export async function filmPage(project, signal) {
  const { film } = project;
  if (!film) throw new Error(`${project.name}: the studio has no facts about this film. Upload it again.`);
  const [schemas, hints] = await Promise.all([loadOptionSchemas(), api.fetchHints(project.id)]);
  return new FilmEditor(project, film, hints, schemas, signal).page();
}

class FilmEditor {
  #version = Date.now(); // in addresses of frames: the browser must not show cached frames after a change
  #findProgress = h("div", { class: "find-progress", hidden: true });
  #unsureShots = h("section", { class: "panel unsure-shots", hidden: true });

  /**
   * @param {Project} project
   * @param {Film} film
   * @param {HintsFile} hints
   * @param {OptionSchemas} schemas
   * @param {AbortSignal} signal
   */
  constructor(project, film, hints, schemas, signal) {
    this.project = project;
    this.film = film;
    this.schemas = schemas;
    this.signal = signal;
    this.session = new EditorSession(project, hints, (session) => this.#frameSource(session));
    this.session.frame = 0;
    this.timeline = new Timeline(project, film, hints, new ThumbnailLoader(signal));
    this.player = new ShotPlayer(project, signal);
    this.controls = new FilmControls({
      step: (frames) => this.#step(frames),
      stepShot: (shots) => this.#stepShot(shots),
      play: () => this.#play(),
      split: () => this.#split(),
      join: () => this.#join(),
      find: () => void this.#find(),
    });
    signal.addEventListener("abort", () => this.session.close());
  }

  get #frame() {
    return this.session.frame ?? 0;
  }

  /** Frames are rendered complete, larger when zoomed in. @param {EditorSession} session @returns {import("./layers.js").Source} */
  #frameSource(session) {
    const { id, width, height } = this.project;
    const complete = (/** @type {View} */ visible) => {
      const size = visible.pixels[0] / visible.width <= FRAME_WIDTH ? FRAME_WIDTH : ZOOMED_FRAME_WIDTH;
      /** @type {View} */
      const view = { x: 0, y: 0, width: 1, height: 1, pixels: [size, size] };
      return { view, size };
    };
    return {
      width,
      height,
      parts: false,
      before: async (visible) => {
        const { view, size } = complete(visible);
        const url = api.frameUrl(id, session.frame ?? 0, "before", size, 0);
        return { view, image: await api.fetchFrame(url) };
      },
      after: async (visible) => {
        const { view, size } = complete(visible);
        return { view, image: await this.#paintFrame(session, size) };
      },
    };
  }

  /** @param {EditorSession} session @param {number} size */
  async #paintFrame(session, size) {
    const { id } = this.project;
    const frame = session.frame ?? 0;
    if (!isEmpty(marksOf(session.hints, frame))) {
      return api.paintFrame(id, frame, session.hints, session.settings, size);
    }
    await session.save(); // the colours come from the saved hints of other frames
    return api.fetchFrame(api.frameUrl(id, frame, "after", size, this.#version));
  }

  /** @returns {Page} */
  page() {
    const { session, signal } = this;
    const shortcuts = [...editorShortcuts(session), ...this.#shortcuts()];
    listenToKeys([...shortcuts, helpShortcut(shortcuts)], signal);
    this.#listen();
    const element = this.#element();
    returnFocusToPicture(element, session);
    return {
      name: this.project.name,
      element,
      title: projectTitle(this.project),
      actions: h("div", { class: "actions" }, helpButton(shortcuts), exportControls(session, signal)),
      start: () => {
        session.start();
        this.#seek(0);
        if (!this.film.shots) void this.#find();
      },
    };
  }

  #listen() {
    const { session, signal } = this;
    session.history.addEventListener("change", () => void this.#hintsChanged());
    session.addEventListener("settings", () => {
      this.#version += 1;
    });
    session.addEventListener("tool", () => this.player.close());
    this.timeline.addEventListener("seek", (event) => this.#seek(/** @type {CustomEvent} */ (event).detail));
    projects.subscribe((all) => this.#projectChanged(all.get(this.project.id)), signal);
    jobs.subscribe(() => this.#showFindProgress(), signal);
  }

  #element() {
    const { session, signal } = this;
    const groups = optionGroups(this.schemas.film, this.schemas.models, session);
    const fetchLikely = (/** @type {{x: number, y: number}} */ at) =>
      api.fetchLikelyColors(this.project.id, at.x, at.y, this.#frame);
    return h(
      "div",
      { class: "editor film" },
      toolRail(session, signal),
      h("div", { class: "stage" }, viewControls(session, false, signal), session.canvas, this.player.element),
      h(
        "aside",
        { class: "side-panels", "aria-label": "Colour and options" },
        this.#unsureShots,
        colorPanel(session, fetchLikely, signal),
        referencePanel(session, signal),
        optionPanels(session, groups, signal),
      ),
      h(
        "section",
        { class: "timeline", "aria-label": "Timeline" },
        this.controls.element,
        this.#findProgress,
        this.timeline.element,
      ),
    );
  }

  /** Go to a frame. @param {number} frame */
  #seek(frame) {
    const target = clamp(frame, 0, this.film.frames - 1);
    this.player.close();
    this.timeline.showFrame(target);
    const time = `${formatTimeFine(target / this.film.fps)} · frame ${target}`;
    const { timecode } = this.film;
    this.controls.showTimecode(timecode ? `${formatTimecode(timecode, target)} · ${time}` : time);
    this.session.setFrame(target);
    this.session.layers.sourceChanged();
    this.#showState();
  }

  /** @param {number} frames */
  #step(frames) {
    this.#seek(this.#frame + frames);
  }

  /** Go to the first frame of another shot, or back to that of the current one. @param {number} step */
  #stepShot(step) {
    const shots = this.film.shots ?? [];
    const current = shotAt(this.film, this.#frame);
    const inside = this.#frame > (shots[current]?.first ?? 0);
    const target = step < 0 && inside ? current : current + step;
    const shot = shots[clamp(target, 0, shots.length - 1)];
    if (shot) this.#seek(shot.first);
  }

  async #find() {
    if (isActive(latestJob(this.project.id, "shots"))) return;
    await reportErrors(async () => updateJob(await api.findShots(this.project.id)));
  }

  #split() {
    const shots = splitShots(this.film, this.#frame);
    if (shots) void this.#saveShots(shots);
    else toast("A shot begins with this frame already. Go to the frame that the new shot must begin with.");
  }

  #join() {
    const shots = joinShots(this.film, this.#frame);
    if (shots) void this.#saveShots(shots);
  }

  #play() {
    const shot = Math.max(0, shotAt(this.film, this.#frame));
    void reportErrors(async () => {
      await this.session.save();
      await this.player.play(shot);
    });
  }

  /** @param {FrameRange[]} shots */
  async #saveShots(shots) {
    await reportErrors(async () => {
      await api.saveShots(this.project.id, shots);
      updateProject(await api.fetchProject(this.project.id));
      this.#version += 1;
      this.session.layers.repaint();
      announce(`${formatCount(shots.length, "shot", "shots")}.`);
    });
  }

  /** @param {Project | undefined} project the server's newest version */
  #projectChanged(project) {
    if (!project?.film) return;
    const same = JSON.stringify(project.film.shots) === JSON.stringify(this.film.shots);
    this.project = project;
    this.film = project.film;
    if (same && this.#unsureShots.childElementCount) return;
    this.timeline.showShots(project, project.film);
    this.#showUnsureShots();
    this.#showState();
  }

  /** Load the thumbnails again once the server has the new hints. */
  async #hintsChanged() {
    this.#version += 1;
    const { hints } = this.session.history;
    await this.session.save();
    if (hints === this.session.history.hints) this.timeline.showHints(hints);
  }

  #showFindProgress() {
    const job = latestJob(this.project.id, "shots");
    this.#findProgress.hidden = !isActive(job);
    if (!job || !isActive(job)) return;
    setChildren(
      this.#findProgress,
      h("span", {}, "Finding the shots…"),
      h("progress", { max: 1, value: job.done, "aria-label": "Finding the shots" }),
      h("span", { class: "count" }, formatPercent(job.done)),
    );
  }

  /** List the shots in which the network is least sure. */
  #showUnsureShots() {
    const all = this.film.shots ?? [];
    const rated = all.map((shot, n) => ({ shot, n })).filter(({ shot }) => shot.doubt !== null);
    rated.sort((a, b) => (b.shot.doubt ?? 0) - (a.shot.doubt ?? 0));
    this.#unsureShots.hidden = rated.length < 2;
    const items = rated.slice(0, UNSURE_SHOTS).map(({ shot, n }) => {
      const attributes = {
        type: "button",
        class: `unsure-shot ${uncertaintyLevel(shot, all)}`,
        "aria-label": shotLabel(shot, n),
        onclick: () => this.#seek(shot.first),
      };
      const time = h("span", { class: "fine" }, formatTime(shot.start));
      const level = h("span", { class: "uncertainty-dot" }, `${formatPercent(shot.doubt ?? 0)} unsure`);
      return h("li", {}, h("button", attributes, h("span", {}, `Shot ${n + 1}`), time, level));
    });
    const list = h("ol", { class: "unsure-list" }, ...items);
    setChildren(this.#unsureShots, h("h3", {}, "Correct these shots first"), list);
  }

  #showState() {
    const { frames, shots } = this.film;
    const shot = shotAt(this.film, this.#frame);
    this.controls.showState({ frame: this.#frame, frames, shot, shots: shots?.length ?? 0 });
  }

  /** @returns {Shortcut[]} */
  #shortcuts() {
    const second = Math.round(this.film.fps) || 1;
    return [
      { key: "ArrowLeft", label: "Previous frame", run: () => this.#step(-1) },
      { key: "ArrowRight", label: "Next frame", run: () => this.#step(1) },
      { key: "Shift+ArrowLeft", label: "Back one second", run: () => this.#step(-second) },
      { key: "Shift+ArrowRight", label: "Forward one second", run: () => this.#step(second) },
      { key: "ArrowUp", label: "Previous shot", run: () => this.#stepShot(-1) },
      { key: "ArrowDown", label: "Next shot", run: () => this.#stepShot(1) },
      { key: "s", label: "Split the shot here", run: () => this.#split() },
      { key: "j", label: "Join with the next shot", run: () => this.#join() },
      { key: "Enter", label: "Play the shot", run: () => this.#play() },
      { key: "Escape", label: "Close the player", run: () => this.player.close() },
    ];
  }
}
