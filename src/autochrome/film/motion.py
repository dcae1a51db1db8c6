"""Where did each pixel come from, and how sure are we: optical flow between two small frames of one shot."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from autochrome.types import Floats

_AGREE = 0.7  # pixels: there and back again may miss by about this
_MATCH = 8.0  # codes of 256: brightness that differs by this much is another thing
_STILL, _GRAIN = 0.25, 0.1  # codes of 256, and a share: so much better must motion explain than rest


@dataclass(frozen=True, slots=True)
class Motion:
    """What was at p + flow(p) before is at p now."""

    flow: Floats  # (H, W, 2) x and y, pixels
    sure: Floats  # (H, W) 0…1
    _routes: dict[tuple[int, int], tuple[Floats, Floats]] = field(default_factory=dict, repr=False)

    def carry(self, planes: Floats, height: int, width: int, *, sharp: bool = True) -> Floats:
        """(h, w[, C]) planes of the frame before → (height, width[, C]), where they are now.

        sharp: edges stay edges over many frames, at the price of a little overshoot.
        """
        if (height, width) not in self._routes:
            self._routes[height, width] = _places(self.flow, height, width)
        x, y = self._routes[height, width]
        kind = cv2.INTER_CUBIC if sharp else cv2.INTER_LINEAR
        carried = cv2.remap(planes, x, y, kind, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(carried, np.float32)

    def trust(self, height: int, width: int) -> Floats:
        """`sure` over (height, width) pixels of the same picture."""
        return np.asarray(cv2.resize(self.sure, (width, height), interpolation=cv2.INTER_AREA), np.float32)


class MotionFinder:
    """Flow from frame to frame. Not for two threads at once."""

    def __init__(self, *, careful: bool = False, longest: int | None = None) -> None:
        """careful: to a tenth of a pixel, for what is carried over many frames; ten times slower.

        longest: pixels at the long side to which larger pictures are shrunk, for who carries colour only.
        """
        self._longest = longest
        self._flow: Any = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
        # The preset stops at a quarter of the size, which on small pictures sees nothing small move.
        self._flow.setFinestScale(0 if careful else 1)
        self._flow.setVariationalRefinementIterations(3 if careful else 0)
        if not careful:  # halves the time, and the colours of films come out as near to the truth
            self._flow.setPatchStride(6)
            self._flow.setUseSpatialPropagation(False)

    def between(self, before: NDArray[np.uint8], now: NDArray[np.uint8]) -> Motion:
        """(H, W) grey, both the same size, from 16×16 on."""
        there, back, before, now = self._flows(before, now)
        return _judged(there, back, before, now, _difference(before, now))

    def both_ways(self, before: NDArray[np.uint8], now: NDArray[np.uint8]) -> tuple[Motion, Motion]:
        """The same, and beside it what would have been found had time run backwards."""
        there, back, before, now = self._flows(before, now)
        rested = _difference(before, now)
        return _judged(there, back, before, now, rested), _judged(back, there, now, before, rested)

    def _flows(self, before: Any, now: Any) -> tuple[Any, Any, Any, Any]:
        """Where things of the one are in the other, and the other way round; and both as they were looked at."""
        if self._longest and self._longest < max(now.shape):
            scale = self._longest / max(now.shape)
            size = max(16, round(now.shape[1] * scale)), max(16, round(now.shape[0] * scale))
            before, now = (cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in (before, now))
        return self._flow.calc(now, before, None), self._flow.calc(before, now, None), before, now


def _judged(
    there: Any, back: Any, before: NDArray[np.uint8], now: NDArray[np.uint8], rested: Floats
) -> Motion:
    """How far the flow there can be believed, since the one back leads home again and brightness matches.

    rested: how far brightness would not match if nothing had moved.
    """
    height, width = now.shape
    x, y = _places(there, height, width)
    moved = cv2.remap(before, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    wrong = _difference(moved, now)
    returned = cv2.remap(back, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cv2.add(returned, there, dst=returned)
    miss = cv2.multiply(returned, returned, scale=1 / _AGREE**2)
    # Flow in flat places wanders; what rests must not.
    moves: Any = rested * np.float32(1 - _GRAIN) > wrong + np.float32(_STILL)
    there = cv2.copyTo(there, moves.view(np.uint8))  # where it does not move: 0
    doubt = (miss[..., 0] + miss[..., 1]) * moves
    inside = (x >= -0.5) & (x <= width - 0.5) & (y >= -0.5) & (y <= height - 0.5)
    unlike = np.where(moves, wrong, rested) * np.float32(1 / _MATCH)
    sure = cv2.exp(-(doubt + unlike * unlike))
    sure *= inside | ~moves
    return Motion(there, np.asarray(sure, np.float32))


def _difference(one: Any, other: Any) -> Floats:
    """(H, W) mean difference of brightness around each pixel."""
    return np.asarray(cv2.blur(cv2.absdiff(one, other).astype(np.float32), (5, 5)), np.float32)


def sample(planes: Floats, places: Floats) -> Floats:
    """(h, w, C) planes at (H, W, 2) places x, y in their pixels → (H, W, C)."""
    x, y = np.ascontiguousarray(places[..., 0]), np.ascontiguousarray(places[..., 1])
    return np.asarray(cv2.remap(planes, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


@lru_cache(maxsize=8)
def _grid(height: int, width: int) -> tuple[Floats, Floats]:
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return x, y


def _places(flow: Floats, height: int, width: int) -> tuple[Floats, Floats]:
    """Where each pixel of a (height, width) grid over the same picture was before, in that grid's pixels."""
    rows, columns = flow.shape[:2]
    if (rows, columns) != (height, width):
        flow = np.asarray(cv2.resize(flow, (width, height), interpolation=cv2.INTER_AREA), np.float32)
        flow = flow * np.array([width / columns, height / rows], np.float32)
    x, y = _grid(height, width)
    return x + flow[..., 0], y + flow[..., 1]
