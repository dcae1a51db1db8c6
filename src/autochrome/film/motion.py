"""Motion between two small grey frames of one shot: optical flow, and a confidence for every pixel."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from autochrome.types import Floats

_ROUND_TRIP = 0.7  # pixels: typical error of the flow forward and back again
_LEAST = 16  # pixels: OpenCV finds no flow in smaller frames
_BRIGHTNESS = 8.0  # code values of 256: a larger difference in brightness means another object
_MAX_GRAIN = 6.0  # code values of 256: what half of the picture differs by counts as grain, up to here
_STILL_MARGIN, _NOISE = (
    0.25,
    0.1,
)  # code values of 256, and a fraction: motion must explain this much more than rest


@dataclass(frozen=True, slots=True)
class Motion:
    """Optical flow from one frame to the next: what was at p + flow(p) is now at p."""

    flow: Floats  # (H, W, 2) x and y, pixels
    confidence: Floats  # (H, W) 0…1
    _routes: dict[tuple[int, int], tuple[Floats, Floats]] = field(default_factory=dict, repr=False)

    def carry(self, planes: Floats, height: int, width: int, *, sharp: bool = True) -> Floats:
        """(h, w[, C]) planes of the previous frame → (height, width[, C]), moved to their new positions.

        sharp: edges stay sharp over many frames, but values may overshoot a little.
        """
        if (height, width) not in self._routes:
            self._routes[height, width] = _source_positions(self.flow, height, width)
        x, y = self._routes[height, width]
        kind = cv2.INTER_CUBIC if sharp else cv2.INTER_LINEAR
        carried = cv2.remap(planes, x, y, kind, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(carried, np.float32)

    def confidence_at(self, height: int, width: int) -> Floats:
        """The confidence, resized to (height, width) pixels."""
        return np.asarray(
            cv2.resize(self.confidence, (width, height), interpolation=cv2.INTER_AREA), np.float32
        )


class MotionFinder:
    """Computes the motion between frames. Not thread-safe."""

    def __init__(self, *, precise: bool = False, max_side: int | None = None) -> None:
        """precise: to a tenth of a pixel, for hints that are carried over many frames; ten times slower.

        max_side: pixels. A frame with a longer side is shrunk first; enough for carrying chroma.
        """
        self._max_side = max_side
        self._flow: Any = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
        # The preset stops at a quarter of the size. On small frames that misses the motion of small objects.
        self._flow.setFinestScale(0 if precise else 1)
        self._flow.setVariationalRefinementIterations(3 if precise else 0)
        if not precise:  # half the time, and the colours of films come out as near to the truth
            self._flow.setPatchStride(6)
            self._flow.setUseSpatialPropagation(False)

    def between(self, before: NDArray[np.uint8], now: NDArray[np.uint8]) -> Motion:
        """Motion from `before` to `now`: (H, W) grey frames of one size."""
        forward, back, before, now = self._both_flows(before, now)
        return _with_confidence(forward, back, before, now, _difference(before, now))

    def both_ways(self, before: NDArray[np.uint8], now: NDArray[np.uint8]) -> tuple[Motion, Motion]:
        """Motion from `before` to `now`, and from `now` to `before`."""
        forward, back, before, now = self._both_flows(before, now)
        rest = _difference(before, now)
        return (
            _with_confidence(forward, back, before, now, rest),
            _with_confidence(back, forward, now, before, rest),
        )

    def _both_flows(self, before: Any, now: Any) -> tuple[Any, Any, Any, Any]:
        """The flow in both directions, and both frames at the size at which it is computed."""
        scale = min(1.0, (self._max_side or max(now.shape)) / max(now.shape))
        size = max(_LEAST, round(now.shape[1] * scale)), max(_LEAST, round(now.shape[0] * scale))
        if size != now.shape[::-1]:
            before, now = (cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in (before, now))
        return self._flow.calc(now, before, None), self._flow.calc(before, now, None), before, now


def _with_confidence(
    flow: Any, reverse_flow: Any, before: NDArray[np.uint8], now: NDArray[np.uint8], rest: Floats
) -> Motion:
    """Confidence is high where the reverse flow leads back to the start, and where brightness matches.

    rest: (H, W) difference of brightness without any motion.
    """
    height, width = now.shape
    x, y = _source_positions(flow, height, width)
    moved = cv2.remap(before, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    difference = _difference(moved, now)
    returned = cv2.remap(reverse_flow, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cv2.add(returned, flow, dst=returned)
    miss = cv2.multiply(returned, returned, scale=1 / _ROUND_TRIP**2)
    # In flat areas the flow is random, and explains grain better than rest does. Such pixels must keep a flow of 0.
    noise = np.float32(min(float(np.median(difference)), _MAX_GRAIN))
    moves: Any = rest * np.float32(1 - _NOISE) > difference + (np.float32(_STILL_MARGIN) + noise)
    flow = cv2.copyTo(flow, moves.view(np.uint8))  # 0 where nothing moves
    doubt = (miss[..., 0] + miss[..., 1]) * moves
    inside = (x >= -0.5) & (x <= width - 0.5) & (y >= -0.5) & (y <= height - 0.5)
    mismatch = np.maximum(np.where(moves, difference, rest) - noise, 0) * np.float32(1 / _BRIGHTNESS)
    confidence = cv2.exp(-(doubt + mismatch * mismatch))
    confidence *= inside | ~moves
    return Motion(flow, np.asarray(confidence, np.float32))


def _difference(one: Any, other: Any) -> Floats:
    """(H, W) mean difference of brightness around each pixel."""
    return np.asarray(cv2.blur(cv2.absdiff(one, other).astype(np.float32), (5, 5)), np.float32)


def move(planes: Floats, flow: Floats) -> Floats:
    """(H, W, C) planes of one frame, moved along the (H, W, 2) flow to the next frame; by linear interpolation."""
    x, y = _source_positions(flow, flow.shape[0], flow.shape[1])
    return np.asarray(cv2.remap(planes, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def sample(planes: Floats, positions: Floats) -> Floats:
    """(h, w[, C]) planes at (H, W, 2) positions x, y in their pixels → (H, W[, C])."""
    x, y = np.ascontiguousarray(positions[..., 0]), np.ascontiguousarray(positions[..., 1])
    return np.asarray(cv2.remap(planes, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


@lru_cache(maxsize=8)
def _grid(height: int, width: int) -> tuple[Floats, Floats]:
    """x and y of every pixel, (height, width) each."""
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return x, y


def _source_positions(flow: Floats, height: int, width: int) -> tuple[Floats, Floats]:
    """x and y in the previous frame of each pixel of a (height, width) grid, in pixels of that grid."""
    rows, columns = flow.shape[:2]
    if (rows, columns) != (height, width):
        flow = np.asarray(cv2.resize(flow, (width, height), interpolation=cv2.INTER_AREA), np.float32)
        flow = flow * np.array([width / columns, height / rows], np.float32)
    x, y = _grid(height, width)
    return x + flow[..., 0], y + flow[..., 1]
