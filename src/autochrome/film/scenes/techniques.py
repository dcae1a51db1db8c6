"""Other known techniques, for comparison with the default detector."""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from autochrome.errors import ExtraMissing
from autochrome.film.scenes.detector import GreyFrame, SceneDetector
from autochrome.types import Floats


class _Pairwise(SceneDetector):
    """Compares each frame with the one before it. A score above `threshold` is a cut."""

    def __init__(self) -> None:
        self._count = 0
        self._before: Any = None

    def process_frame(self, frame: GreyFrame) -> list[int]:
        now = self._features(frame)
        self.score = 0.0 if self._before is None else self._difference(self._before, now)
        number, self._before = self._count, now
        self._count += 1
        return [number] if number and self.score > self.threshold else []

    def _features(self, frame: GreyFrame) -> Any:
        """What of a frame is needed for the next comparison."""
        return frame

    def _difference(self, before: Any, now: Any) -> float:
        raise NotImplementedError


def level_histogram(frame: GreyFrame) -> Floats:
    """(H, W) → (256,): the histogram of grey levels, minus its mean, scaled to length 1.

    A histogram of hue and saturation is useless here: it is the same for every grey frame.
    """
    counts = np.bincount(frame.ravel(), minlength=256).astype(np.float32)
    counts -= counts.mean()
    return counts / max(float(np.linalg.norm(counts)), 1e-6)


class Histogram(_Pairwise):
    """1 − correlation of the histograms of grey levels."""

    threshold = 0.3

    def _features(self, frame: GreyFrame) -> Any:
        return level_histogram(frame)

    def _difference(self, before: Any, now: Any) -> float:
        return 1 - float(before @ now)


@lru_cache(maxsize=8)
def _windows(length: int) -> Floats:
    """(about length / 2, length): Gaussian windows of 11 pixels, σ 1.5, at every second pixel where one fits."""
    middles = np.arange(5, max(6, length - 5), 2)[:, None]
    distance = np.abs(np.arange(length) - middles)
    weights = np.exp(-0.5 * (distance / 1.5) ** 2) * (distance <= 5)
    return np.asarray(weights / weights.sum(1, keepdims=True), np.float32)


class _Windowed(NamedTuple):
    """A frame and its means in windows. They serve two comparisons, so they are computed once."""

    grey: Floats
    mean: Floats
    square: Floats


def _mean(plane: Floats) -> Floats:
    height, width = plane.shape
    return np.asarray(_windows(height) @ plane @ _windows(width).T, np.float32)


def windowed(frame: GreyFrame) -> _Windowed:
    """The frame with its means and the means of its squares."""
    grey = frame.astype(np.float32)
    return _Windowed(grey, _mean(grey), _mean(grey * grey))


def structure(before: _Windowed, now: _Windowed) -> float:
    """SSIM of two frames (11×11, σ 1.5) over every second window: nearly the SSIM of all, in a quarter of the time."""
    c1, c2 = 6.5025, 58.5225  # (0.01 · 255)², (0.03 · 255)²
    both, squares = before.mean * now.mean, before.mean**2 + now.mean**2
    covariance = _mean(before.grey * now.grey) - both
    spread = before.square + now.square - squares
    return float((((2 * both + c1) * (2 * covariance + c2)) / ((squares + c1) * (spread + c2))).mean())


class Structure(_Pairwise):
    """1 − SSIM."""

    threshold = 0.6

    def _features(self, frame: GreyFrame) -> Any:
        return windowed(frame)

    def _difference(self, before: Any, now: Any) -> float:
        return 1 - structure(before, now)


class Thesis(_Pairwise):
    """Histogram correlation below one limit and SSIM below another. The score is 1 − SSIM, or 0 if histograms match."""

    threshold = 0.5

    def __init__(self, correlation: float = 0.997, ssim: float = 0.5) -> None:
        super().__init__()
        self._correlation, self._ssim = correlation, ssim

    def _features(self, frame: GreyFrame) -> Any:
        return level_histogram(frame), windowed(frame)

    def _difference(self, before: Any, now: Any) -> float:
        if float(before[0] @ now[0]) >= self._correlation:
            return 0.0
        return (1 - structure(before[1], now[1])) * self.threshold / (1 - self._ssim)


class Orb(_Pairwise):
    """1 − the fraction of ORB key points that are found again; 0 for frames without key points."""

    threshold = 0.9
    _patch = 16  # pixels; OpenCV fails on frames that are smaller than two patches

    def __init__(self) -> None:
        super().__init__()
        try:
            import cv2
        except ImportError as error:
            raise ExtraMissing("The detector 'orb' needs OpenCV: pip install 'autochrome[lab]'.") from error
        self._orb: Any = cv2.ORB.create(
            nfeatures=300, edgeThreshold=8, patchSize=self._patch, fastThreshold=10
        )
        self._matcher = cv2.BFMatcher(cv2.NORM_HAMMING)

    def _features(self, frame: GreyFrame) -> Any:
        return self._orb.detectAndCompute(frame, None)[1] if min(frame.shape) >= 2 * self._patch else None

    def _difference(self, before: Any, now: Any) -> float:
        if before is None or now is None or min(len(before), len(now)) < 8:
            return 0.0
        pairs = self._matcher.knnMatch(now, before, k=2)
        again = sum(len(pair) == 2 and pair[0].distance < 0.75 * pair[1].distance for pair in pairs)
        return 1 - again / len(pairs)


class Scdet(_Pairwise):
    """FFmpeg's filter `scdet`: the mean absolute difference or its change, whichever is less, in percent."""

    threshold = 10.0

    def __init__(self) -> None:
        super().__init__()
        self._difference_before = 0.0

    def _difference(self, before: Any, now: Any) -> float:
        gap = float(np.abs(now.astype(np.int16) - before).mean()) / 2.56
        change, self._difference_before = abs(gap - self._difference_before), gap
        return min(gap, change)
