"""A picture ready for viewing: any part of it at any size without delay; and pixels encoded for a browser.

Eight bits are enough for a screen. The full size and its halves are kept; of a large picture in a temporary file, so
that the system can free the memory.
"""

import tempfile
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyvips
from numpy.typing import NDArray

from autochrome.media.stills import Still

_IN_MEMORY = 64_000_000  # bytes: a larger picture is kept in a temporary file
_SMALLEST = 512  # pixels at the long side: no half of a smaller level is made

Bytes8 = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a picture, and the size in pixels at which it is shown. Positions are fractions of the picture, 0…1."""

    left: float
    top: float
    width: float  # > 0
    height: float
    across: int  # pixels
    down: int


class Pyramid:
    """One picture at full size, half, a quarter, …"""

    def __init__(self, still: Still) -> None:
        self.height, self.width, self.grey = still.height, still.width, still.grey
        self._levels: list[Bytes8] = [_full(still)]
        while max(self._levels[-1].shape[:2]) > _SMALLEST and min(self._levels[-1].shape[:2]) > 1:
            self._levels.append(_half(self._levels[-1]))

    @property
    def size(self) -> int:
        """Bytes that are kept."""
        return sum(level.nbytes for level in self._levels)

    def view(self, window: Window) -> Bytes8:
        """(down, across) grey or (down, across, 3) sRGB: that part of the picture."""
        shrinks = min(self.width * window.width / window.across, self.height * window.height / window.down)
        number = min(max(0, int(np.log2(max(shrinks, 1.0)))), len(self._levels) - 1)
        level = self._levels[number]
        rows = _span(window.top, window.height, level.shape[0])
        columns = _span(window.left, window.width, level.shape[1])
        piece = np.ascontiguousarray(level[rows[0] : rows[1], columns[0] : columns[1]])
        across = window.across / (window.width * level.shape[1])
        down = window.down / (window.height * level.shape[0])
        large = min(across, down) >= 2  # show the single pixels
        middle = 0.0 if large else 0.5  # for libvips, the nearest pixel is the one above and to the left
        grown = _image(piece).affine(
            [across, 0, 0, down],
            interpolate=pyvips.Interpolate.new("nearest" if large else "bilinear"),
            oarea=[0, 0, window.across, window.down],
            idx=middle + columns[0] - window.left * level.shape[1],
            idy=middle + rows[0] - window.top * level.shape[0],
            odx=-0.5,
            ody=-0.5,
            extend="copy",
        )
        return _array(grown)

    def pixel(self, x: float, y: float) -> Bytes8:
        """() or (3,): the pixel at a position, 0…1."""
        row, column = min(int(y * self.height), self.height - 1), min(int(x * self.width), self.width - 1)
        found: Bytes8 = self._levels[0][row, column]
        return found


def encode_image(pixels: Bytes8, kind: Literal["jpg", "png", "webp"] = "jpg", quality: int = 88) -> bytes:
    """(H, W) or (H, W, 3) sRGB → the bytes of a picture file, with the fastest settings."""
    image = _image(np.ascontiguousarray(pixels))
    if kind == "png":
        return bytes(image.pngsave_buffer(compression=1, filter="up"))
    if kind == "webp":
        return bytes(image.webpsave_buffer(Q=quality, effort=0))
    return bytes(image.jpegsave_buffer(Q=quality))


def _full(still: Still) -> Bytes8:
    """(H, W) or (H, W, 3): the whole picture with 8 bits."""
    shape = (still.height, still.width) if still.grey else (still.height, still.width, 3)
    if np.prod(shape, dtype=np.int64) <= _IN_MEMORY:
        whole: Bytes8 = np.empty(shape, np.uint8)
    else:
        with tempfile.TemporaryFile() as file:  # the memory map keeps the file until it is released
            whole = np.memmap(file, np.uint8, "w+", shape=shape)
    top = 0
    for strip in still.strips():
        whole[top : top + len(strip)] = strip if strip.dtype == np.uint8 else strip >> 8
        top += len(strip)
    return whole


def _half(level: Bytes8) -> Bytes8:
    height, width = (max(1, side // 2) for side in level.shape[:2])
    image = _image(level).resize(width / level.shape[1], vscale=height / level.shape[0], kernel="linear")
    return _array(image)


def _span(start: float, length: float, count: int) -> tuple[int, int]:
    """The first and last + 1 of `count` pixels in a part of the picture, with a margin for interpolation."""
    first = min(max(0, int(np.floor(start * count)) - 2), count - 1)
    return first, min(count, max(first + 1, int(np.ceil((start + length) * count)) + 2))


def _image(pixels: Bytes8) -> Any:
    height, width = pixels.shape[:2]
    bands = 1 if pixels.ndim == 2 else pixels.shape[2]
    image = pyvips.Image.new_from_memory(pixels, width, height, bands, "uchar")
    return image.copy(interpretation="b-w" if bands == 1 else "srgb")


def _array(image: Any) -> Bytes8:
    pixels = np.frombuffer(image.write_to_memory(), np.uint8)
    shape = (image.height, image.width) if image.bands == 1 else (image.height, image.width, image.bands)
    return pixels.reshape(shape)
