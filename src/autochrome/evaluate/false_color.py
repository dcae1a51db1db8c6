"""Colour that is not there: on things that have none, and in patches on things that have one colour.

A mean over many pictures; a picture counts by the number of its pixels (or steps) that can be measured.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autochrome.color.resize import resize
from autochrome.evaluate.metrics import Float64Array, LabArray

NEUTRAL = 5.0  # units of a*b*: a pixel whose truth has less chroma counts as neutral
CELLS = 32  # the short side of an image is cut into so many cells
FLAT = 3.0  # units of L*: luma in a cell varies less than this (standard deviation), and as little from cell to cell


class Part(NamedTuple):
    """The mean of a figure over the parts of an image where it can be measured."""

    mean: float | None  # None if there is no such part
    size: int  # pixels or steps


def neutral_chroma(result: LabArray, truth: LabArray) -> Part:
    """Mean chroma of the result where the truth is neutral: units of a*b*, 0…about 155, lower is better.

    Two times (H, W, 3) L*a*b*. The truth itself has a little, at most NEUTRAL; grey has none. The size is in pixels.
    """
    neutral = np.hypot(truth[..., 1], truth[..., 2]) < NEUTRAL
    chroma = np.hypot(result[..., 1], result[..., 2])[neutral]
    return Part(float(chroma.mean()) if chroma.size else None, chroma.size)


def patchiness(result: LabArray, truth: LabArray) -> Part:
    """How much the error of the colour changes where the luma does not: units of a*b*, 0 or more, lower is better.

    Two times (H, W, 3) L*a*b*. Both are averaged over square cells, CELLS on the short side. The change of
    (result − truth) in the a*b* plane from a cell to its right or lower neighbour is a step; it counts if luma is flat
    in both cells and from one to the other. A wrong but even colour over a thing costs nothing. Grey and any single
    colour score as much as the truth's own colour changes there: more means patches that the truth does not have.
    The size is in steps.
    """
    height, width = truth.shape[:2]
    cell = max(1.0, min(height, width) / CELLS)
    rows, columns = (max(1, round(side / cell)) for side in (height, width))

    def shrink(plane: NDArray[Any]) -> Float64Array:
        return resize(plane.astype(np.float32), rows, columns).astype(np.float64)

    error = shrink(np.asarray(result[..., 1:], np.float64) - truth[..., 1:])
    luma = shrink(truth[..., 0])
    even = shrink(np.square(truth[..., 0])) - np.square(luma) < FLAT**2
    steps = []
    for axis in (0, 1):
        before, after = (np.s_[:-1], np.s_[1:]) if axis == 0 else (np.s_[:, :-1], np.s_[:, 1:])
        flat = even[before] & even[after] & (np.abs(luma[after] - luma[before]) < FLAT)
        change = error[after] - error[before]
        steps.append(np.hypot(change[..., 0], change[..., 1])[flat])
    lengths = np.concatenate(steps)
    return Part(float(lengths.mean()) if lengths.size else None, lengths.size)
