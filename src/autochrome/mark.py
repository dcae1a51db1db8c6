"""The small mark for pictures that should say of themselves that their colours are not the camera's.

Three overlapping grains, orange, green and violet: the colours of the starch on an autochrome plate.
"""

import numpy as np

from autochrome.planes import Floats, Pixels

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


def _disc(x: float, y: float, radius: float, rows: int, width: int) -> Floats:
    """(rows, width) 0…1: how much of each pixel a disc covers."""
    down, along = np.ogrid[:rows, :width]
    return np.clip(radius + 0.5 - np.hypot(along + 0.5 - x, down + 0.5 - y), 0, 1).astype(np.float32)
