/** The editor session of one photo or film: its marks, settings, tool and colour, and how they are saved. */

/** @import {HintsFile, HistoryStep, Marks, Project, Settings, Version} from "./types.js" */
/** @import {Mode} from "./canvas.js" */
/** @import {Source} from "./layers.js" */
/** @import {StrokePreview} from "./overlay.js" */
/** @import {ToolName} from "./tools.js" */
import * as api from "./api.js";
import { PictureCanvas } from "./canvas.js";
import { clamp, debounce } from "./dom.js";
import { Footprint } from "./footprint.js";
import { History } from "./history.js";
import { Layers } from "./layers.js";
import { marksOf, withMarks } from "./marks.js";
import { Saving } from "./saving.js";
import { Selection } from "./selection.js";
import { online, updateProject } from "./state.js";
import { reportErrors, showError } from "./toast.js";
import { createTool, POINT_SIZE, quickPicker } from "./tools.js";
import { uncertaintyMap } from "./uncertainty.js";
import { stepHistory } from "./undo.js";

const HISTORY_DELAY = 250; // milliseconds after a save until the list of steps is read again
const [MIN_SIZE, MAX_SIZE] = [0.004, 0.5]; // brush width, fraction of the short side
const RECENT_COLORS = 8;

/**
 * Events: "color", "tool", "size", "reach", "marks", "settings", "recent", "mode", "uncertainty", "marks-visible",
 * "change-shown" (detail: the step of the history that was undone or done again).
 */
export class EditorSession extends EventTarget {
  canvas = new PictureCanvas();
  color = "#c9976b";
  size = 0.05; // brush width, fraction of the short side
  reach = 0; // of new marks: 0 this thing … 1 the whole picture
  /** @type {ToolName} */ toolName = "brush";
  /** @type {number | null} */ frame = null; // null: a photo
  /** @type {string[]} */ recent = [];
  uncertaintyVisible = false;
  /** @type {Version | null} */ compared = null; // shown instead of the original
  /** @type {Marks | null} */ #draft = null;
  /** @type {(frame: number) => void} */ goToFrame = () => {}; // a film's editor sets it
  #loadHistoryLater = debounce(() => void reportErrors(() => this.history.load()), HISTORY_DELAY);
  #controller = new AbortController();

  /** @param {Project} project @param {HintsFile} hints @param {(session: EditorSession) => Source} createSource */
  constructor(project, hints, createSource) {
    super();
    this.project = project;
    this.settings = { ...project.settings };
    this.history = new History(project.id, hints);
    this.saving = new Saving(project.id);
    const shortSide = Math.min(project.width, project.height);
    this.aspect = { width: project.width / shortSide, height: project.height / shortSide };
    this.layers = new Layers(createSource(this));
    this.footprint = new Footprint(this.canvas, this.layers);
    this.selection = new Selection(this);
    this.history.addEventListener("change", () => this.#hintsChanged());
    this.layers.addEventListener("request", () => this.canvas.classList.add("busy"));
    this.layers.addEventListener("idle", () => this.canvas.classList.remove("busy"));
    const { signal } = this.#controller;
    online.subscribe((isOnline) => this.#connectionChanged(isOnline), signal);
    this.saving.addEventListener("saved", () => this.#loadHistoryLater());
    window.addEventListener(
      "pagehide",
      () => {
        this.selection.finish();
        void this.saving.finish();
      },
      { signal },
    );
  }

  /** Call this once the canvas is on the page. */
  start() {
    this.canvas.open(this.layers);
    this.setTool("brush");
    this.#showMarks();
    this.#loadHistoryLater();
  }

  close() {
    this.selection.finish();
    void this.saving.finish();
    this.#loadHistoryLater.cancel();
    this.#controller.abort();
    this.layers.close();
  }

  /** The marks of the photo or the current frame. */
  get marks() {
    return marksOf(this.history.hints, this.frame);
  }

  /** All hints, with the marks that are being drawn. @returns {HintsFile} */
  get hints() {
    return this.#draft ? withMarks(this.history.hints, this.frame, this.#draft) : this.history.hints;
  }

  /** Show marks while they are drawn; nothing is saved. @param {Marks | null} marks @param {StrokePreview | null} [stroke] */
  setDraft(marks, stroke = null) {
    if (marks) this.footprint.begin();
    else this.footprint.clear();
    this.#draft = marks;
    this.canvas.strokePreview = stroke;
    this.canvas.marks = stroke ? this.marks : (marks ?? this.marks);
    this.canvas.redraw();
    this.layers.repaint();
  }

  /** Show the line that is drawn around a thing. @param {[number, number][] | null} line */
  showLasso(line) {
    this.canvas.lasso = line && { path: line, color: this.color };
    this.canvas.redraw();
  }

  /** Keep finished marks. @param {Marks} marks */
  commit(marks) {
    const count = (/** @type {Marks} */ { points, strokes, areas }) =>
      (points?.length ?? 0) + (strokes?.length ?? 0) + (areas?.length ?? 0);
    const colorUsed = count(marks) > count(this.marks) && ["brush", "point", "area"].includes(this.toolName);
    this.#draft = null;
    this.footprint.end();
    this.canvas.strokePreview = null;
    if (marks !== this.marks) this.applyHints(withMarks(this.history.hints, this.frame, marks));
    else this.#showMarks();
    if (colorUsed) this.#rememberColor(this.color);
  }

  /** Take other hints and save them, as one step of the history. @param {HintsFile} hints */
  applyHints(hints) {
    this.history.apply(hints);
    this.saving.saveHints(hints);
  }

  undo() {
    this.selection.finish();
    void stepHistory(this, -1);
  }

  redo() {
    void stepHistory(this, 1);
  }

  /** Remove all marks of the photo or the current frame. */
  clear() {
    const { reference = null, references = [], picture = null } = this.marks;
    this.applyHints(withMarks(this.history.hints, this.frame, { reference, references, picture }));
  }

  /** A step was undone or done again: take over its settings. The history has its hints. @param {Project} project */
  takeProject(project) {
    this.project = project;
    this.settings = { ...project.settings };
    updateProject(project);
    this.#emit("settings");
    this.layers.repaint();
  }

  /** Let panels show what a step has changed. @param {HistoryStep} step */
  showChange(step) {
    this.dispatchEvent(new CustomEvent("change-shown", { detail: step }));
  }

  /** @param {number} frame */
  setFrame(frame) {
    this.footprint.clear();
    this.selection.choose(null);
    this.frame = frame;
    this.#draft = null;
    this.#showMarks();
  }

  /** @param {string} color `#rrggbb`, or grey for the tool that keeps grey */
  setColor(color) {
    if (this.selection.mark) this.selection.change({ color });
    else if (color === "grey") return this.setTool("grey");
    if (color !== "grey") this.color = color;
    if (this.toolName === "grey" || this.toolName === "hand") this.setTool("brush");
    this.#showBrush();
    this.#emit("color");
  }

  /** @param {number} size brush width, fraction of the short side */
  setSize(size) {
    this.size = clamp(Math.round(size * 1e4) / 1e4, MIN_SIZE, MAX_SIZE);
    this.#showBrush();
    this.#emit("size");
  }

  /** @param {number} reach of new marks, 0…1 */
  setReach(reach) {
    this.reach = clamp(reach, 0, 1);
    this.#emit("reach");
  }

  /** The brush width on an even scale, 0…1: equal steps multiply the width by equal factors. */
  get sizeLevel() {
    return Math.log(this.size / MIN_SIZE) / Math.log(MAX_SIZE / MIN_SIZE);
  }

  /** @param {number} level 0…1 */
  setSizeLevel(level) {
    this.setSize(MIN_SIZE * (MAX_SIZE / MIN_SIZE) ** level);
  }

  /** @param {ToolName} name */
  setTool(name) {
    if (name !== "select" && name !== "pick") this.selection.choose(null);
    this.toolName = name;
    this.canvas.tool = createTool(this, name);
    this.canvas.picker = quickPicker(this);
    this.canvas.panning = name === "hand";
    this.canvas.dataset.tool = name;
    this.#showBrush();
    this.#emit("tool");
  }

  /** @param {Mode} mode */
  setMode(mode) {
    this.canvas.mode = mode;
    this.#emit("mode");
  }

  /** Show or hide the points that the machine has set. @param {boolean} visible */
  setMachineVisible(visible) {
    this.canvas.machineVisible = visible;
    this.canvas.redraw();
    this.#emit("marks-visible");
  }

  /** @param {boolean} visible */
  setMarksVisible(visible) {
    this.canvas.marksVisible = visible;
    this.canvas.redraw();
    this.#emit("marks-visible");
  }

  /** Change one option; its default value is not stored. @param {string} name @param {string | number | boolean} value @param {unknown} defaultValue */
  setOption(name, value, defaultValue) {
    const { [name]: _, ...rest } = this.settings;
    this.setSettings(/** @type {Settings} */ (value === defaultValue ? rest : { ...rest, [name]: value }));
  }

  /** Replace all options. @param {Settings} settings without default values */
  setSettings(settings) {
    this.settings = settings;
    this.layers.repaint();
    this.saving.saveSettings(settings);
    this.#emit("settings");
  }

  /** Show or hide the uncertainty map. @param {boolean} visible */
  async setUncertaintyVisible(visible) {
    this.uncertaintyVisible = visible;
    this.#emit("uncertainty");
    if (visible) await this.save(); // the server makes the map with the saved marks
    try {
      const map = visible
        ? uncertaintyMap(await api.fetchUncertainty(this.project.id, Date.now(), this.frame))
        : null;
      if (this.uncertaintyVisible === visible) this.canvas.uncertainty = map;
    } catch (error) {
      this.uncertaintyVisible = false;
      this.#emit("uncertainty");
      showError(error);
    }
    this.canvas.redraw();
  }

  /** Save all changes; resolves when the server has them. */
  async save() {
    await this.saving.finish();
  }

  /** After a lost connection, save again what could not be saved. @param {boolean} isOnline */
  #connectionChanged(isOnline) {
    if (isOnline && this.saving.saveAgain()) this.layers.repaint();
  }

  #hintsChanged() {
    this.#draft = null;
    this.#showMarks();
    this.layers.repaint();
  }

  #showMarks() {
    this.canvas.marks = this.marks;
    this.canvas.redraw();
    this.#emit("marks");
  }

  #showBrush() {
    const { toolName, size } = this;
    /** @type {Record<string, number>} */
    const radii = { brush: size / 2, grey: size / 2, erase: size / 2, point: size * POINT_SIZE };
    const radius = radii[toolName];
    const color = ["brush", "point"].includes(toolName) ? this.color : null;
    this.canvas.brush = radius === undefined ? null : { radius, color };
    this.canvas.redraw();
  }

  /** @param {string} color */
  #rememberColor(color) {
    this.recent = [color, ...this.recent.filter((other) => other !== color)].slice(0, RECENT_COLORS);
    this.#emit("recent");
  }

  /** @param {string} name */
  #emit(name) {
    this.dispatchEvent(new Event(name));
  }
}
