"""From a distribution over quantised colours to the few colours that a person can choose from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autochrome.types import Floats

MERGE_DISTANCE = 18.0  # a*b*: a bin nearer than this to a likelier colour belongs to that colour
MIN_PROBABILITY = 0.01  # a colour below this is not offered


@dataclass(frozen=True, slots=True)
class LikelyColor:
    """One colour that a pixel may have."""

    ab: tuple[float, float]  # a*, b*
    share: float  # probability 0…1; the colours of one pixel add up to at most 1


@dataclass(frozen=True, slots=True)
class ColorDistribution:
    """How likely each colour of a palette is at every place of a picture."""

    probabilities: Floats  # (h, w, K) 0…1, over exactly the picture
    palette: Floats  # (K, 2) a*b*

    def at(self, x: float, y: float) -> Floats:
        """(K,) the probabilities at one place; x, y: 0…1 of the picture's width and height."""
        height, width = self.probabilities.shape[:2]
        row: Floats = self.probabilities[min(int(y * height), height - 1), min(int(x * width), width - 1)]
        return row


def group_bins(probabilities: NDArray[np.floating], palette: Floats, count: int) -> list[LikelyColor]:
    """(K,) probability of each bin and its a*b* (K, 2) → at most `count` colours, the likeliest first.

    A bin joins the likeliest colour it is near to. The colour is the mean of its bins.
    """
    groups: list[list[int]] = []
    for k in np.argsort(-probabilities):
        near = (g for g in groups if np.hypot(*(palette[k] - palette[g[0]])) < MERGE_DISTANCE)
        group = next(near, None)
        if group is not None:
            group.append(int(k))
        else:
            groups.append([int(k)])
    colors = []
    for group in groups:
        total = float(probabilities[group].sum())
        if total >= MIN_PROBABILITY:
            a, b = probabilities[group] @ palette[group] / total
            colors.append(LikelyColor((float(a), float(b)), total))
    return sorted(colors, key=lambda color: -color.share)[:count]
