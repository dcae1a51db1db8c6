"""From a distribution over quantised colour to a few colours a person can choose from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autochrome.types import Floats

APART = 18.0  # a*b*: bins nearer than this to a likelier one count as the same colour
LEAST = 0.01  # share below which a colour is not worth showing


@dataclass(frozen=True, slots=True)
class LikelyColor:
    """One colour that a place may well have."""

    ab: tuple[float, float]  # a*, b*
    share: float  # 0…1; all colours of a place together at most 1


def distinct(shares: NDArray[np.floating], palette: Floats, count: int) -> list[LikelyColor]:
    """(K,) share of each bin and its a*b* (K, 2) → at most `count` colours, the likeliest first.

    A bin joins the likeliest colour it is near to, and a colour is the mean of its bins.
    """
    groups: list[list[int]] = []
    for k in np.argsort(-shares):
        near = (g for g in groups if np.hypot(*(palette[k] - palette[g[0]])) < APART)
        group = next(near, None)
        if group is not None:
            group.append(int(k))
        else:
            groups.append([int(k)])
    found = []
    for group in groups:
        share = float(shares[group].sum())
        if share >= LEAST:
            a, b = shares[group] @ palette[group] / share
            found.append(LikelyColor((float(a), float(b)), share))
    return sorted(found, key=lambda colour: -colour.share)[:count]
