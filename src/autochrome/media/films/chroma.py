"""Colour under the untouched Y′ of a film frame: small a*b* to Cb and Cr, and those to planes of full size.

R′, G′ and B′ are sums of Y′, Cb and Cr, so a colour that leaves 0…1 comes back by shortening (Cb, Cr) towards 0, and
Y′ stays: the first channel to leave says how far. The codes of neutral Y′ are read as sRGB grey.
"""

from functools import cache
from typing import Any

import cv2
import numpy as np

from autochrome.color.lab import LUMA_SHARES, lightness, linear_under
from autochrome.color.resize import linear_weights
from autochrome.types import Chroma, CodeValues, Floats, Luma, Matrix, PlaneFormat

_ROUNDS = 1  # of looking for the lightness whose colour has the wanted Y′; more brought 0.2 dB at best

_END = 1e-4  # Y′ is kept so far from 0 and 1 where it is divided by; it is less than a code of 12 bits
_BAND = 1 << 15  # chroma samples that are worked on at once: their planes stay in a core's own cache
_ALL: Any = 1.0  # a number among planes: OpenCV takes it, though its type hints do not know


def shrink(light: CodeValues, height: int, width: int) -> CodeValues:
    """(H, W) codes → (height, width) by area. Halving first is many times quicker than one long step."""
    small: Any = halved(light, height, width)
    if small.shape != (height, width):
        down = small.shape[0] >= height and small.shape[1] >= width
        small = cv2.resize(small, (width, height), interpolation=cv2.INTER_AREA if down else cv2.INTER_LINEAR)
    codes: CodeValues = small
    return codes


def halved(light: CodeValues, height: int, width: int) -> CodeValues:
    """(H, W) codes, halved as often as height and width are not undercut."""
    small: Any = light
    while small.shape[0] >= 2 * height and small.shape[1] >= 2 * width and min(small.shape) > 1:
        rows, columns = small.shape[0] // 2, small.shape[1] // 2
        small = cv2.resize(small[: 2 * rows, : 2 * columns], (columns, rows), interpolation=cv2.INTER_AREA)
    codes: CodeValues = small
    return codes


def percent(light: CodeValues, plane_format: PlaneFormat) -> Floats:
    """(h, w) codes → Y′ 0…100, what lies beyond black and white cut off."""
    share: Floats = (light.astype(np.float32) - plane_format.black) * np.float32(
        100 / (plane_format.white - plane_format.black)
    )
    share.clip(0, 100, out=share)
    return share


def luma_of(light: CodeValues, plane_format: PlaneFormat) -> Luma:
    """(h, w) codes → L* 0…100, as if neutral."""
    luma: Luma = _lightness_table(plane_format)[light]
    return luma


@cache
def _lightness_table(plane_format: PlaneFormat) -> Floats:
    """The L* of every code there can be in the type that holds them."""
    codes = np.arange(1 << (8 if plane_format.depth == 8 else 16))[None]
    share = np.clip((codes - plane_format.black) / (plane_format.white - plane_format.black), 0, 1)
    table: Floats = lightness(np.round(share * 65535).astype(np.uint16))[0]
    return table


def chroma_under(share: Floats, luma: Luma, chroma: Chroma, matrix: Matrix) -> Floats:
    """(h, w, 2) a*b* → (h, w, 2) Cb and Cr, −0.5…0.5, that show it over this Y′.

    share: (h, w) Y′ 0…100; luma: (h, w) its L* if it were neutral. A saturated colour's Y′ is not that of the grey as
    light as it, so the lightness that has both this a*b* and this Y′ is looked for.
    """
    red, blue = LUMA_SHARES[matrix]
    planes = np.ascontiguousarray(np.moveaxis(chroma, -1, 0))
    rgb = _shown(luma, planes)
    for _ in range(_ROUNDS):
        bright = _bright(rgb, red, blue)
        luma = (luma + (share - bright * np.float32(100))).clip(0, 100)
        rgb = _shown(luma, planes)
    bright = _bright(rgb, red, blue)
    under = np.empty(chroma.shape, np.float32)
    under[..., 0] = (rgb[2] - bright) * np.float32(1 / (2 - 2 * blue))
    under[..., 1] = (rgb[0] - bright) * np.float32(1 / (2 - 2 * red))
    return under


def _bright(rgb: Floats, red: float, blue: float) -> Floats:
    """Y′ of (3, h, w) R′G′B′."""
    bright: Floats = rgb[0] * np.float32(red)
    bright += rgb[1] * np.float32(1 - red - blue)
    bright += rgb[2] * np.float32(blue)
    return bright


def _shown(luma: Luma, planes: Chroma) -> Floats:
    """(h, w) L* under (2, h, w) a*b* → (3, h, w) R′G′B′ 0…1, by the curve of sRGB."""
    linear = linear_under(luma, planes)
    curved: Floats = np.empty_like(linear)
    cv2.pow(linear, 1 / 2.4, dst=curved)
    curved *= np.float32(1.055)
    curved -= np.float32(0.055)
    return np.where(linear > np.float32(0.0031308), curved, linear * np.float32(12.92))


class ChromaLayer:
    """Lays lines (Cb, Cr ≈ slope · Y′ + offset) under the frames of one film. Holds its scratch planes: one thread."""

    def __init__(self, plane_format: PlaneFormat, depth: int, shape: tuple[int, int], centred: bool) -> None:
        """tones: of the light; depth: bits of the chroma codes; shape: (h, w) of a chroma plane.

        centred: chroma sits in the middle of its luma pixels, else at the left, as in most film.
        """
        self._tones, self._depth, self._shape, self._centred = plane_format, depth, shape, centred
        self._rows = max(1, _BAND // shape[1])
        self._scratch = np.empty((6, self._rows, shape[1]), np.float32)
        self._out = np.empty((2, *shape), np.uint8 if depth == 8 else np.uint16)
        self._table = self._fraction(np.arange(256, dtype=np.uint8))  # of 8-bit light
        red, blue = LUMA_SHARES[plane_format.matrix]
        self._adds = 2 - 2 * blue, 2 - 2 * red
        self._green = -blue / (1 - red - blue), -red / (1 - red - blue)

    def lay(
        self, light: CodeValues, lines: Floats, interlaced: bool = False
    ) -> tuple[CodeValues, CodeValues]:
        """(H, W) codes of Y′ and (4, h, w) lines over the same picture → Cb and Cr codes.

        Y′ counts 0…100 in the lines. What comes back is written over by the next call.
        """
        out = self._out
        if not interlaced or self._shape[0] * 2 > light.shape[0] + 1 or self._shape[0] < 2:
            self._fill(light, lines, out)
        else:
            for field in (0, 1):  # a chroma row belongs to one moment, and so do the luma rows it lies over
                self._fill(light[field::2], lines, out[:, field::2])
        return out[0], out[1]

    def _fill(self, light: CodeValues, lines: Floats, out: CodeValues) -> None:
        """Band by band, so that what one step writes is still near when the next one reads it.

        From here on colour is counted as what it adds to B′ and R′, which Cb and Cr are a share of.
        """
        height, width = out.shape[1:]
        here = self._sited_light(light, width, height)
        adds = np.array([100 * self._adds[0], 100 * self._adds[1], *self._adds], np.float32)
        sited = self._sited(lines, width, light.shape[1]) * adds[:, None, None]
        rows = sited.shape[1]
        below_each_other: Any = sited.reshape(-1, sited.shape[2])  # each row grows by itself
        wide = cv2.resize(below_each_other, (width, 4 * rows), interpolation=cv2.INTER_LINEAR)
        wide = wide.reshape(4, rows, width)
        shares = linear_weights(height, rows)
        for top in range(0, height, self._rows):
            band = slice(top, min(top + self._rows, height))
            near = np.flatnonzero(shares[band].any(axis=0))
            near_rows = slice(near[0], near[-1] + 1)
            scratch = self._scratch[:, : band.stop - top]
            np.matmul(shares[band, near_rows], wide[:, near_rows], out=scratch[1:5])
            self._paint(here[band], scratch, out[:, band])

    def _paint(self, here: CodeValues, scratch: Floats, out: CodeValues) -> None:
        share, high, low, blue, red, work = scratch  # the second and third: slopes of the lines, at first
        if self._tones.depth == 8:
            cv2.LUT(here, self._table, dst=share)
        else:
            share[:] = self._fraction(here)
        cv2.accumulateProduct(high, share, blue)
        cv2.accumulateProduct(low, share, red)
        self._limit(share, blue, red, high, low, work)
        span = (1 << self._depth) - 1 if self._tones.full else 224 << (self._depth - 8)
        for plane, codes, adds in zip((blue, red), out, self._adds, strict=True):
            if self._depth == 8:
                cv2.convertScaleAbs(plane, dst=codes, alpha=span / adds, beta=128)  # nothing is below 0
            else:
                middle = 1 << (self._depth - 1)
                cv2.addWeighted(plane, span / adds, plane, 0, middle, dst=codes, dtype=cv2.CV_16U)
                np.minimum(codes, (1 << self._depth) - 1, out=codes)

    def _sited_light(self, light: CodeValues, width: int, height: int) -> CodeValues:
        """(height, width) Y′ as it is where the chroma samples sit."""
        if light.shape == (height, width):
            return light
        here: Any = cv2.resize(light, (width, height), interpolation=cv2.INTER_AREA)
        if not self._centred and 1 < width < light.shape[1]:
            # A sample sits over the first of its two columns: a quarter of the pair before moves it there.
            here[:, 1:] = cv2.addWeighted(here[:, 1:], 0.75, here[:, :-1], 0.25, 0)
        codes: CodeValues = here
        return codes

    def _fraction(self, light: CodeValues) -> Floats:
        """Y′ 0…1 without the very ends."""
        return (percent(light, self._tones) * np.float32(0.01)).clip(_END, 1 - _END)

    def _sited(self, lines: Floats, width: int, light_width: int) -> Floats:
        """The lines, moved right by what chroma samples sit left of their middle: half a luma pixel."""
        if self._centred or width == light_width:
            return lines
        shift = np.float32(0.5 * lines.shape[2] / light_width)
        before = np.concatenate((lines[:, :, :1], lines[:, :, :-1]), axis=2)
        return lines + shift * (before - lines)

    def _limit(
        self, share: Floats, blue: Floats, red: Floats, high: Floats, low: Floats, work: Floats
    ) -> None:
        """Shorten (blue, red) in place where a channel would leave 0…1.

        The three weighted sum to nothing, so that high ≥ 0 ≥ low. How many times too long is high / (1 − Y′) or
        −low / Y′.
        """
        cv2.addWeighted(blue, self._green[0], red, self._green[1], 0, dst=work)
        cv2.max(blue, red, dst=high)
        cv2.min(blue, red, dst=low)
        cv2.max(high, work, dst=high)
        cv2.min(low, work, dst=low)
        np.subtract(np.float32(1), share, out=work)
        cv2.divide(high, work, dst=high)
        cv2.divide(low, share, dst=low, scale=-1.0)
        cv2.max(high, low, dst=high)
        cv2.max(high, _ALL, dst=high)
        cv2.divide(blue, high, dst=blue)
        cv2.divide(red, high, dst=red)
