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
  "#" + rgb.map((v) => Math.round(within(v, 0, 1) * 255).toString(16).padStart(2, "0")).join("");

const LIGHTS = [64, 60, 68, 56, 72, 52, 76, 48, 80, 44, 84, 40, 88, 36, 92, 32, 28];

/**
 * A hue (degrees) and chroma (0…100) as sRGB 0…1, at the lightness nearest the middle that can show it; where none can,
 * as much of it as fits.
 * @param {number} hue @param {number} chroma @returns {Triple}
 */
export function shown(hue, chroma) {
  const angle = (hue * Math.PI) / 180;
  for (let strength = chroma; strength > 0; strength -= 3) {
    const [a, b] = [strength * Math.cos(angle), strength * Math.sin(angle)];
    for (const L of LIGHTS) {
      const rgb = rgbOf([L, a, b]);
      if (fits(rgb)) return rgb;
    }
  }
  return rgbOf([64, 0, 0]);
}

/** Hue 0…360 and chroma of a colour. @param {string} hex */
export function hueOf(hex) {
  if (!hex.startsWith("#")) return { hue: 60, chroma: 0 };
  const [, a, b] = labOf(hex);
  return { hue: ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360, chroma: Math.hypot(a, b) };
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
