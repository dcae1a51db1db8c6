"""The default detector: does the picture go on, once its movement and its brightness are taken out?"""

from collections import deque
from functools import lru_cache
from math import sqrt

import numpy as np

from autochrome.color.resize import area_weights
from autochrome.film.scenes.detector import Frame, SceneDetector
from autochrome.types import Floats

HEIGHT, WIDTH = 48, 64  # pixels at which frames are compared
ALIKE = 0.5  # similarity: unrelated pictures reach 0.5 at most, neighbours in a film stay above 0.7
DROP = 0.2  # similarity: a cut lies at least so far below what is usual around it
BLANK = 2.0  # grey levels: a frame with less detail than this shows nothing
_GRAIN = 6.0  # (grey levels)²: detail weaker than this is noise, and no reason to see a difference
_OVERLAP = 0.35  # share of the frame that two frames of one pan have in common at least


@lru_cache(maxsize=8)
def _band(new: int, old: int) -> tuple[Floats, Floats]:
    """Two (new, old) matrices that shrink one axis: one plainly, one to means of nine of the small pixels."""
    shrink = area_weights(new, old)
    place = np.arange(new)
    near = np.abs(place[:, None] - place) <= 4
    return shrink, np.asarray(near / near.sum(1, keepdims=True) @ shrink, np.float32)


def detail(frame: Frame) -> Floats:
    """(H, W) → (≤48, ≤64): what is neither a wide shade nor grain. A flash or a fade only makes it weaker."""
    height, width = frame.shape
    sharp_y, wide_y = _band(min(HEIGHT, height), height)
    sharp_x, wide_x = _band(min(WIDTH, width), width)
    grey = frame.astype(np.float32)
    return np.asarray(sharp_y @ grey @ sharp_x.T - wide_y @ grey @ wide_x.T, np.float32)


def _correlation(one: Floats, other: Floats) -> float:
    """Of the same pixels in two pictures; 1 is the same picture, whatever its contrast."""
    one, other = one - one.mean(), other - other.mean()
    together, first, second = (float((x * y).mean()) for x, y in ((one, other), (one, one), (other, other)))
    return (together + _GRAIN) / (sqrt(first * second) + _GRAIN)


@lru_cache(maxsize=4)
def _overlaps(height: int, width: int) -> Floats:
    """(2H, 2W): how many pixels two pictures share when one is shifted so far; 0 where that is too few."""
    rows, columns = (n - np.abs(np.fft.fftfreq(2 * n, 1 / (2 * n))) for n in (height, width))
    shared = np.outer(rows, columns).astype(np.float32)
    return np.where(shared >= _OVERLAP * height * width, shared, 0)


def _shift(one: Floats, other: Floats) -> tuple[int, int]:
    """How far down and right `other` has to be moved to lie best on `one`."""
    height, width = one.shape
    spectrum = np.fft.rfft2(one, (2 * height, 2 * width)) * np.conj(
        np.fft.rfft2(other, (2 * height, 2 * width))
    )
    shared = _overlaps(height, width)
    fit = np.where(
        shared > 0, np.fft.irfft2(spectrum, (2 * height, 2 * width)) / np.sqrt(np.maximum(shared, 1)), -np.inf
    )
    down, right = np.unravel_index(int(np.argmax(fit)), fit.shape)
    return int((down + height) % (2 * height) - height), int((right + width) % (2 * width) - width)


def similarity(one: Floats, other: Floats) -> float:
    """How well one frame's `detail` goes on in another's, 0…1, where a moving camera is followed."""
    still = _correlation(one, other)
    if still > ALIKE:
        return still
    down, right = _shift(one, other)
    height, width = one.shape
    there = one[max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)]
    here = other[max(-down, 0) : height + min(-down, 0), max(-right, 0) : width + min(-right, 0)]
    return max(still, _correlation(there, here))


class Continuity(SceneDetector):
    """Ours. A cut is where the picture stops going on, suddenly and for good.

    Suddenly: more than around it, so that whip pans and shaking cameras are no cuts. For good: none of the next
    frames goes on from one before, so that flashes, dropouts and passers-by are none. Blank frames are passed over:
    a scene that comes back from black is compared with the last one that was seen.
    """

    lookahead = 5
    threshold = 1 - ALIKE

    def __init__(self) -> None:
        self._seen = 0
        self._last_cut = -self.lookahead
        self._frames: deque[tuple[int, Floats, float]] = deque(
            maxlen=2 * self.lookahead + 2
        )  # not the blank ones
        self._doubts: deque[int] = deque()  # frames unlike the one before, not yet judged

    def see(self, frame: Frame) -> list[int]:
        number, picture = self._seen, detail(frame)
        self._seen += 1
        if picture.std() >= BLANK:
            like = similarity(self._frames[-1][1], picture) if self._frames else 1.0
            self._frames.append((number, picture, like))
            self.score = 1 - like
            if like < ALIKE:
                self._doubts.append(number)
        else:
            self.score = 0.0
        return self._judge(number - self.lookahead)

    def finish(self) -> list[int]:
        return self._judge(self._seen)

    def _judge(self, until: int) -> list[int]:
        """Decide about the doubtful frames up to this number: everything around them that counts has been seen."""
        cuts = []
        while self._doubts and self._doubts[0] <= until:
            number = self._doubts.popleft()
            if number - self._last_cut > 2 and self._sudden(number) and self._for_good(number):
                self._last_cut = number
                cuts.append(number)
        return cuts

    def _sudden(self, number: int) -> bool:
        like = next(like for n, _, like in self._frames if n == number)
        around = [x for n, _, x in self._frames if n != number]
        return not around or float(np.median(around)) - like >= DROP

    def _for_good(self, number: int) -> bool:
        before = [picture for n, picture, _ in self._frames if number - self.lookahead <= n < number]
        before = before or [picture for n, picture, _ in self._frames if n < number][-1:]  # black lay between
        after = [picture for n, picture, _ in self._frames if n >= number]
        return not any(similarity(old, new) >= ALIKE for old in before for new in after)
