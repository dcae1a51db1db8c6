"""A hint about one thing stays on that thing.

Its colour goes only where an unbroken area leads from the paint. Where the picture is even, the edge of the colour is
soft, because nothing there would hide it. `web/js/connected.js` does the same.
"""

import numpy as np
from numpy.typing import NDArray

from autochrome.color.resize import resize
from autochrome.color.upsample import blur
from autochrome.model.sizes import shrink_mask
from autochrome.types import Floats, Luma

_BELONGS = 0.5  # a weight above it is part of the area
_EVEN = 2.0  # L*: where luma deviates by less, the picture is even
_SOFT, _AROUND = 6, 2  # times that a weight, and luma, are blurred

Cells = NDArray[np.bool_]


def limit_to_thing(weight: Floats, mask: Floats, luma: Luma) -> Floats:
    """The weight of hints (h, w), 0 wherever no area leads to it from the paint; soft where the picture is even.

    mask, luma: (H, W) of the same picture. A network also finds other things that look alike: the second wall of a
    room, stones of the same grey. A person who paints one of them does not mean the others.
    """
    painted = shrink_mask(mask, *weight.shape) > 0
    reached = _grow(painted, painted | (weight > _BELONGS))
    kept = np.where(reached, weight, np.float32(0))
    return np.where(painted, kept, _soften(kept, resize(luma, *weight.shape)))


def _soften(weight: Floats, luma: Luma) -> Floats:
    """The weight without edges where the luma around a cell is even."""
    moments, soft = np.stack((luma, luma * luma)), weight[None]
    for _ in range(_AROUND):
        moments = blur(moments)
    for _ in range(_SOFT):
        soft = blur(soft)
    deviation = np.sqrt(np.maximum(moments[1] - moments[0] ** 2, 0))
    even = (1 - deviation * np.float32(1 / _EVEN)).clip(0, 1)
    softened: Floats = weight + even * (soft[0] - weight)
    return softened


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
