"""Which part of each pixel lies inside a closed line."""

from collections.abc import Sequence

import numpy as np

from autochrome.types import Floats

_FINE = 4  # sub-pixels along each axis: the edge has 16 levels


def fill_polygon(outline: Sequence[tuple[float, float]], height: int, width: int) -> Floats:
    """(height, width) 0…1: the fraction of each pixel inside the line through relative positions, closed at its end.

    Where the line crosses itself, a place that it surrounds twice is outside.
    """
    rows, columns = height * _FINE, width * _FINE
    corners = (
        np.array(outline, np.float64) * (columns, rows) - 0.5
    )  # the middle of a sub-pixel is a whole number
    toggles = np.zeros((rows, columns + 1), np.int32)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        first, stop = sorted((int(np.ceil(y0)), int(np.ceil(y1))))
        y = np.arange(max(0, first), min(rows, stop))
        if y.size:
            x = x0 + (y - y0) * (x1 - x0) / (y1 - y0)
            toggles[y, np.clip(np.ceil(x), 0, columns).astype(int)] += 1
    inside = np.cumsum(toggles[:, :-1], axis=1) % 2
    fraction: Floats = inside.reshape(height, _FINE, width, _FINE).mean((1, 3)).astype(np.float32)
    return fraction
