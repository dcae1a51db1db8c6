/** Colour arithmetic, pixel for pixel as in `autochrome.color.lab`: sRGB bytes → L*, and L*a*b* → sRGB bytes. */

const XYZ_FROM_RGB = [
  [0.412453, 0.35758, 0.180423],
  [0.212671, 0.71516, 0.072169],
  [0.019334, 0.119193, 0.950227],
];
const KNEE = 6 / 29; // the Lab curve is a straight line below it
const WHITE = XYZ_FROM_RGB.map((row) => row[0] + row[1] + row[2]);
const RGB_FROM_WHITE = inverse(XYZ_FROM_RGB).map((row) => row.map((value, i) => value * WHITE[i]));

/** @param {number} v 0…1 */
const decodeGamma = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
/** @param {number} v 0…1 */
const encodeGamma = (v) => (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055);
/** @param {number} t */
const cubed = (t) => (t > KNEE ? t * t * t : (t - 4 / 29) * (3 * KNEE * KNEE));
/** @param {number} y linear light */
const lightnessOf = (y) => (y > KNEE ** 3 ? 116 * Math.cbrt(y) - 16 : (116 * y) / (3 * KNEE * KNEE));

const LINEAR = Float32Array.from({ length: 256 }, (_, byte) => decodeGamma(byte / 255));
/** The L* of each grey, for pixels without colour: most pixels of an old photo. */
const GREY = LINEAR.map(lightnessOf);
const BYTES = Uint8Array.from({ length: 65536 }, (_, step) => Math.round(255 * encodeGamma(step / 65535)));
/** @param {number[][]} m 3×3 @returns {number[][]} */
function inverse(m) {
  const [[a, b, c], [d, e, f], [g, h, i]] = m;
  const det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  return [
    [e * i - f * h, c * h - b * i, b * f - c * e],
    [f * g - d * i, a * i - c * g, c * d - a * f],
    [d * h - e * g, b * g - a * h, a * e - b * d],
  ].map((row) => row.map((value) => value / det));
}

/** The L* of RGBA pixels. @param {Uint8ClampedArray} rgba @returns {Float32Array} one number for each pixel */
export function lightness(rgba) {
  const luma = new Float32Array(rgba.length / 4);
  for (let i = 0, at = 0; i < luma.length; i += 1, at += 4) {
    const red = rgba[at];
    const green = rgba[at + 1];
    const blue = rgba[at + 2];
    luma[i] =
      red === green && green === blue
        ? GREY[red]
        : lightnessOf(0.212671 * LINEAR[red] + 0.71516 * LINEAR[green] + 0.072169 * LINEAR[blue]);
  }
  return luma;
}

/**
 * Give pixels the colours a*b*, and keep their lightness. A colour outside the gamut loses chroma, never lightness.
 * @param {Float32Array} luma
 * @param {Float32Array} a
 * @param {Float32Array} b
 * @param {Uint8ClampedArray} rgba is written
 */
export function recolor(luma, a, b, rgba) {
  const [[rx, ry, rz], [gx, gy, gz], [bx, by, bz]] = RGB_FROM_WHITE;
  for (let i = 0, at = 0; i < luma.length; i += 1, at += 4) {
    const f = (luma[i] + 16) / 116;
    const x = cubed(f + a[i] / 500);
    const y = cubed(f);
    const z = cubed(f - b[i] / 200);
    let red = rx * x + ry * y + rz * z;
    let green = gx * x + gy * y + gz * z;
    let blue = bx * x + by * y + bz * z;
    const highest = Math.max(red, green, blue);
    const lowest = Math.min(red, green, blue);
    if (highest > 1 || lowest < 0) {
      // Towards the grey of the same Y, as far as the channel that is farthest outside needs.
      const scale = Math.min((1 - y) / Math.max(highest - y, 1e-9), y / Math.max(y - lowest, 1e-9));
      const keep = Math.min(1, Math.max(0, scale));
      red = Math.min(1, Math.max(0, y + keep * (red - y)));
      green = Math.min(1, Math.max(0, y + keep * (green - y)));
      blue = Math.min(1, Math.max(0, y + keep * (blue - y)));
    }
    rgba[at] = BYTES[(red * 65535 + 0.5) | 0];
    rgba[at + 1] = BYTES[(green * 65535 + 0.5) | 0];
    rgba[at + 2] = BYTES[(blue * 65535 + 0.5) | 0];
  }
}

/** The a*b* of a colour. @param {string} color `#rrggbb` or grey @returns {[number, number]} */
export function chromaOf(color) {
  if (!color.startsWith("#")) return [0, 0];
  const rgb = [1, 3, 5].map((at) => decodeGamma(parseInt(color.slice(at, at + 2), 16) / 255));
  const [x, y, z] = XYZ_FROM_RGB.map((row, i) => {
    const value = (row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2]) / WHITE[i];
    return (lightnessOf(value) + 16) / 116;
  });
  return [500 * (x - y), 200 * (y - z)];
}
