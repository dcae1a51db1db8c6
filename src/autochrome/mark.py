"""The small mark for pictures that should say of themselves that their colours are not the camera's.

Three overlapping grains, orange, green and violet: the colours of the starch on an autochrome plate.
"""

import numpy as np

from autochrome.color.lab import LUMA_SHARES
from autochrome.types import CodeValues, Floats, Pixels, PlaneFormat

GRAINS = ((-0.9, "#e8702a"), (0.0, "#4f9d3a"), (0.9, "#5b4bb5"))  # place in radii, colour
_OPACITY = 0.85


def stamp(strip: Pixels, top: int, height: int) -> None:
    """Draw the part of the mark that falls into rows `top…` (R, W, 3) of a picture `height` rows tall, in place."""
    rows, width, _ = strip.shape
    radius = max(1.5, min(height, width) / 90)
    y = height - 3 * radius
    if top + rows < y - radius - 1 or top > y + radius + 1:
        return
    full = np.iinfo(strip.dtype).max
    for shift, color in GRAINS:
        x = width - 4.5 * radius + shift * radius
        cover = _disc(x, y - top, radius, rows, width) * _OPACITY
        paint = np.frombuffer(bytes.fromhex(color[1:]), np.uint8) * (full / 255)
        touched = cover > 0
        under = strip[touched].astype(np.float32)
        share = cover[touched][:, None]
        strip[touched] = np.round(under + share * (paint - under)).astype(strip.dtype)


def stamp_film(blue: CodeValues, red: CodeValues, plane_format: PlaneFormat, depth: int) -> None:
    """Draw the mark into a frame's (h, w) Cb and Cr codes of `depth` bits, in place: the light stays as it is.

    plane_format: what the film's codes mean.
    """
    rows, width = blue.shape
    radius = max(1.5, min(rows, width) / 90)
    from_red, from_blue = LUMA_SHARES[plane_format.matrix]
    middle, span = 1 << (depth - 1), (1 << depth) - 1 if plane_format.full else 224 << (depth - 8)
    top, left = max(0, int(rows - 5 * radius)), max(0, int(width - 8 * radius))
    for shift, color in GRAINS:
        r, g, b = (byte / 255 for byte in bytes.fromhex(color[1:]))
        light = from_red * r + (1 - from_red - from_blue) * g + from_blue * b
        paint = ((b - light) / (2 - 2 * from_blue), (r - light) / (2 - 2 * from_red))
        x, y = width - 4.5 * radius + shift * radius - left, rows - 3 * radius - top
        cover = _disc(x, y, radius, rows - top, width - left) * _OPACITY
        for plane, chroma in zip((blue, red), paint, strict=True):
            corner = plane[top:, left:]
            corner[:] = np.round(corner + cover * (middle + span * chroma - corner)).astype(plane.dtype)


def _disc(x: float, y: float, radius: float, rows: int, width: int) -> Floats:
    """(rows, width) 0…1: how much of each pixel a disc covers."""
    down, along = np.ogrid[:rows, :width]
    return np.clip(radius + 0.5 - np.hypot(along + 0.5 - x, down + 0.5 - y), 0, 1).astype(np.float32)
