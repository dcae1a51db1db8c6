"""Decoded pictures as arrays of code values: one array for grey, three for R′, G′ and B′."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autochrome.color.ycbcr import LUMA_WEIGHTS
from autochrome.types import Floats, Matrix

Codes = NDArray[Any]  # (H, W) uint8, uint16 or float32
_PACKED = {
    "rgb24": ("u1", (0, 1, 2), 3),
    "bgr24": ("u1", (2, 1, 0), 3),
    "rgba": ("u1", (0, 1, 2), 4),
    "bgra": ("u1", (2, 1, 0), 4),
    "rgb48le": ("<u2", (0, 1, 2), 3),
    "rgb48be": (">u2", (0, 1, 2), 3),
    "rgba64le": ("<u2", (0, 1, 2), 4),
    "rgba64be": (">u2", (0, 1, 2), 4),
    "ya8": ("u1", (0,), 2),
    "ya16le": ("<u2", (0,), 2),
    "ya16be": (">u2", (0,), 2),
    "rgbf32le": ("<f4", (0, 1, 2), 3),
    "rgbaf32le": ("<f4", (0, 1, 2), 4),
}
"""FFmpeg's pixel format → its numbers, the places of the channels, and how many channels a pixel has."""
_PLANAR_RGB = (2, 0, 1)  # FFmpeg stores the planes as G, B, R


@dataclass(frozen=True, slots=True)
class Picture:
    """One decoded picture."""

    channels: tuple[Codes, ...]  # grey, or R′, G′, B′
    depth: int  # bits of a code value; 32 for floating point
    alpha: bool  # it had transparency, which is left out

    @property
    def shape(self) -> tuple[int, int]:
        height, width = self.channels[0].shape
        return height, width

    @property
    def floating(self) -> bool:
        return self.depth == 32

    def luma_codes(self, matrix: Matrix) -> Codes:
        """(H, W) Y′: the code values of grey; else the weighted mean, rounded. Equal channels give themselves."""
        if len(self.channels) == 1:
            return self.channels[0]
        red, green, blue = self.channels
        if not self.floating and np.array_equal(red, green) and np.array_equal(green, blue):
            return green
        mean = luma_of(red, green, blue, matrix)
        return mean if self.floating else np.rint(mean).astype(green.dtype)


def luma_of(red: Codes, green: Codes, blue: Codes, matrix: Matrix) -> Floats:
    """(H, W) the weighted mean of three channels, not rounded."""
    weights = LUMA_WEIGHTS[matrix]
    mean = red.astype(np.float32) * np.float32(weights.red)
    mean += green.astype(np.float32) * np.float32(weights.green)
    mean += blue.astype(np.float32) * np.float32(weights.blue)
    return mean


def unpack(av_frame: Any) -> Picture:
    """The code values of a decoded picture. Formats without a row above are converted to 16 bits by FFmpeg."""
    name = av_frame.format.name
    if name in _PACKED:
        kind, places, count = _PACKED[name]
        rows = _rows(av_frame.planes[0], kind, av_frame.width * count)
        pixels = rows.reshape(av_frame.height, av_frame.width, count)
        channels = tuple(_native(pixels[..., place]) for place in places)
        return Picture(channels, _depth(kind, av_frame), count in (2, 4))
    if name.startswith(("gray", "gbrp", "gbrap")) or name.startswith("yuv"):
        kind = _kind(name, av_frame)
        order = _PLANAR_RGB if name.startswith("gb") else (0,)
        channels = tuple(_native(_rows(av_frame.planes[place], kind, av_frame.width)) for place in order)
        return Picture(channels, _depth(kind, av_frame), name.startswith(("gbrap", "yuva")))
    if name in ("monob", "monow"):
        return unpack(av_frame.reformat(format="gray"))
    grey = not (av_frame.format.is_rgb or av_frame.format.has_palette)
    deep = any(component.bits > 8 for component in av_frame.format.components)
    depth = "16le" if deep else ""
    return unpack(av_frame.reformat(format=f"gray{depth}" if grey else f"gbrp{depth}"))


def _rows(plane: Any, kind: str, width: int) -> Codes:
    """(h, width) numbers of one plane."""
    numbers: Codes = np.frombuffer(plane, kind)
    return numbers.reshape(-1, plane.line_size // np.dtype(kind).itemsize)[: plane.height, :width]


def _native(codes: Codes) -> Codes:
    """The same numbers in the order of bytes of this machine; floating point as float32."""
    if codes.dtype.kind == "f":
        return codes.astype(np.float32)
    return np.ascontiguousarray(codes.astype(codes.dtype.newbyteorder("="), copy=False))


def _kind(name: str, av_frame: Any) -> str:
    """NumPy's name of the numbers in a planar format."""
    order = ">" if name.endswith("be") else "<"
    plain = name.removesuffix("le").removesuffix("be")
    if plain.endswith("f32"):
        return f"{order}f4"
    if plain.endswith("f16"):
        return f"{order}f2"
    return "u1" if av_frame.format.components[0].bits <= 8 else f"{order}u2"


def _depth(kind: str, av_frame: Any) -> int:
    return 32 if "f" in kind else max(8, av_frame.format.components[0].bits)
