"""Colour under the untouched Y′ of a film frame: small a*b* to Cb and Cr, and these to planes of full size.

R′, G′ and B′ are sums of Y′, Cb and Cr. So a colour outside 0…1 comes back by shortening (Cb, Cr) towards 0, and Y′
stays. The channel that is farthest outside sets the factor. Neutral Y′ is read as sRGB grey.
"""

from typing import Any

import cv2
import numpy as np

from autochrome.color.lab import linear_from_planes
from autochrome.color.resize import linear_weights
from autochrome.color.ycbcr import (
    LUMA_WEIGHTS,
    chroma_middle,
    chroma_span,
    y_from_rgb,
    y_percent,
    ycbcr_from_rgb,
)
from autochrome.types import Chroma, CodeValues, Floats, Luma, Matrix, PlaneFormat

_ROUNDS = 1  # of the search for the L* whose colour has the wanted Y′; more gained 0.2 dB at best
_END = 1e-4  # Y′ is kept this far from 0 and 1 where we divide by it; it is less than a code value of 12 bits
_BAND = 1 << 15  # chroma samples that are processed at once: their planes fit into a core's own cache
_ONE: Any = 1.0  # OpenCV takes a number in place of a plane, but its type hints do not say so


def shrink_plane(y_plane: CodeValues, height: int, width: int) -> CodeValues:
    """(H, W) code values → (height, width) by area. Halving first is many times faster than one long step."""
    small: Any = halve_plane(y_plane, height, width)
    if small.shape != (height, width):
        shrinks = small.shape[0] >= height and small.shape[1] >= width
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        small = cv2.resize(small, (width, height), interpolation=method)
    codes: CodeValues = small
    return codes


def halve_plane(y_plane: CodeValues, height: int, width: int) -> CodeValues:
    """(H, W) code values → the same, halved as often as the result is not smaller than height × width."""
    small: Any = y_plane
    while small.shape[0] >= 2 * height and small.shape[1] >= 2 * width and min(small.shape) > 1:
        rows, columns = small.shape[0] // 2, small.shape[1] // 2
        small = cv2.resize(small[: 2 * rows, : 2 * columns], (columns, rows), interpolation=cv2.INTER_AREA)
    codes: CodeValues = small
    return codes


def cbcr_from_ab(y: Floats, luma: Luma, chroma: Chroma, matrix: Matrix) -> Floats:
    """(h, w, 2) a*b* → (h, w, 2) Cb and Cr, −0.5…0.5, that show this colour over this Y′.

    y: (h, w) Y′ 0…100; luma: (h, w) L* of the grey with this Y′. A saturated colour has not the Y′ of the grey with the
    same L*. So we search the L* at which this a*b* has this Y′.
    """
    planes = np.ascontiguousarray(np.moveaxis(chroma, -1, 0))
    rgb = _rgb_from_lab(luma, planes)
    for _ in range(_ROUNDS):
        wrong = y_from_rgb(rgb, matrix)
        luma = (luma + (y - wrong * np.float32(100))).clip(0, 100)
        rgb = _rgb_from_lab(luma, planes)
    cbcr = np.empty(chroma.shape, np.float32)
    _, cbcr[..., 0], cbcr[..., 1] = ycbcr_from_rgb(rgb, matrix)
    return cbcr


def _rgb_from_lab(luma: Luma, planes: Chroma) -> Floats:
    """(h, w) L* under (2, h, w) a*b* → (3, h, w) R′G′B′ 0…1, by the curve of sRGB."""
    linear = linear_from_planes(luma, planes)
    curved: Floats = np.empty_like(linear)
    cv2.pow(linear, 1 / 2.4, dst=curved)
    curved *= np.float32(1.055)
    curved -= np.float32(0.055)
    return np.where(linear > np.float32(0.0031308), curved, linear * np.float32(12.92))


class ChromaLayer:
    """Turns coefficients (Cb, Cr ≈ slope · Y′ + offset) into the Cb and Cr planes of the frames of one film.

    Keeps its scratch planes, so it serves one thread.
    """

    def __init__(self, plane_format: PlaneFormat, depth: int, shape: tuple[int, int], centred: bool) -> None:
        """plane_format: of the Y′ plane; depth: bits of the chroma code values; shape: (h, w) of a chroma plane.

        centred: a chroma sample sits in the middle of its luma pixels, else at their left, as in most films.
        """
        self._format, self._depth, self._shape, self._centred = plane_format, depth, shape, centred
        self._rows = max(1, _BAND // shape[1])
        self._scratch = np.empty((6, self._rows, shape[1]), np.float32)
        self._out = np.empty((2, *shape), np.uint8 if depth == 8 else np.uint16)
        self._table = self._fraction(np.arange(256, dtype=np.uint8))  # of 8-bit Y′
        weights = LUMA_WEIGHTS[plane_format.matrix]
        self._scales = weights.cb_scale, weights.cr_scale
        self._green = -weights.blue / weights.green, -weights.red / weights.green

    def render(
        self, y_plane: CodeValues, coefficients: Floats, interlaced: bool = False
    ) -> tuple[CodeValues, CodeValues]:
        """(H, W) code values of Y′ and (4, h, w) coefficients of the same frame → code values of Cb and Cr.

        The coefficients count Y′ from 0 to 100. The next call overwrites the returned planes.
        """
        out = self._out
        if not interlaced or self._shape[0] * 2 > y_plane.shape[0] + 1 or self._shape[0] < 2:
            self._fill(y_plane, coefficients, out)
        else:
            for field in (0, 1):  # a chroma row and the luma rows under it belong to the same moment
                self._fill(y_plane[field::2], coefficients, out[:, field::2])
        return out[0], out[1]

    def _fill(self, y_plane: CodeValues, coefficients: Floats, out: CodeValues) -> None:
        """Work band by band, so that the next step finds the result of this one in the cache.

        From here on the colour is B′ − Y′ and R′ − Y′, not Cb and Cr.
        """
        height, width = out.shape[1:]
        y_here = self._sited_y(y_plane, width, height)
        scales = np.array([100 * self._scales[0], 100 * self._scales[1], *self._scales], np.float32)
        sited = self._sited(coefficients, width, y_plane.shape[1]) * scales[:, None, None]
        rows = sited.shape[1]
        stacked: Any = sited.reshape(-1, sited.shape[2])  # each row is enlarged alone
        wide = cv2.resize(stacked, (width, 4 * rows), interpolation=cv2.INTER_LINEAR)
        wide = wide.reshape(4, rows, width)
        weights = linear_weights(height, rows)
        for top in range(0, height, self._rows):
            band = slice(top, min(top + self._rows, height))
            near = np.flatnonzero(weights[band].any(axis=0))
            near_rows = slice(near[0], near[-1] + 1)
            scratch = self._scratch[:, : band.stop - top]
            np.matmul(weights[band, near_rows], wide[:, near_rows], out=scratch[1:5])
            self._convert(y_here[band], scratch, out[:, band])

    def _convert(self, y_plane: CodeValues, scratch: Floats, out: CodeValues) -> None:
        """One band: scratch[1:5] holds the slopes and the offsets at full size → code values in `out`."""
        y, high, low, blue, red, work = scratch  # `high` and `low` hold the slopes first
        if self._format.depth == 8:
            cv2.LUT(y_plane, self._table, dst=y)
        else:
            y[:] = self._fraction(y_plane)
        cv2.accumulateProduct(high, y, blue)
        cv2.accumulateProduct(low, y, red)
        self._limit(y, blue, red, high, low, work)
        span, middle = chroma_span(self._depth, self._format.full), chroma_middle(self._depth)
        for plane, codes, scale in zip((blue, red), out, self._scales, strict=True):
            if self._depth == 8:
                cv2.convertScaleAbs(plane, dst=codes, alpha=span / scale, beta=middle)  # no value is below 0
            else:
                cv2.addWeighted(plane, span / scale, plane, 0, middle, dst=codes, dtype=cv2.CV_16U)
                np.minimum(codes, (1 << self._depth) - 1, out=codes)

    def _sited_y(self, y_plane: CodeValues, width: int, height: int) -> CodeValues:
        """(height, width) Y′ at the positions of the chroma samples."""
        if y_plane.shape == (height, width):
            return y_plane
        here: Any = cv2.resize(y_plane, (width, height), interpolation=cv2.INTER_AREA)
        if not self._centred and 1 < width < y_plane.shape[1]:
            # A sample sits on the first of its two columns: a quarter of the pair before moves the mean there.
            here[:, 1:] = cv2.addWeighted(here[:, 1:], 0.75, here[:, :-1], 0.25, 0)
        codes: CodeValues = here
        return codes

    def _fraction(self, y_plane: CodeValues) -> Floats:
        """Code values → Y′ 0…1 without the very ends."""
        return (y_percent(y_plane, self._format) * np.float32(0.01)).clip(_END, 1 - _END)

    def _sited(self, coefficients: Floats, width: int, y_width: int) -> Floats:
        """The coefficients, moved right by half a luma pixel: so far left of the middle sit the chroma samples."""
        if self._centred or width == y_width:
            return coefficients
        shift = np.float32(0.5 * coefficients.shape[2] / y_width)
        before = np.concatenate((coefficients[:, :, :1], coefficients[:, :, :-1]), axis=2)
        return coefficients + shift * (before - coefficients)

    def _limit(self, y: Floats, blue: Floats, red: Floats, high: Floats, low: Floats, work: Floats) -> None:
        """Shorten (blue, red) in place where a channel would leave 0…1.

        The weighted sum of the three differences to Y′ is 0, so high ≥ 0 ≥ low. The colour is too long by the factor
        high / (1 − Y′) or −low / Y′, the larger of the two.
        """
        cv2.addWeighted(blue, self._green[0], red, self._green[1], 0, dst=work)
        cv2.max(blue, red, dst=high)
        cv2.min(blue, red, dst=low)
        cv2.max(high, work, dst=high)
        cv2.min(low, work, dst=low)
        np.subtract(np.float32(1), y, out=work)
        cv2.divide(high, work, dst=high)
        cv2.divide(low, y, dst=low, scale=-1.0)
        cv2.max(high, low, dst=high)
        cv2.max(high, _ONE, dst=high)
        cv2.divide(blue, high, dst=blue)
        cv2.divide(red, high, dst=red)
