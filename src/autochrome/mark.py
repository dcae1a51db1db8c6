"""The small mark on pictures whose colours were made by software.

It is three overlapping discs, orange, green and violet: the colours of the starch grains on an autochrome plate.
"""

import numpy as np

from autochrome.color.ycbcr import chroma_middle, chroma_span, ycbcr_from_rgb
from autochrome.types import CodeValues, Floats, Pixels, PlaneFormat

GRAINS = ((-0.9, "#e8702a"), (0.0, "#4f9d3a"), (0.9, "#5b4bb5"))
"""The discs: the shift to the right in radii, and the colour."""
_OPACITY = 0.85


def stamp(strip: Pixels, top: int, height: int) -> None:
    """Draw the part of the mark that lies in a strip of a photo, in place.

    strip: (R, W, 3) sRGB, rows `top` to `top + R` of a photo that is `height` rows tall.
    """
    rows, width, _ = strip.shape
    radius = _radius(height, width)
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
        opacity = cover[touched][:, None]
        strip[touched] = np.round(under + opacity * (paint - under)).astype(strip.dtype)


def stamp_film(cb_plane: CodeValues, cr_plane: CodeValues, plane_format: PlaneFormat, depth: int) -> None:
    """Draw the mark into the (h, w) Cb and Cr planes of a frame, in place. Y′ stays as it is.

    plane_format: of the film; depth: bits of the code values of both planes.
    """
    rows, width = cb_plane.shape
    radius = _radius(rows, width)
    middle, span = chroma_middle(depth), chroma_span(depth, plane_format.full)
    top, left = max(0, int(rows - 5 * radius)), max(0, int(width - 8 * radius))
    for shift, color in GRAINS:
        _, *cbcr = ycbcr_from_rgb((byte / 255 for byte in bytes.fromhex(color[1:])), plane_format.matrix)
        x, y = width - 4.5 * radius + shift * radius - left, rows - 3 * radius - top
        cover = _disc(x, y, radius, rows - top, width - left) * _OPACITY
        for plane, value in zip((cb_plane, cr_plane), cbcr, strict=True):
            corner = plane[top:, left:]
            corner[:] = np.round(corner + cover * (middle + span * value - corner)).astype(plane.dtype)


def _radius(height: int, width: int) -> float:
    """Of a disc, in pixels."""
    return max(1.5, min(height, width) / 90)


def _disc(x: float, y: float, radius: float, rows: int, width: int) -> Floats:
    """(rows, width) 0…1: how much of each pixel the disc around (x, y) covers."""
    down, along = np.ogrid[:rows, :width]
    return np.clip(radius + 0.5 - np.hypot(along + 0.5 - x, down + 0.5 - y), 0, 1).astype(np.float32)
