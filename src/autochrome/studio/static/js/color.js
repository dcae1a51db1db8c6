/** Colour arithmetic for the palette: sRGB ↔ CIE Lab (D65), and the most colour a hue can show. */

import { within } from "./dom.js";

const WHITE = [0.950456, 1, 1.088754];

/** @typedef {[number, number, number]} Triple */

/** @param {number} v 0…1 */
const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
/** @param {number} v */
const curved = (v) => (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055);
/** @param {number} t */
const root = (t) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 4 / 29);
/** @param {number} t */
const cube = (t) => (t > 6 / 29 ? t ** 3 : (t - 4 / 29) / 7.787);

/** `#rrggbb` → L*, a*, b*. @param {string} hex @returns {Triple} */
export function labOf(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => linear(parseInt(hex.slice(at, at + 2), 16) / 255));
  const x = root((0.412453 * r + 0.35758 * g + 0.180423 * b) / WHITE[0]);
  const y = root(0.212671 * r + 0.71516 * g + 0.072169 * b);
  const z = root((0.019334 * r + 0.119193 * g + 0.950227 * b) / WHITE[2]);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** L*, a*, b* → sRGB, each 0…1 where it fits. @param {Triple} lab @returns {Triple} */
function rgbOf([L, a, b]) {
  const y = (L + 16) / 116;
  const [X, Y, Z] = [cube(y + a / 500) * WHITE[0], cube(y), cube(y - b / 200) * WHITE[2]];
  return [
    curved(3.240479 * X - 1.53715 * Y - 0.498535 * Z),
    curved(-0.969256 * X + 1.875992 * Y + 0.041556 * Z),
    curved(0.055648 * X - 0.204043 * Y + 1.057311 * Z),
  ];
}

/** @param {Triple} rgb */
const fits = (rgb) => rgb.every((v) => v > -0.002 && v < 1.002);

/** @param {Triple} rgb 0…1 */
export const hexOf = (rgb) =>
  "#" +
  rgb
    .map((v) =>
      Math.round(within(v, 0, 1) * 255)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("");

const MIDDLE = 64; // L* of the palest colours in the field

/** @type {[number, number][]} */
const strongest = []; // for each degree: the most chroma that sRGB shows of a hue, and its L*

/** @param {number} hue degrees @returns {[number, number]} chroma and L* */
function cusp(hue) {
  const degree = ((Math.round(hue) % 360) + 360) % 360;
  if (!strongest[degree]) {
    const [x, y] = [Math.cos((degree * Math.PI) / 180), Math.sin((degree * Math.PI) / 180)];
    let [most, light] = [0, MIDDLE];
    for (let L = 30; L <= 94; L += 2) {
      let chroma = most;
      while (chroma < 134 && fits(rgbOf([L, (chroma + 1) * x, (chroma + 1) * y]))) chroma += 1;
      if (chroma > most) [most, light] = [chroma, L];
    }
    strongest[degree] = [most, light];
  }
  return strongest[degree];
}

/**
 * A hue (degrees) and its strength (0 is grey, 1 the most that a screen can show) as sRGB 0…1. Colours on the straight
 * way from grey to the strongest all fit.
 * @param {number} hue @param {number} strength @returns {Triple}
 */
export function shown(hue, strength) {
  const [chroma, light] = cusp(hue);
  const angle = (hue * Math.PI) / 180;
  const far = strength * chroma;
  return rgbOf([MIDDLE + (light - MIDDLE) * strength, far * Math.cos(angle), far * Math.sin(angle)]);
}

/** Hue 0…360 and strength 0…1 of a colour. @param {string} hex */
export function hueOf(hex) {
  if (!hex.startsWith("#")) return { hue: 60, strength: 0 };
  const [, a, b] = labOf(hex);
  const hue = ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360;
  return { hue, strength: within(Math.hypot(a, b) / cusp(hue)[0], 0, 1) };
}

/** @param {string} text @returns {string | null} `#rrggbb` or grey, if it is one */
export function parsed(text) {
  const word = text.trim().toLowerCase();
  if (word === "grey" || word === "gray") return "grey";
  const [, three] = word.match(/^#?([0-9a-f]{3})$/) ?? [];
  if (three) return "#" + [...three].map((digit) => digit + digit).join("");
  const [, six] = word.match(/^#?([0-9a-f]{6})$/) ?? [];
  return six ? `#${six}` : null;
}

/** What to fill a swatch with. @param {string} color */
export const paintOf = (color) => (color.startsWith("#") ? color : "#8c8c8c");
