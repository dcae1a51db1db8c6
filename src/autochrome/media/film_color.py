"""Colour under the untouched Y′ of a film frame: small a*b* to Cb and Cr, and those to planes of full size.

R′, G′ and B′ are sums of Y′, Cb and Cr, so a colour that leaves 0…1 comes back by shortening (Cb, Cr) towards 0, and
Y′ stays: the first channel to leave says how far. The codes of neutral Y′ are read as sRGB grey.
"""

from functools import cache
from typing import Any

import cv2
import numpy as np

from autochrome.color import LUMA_SHARES, lightness, recolor
from autochrome.planes import Chroma, Codes, Floats, Luma, Matrix, Tones

_ROUNDS = 1  # of looking for the lightness whose colour has the wanted Y′; more brought 0.2 dB at best

_TINY: Any = 1e-6
_ALL: Any = 1.0
"""Numbers among planes: OpenCV takes them three times as quickly as numpy does, though its type hints do not know."""


def shrink(light: Codes, height: int, width: int) -> Codes:
    """(H, W) codes → (height, width) by area. Halving first is many times quicker than one long step."""
    small: Any = light
    while small.shape[0] >= 2 * height and small.shape[1] >= 2 * width and min(small.shape) > 1:
        rows, columns = small.shape[0] // 2, small.shape[1] // 2
        small = cv2.resize(small[: 2 * rows, : 2 * columns], (columns, rows), interpolation=cv2.INTER_AREA)
    if small.shape != (height, width):
        down = small.shape[0] >= height and small.shape[1] >= width
        small = cv2.resize(small, (width, height), interpolation=cv2.INTER_AREA if down else cv2.INTER_LINEAR)
    codes: Codes = small
    return codes


def percent(light: Codes, tones: Tones) -> Floats:
    """(h, w) codes → Y′ 0…100, what lies beyond black and white cut off."""
    share: Floats = (light.astype(np.float32) - tones.black) * np.float32(100 / (tones.white - tones.black))
    share.clip(0, 100, out=share)
    return share


def luma_of(light: Codes, tones: Tones) -> Luma:
    """(h, w) codes → L* 0…100, as if neutral."""
    luma: Luma = _lightness_table(tones)[light]
    return luma


@cache
def _lightness_table(tones: Tones) -> Floats:
    """The L* of every code there can be in the type that holds them."""
    codes = np.arange(1 << (8 if tones.depth == 8 else 16))[None]
    share = np.clip((codes - tones.black) / (tones.white - tones.black), 0, 1)
    table: Floats = lightness(np.round(share * 65535).astype(np.uint16))[0]
    return table


def chroma_under(share: Floats, luma: Luma, chroma: Chroma, matrix: Matrix) -> Floats:
    """(h, w, 2) a*b* → (h, w, 2) Cb and Cr, −0.5…0.5, that show it over this Y′.

    share: (h, w) Y′ 0…100; luma: (h, w) its L* if it were neutral. A saturated colour's Y′ is not that of the grey as
    light as it, so the lightness that has both this a*b* and this Y′ is looked for.
    """
    red, blue = LUMA_SHARES[matrix]
    planes = np.ascontiguousarray(np.moveaxis(chroma, -1, 0))
    scale = np.float32(1 / 255)
    for _ in range(_ROUNDS):
        rgb = recolor(luma, planes, 8)
        bright = rgb @ np.array([red, 1 - red - blue, blue], np.float32)
        luma = np.clip(luma + (share - bright * np.float32(100 / 255)), 0, 100)
    rgb = recolor(luma, planes, 8)
    bright = rgb @ np.array([red, 1 - red - blue, blue], np.float32)
    cb = (rgb[..., 2] - bright) * (scale / np.float32(2 - 2 * blue))
    cr = (rgb[..., 0] - bright) * (scale / np.float32(2 - 2 * red))
    return np.stack((cb, cr), axis=-1)


class ChromaLayer:
    """Lays lines (Cb, Cr ≈ slope · Y′ + offset) under the frames of one film. Holds its scratch planes: one thread."""

    def __init__(self, tones: Tones, depth: int, shape: tuple[int, int], centred: bool) -> None:
        """tones: of the light; depth: bits of the chroma codes; shape: (h, w) of a chroma plane.

        centred: chroma sits in the middle of its luma pixels, else at the left, as in most film.
        """
        self._tones, self._depth, self._shape, self._centred = tones, depth, shape, centred
        self._scratch = np.empty((7, *shape), np.float32)
        self._out = np.empty((2, *shape), np.uint8 if depth == 8 else np.uint16)
        self._table = percent(np.arange(256, dtype=np.uint8), tones) * np.float32(0.01)  # of 8-bit light

    def lay(self, light: Codes, lines: Floats, interlaced: bool = False) -> tuple[Codes, Codes]:
        """(H, W) codes of Y′ and (4, h, w) lines over the same picture → Cb and Cr codes.

        Y′ counts 0…100 in the lines. What comes back is written over by the next call.
        """
        scratch, out = self._scratch, self._out
        if not interlaced or self._shape[0] * 2 > light.shape[0] + 1:
            self._fill(light, lines, scratch, out)
        else:
            for field in (0, 1):  # a chroma row belongs to one moment, and so do the luma rows it lies over
                part = np.ascontiguousarray(scratch[:, field::2])
                codes = np.ascontiguousarray(out[:, field::2])
                if codes.size:
                    self._fill(light[field::2], lines, part, codes)
                    out[:, field::2] = codes
        return out[0], out[1]

    def _fill(self, light: Codes, lines: Floats, scratch: Floats, out: Codes) -> None:
        height, width = out.shape[1:]
        share, cb, cr, high, low, work, room = scratch
        self._share(light, width, height, share)
        for line, plane in zip(self._sited(lines, width, light.shape[1]), (cb, cr, high, low), strict=True):
            cv2.resize(line, (width, height), dst=plane, interpolation=cv2.INTER_LINEAR)
        for plane, offset in ((cb, high), (cr, low)):
            cv2.multiply(plane, share, dst=plane, scale=100.0)
            cv2.add(plane, offset, dst=plane)
        self._limit(share, cb, cr, high, low, work, room)
        span = (1 << self._depth) - 1 if self._tones.full else 224 << (self._depth - 8)
        for plane, codes in zip((cb, cr), out, strict=True):
            if self._depth == 8:
                cv2.convertScaleAbs(plane, dst=codes, alpha=span, beta=128)  # rounds; nothing is below 0
            else:
                cv2.addWeighted(plane, span, plane, 0, 1 << (self._depth - 1), dst=codes, dtype=cv2.CV_16U)
                np.minimum(codes, (1 << self._depth) - 1, out=codes)

    def _share(self, light: Codes, width: int, height: int, share: Floats) -> None:
        """Y′ 0…1 as it is where the chroma samples sit."""
        here: Any = light
        if light.shape != (height, width):
            here = cv2.resize(light, (width, height), interpolation=cv2.INTER_AREA)
            if not self._centred and width < light.shape[1]:
                before: Any = np.concatenate((light[:, :1], light[:, :-1]), axis=1)
                before = cv2.resize(before, (width, height), interpolation=cv2.INTER_AREA)
                here = cv2.addWeighted(here, 0.5, before, 0.5, 0)
        if self._tones.depth == 8:
            cv2.LUT(here, self._table, dst=share)
        else:
            np.multiply(percent(here, self._tones), np.float32(0.01), out=share)

    def _sited(self, lines: Floats, width: int, light_width: int) -> Floats:
        """The lines, moved right by what chroma samples sit left of their middle: half a luma pixel."""
        if self._centred or width == light_width:
            return lines
        shift = np.float32(0.5 * lines.shape[2] / light_width)
        before = np.concatenate((lines[:, :, :1], lines[:, :, :-1]), axis=2)
        return lines + shift * (before - lines)

    def _limit(
        self, share: Floats, cb: Floats, cr: Floats, high: Floats, low: Floats, work: Floats, room: Floats
    ) -> None:
        """Shorten (cb, cr) in place where a channel would leave 0…1."""
        red, blue = LUMA_SHARES[self._tones.matrix]
        to_red, to_blue = 2 - 2 * red, 2 - 2 * blue
        green = 1 - red - blue
        cv2.addWeighted(cb, -to_blue * blue / green, cr, -to_red * red / green, 0, dst=work)
        np.multiply(cb, np.float32(to_blue), out=room)
        cv2.max(work, room, dst=high)
        cv2.min(work, room, dst=low)
        np.multiply(cr, np.float32(to_red), out=room)
        cv2.max(high, room, dst=high)
        cv2.min(low, room, dst=low)
        # The three sum to nothing when weighted, so high ≥ 0 ≥ low; the epsilon keeps grey from dividing by it.
        np.subtract(np.float32(1), share, out=work)
        cv2.max(high, _TINY, dst=high)
        cv2.divide(work, high, dst=room)
        cv2.min(low, -_TINY, dst=low)
        cv2.divide(share, low, dst=work, scale=-1.0)
        cv2.min(room, work, dst=room)
        cv2.min(room, _ALL, dst=room)
        cv2.multiply(cb, room, dst=cb)
        cv2.multiply(cr, room, dst=cr)
