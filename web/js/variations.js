/**
 * Variations, as in `autochrome.variations`: the machine commits some places to other likely colours, looks at the
 * distribution again, and goes on, by rounds. Its points are strokes like those of a person.
 */

import { chromaOf, lightness, recolor } from "./lightness.js";

/** @typedef {import("./hints.js").Stroke} Stroke */
/** @typedef {import("./network.js").Distribution} Distribution */
/** @typedef {{strokes: Stroke[], chroma: import("./resize.js").Plane[]}} Variation */

const DIFFERENT = 6; // a*b*: two results differ if their colours are so far apart, on average
const ROUNDS = 8;
const POINTS = 5; // of one round
const APART = 3; // cells of the distribution between two points
const NEAR = 14; // a*b*: colours that are nearer to a mode belong to it
const VIVID_WEIGHT = 2.5; // by which a vivid round counts the strongest colours more than grey
const VIVID_CHROMA = 60; // a*b*: chroma from which on a colour has this weight
const SHARE = 0.25; // a mode with less than this share of the likeliest one is not taken
const DRAWS = 2; // for each variation, at most
const POINT_WIDTH = 4; // pixels at render size
const VIVID_REACH = 0.3;

/** The styles of the variations, in turn: rounds that prefer vivid colours, and the factor on the chroma. */
const STYLES = [
  { name: "other", vividRounds: 2, chroma: 0.7 },
  { name: "muted", vividRounds: 0, chroma: 0.35 },
  { name: "soft", vividRounds: 1, chroma: 0.7 },
  { name: "vivid", vividRounds: 3, chroma: 0.8 },
];

/**
 * @param {object} canvas
 * @param {(strokes: Stroke[]) => Promise<Distribution>} canvas.look the distribution with these points
 * @param {(strokes: Stroke[]) => Promise<import("./resize.js").Plane[]>} canvas.paint the small a*b* with these points
 * @param {number} canvas.short side of the picture at render size
 * @param {number} count
 * @param {number} seed
 * @returns {AsyncGenerator<Variation>}
 */
export async function* makeVariations({ look, paint, short }, count, seed) {
  const first = await look([]);
  const shown = [await paint([])];
  for (let number = 0; number < count; number += 1) {
    /** @type {(Variation & {apart: number}) | null} */
    let best = null;
    for (let attempt = 0; attempt < DRAWS && (best?.apart ?? 0) < DIFFERENT; attempt += 1) {
      const random = randomNumbers(seed * 1000 + number * DRAWS + attempt);
      const strokes = await draw(look, first, short, random, STYLES[number % STYLES.length]);
      const chroma = await paint(strokes);
      const apart = Math.min(...shown.map((other) => distance(chroma, other)));
      if (!best || apart > best.apart) best = { strokes, chroma, apart };
    }
    if (!best) return;
    shown.push(best.chroma);
    yield best;
  }
}

/** @param {import("./resize.js").Plane[]} one @param {import("./resize.js").Plane[]} other mean a*b* distance */
function distance(one, other) {
  let sum = 0;
  for (let i = 0; i < one[0].data.length; i += 1) {
    sum += Math.hypot(one[0].data[i] - other[0].data[i], one[1].data[i] - other[1].data[i]);
  }
  return sum / one[0].data.length;
}

/**
 * The points of one draw.
 * @param {(strokes: Stroke[]) => Promise<Distribution>} look
 * @param {Distribution} first
 * @param {number} short
 * @param {() => number} random
 * @param {typeof STYLES[number]} style
 */
async function draw(look, first, short, random, style) {
  /** @type {Stroke[]} */
  const strokes = [];
  const free = new Uint8Array(first.height * first.width).fill(1);
  for (let round = 0; round < ROUNDS; round += 1) {
    const view = round ? await look(strokes) : first;
    const vivid = round < style.vividRounds;
    const { modes, rank } = chooseModes(view, random, vivid);
    for (const cell of takeBest(rank, free, view.width, view.height)) {
      strokes.push({
        path: [
          [((cell % view.width) + 0.5) / view.width, (Math.floor(cell / view.width) + 0.5) / view.height],
        ],
        color: colorCode(view.luma[cell], colorOfMode(view, cell, modes[cell])),
        width: POINT_WIDTH / short,
        reach: vivid ? VIVID_REACH : 1,
      });
    }
  }
  return strokes.map((stroke) => ({ ...stroke, color: scaleChroma(stroke.color, style.chroma) }));
}

/**
 * A mode for each cell, drawn by its mass, and its rank. The random numbers belong to the colours, not to the cells:
 * alike cells draw the same colour.
 * @param {Distribution} view
 * @param {() => number} random
 * @param {boolean} vivid
 */
function chooseModes({ probabilities, palette, height, width }, random, vivid) {
  const chroma = palette.map(([a, b]) => Math.hypot(a, b));
  const preference = chroma.map((c) => (vivid ? 1 + (VIVID_WEIGHT - 1) * Math.min(c / VIVID_CHROMA, 1) : 1));
  const noise = palette.map(() => 1 / -Math.log(random() || 1e-12)); // e to the power of Gumbel noise
  const near = palette.map(([a, b]) =>
    palette.flatMap(([c, d], k) => (Math.hypot(a - c, b - d) < NEAR ? [k] : [])),
  );
  const modes = new Int32Array(height * width);
  const rank = new Float32Array(height * width);
  const masses = new Float64Array(palette.length);
  for (let cell = 0; cell < modes.length; cell += 1) {
    let [highest, meanA, meanB] = [0, 0, 0];
    for (let k = 0; k < palette.length; k += 1) {
      let mass = 0;
      for (const other of near[k]) mass += probabilities[other * modes.length + cell];
      masses[k] = mass;
      highest = Math.max(highest, mass);
      meanA += probabilities[k * modes.length + cell] * palette[k][0];
      meanB += probabilities[k * modes.length + cell] * palette[k][1];
    }
    let best = -1;
    for (let k = 0; k < palette.length; k += 1) {
      const draw = masses[k] * preference[k] * noise[k];
      if (masses[k] >= SHARE * highest && draw > best) {
        best = draw;
        modes[cell] = k;
      }
    }
    rank[cell] = masses[modes[cell]] * (vivid ? chroma[modes[cell]] - Math.hypot(meanA, meanB) : 1);
  }
  return { modes, rank };
}

/**
 * The free cells with the highest rank, apart from each other. They and those around are free no more.
 * @param {Float32Array} rank
 * @param {Uint8Array} free
 * @param {number} width
 * @param {number} height
 */
function takeBest(rank, free, width, height) {
  const taken = [];
  for (let n = 0; n < POINTS; n += 1) {
    let best = -1;
    for (let cell = 0; cell < rank.length; cell += 1) {
      if (free[cell] && (best < 0 || rank[cell] > rank[best])) best = cell;
    }
    if (best < 0) break;
    taken.push(best);
    const [row, column] = [Math.floor(best / width), best % width];
    for (let y = Math.max(0, row - APART + 1); y < Math.min(height, row + APART); y += 1) {
      free.fill(0, y * width + Math.max(0, column - APART + 1), y * width + Math.min(width, column + APART));
    }
  }
  return taken;
}

/** The mean of the colours that belong to a mode. @param {Distribution} view @param {number} cell @param {number} mode */
function colorOfMode({ probabilities, palette, height, width }, cell, mode) {
  let [total, a, b] = [1e-9, 0, 0];
  palette.forEach(([c, d], k) => {
    if (Math.hypot(palette[mode][0] - c, palette[mode][1] - d) >= NEAR) return;
    const weight = probabilities[k * height * width + cell];
    total += weight;
    a += weight * c;
    b += weight * d;
  });
  return [a / total, b / total];
}

/** L* and a*b* as `#rrggbb`, inside the gamut. @param {number} luma @param {number[]} ab */
function colorCode(luma, [a, b]) {
  const rgba = new Uint8ClampedArray(4);
  recolor(Float32Array.of(luma), Float32Array.of(a), Float32Array.of(b), rgba);
  return "#" + [...rgba.subarray(0, 3)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The same colour, paler. @param {string} color @param {number} factor */
function scaleChroma(color, factor) {
  if (factor === 1) return color;
  const [a, b] = chromaOf(color);
  return colorCode(lightnessOfColor(color), [a * factor, b * factor]);
}

/** @param {string} color `#rrggbb` */
function lightnessOfColor(color) {
  const bytes = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  return lightness(Uint8ClampedArray.of(...bytes, 255))[0];
}

/** Random numbers 0…1, the same for the same seed (mulberry32). @param {number} seed */
function randomNumbers(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
