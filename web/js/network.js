/** The shipped network in the browser: `prepare` runs the encoder once per picture, `paint` the decoder for every stroke. */

import * as ort from "../ort/ort.wasm.min.mjs";
import { limitToThing, thinOut } from "./connected.js";
import { resize } from "./resize.js";

/** @typedef {import("./resize.js").Plane} Plane */
/** @typedef {import("./hints.js").Hints} Hints */
/**
 * How likely each colour of the palette is, cell by cell; `luma`: the L* of the cells.
 * @typedef {{probabilities: Float32Array, palette: [number, number][], luma: Float32Array, height: number,
 *   width: number}} Distribution
 */
/** @typedef {{luma: Plane, height: number, width: number, features: Record<string, ort.Tensor>}} Prepared */

const MULTIPLE = 32; // both sides of the network's input
const STRIDE = 4; // of its colour
const LIMIT = 110; // a*b*

export class Network {
  /** @type {Map<string, Promise<ort.InferenceSession>>} */
  #sessions = new Map();
  #folder;
  #parts;
  #palette;

  /**
   * @param {string} folder address of the parts of the model
   * @param {object} description `model.json`
   * @param {Record<string, {inputs: Record<string, string>, outputs: string[]}>} description.parts input → feature
   * @param {[number, number][]} description.palette a*b* of the colours of the distribution
   */
  constructor(folder, { parts, palette }) {
    this.#folder = folder;
    this.#parts = parts;
    this.#palette = palette;
    ort.env.wasm.numThreads = 1; // threads need headers that a plain file server does not send
    ort.env.logLevel = "error";
  }

  /** @param {string} folder */
  static async open(folder) {
    const answer = await fetch(`${folder}/model.json`);
    if (!answer.ok)
      throw new Error("The model could not be loaded; check the connection and reload the page.");
    const network = new Network(folder, await answer.json());
    await Promise.all(["early", "late", "unhinted"].map((part) => network.#session(part)));
    return network;
  }

  /** Run the encoder. @param {Plane} luma L* @returns {Promise<Prepared>} */
  async prepare(luma) {
    const padded = pad(luma);
    /** @type {Record<string, ort.Tensor>} */
    const features = { luma: tensor([padded.data], padded.height, padded.width) };
    Object.assign(features, await this.#run("early", features));
    Object.assign(features, await this.#run("late", features));
    return { luma, height: padded.height, width: padded.width, features };
  }

  /**
   * Run the decoder. A hint with reach 1 counts for the whole picture, one with reach 0 for the thing it lies on.
   * @param {Prepared} prepared
   * @param {Hints | null} hints
   * @param {number} vivid 0…2
   * @returns {Promise<Plane[]>} a*, b*
   */
  async paint(prepared, hints, vivid) {
    const far = hints && hintPlanes(hints, prepared, (reach) => reach);
    const near = hints && hintPlanes(hints, prepared, (reach) => (reach < 1 ? 1 : 0));
    if (near && !prepared.features.embedding) {
      Object.assign(prepared.features, await this.#run("embedding", prepared.features));
    }
    const values = { ...prepared.features, vivid: new ort.Tensor("float32", [vivid], [1]) };
    const { ab } = await (far ? this.#run("hinted", { ...values, ...far }) : this.#run("unhinted", values));
    const chroma = /** @type {Float32Array} */ (ab.data).slice();
    if (near) {
      const few = tensor([thinOut(near.mask, STRIDE)], prepared.height, prepared.width);
      const { local_ab: laid, local_weight: weight } = await this.#run("laid", {
        ...values,
        ...near,
        mask: few,
      });
      const thing = limitToThing(laid.data, weight, near, prepared.features.luma, vivid);
      thing.color.forEach((plane, channel) => {
        plane.forEach((value, cell) => {
          const at = channel * plane.length + cell;
          chroma[at] += (value - chroma[at]) * thing.weight[cell];
        });
      });
    }
    return crop(
      chroma.map((value) => Math.min(LIMIT, Math.max(-LIMIT, value))),
      prepared,
    );
  }

  /** @param {Prepared} prepared @param {Hints} hints @returns {Promise<Distribution>} */
  async distribution(prepared, hints) {
    const { height, width } = prepared;
    const none = new Float32Array(height * width);
    const empty = { hint: tensor([none, none], height, width), mask: tensor([none], height, width) };
    const planes = hintPlanes(hints, prepared, (reach) => reach) ?? empty;
    const vivid = new ort.Tensor("float32", [1], [1]);
    const { likely } = await this.#run("hinted", { ...prepared.features, vivid, ...planes });
    const [, colors, rows, columns] = likely.dims;
    const cells = {
      height: Math.ceil((prepared.luma.height * rows) / height),
      width: Math.ceil((prepared.luma.width * columns) / width),
    };
    const probabilities = new Float32Array(colors * cells.height * cells.width);
    for (let k = 0, to = 0; k < colors; k += 1) {
      for (let y = 0; y < cells.height; y += 1, to += cells.width) {
        const from = (k * rows + y) * columns;
        probabilities.set(/** @type {Float32Array} */ (likely.data).subarray(from, from + cells.width), to);
      }
    }
    const luma = resize(prepared.luma, cells.height, cells.width).data;
    return { probabilities, palette: this.#palette, luma, ...cells };
  }

  /** @param {string} part @param {Record<string, ort.Tensor>} values */
  async #run(part, values) {
    const session = await this.#session(part);
    const { inputs, outputs } = this.#parts[part];
    const feeds = Object.fromEntries(Object.entries(inputs).map(([input, name]) => [input, values[name]]));
    const results = await session.run(feeds);
    return Object.fromEntries(outputs.map((output) => [output.replace("_unhinted", ""), results[output]]));
  }

  /** A part of the model. It is loaded once. @param {string} part */
  #session(part) {
    if (!this.#sessions.has(part)) {
      this.#sessions.set(part, ort.InferenceSession.create(`${this.#folder}/${part}.onnx`));
    }
    return /** @type {Promise<ort.InferenceSession>} */ (this.#sessions.get(part));
  }
}

/** @param {Float32Array[]} planes @param {number} height @param {number} width */
function tensor(planes, height, width) {
  const data = new Float32Array(planes.length * height * width);
  planes.forEach((plane, n) => data.set(plane, n * height * width));
  return new ort.Tensor("float32", data, [1, planes.length, height, width]);
}

/** Both sides up to the next multiple; the edges are repeated. @param {Plane} plane @returns {Plane} */
function pad(plane) {
  const [height, width] = [plane.height, plane.width].map((side) => Math.ceil(side / MULTIPLE) * MULTIPLE);
  const data = new Float32Array(height * width);
  for (let y = 0; y < height; y += 1) {
    const row = Math.min(y, plane.height - 1) * plane.width;
    for (let x = 0; x < width; x += 1) data[y * width + x] = plane.data[row + Math.min(x, plane.width - 1)];
  }
  return { data, height, width };
}

/**
 * The hints over the padded picture, or null if none counts. `weigh`: reach → how much a hint counts.
 * @param {Hints} hints
 * @param {Prepared} prepared
 * @param {(reach: number) => number} weigh
 */
function hintPlanes(hints, { height, width }, weigh) {
  const [a, b, mask] = Array.from({ length: 3 }, () => new Float32Array(height * width));
  let present = false;
  for (let y = 0; y < hints.height; y += 1) {
    for (let x = 0; x < hints.width; x += 1) {
      const [from, to] = [y * hints.width + x, y * width + x];
      if (!hints.mask[from]) continue;
      [a[to], b[to], mask[to]] = [hints.a[from], hints.b[from], hints.mask[from] * weigh(hints.reach[from])];
      present ||= mask[to] > 0;
    }
  }
  return present ? { hint: tensor([a, b], height, width), mask: tensor([mask], height, width) } : null;
}

/** a*b* of the padded picture → exactly over the picture. @param {Float32Array} chroma @param {Prepared} prepared */
function crop(chroma, { luma, height, width }) {
  const [rows, columns] = [height / STRIDE, width / STRIDE];
  const [down, across] = [luma.height / STRIDE, luma.width / STRIDE];
  return [0, 1].map((n) => {
    const data = chroma.subarray(n * rows * columns, (n + 1) * rows * columns);
    const tall = takeRows({ data, height: rows, width: columns }, down);
    return turn(takeRows(turn(tall), across));
  });
}

/** The first `span` rows as ceil(span) rows of equal height. @param {Plane} plane @param {number} span @returns {Plane} */
function takeRows({ data, width }, span) {
  const height = Math.ceil(span);
  const out = new Float32Array(height * width);
  for (let y = 0; y < height; y += 1) {
    const position = Math.min(height - 1, Math.max(0, (y + 0.5) * (span / height) - 0.5));
    const below = Math.floor(position);
    const [from, to] = [below * width, Math.min(below + 1, height - 1) * width];
    for (let x = 0; x < width; x += 1) {
      out[y * width + x] = data[from + x] + (position - below) * (data[to + x] - data[from + x]);
    }
  }
  return { data: out, height, width };
}

/** Rows become columns. @param {Plane} plane @returns {Plane} */
function turn({ data, height, width }) {
  const out = new Float32Array(data.length);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) out[x * height + y] = data[y * width + x];
  return { data: out, height: width, width: height };
}

/** The L* of RGBA pixels at render size. @param {Plane} luma full size @param {number} size of the short side */
export function shrink(luma, size) {
  const short = Math.min(luma.height, luma.width);
  const [height, width] = [luma.height, luma.width].map((side) =>
    Math.min(4 * size, Math.max(size, Math.round((side * size) / short))),
  );
  return resize(luma, height, width);
}
