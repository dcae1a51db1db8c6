/** Colour arithmetic for the palette: sRGB ↔ CIE Lab (D65), and the strongest colour of each hue. */

import { clamp } from "./dom.js";

const WHITE = [0.950456, 1, 1.088754];
const NEUTRAL_L = 64; // L* of the colours with saturation 0
const MAX_CHROMA = 134; // of any sRGB colour

/** @typedef {[number, number, number]} Triple */

/** @param {number} v 0…1 */
const decodeGamma = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
/** @param {number} v */
const encodeGamma = (v) => (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055);
/** @param {number} t */
const labCurve = (t) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 4 / 29);
/** @param {number} t */
const labCurveInverse = (t) => (t > 6 / 29 ? t ** 3 : (t - 4 / 29) / 7.787);

/** `#rrggbb` → L*, a*, b*. @param {string} hex @returns {Triple} */
function hexToLab(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => decodeGamma(parseInt(hex.slice(at, at + 2), 16) / 255));
  const x = labCurve((0.412453 * r + 0.35758 * g + 0.180423 * b) / WHITE[0]);
  const y = labCurve(0.212671 * r + 0.71516 * g + 0.072169 * b);
  const z = labCurve((0.019334 * r + 0.119193 * g + 0.950227 * b) / WHITE[2]);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** L*, a*, b* → sRGB, each 0…1 inside the gamut. @param {Triple} lab @returns {Triple} */
function labToRgb([L, a, b]) {
  const y = (L + 16) / 116;
  const X = labCurveInverse(y + a / 500) * WHITE[0];
  const Y = labCurveInverse(y);
  const Z = labCurveInverse(y - b / 200) * WHITE[2];
  return [
    encodeGamma(3.240479 * X - 1.53715 * Y - 0.498535 * Z),
    encodeGamma(-0.969256 * X + 1.875992 * Y + 0.041556 * Z),
    encodeGamma(0.055648 * X - 0.204043 * Y + 1.057311 * Z),
  ];
}

/** @param {Triple} rgb */
const inGamut = (rgb) => rgb.every((v) => v > -0.002 && v < 1.002);

/** @param {number} value 0…255 */
const hexByte = (value) => Math.round(value).toString(16).padStart(2, "0");

/** sRGB 0…255 → `#rrggbb`. @param {number[]} rgb */
export const bytesToHex = (rgb) => "#" + rgb.map(hexByte).join("");

/** sRGB 0…1 → `#rrggbb`. @param {Triple} rgb */
export const rgbToHex = (rgb) => bytesToHex(rgb.map((v) => clamp(v, 0, 1) * 255));

/** @type {[number, number][]} */
const cusps = []; // by degree of hue

/** The largest chroma of a hue in sRGB, and its L*. @param {number} hue degrees @returns {[number, number]} */
function cusp(hue) {
  const degree = ((Math.round(hue) % 360) + 360) % 360;
  if (!cusps[degree]) {
    const [x, y] = [Math.cos((degree * Math.PI) / 180), Math.sin((degree * Math.PI) / 180)];
    let [best, bestL] = [0, NEUTRAL_L];
    for (let L = 30; L <= 94; L += 2) {
      let chroma = best;
      while (chroma < MAX_CHROMA && inGamut(labToRgb([L, (chroma + 1) * x, (chroma + 1) * y]))) chroma += 1;
      if (chroma > best) [best, bestL] = [chroma, L];
    }
    cusps[degree] = [best, bestL];
  }
  return cusps[degree];
}

/**
 * A colour of a hue (degrees) and a saturation (0 is grey, 1 the strongest colour of the hue in sRGB). All colours on the
 * straight line from grey to the strongest one are inside the gamut.
 * @param {number} hue
 * @param {number} saturation
 * @returns {Triple} sRGB 0…1
 */
export function colorOf(hue, saturation) {
  const [chroma, L] = cusp(hue);
  const angle = (hue * Math.PI) / 180;
  const radius = saturation * chroma;
  return labToRgb([
    NEUTRAL_L + (L - NEUTRAL_L) * saturation,
    radius * Math.cos(angle),
    radius * Math.sin(angle),
  ]);
}

/** Hue (0…360) and saturation (0…1) of a colour. @param {string} color `#rrggbb` or grey */
export function hueAndSaturation(color) {
  if (!color.startsWith("#")) return { hue: 60, saturation: 0 };
  const [, a, b] = hexToLab(color);
  const hue = ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360;
  return { hue, saturation: clamp(Math.hypot(a, b) / cusp(hue)[0], 0, 1) };
}

/** Read a colour that a person typed. @param {string} text @returns {string | null} `#rrggbb`, grey, or null */
export function parseColor(text) {
  const name = text.trim().toLowerCase();
  if (name === "grey" || name === "gray") return "grey";
  const [, three] = name.match(/^#?([0-9a-f]{3})$/) ?? [];
  if (three) return "#" + [...three].map((digit) => digit + digit).join("");
  const [, six] = name.match(/^#?([0-9a-f]{6})$/) ?? [];
  return six ? `#${six}` : null;
}

/** The CSS colour that stands for a mark's colour. @param {string} color */
export const fillColor = (color) => (color.startsWith("#") ? color : "#8c8c8c");
