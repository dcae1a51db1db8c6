"""Hints that are laid on a prediction: those about one thing, and those about their own pixels.

A hint about one thing stays on that thing, and colours all of it. Its colour goes only where an unbroken area leads
from the paint. There each cell gets the mean of those around it, up to the edges of luma: gaps close, ragged borders
become smooth, and where the picture is even the edge of the colour is soft, because nothing there would hide it.
`web/js/connected.js` does the same.
"""

import numpy as np
from numpy.typing import NDArray

from autochrome.color.resize import resize
from autochrome.model.sizes import repeat_cells, shrink_mask
from autochrome.types import CHROMA_LIMIT, Chroma, Floats, Hints, Luma, Prediction

_BELONGS = 0.5  # a weight above it is part of the area
_REACH = 0.15  # of the picture's side: so far away a cell of an even area counts 1/e in the mean
_EDGE = 8.0  # L*: behind such a change of luma a cell counts 1/e
_PAINT = 16.0  # times that a cell counts in the mean if a short mark stands for a whole thing
_NONE, _WHOLE = 0.35, 0.7  # means from which a weight rises from 0 to 1
_ENOUGH = 10  # cells within a neighbourhood that tell a network of a colour
_NEIGHBOURHOOD = 16  # cells to each side
_STEPS = (
    0.5698402909980532,
    0.7548776662466927,
)  # down, right: multiples of these are evenly spread over the plane
_TINY = 1e-6
_FULL_COLOR = 0.1  # vivid from which on hints have their full colour, as inside the network

Cells = NDArray[np.bool_]


def thin_out(hints: Hints, stride: int) -> Hints:
    """The same hints; where much is painted, only some cells of stride × stride pixels, evenly spread.

    A network takes many hints for a fact about the whole picture. Who paints all of a thing means only this thing.
    """
    height, width = hints.mask.shape
    cells = shrink_mask(hints.mask, -(-height // stride), -(-width // stride)) > 0
    rows, columns = np.indices(cells.shape)
    order = (rows * _STEPS[0] + columns * _STEPS[1]) % 1
    kept = cells & (order * _count_around(cells) < _ENOUGH)
    return Hints(hints.chroma, hints.mask * repeat_cells(kept, height, width))


def _count_around(cells: Cells) -> NDArray[np.intp]:
    """(h, w): how many cells are true within `_NEIGHBOURHOOD` cells of each."""
    sums = cells.astype(np.intp)
    for axis in (0, 1):
        padded = np.pad(
            sums, [(0, 0)] * axis + [(_NEIGHBOURHOOD + 1, _NEIGHBOURHOOD)] + [(0, 0)] * (1 - axis)
        )
        total = np.moveaxis(padded.cumsum(axis), axis, 0)
        sums = np.moveaxis(total[2 * _NEIGHBOURHOOD + 1 :] - total[: -2 * _NEIGHBOURHOOD - 1], 0, axis)
    return sums


def limit_to_thing(
    chroma: Chroma, weight: Floats, hints: Hints, luma: Luma, vivid: float
) -> tuple[Chroma, Floats]:
    """The colour of hints about one thing, and its weight: 0 wherever no area leads to it from the paint.

    chroma (h, w, 2), weight (h, w): what the network makes of the hints; hints, luma: (H, W) of the same picture. A
    network also finds other things that look alike: the second wall of a room, stones of the same grey. A person who
    paints one of them does not mean the others.
    """
    painted = shrink_mask(hints.mask, *weight.shape) > 0
    own = _shrink(hints, weight, vivid)
    chroma = chroma + (own.chroma - chroma) * own.mask[..., None]
    weight = weight + (1 - weight) * own.mask
    reached = _grow(painted, painted | (weight > _BELONGS))
    return _close_gaps(chroma, np.where(reached, weight, np.float32(0)), painted, _PAINT, luma)


def lay_outlined(prediction: Prediction, hints: Hints, luma: Luma, vivid: float) -> Prediction:
    """The prediction with hints (H, W) about their own pixels laid on it."""
    own = _shrink(hints, prediction.chroma, vivid)
    return lay(prediction, *_close_gaps(own.chroma, own.mask, own.mask > 0, 1.0, luma))


def lay(prediction: Prediction, chroma: Chroma, weight: Floats) -> Prediction:
    """The prediction with other chroma (h, w, 2) laid on it. weight: (h, w) 0…1; where it is 1, nothing is in doubt."""
    laid = prediction.chroma + (chroma - prediction.chroma) * weight[..., None]
    confidence = prediction.confidence
    return Prediction(
        laid.clip(-CHROMA_LIMIT, CHROMA_LIMIT),
        None if confidence is None else confidence + (1 - confidence) * weight,
    )


def _shrink(hints: Hints, like: Floats, vivid: float) -> Hints:
    """Hints at the size of another plane, with the colour that they show at this vividness."""
    small = hints.resized(*like.shape[:2])
    return Hints(small.chroma * np.float32(min(1.0, vivid / _FULL_COLOR)), small.mask)


def _close_gaps(
    chroma: Chroma, weight: Floats, painted: Cells, paint: float, luma: Luma
) -> tuple[Chroma, Floats]:
    """The colour and weight of each cell, mixed with those around it. paint: times that a painted cell counts."""
    counts = np.where(painted, np.float32(paint), np.float32(1))
    mean_chroma, mean_weight = _means(chroma, weight, counts, resize(luma, *weight.shape))
    decided = ((mean_weight - _NONE) / (_WHOLE - _NONE)).clip(0, 1)
    decided *= decided * (3 - 2 * decided)
    filled = mean_chroma + (chroma - mean_chroma) * weight[..., None]
    return filled, np.where(painted, weight, decided)


def _means(chroma: Chroma, weight: Floats, counts: Floats, luma: Luma) -> tuple[Chroma, Floats]:
    """Around each cell: the mean colour of what has a weight, and the mean weight."""
    weighted = weight * counts
    sums = np.stack((chroma[..., 0] * weighted, chroma[..., 1] * weighted, weighted, counts))
    side = (luma.shape[0] + luma.shape[1]) / 2
    for axis in (2, 1):
        sums = np.moveaxis(_flow(np.moveaxis(sums, axis, 0), np.moveaxis(luma, axis - 1, 0), side), 0, axis)
    mean: Chroma = np.moveaxis(sums[:2] / np.maximum(sums[2], _TINY), 0, -1)
    return mean, sums[2] / sums[3]


def _flow(lines: Floats, luma: Luma, side: float) -> Floats:
    """The sum of what each line has, and what flows to it from the lines on both sides, held up by changes of luma.

    lines: (n, C, m); luma: (n, m).
    """
    passes = np.exp(-np.abs(np.diff(luma, axis=0)) / _EDGE - 1 / (_REACH * side)).astype(np.float32)[:, None]
    down, up = lines.copy(), lines.copy()
    for i in range(len(passes)):
        down[i + 1] += passes[i] * down[i]
        up[-2 - i] += passes[-1 - i] * up[-1 - i]
    return down + up - lines


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
