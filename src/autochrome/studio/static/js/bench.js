/** The workbench: one picture with its marks, the tool and colour in the hand, its settings; and their way to the disk. */

/** @import {HintsFile, Marks, Project, Settings} from "./types.js" */
/** @import {Mode, Wet} from "./canvas.js" */
/** @import {Source} from "./layers.js" */
/** @import {ToolName} from "./tools.js" */
import * as api from "./api.js";
import { PictureCanvas } from "./canvas.js";
import { settled, within } from "./dom.js";
import { veil } from "./ink.js";
import { Layers } from "./layers.js";
import { History, marksOf, withMarks } from "./marks.js";
import { keepProject, reached } from "./state.js";
import { complain, trying } from "./toast.js";
import { toolOf } from "./tools.js";

const SAVE = 400; // milliseconds after the last change

/** Events: "color", "tool", "size", "marks", "settings", "recent". */
export class Bench extends EventTarget {
  canvas = new PictureCanvas();
  color = "#c9976b";
  size = 0.05; // of the short side
  /** @type {ToolName} */ toolName = "brush";
  /** @type {number | null} */ frame = null;
  /** @type {string[]} */ recent = [];
  doubted = false;
  /** @type {Marks | null} */ #draft = null;
  #saveHints = settled(() => this.#keepHints(), SAVE);
  #saveSettings = settled(() => this.#keepSettings(), SAVE);
  #unsaved = false;
  #end = new AbortController();
  /** @type {Promise<unknown>} */ #saving = Promise.resolve();

  /** @param {Project} project @param {HintsFile} hints @param {(bench: Bench) => Source} source */
  constructor(project, hints, source) {
    super();
    this.project = project;
    this.settings = { ...project.settings };
    this.history = new History(hints);
    const short = Math.min(project.width, project.height);
    this.across = project.width / short;
    this.down = project.height / short;
    this.layers = new Layers(source(this));
    this.history.addEventListener("change", () => this.#changed());
    this.layers.addEventListener("asked", () => this.canvas.classList.add("busy"));
    this.layers.addEventListener("rest", () => this.canvas.classList.remove("busy"));
    reached.hear((here) => this.#met(here), this.#end.signal);
    window.addEventListener("pagehide", () => this.#leave(), { signal: this.#end.signal });
  }

  /** Once the canvas stands on the page. */
  begin() {
    this.canvas.open(this.layers);
    this.setTool("brush");
    this.#show();
  }

  end() {
    this.#leave();
    this.#end.abort();
    this.layers.end();
  }

  /** Marks of the frame looked at, with those being drawn. */
  get marks() {
    return marksOf(this.history.hints, this.frame);
  }

  /** The whole hints file, with marks being drawn. @returns {HintsFile} */
  get hints() {
    return this.#draft ? withMarks(this.history.hints, this.frame, this.#draft) : this.history.hints;
  }

  /** Marks while they are made: the picture answers, nothing is kept. @param {Marks | null} marks @param {Wet | null} [wet] */
  draft(marks, wet = null) {
    this.#draft = marks;
    this.canvas.wet = wet;
    this.canvas.marks = wet ? this.marks : (marks ?? this.marks);
    this.canvas.redraw();
    this.layers.repaint();
  }

  /** Marks are made. @param {Marks} marks */
  commit(marks) {
    const count = (/** @type {Marks} */ { points, strokes }) =>
      (points?.length ?? 0) + (strokes?.length ?? 0);
    const used = (this.toolName === "brush" || this.toolName === "point") && count(marks) > count(this.marks);
    this.#draft = null;
    this.canvas.wet = null;
    if (marks !== this.marks) this.history.apply(withMarks(this.history.hints, this.frame, marks));
    else this.#show();
    if (used) this.#remember(this.color);
  }

  undo() {
    this.history.undo();
  }
  redo() {
    this.history.redo();
  }
  clear() {
    this.history.apply(withMarks(this.history.hints, this.frame, {}));
  }

  /** @param {number} frame */
  setFrame(frame) {
    this.frame = frame;
    this.#draft = null;
    this.#show();
  }

  /** @param {string} color */
  setColor(color) {
    if (color === "grey") {
      this.setTool("grey");
      return;
    }
    this.color = color;
    if (this.toolName === "grey" || this.toolName === "hand") this.setTool("brush");
    this.#showBrush();
    this.#tell("color");
  }

  /** @param {number} size share of the short side */
  setSize(size) {
    this.size = within(Math.round(size * 1e4) / 1e4, 0.004, 0.5);
    this.#showBrush();
    this.#tell("size");
  }

  /** @param {ToolName} name */
  setTool(name) {
    this.toolName = name;
    this.canvas.tool = toolOf(this, name);
    this.canvas.panning = name === "hand";
    this.canvas.dataset.tool = name;
    this.#showBrush();
    this.#tell("tool");
  }

  /** @param {Mode} mode */
  setMode(mode) {
    this.canvas.mode = mode;
    this.#tell("mode");
  }

  /** @param {string} name @param {string | number | boolean} value @param {unknown} usual what it is when nobody says */
  set(name, value, usual) {
    const { [name]: _, ...rest } = this.settings;
    this.settings = /** @type {Settings} */ (value === usual ? rest : { ...rest, [name]: value });
    this.layers.repaint();
    this.#saveSettings();
    this.#tell("settings");
  }

  /** The map of doubt, on or off. @param {boolean} on */
  async setDoubt(on) {
    this.doubted = on;
    this.#tell("doubt");
    if (on) await this.saved(); // the map is that of the stored marks
    try {
      const map = on ? veil(await api.doubt(this.project.id, Date.now())) : null;
      if (this.doubted === on) this.canvas.doubt = map;
    } catch (error) {
      this.doubted = false;
      this.#tell("doubt");
      complain(error);
    }
    this.canvas.redraw();
  }

  /** Everything the person did is on the server when this resolves. */
  async saved() {
    this.#saveHints.now();
    this.#saveSettings.now();
    await this.#saving;
  }

  /** The line to the studio broke or is there again: what could not be kept is sent once more. @param {boolean} here */
  #met(here) {
    if (here && this.#unsaved) {
      this.#saveHints();
      this.layers.repaint();
    }
  }

  #changed() {
    this.#draft = null;
    this.#show();
    this.layers.repaint();
    this.#saveHints();
  }

  #show() {
    this.canvas.marks = this.marks;
    this.canvas.redraw();
    this.#tell("marks");
  }

  #showBrush() {
    const reach = { brush: this.size / 2, grey: this.size / 2, erase: this.size / 2, point: this.size * 0.4 };
    const radius = /** @type {Record<string, number>} */ (reach)[this.toolName];
    const color = this.toolName === "brush" || this.toolName === "point" ? this.color : null;
    this.canvas.brush = radius === undefined ? null : { radius, color };
    this.canvas.redraw();
  }

  /** @param {string} color */
  #remember(color) {
    this.recent = [color, ...this.recent.filter((other) => other !== color)].slice(0, 8);
    this.#tell("recent");
  }

  #keepHints() {
    const hints = this.history.hints;
    this.#unsaved = true;
    this.#saving = this.#saving.then(() =>
      trying(async () => {
        keepProject(await api.keepHints(this.project.id, hints));
        this.#unsaved = hints !== this.history.hints;
      }),
    );
  }

  #keepSettings() {
    const settings = this.settings;
    this.#saving = this.#saving.then(() =>
      trying(async () => {
        this.project = await api.change(this.project.id, { settings });
        keepProject(this.project);
      }),
    );
  }

  #leave() {
    this.#saveHints.now();
    this.#saveSettings.now();
  }

  /** @param {string} name */
  #tell(name) {
    this.dispatchEvent(new Event(name));
  }
}
