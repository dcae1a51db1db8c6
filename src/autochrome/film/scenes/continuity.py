"""The default detector: does the content go on, apart from camera motion and changes of brightness?"""

from collections import deque
from functools import lru_cache
from math import sqrt

import numpy as np

from autochrome.color.resize import area_weights
from autochrome.film.scenes.detector import GreyFrame, SceneDetector
from autochrome.types import Floats

HEIGHT, WIDTH = 48, 64  # pixels at which frames are compared
MIN_SIMILARITY = 0.5  # unrelated frames reach 0.5 at most; neighbours in a shot stay above 0.7
MIN_DROP = 0.2  # similarity: at a cut it is this much lower than in the frames around
MIN_DETAIL = 2.0  # grey levels: a frame with less detail is blank
_NOISE = 6.0  # (grey levels)²: weaker detail is noise and does not count as a difference
_MIN_OVERLAP = 0.35  # fraction of the frame that two frames of one pan have in common, at least


@lru_cache(maxsize=8)
def _band_pass(new: int, old: int) -> tuple[Floats, Floats]:
    """Two (new, old) matrices for one axis: one shrinks it, the other gives means over nine shrunk pixels."""
    shrink = area_weights(new, old)
    pixels = np.arange(new)
    near = np.abs(pixels[:, None] - pixels) <= 4
    return shrink, np.asarray(near / near.sum(1, keepdims=True) @ shrink, np.float32)


def detail(frame: GreyFrame) -> Floats:
    """(H, W) → (≤48, ≤64): the frame without wide shades and without noise. A flash or a fade makes it weaker only."""
    height, width = frame.shape
    sharp_y, wide_y = _band_pass(min(HEIGHT, height), height)
    sharp_x, wide_x = _band_pass(min(WIDTH, width), width)
    grey = frame.astype(np.float32)
    return np.asarray(sharp_y @ grey @ sharp_x.T - wide_y @ grey @ wide_x.T, np.float32)


def _correlation(one: Floats, other: Floats) -> float:
    """Correlation of the same pixels in two frames; 1 for the same image at any contrast."""
    one, other = one - one.mean(), other - other.mean()
    both, first, second = (float((x * y).mean()) for x, y in ((one, other), (one, one), (other, other)))
    return (both + _NOISE) / (sqrt(first * second) + _NOISE)


@lru_cache(maxsize=4)
def _overlaps(height: int, width: int) -> Floats:
    """(2H, 2W): how many pixels two frames share at each shift; 0 where they share too few."""
    rows, columns = (n - np.abs(np.fft.fftfreq(2 * n, 1 / (2 * n))) for n in (height, width))
    shared = np.outer(rows, columns).astype(np.float32)
    return np.where(shared >= _MIN_OVERLAP * height * width, shared, 0)


def _best_shift(one: Floats, other: Floats) -> tuple[int, int]:
    """The shift down and right at which `other` fits best on `one`."""
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
    """How similar the `detail` of two frames is, 0…1, also if the camera moves between them."""
    unmoved = _correlation(one, other)
    if unmoved > MIN_SIMILARITY:
        return unmoved
    down, right = _best_shift(one, other)
    height, width = one.shape
    first = one[max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)]
    second = other[max(-down, 0) : height + min(-down, 0), max(-right, 0) : width + min(-right, 0)]
    return max(unmoved, _correlation(first, second))


class Continuity(SceneDetector):
    """A cut is where the content stops suddenly and does not come back.

    Suddenly: similarity drops below that of the frames around, so whip pans and a shaking camera are no cuts. Does not
    come back: none of the next frames is similar to one before, so flashes, dropouts and passers-by are no cuts. Blank
    frames are skipped: the first frame after black is compared with the last one before.
    """

    lookahead = 5
    threshold = 1 - MIN_SIMILARITY

    def __init__(self) -> None:
        self._count = 0
        self._last_cut = -self.lookahead
        self._frames: deque[tuple[int, Floats, float]] = deque(maxlen=2 * self.lookahead + 2)
        """Number, detail, and similarity to the frame before, without blank frames."""
        self._candidates: deque[int] = deque()  # frames unlike the one before, not decided yet

    def process_frame(self, frame: GreyFrame) -> list[int]:
        number, now = self._count, detail(frame)
        self._count += 1
        if now.std() >= MIN_DETAIL:
            similar = similarity(self._frames[-1][1], now) if self._frames else 1.0
            self._frames.append((number, now, similar))
            self.score = 1 - similar
            if similar < MIN_SIMILARITY:
                self._candidates.append(number)
        else:
            self.score = 0.0
        return self._decide(number - self.lookahead)

    def finish(self) -> list[int]:
        return self._decide(self._count)

    def _decide(self, until: int) -> list[int]:
        """Decide about the candidates up to this number. All frames that count around them are known by now."""
        cuts = []
        while self._candidates and self._candidates[0] <= until:
            number = self._candidates.popleft()
            if number - self._last_cut > 2 and self._is_sudden(number) and self._is_final(number):
                self._last_cut = number
                cuts.append(number)
        return cuts

    def _is_sudden(self, number: int) -> bool:
        similar = next(similar for n, _, similar in self._frames if n == number)
        around = [similar for n, _, similar in self._frames if n != number]
        return not around or float(np.median(around)) - similar >= MIN_DROP

    def _is_final(self, number: int) -> bool:
        before = [frame for n, frame, _ in self._frames if number - self.lookahead <= n < number]
        before = before or [frame for n, frame, _ in self._frames if n < number][-1:]  # black lies between
        after = [frame for n, frame, _ in self._frames if n >= number]
        return not any(similarity(old, new) >= MIN_SIMILARITY for old in before for new in after)
