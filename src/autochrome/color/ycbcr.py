"""Y′CbCr: what the stored numbers of a film's planes mean, by ITU-R BT.601, BT.709, BT.2020 and two older matrices.

R′, G′, B′ and Y′ run 0…1, Cb and Cr −0.5…0.5. A code value is the number that a plane stores for them. A full range
uses all numbers of a depth; a limited range keeps some below black and above white.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autochrome.color.lab import lightness
from autochrome.types import CodeValues, Floats, Luma, Matrix, PlaneFormat


class LumaWeights(NamedTuple):
    """How much red, green and blue count in Y′; the sum is 1."""

    red: float
    green: float
    blue: float

    @property
    def cb_scale(self) -> float:
        """B′ − Y′ = cb_scale · Cb."""
        return 2 - 2 * self.blue

    @property
    def cr_scale(self) -> float:
        """R′ − Y′ = cr_scale · Cr."""
        return 2 - 2 * self.red


_RED_AND_BLUE: dict[Matrix, tuple[float, float]] = {
    "bt601": (0.299, 0.114),
    "bt709": (0.2126, 0.0722),
    "bt2020": (0.2627, 0.0593),
    "smpte240m": (0.212, 0.087),
    "fcc": (0.30, 0.11),
}
LUMA_WEIGHTS: dict[Matrix, LumaWeights] = {
    matrix: LumaWeights(red, 1 - red - blue, blue) for matrix, (red, blue) in _RED_AND_BLUE.items()
}


def chroma_middle(depth: int) -> int:
    """The code value of Cb = 0 and Cr = 0."""
    return 1 << (depth - 1)


def chroma_span(depth: int, full: bool) -> int:
    """How many code values lie between Cb (or Cr) = −0.5 and 0.5."""
    return (1 << depth) - 1 if full else 224 << (depth - 8)


def ycbcr_from_rgb(rgb: Iterable[Any], matrix: Matrix) -> tuple[Any, Any, Any]:
    """R′, G′ and B′, three numbers or arrays of one shape → Y′, Cb and Cr of the same kind."""
    weights = LUMA_WEIGHTS[matrix]
    red, green, blue = rgb
    y = y_from_rgb((red, green, blue), matrix)
    return y, (blue - y) * (1 / weights.cb_scale), (red - y) * (1 / weights.cr_scale)


def y_from_rgb(rgb: Iterable[Any], matrix: Matrix) -> Any:
    """R′, G′ and B′, three numbers or arrays of one shape → Y′ of the same kind."""
    weights = LUMA_WEIGHTS[matrix]
    red, green, blue = rgb
    return red * weights.red + green * weights.green + blue * weights.blue


def rgb_from_planes(
    y_plane: CodeValues, cb_plane: CodeValues, cr_plane: CodeValues, plane_format: PlaneFormat
) -> NDArray[np.uint8]:
    """(h, w) code values of Y′, and of Cb and Cr with 8 bits and the same size → (h, w, 3) R′G′B′ 0…255."""
    weights, span = LUMA_WEIGHTS[plane_format.matrix], chroma_span(8, plane_format.full)
    y = (y_plane.astype(np.float32) - np.float32(plane_format.black)) / np.float32(
        plane_format.white - plane_format.black
    )
    cb, cr = ((plane.astype(np.float32) - chroma_middle(8)) / span for plane in (cb_plane, cr_plane))
    red, blue = y + weights.cr_scale * cr, y + weights.cb_scale * cb
    green = (y - weights.red * red - weights.blue * blue) / weights.green
    rgb = np.stack((red, green, blue), axis=-1)
    return np.asarray(np.clip(np.rint(rgb * 255), 0, 255), np.uint8)


def y_percent(y_plane: CodeValues, plane_format: PlaneFormat) -> Floats:
    """(h, w) code values → Y′ 0…100; values beyond black and white are cut off."""
    percent: Floats = (y_plane.astype(np.float32) - plane_format.black) * np.float32(
        100 / (plane_format.white - plane_format.black)
    )
    percent.clip(0, 100, out=percent)
    return percent


def luma_from_y(y_plane: CodeValues, plane_format: PlaneFormat) -> Luma:
    """(h, w) code values of Y′ → L* 0…100 of the greys with this Y′, read as sRGB."""
    luma: Luma = _luma_table(plane_format)[y_plane]
    return luma


@cache
def _luma_table(plane_format: PlaneFormat) -> Floats:
    """The L* of every number that the array type of the plane can hold."""
    codes = np.arange(1 << (8 if plane_format.depth == 8 else 16))[None]
    fraction = np.clip((codes - plane_format.black) / (plane_format.white - plane_format.black), 0, 1)
    table: Floats = lightness(np.round(fraction * 65535).astype(np.uint16))[0]
    return table


def change_depth(codes: CodeValues, depth: int, new_depth: int, full: bool = False) -> CodeValues:
    """Code values of `depth` bits → of `new_depth` bits, in the same range; rounded where bits are lost.

    full: in the full range white is the largest code value of each depth; in the limited range black and white move
    with the number of bits.
    """
    more = new_depth - depth
    if more == 0:
        return codes
    if full:
        factor = ((1 << new_depth) - 1) / ((1 << depth) - 1)
        whole: CodeValues = np.rint(codes * np.float32(factor)).astype(_array_type(new_depth))
        return whole
    if more > 0:
        return codes.astype(np.uint16) << np.uint16(more)
    rounded = np.minimum((codes.astype(np.uint32) + (1 << (-more - 1))) >> -more, (1 << new_depth) - 1)
    fewer: CodeValues = rounded.astype(_array_type(new_depth))
    return fewer


def _array_type(depth: int) -> type[np.uint8] | type[np.uint16]:
    """The numbers of an array that holds code values of this depth."""
    return np.uint8 if depth == 8 else np.uint16
