/** The editor of a film: the current frame above, the timeline of the shots below. */

/** @import {Film, FrameRange, HintsFile, OptionSchemas, Project} from "./types.js" */
/** @import {Page} from "./main.js" */
import * as api from "./api.js";
import { announce, clamp, debounce, h } from "./dom.js";
import { editorShortcuts, projectTitle, returnFocusToPicture, toolRail } from "./editor.js";
import { exportControls } from "./export-controls.js";
import { FilmControls } from "./film-controls.js";
import { FilmFrames } from "./film-frames.js";
import { FilmNotes } from "./film-notes.js";
import { filmPanels } from "./film-panels.js";
import { filmShortcuts } from "./film-shortcuts.js";
import { findProgress, findShots } from "./find-shots.js";
import { formatCount, formatTimecode, formatTimeFine } from "./format.js";
import { addNavigator } from "./navigator.js";
import { leaveEditor, neighbourShortcuts } from "./neighbours.js";
import { ShotPlayer } from "./player.js";
import { EditorSession } from "./session.js";
import { helpButton, helpShortcut, listenToKeys } from "./shortcuts.js";
import { addSheet } from "./sheet.js";
import { joinShots, shotAt, shotVersion, splitShots } from "./shots.js";
import { loadOptionSchemas, projects, updateProject } from "./state.js";
import { ThumbnailLoader } from "./thumbnails.js";
import { Timeline } from "./timeline.js";
import { reportErrors, showError, toast } from "./toast.js";
import { UnsureShots } from "./unsure-shots.js";
import { viewControls } from "./view-controls.js";

const UNCERTAINTY_DELAY = 200; // milliseconds on a frame before its map is loaded

/** @param {Project} project @param {AbortSignal} signal @returns {Promise<Page>} */
export async function filmPage(project, signal) {
  const { film } = project;
  if (!film) throw new Error(`${project.name}: the studio has no facts about this film. Upload it again.`);
  const [schemas, hints] = await Promise.all([loadOptionSchemas(), api.fetchHints(project.id)]);
  return new FilmEditor(project, film, hints, schemas, signal).page();
}

export class FilmEditor {
  #unsureShots = new UnsureShots((frame) => this.#seek(frame));
  #notes = new FilmNotes();
  #outdateUncertainty = debounce(() => void this.session.setUncertaintyVisible(true), UNCERTAINTY_DELAY);

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
    this.frames = new FilmFrames(project);
    this.session = new EditorSession(project, hints, (session) => this.frames.source(session));
    this.session.frame = 0;
    this.session.goToFrame = (frame) => this.#seek(frame);
    this.timeline = new Timeline(project, film, hints, new ThumbnailLoader(signal));
    this.player = new ShotPlayer(project.id, this.session.canvas, signal);
    this.actions = {
      step: (/** @type {number} */ frames) => this.#seek(this.#frame + frames),
      stepShot: (/** @type {number} */ shots) => this.#stepShot(shots),
      play: () => void this.#play(),
      stop: () => (this.player.isPlaying ? this.player.stop() : leaveEditor(this.session)),
      split: () => this.#split(),
      join: () => this.#join(),
      find: () => void findShots(project.id),
      zoom: (/** @type {number} */ factor) => this.timeline.changeZoom(factor),
      uncertainty: () => void this.session.setUncertaintyVisible(!this.session.uncertaintyVisible),
    };
    this.controls = new FilmControls(this.actions);
    signal.addEventListener("abort", () => this.session.close());
  }

  get #frame() {
    return this.session.frame ?? 0;
  }

  /** @returns {Page} */
  page() {
    const { session, signal } = this;
    const neighbours = neighbourShortcuts(this.project, false, session).filter(({ key }) => key !== "Escape");
    const shortcuts = [
      ...editorShortcuts(session),
      ...filmShortcuts(this.actions, this.film.fps),
      ...neighbours,
    ];
    listenToKeys([...shortcuts, helpShortcut(shortcuts)], signal);
    this.#listen();
    const element = this.#element();
    addSheet(element, session, signal);
    returnFocusToPicture(element, session);
    return {
      name: this.project.name,
      element,
      title: projectTitle(this.project),
      actions: h("div", { class: "actions" }, helpButton(shortcuts), exportControls(session, signal)),
      start: () => {
        session.start();
        addNavigator(session.canvas, signal);
        this.#seek(0);
        if (this.film.shots) void this.#loadDoubts();
        else void findShots(this.project.id);
      },
    };
  }

  #listen() {
    const { session, signal, player } = this;
    session.history.addEventListener("change", () => void this.#hintsChanged());
    session.addEventListener("settings", () => this.frames.outdate());
    session.canvas.addEventListener("pointerdown", () => player.stop(), { capture: true });
    player.addEventListener("frame", (event) => this.#showFrame(/** @type {CustomEvent} */ (event).detail));
    player.addEventListener("stop", (event) => this.#stopped(/** @type {CustomEvent} */ (event).detail));
    this.timeline.addEventListener("seek", (event) => this.#seek(/** @type {CustomEvent} */ (event).detail));
    projects.subscribe((all) => this.#projectChanged(all.get(this.project.id)), signal);
  }

  #element() {
    const { session, signal } = this;
    return h(
      "div",
      { class: "editor film" },
      toolRail(session, signal),
      h("div", { class: "stage" }, viewControls(session, true, signal), session.canvas, this.player.element),
      filmPanels(this, this.#unsureShots.element, signal),
      h(
        "section",
        { class: "timeline", "aria-label": "Timeline" },
        this.#notes.element,
        this.controls.element,
        findProgress(this.project, signal),
        this.timeline.element,
      ),
    );
  }

  /** Go to a frame. @param {number} frame */
  #seek(frame) {
    if (this.player.isPlaying) this.player.stop();
    const target = clamp(frame, 0, this.film.frames - 1);
    this.#showFrame(target);
    this.session.setFrame(target);
    this.session.layers.sourceChanged();
    if (this.session.uncertaintyVisible) this.#outdateUncertainty();
    this.#showState();
  }

  /** Show where the film is. @param {number} frame */
  #showFrame(frame) {
    this.timeline.showFrame(frame);
    const time = `${formatTimeFine(frame / this.film.fps)} · frame ${frame}`;
    const { timecode } = this.film;
    this.controls.showTimecode(timecode ? `${formatTimecode(timecode, frame)} · ${time}` : time);
    this.controls.showDoubt(this.timeline.doubtAt(frame));
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

  #split() {
    const shots = splitShots(this.film, this.#frame);
    if (shots) void this.#saveShots(shots);
    else toast("A shot begins with this frame already. Go to the frame that the new shot must begin with.");
  }

  #join() {
    const shots = joinShots(this.film, this.#frame);
    if (shots) void this.#saveShots(shots);
  }

  /** Play the shot from the current frame on; or stop. */
  async #play() {
    if (this.player.isPlaying) return this.player.stop();
    const { session, film } = this;
    const number = Math.max(0, shotAt(film, this.#frame));
    const shot = film.shots?.[number];
    if (!shot) return;
    await reportErrors(async () => {
      await session.save();
      const start = this.#frame < shot.last ? this.#frame : shot.first;
      const key = `${shot.first} ${shotVersion(shot, session.history.hints, session.settings)}`;
      this.player.play({ shot, number, start, fps: film.fps, key });
      this.controls.showPlaying(true);
    });
  }

  /** @param {number} frame the last one that was played */
  #stopped(frame) {
    this.controls.showPlaying(false);
    if (!this.signal.aborted) this.#seek(frame);
  }

  /** @param {FrameRange[]} shots */
  async #saveShots(shots) {
    await this.session.save();
    await this.session.saving.run(async () => {
      await api.saveShots(this.project.id, shots);
      updateProject(await api.fetchProject(this.project.id));
      await this.session.history.load();
      this.frames.outdate();
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
    this.#notes.show(project);
    if (same && this.#unsureShots.element.childElementCount) return;
    this.timeline.showShots(project, project.film);
    this.#unsureShots.show(project.film);
    this.#showState();
    if (project.film.shots) void this.#loadDoubts();
  }

  /** Films whose shots were set by hand have no doubts; then nothing is shown. */
  async #loadDoubts() {
    try {
      this.timeline.showDoubts(await api.fetchDoubts(this.project.id));
      this.controls.showDoubt(this.timeline.doubtAt(this.#frame));
    } catch (error) {
      if (!(error instanceof api.ApiError && error.status === 404)) showError(error);
    }
  }

  /** Load the thumbnails again once the server has the new hints. */
  async #hintsChanged() {
    this.frames.outdate();
    const { hints } = this.session.history;
    await this.session.save();
    if (hints === this.session.history.hints) this.timeline.showHints(hints);
  }

  #showState() {
    const { frames, shots } = this.film;
    const shot = shotAt(this.film, this.#frame);
    this.controls.showState({ frame: this.#frame, frames, shot, shots: shots?.length ?? 0 });
  }

  /** The shot of the current frame; all frames, while no shots are known. @returns {FrameRange} */
  get currentShot() {
    return this.film.shots?.[shotAt(this.film, this.#frame)] ?? { first: 0, last: this.film.frames - 1 };
  }
}
