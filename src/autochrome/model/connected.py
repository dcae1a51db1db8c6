"""A hint about one thing stays on that thing: its colour goes only where an unbroken area leads from the paint."""

import numpy as np
from numpy.typing import NDArray

from autochrome.types import Floats

_BELONGS = 0.5  # a weight above it is part of the area

Cells = NDArray[np.bool_]


def keep_connected(weight: Floats, mask: Floats) -> Floats:
    """The weight of hints (h, w), 0 wherever no area leads to it from the painted mask (H, W) of the same picture.

    A network also finds other things that look alike: the second wall of a room, stones of the same grey. A person who
    paints one of them does not mean the others.
    """
    painted = _shrink(mask, *weight.shape) > 0
    reached = _grow(painted, painted | (weight > _BELONGS))
    return np.where(reached, weight, np.float32(0))


def _shrink(mask: Floats, height: int, width: int) -> Floats:
    """The largest value of the pixels in each cell."""
    rows, columns = (
        np.arange(cells) * pixels // cells for cells, pixels in zip((height, width), mask.shape, strict=True)
    )
    small: Floats = np.maximum.reduceat(np.maximum.reduceat(mask, rows, axis=0), columns, axis=1)
    return small


def _grow(reached: Cells, area: Cells) -> Cells:
    """All cells of the area to which a path of neighbours leads from the cells that are reached."""
    while True:
        grown = reached
        for turns in range(4):
            grown = np.rot90(_sweep(np.rot90(grown, turns), np.rot90(area, turns)), -turns)
        if np.array_equal(grown, reached):
            return reached
        reached = grown


def _sweep(reached: Cells, area: Cells) -> Cells:
    """The cells that are reached, and those of the area to the right of them up to the next cell outside."""
    columns = np.arange(area.shape[1])
    last_reached = np.maximum.accumulate(np.where(reached, columns, -1), axis=1)
    last_outside = np.maximum.accumulate(np.where(area, -1, columns), axis=1)
    found: Cells = last_reached > last_outside
    return found
