"""The memory of one shot: predictions of single frames become steady colour for every frame.

The network predicts some frames of a shot, each one alone. It never gets earlier output as input, so an error cannot
feed the next one. Each prediction is carried along the motion, forward and backward in time. The chroma of a pixel is
the mean of the predictions before and after it, weighted by the confidence of the motion between. So colour does not
jump when the network changes its output, and a new object has its colour from its first frame on.

The grey values of the predicted frame are carried along too. If few of them are still the same at the next prediction,
as in a dissolve, the image is another one: earlier predictions are forgotten, and between the two predictions the
colour changes from one to the other frame by frame. If the motion becomes unreliable, the next prediction comes sooner.

A frame must wait for later predictions, so its chroma is settled some frames behind the newest frame. A new shot needs
a new memory.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autochrome.color.resize import resize
from autochrome.film.motion import Motion, MotionFinder
from autochrome.types import Chroma, Floats

PairMotion: TypeAlias = Callable[[NDArray[np.uint8], NDArray[np.uint8]], tuple[Motion, Motion]]
"""Two neighbour frames, (H, W) grey → the motion from the first to the second, and back."""
LOOKAHEAD = 40  # frames behind the newest one at which chroma is settled; as many are settled at once
_FIRST_FRACTION = 4  # the first time, LOOKAHEAD / 4 frames are settled, so that the encoder can start early
_MOTION_SIDE = 96  # pixels at the long side of the frames in which motion is found
_RELIABLE = np.float32(0.6)  # motion confidence from which nothing is forgotten: noise and blur are no change
_WORN = 0.6  # when this fraction of the confidence is left, the next prediction comes sooner
_SOONER = 4  # it comes at most so many times as often
_GREY_CHANGE = 12.0  # code values of 256: at this difference half of a pixel's content counts as changed
_CHANGED, _UNCHANGED = (
    0.5,
    0.75,
)  # fraction of unchanged pixels at which all is forgotten, and at which nothing is
_MIN_WEIGHT = np.float32(1e-6)  # keeps a colour where there is no reliable prediction at all


@dataclass(frozen=True, slots=True)
class _Estimate:
    """What predictions from one direction of time say about one frame."""

    planes: Floats  # (h, w, 3): grey value as in the latest predicted frame, a*, b*
    weight: Floats  # (h, w), in predictions
    limits: Floats  # (3, 2): least and greatest value of each plane

    @classmethod
    def of(cls, planes: Floats, weight: Floats) -> Self:
        rows = np.ascontiguousarray(planes.reshape(-1, 3).T)
        return cls(planes, weight, np.stack((rows.min(axis=1), rows.max(axis=1)), axis=1))

    @property
    def chroma(self) -> Chroma:
        return self.planes[..., 1:]

    def carried(self, motion: Motion) -> "_Estimate":
        """The estimate moved to the neighbour frame. Values stay inside their limits."""
        height, width = self.weight.shape
        planes = motion.carry(self.planes, height, width)
        for channel, (least, most) in enumerate(self.limits):
            planes[..., channel].clip(least, most, out=planes[..., channel])
        confidence = motion.confidence_at(height, width)
        weight = motion.carry(self.weight, height, width, sharp=False)
        weight *= np.minimum(confidence / _RELIABLE, np.float32(1))
        return _Estimate(planes, np.maximum(weight, _MIN_WEIGHT, out=weight), self.limits)

    def with_prediction(self, prediction: Floats, max_weight: float) -> "_Estimate":
        """Add a prediction, (h, w, 3) with the grey values. max_weight: more predictions than this do not count."""
        change = prediction - self.planes
        weight = self.weight * np.float32(_unchanged(change[..., 0], self.weight)) + 1
        planes = self.planes + change / weight[..., None]
        planes[..., 0] = prediction[..., 0]
        return _Estimate.of(planes, np.minimum(weight, np.float32(max_weight)))


@dataclass(slots=True)
class _WaitingFrame:
    """One frame whose chroma is not settled yet."""

    grey: NDArray[np.uint8]  # (H, W)
    forward: Motion | None = None  # motion from the previous frame
    backward: Motion | None = None  # motion to the previous frame
    # (h, w, 3): grey values and predicted chroma, if there is one
    prediction: Callable[[], Floats] | None = None
    since: int = 0  # frames since the last predicted frame
    until: int = 0  # frames to the next predicted frame
    past: _Estimate | None = None  # from predictions up to this frame
    future: _Estimate | None = None  # from later predictions, as far as there are any
    provisional: Chroma | None = None  # its chroma, as computed when the frames before it were settled

    @property
    def chroma(self) -> Chroma:
        """(h, w, 2) a*b* from the predictions before and after."""
        if self.past is None:
            raise RuntimeError("A shot memory needs a prediction before it can settle chroma.")
        if self.future is None:
            return self.past.chroma
        change = self.future.planes - self.past.planes
        before, after = self.past.weight, self.future.weight
        fraction = after / (before + after)
        certain = np.minimum(np.minimum(before, after), np.float32(1))
        elapsed = np.float32(
            self.since / (self.since + self.until)
        )  # fraction of the time between two predictions
        fraction += certain * np.float32(1 - _unchanged(change[..., 0], certain)) * (elapsed - fraction)
        mixed: Chroma = self.past.chroma + change[..., 1:] * fraction[..., None]
        return mixed


class ShotMemory:
    """The steady chroma of one shot.

    Call `add_frame` for each frame and `add_prediction` where it `wants_prediction`. Take the chroma of finished
    frames from `settle`, and of the last frames from `finish`.
    """

    def __init__(
        self,
        every: int,
        max_predictions: float,
        lookahead: int = LOOKAHEAD,
        find_motion: PairMotion | None = None,
    ) -> None:
        """every: frames between two predictions. max_predictions: how many are remembered, at most.

        lookahead: frames behind the newest one at which chroma is settled. find_motion: `memory_motion()` by default.
        """
        self._every, self._max_weight, self._lookahead = every, max_predictions, lookahead
        self._batch = max(1, lookahead // _FIRST_FRACTION)
        self._find_motion = find_motion or memory_motion()
        self._waiting: deque[_WaitingFrame] = deque()
        self._confidence = 1.0  # of the motion since the last prediction

    def add_frame(self, grey: NDArray[np.uint8]) -> None:
        """Add the next frame: (H, W) grey, of one size in the whole shot."""
        frame = _WaitingFrame(grey, since=self._every)  # the first frame of a shot is always predicted
        if self._waiting:
            before = self._waiting[-1]
            frame.forward, frame.backward = self._find_motion(before.grey, grey)
            frame.since = before.since + 1
            self._confidence *= float(frame.forward.confidence.mean())
        self._waiting.append(frame)

    @property
    def wants_prediction(self) -> bool:
        """Whether the network should predict the newest frame."""
        due = self._every if self._confidence > _WORN else self._every // _SOONER
        return self._waiting[-1].since >= due

    @property
    def newest_is_unpredicted(self) -> bool:
        """Whether the newest frame has no prediction. The last frame of a shot should have one."""
        return self._waiting[-1].since > 0

    def add_prediction(self, chroma: Callable[[], Chroma]) -> None:
        """Add the prediction of the newest frame, (h, w, 2) a*b*. It is called when chroma is settled."""
        newest = self._waiting[-1]
        newest.prediction = cache(lambda grey=newest.grey: _with_grey(grey, chroma()))
        newest.since = 0
        self._confidence = 1.0

    def settle(self) -> Iterator[Chroma]:
        """(h, w, 2) a*b* of the next finished frames, in order. There may be none, or several at once."""
        if len(self._waiting) >= self._lookahead + self._batch:
            yield from self._settle(self._batch)

    def finish(self) -> Iterator[Chroma]:
        """(h, w, 2) a*b* of all frames that still wait. Call it at the end of the shot."""
        yield from self._settle(len(self._waiting))

    def _settle(self, count: int) -> Iterator[Chroma]:
        self._carry_forward()
        self._carry_backward()
        for number in range(count):
            frame = self._waiting.popleft()
            chroma = frame.chroma
            if (
                frame.provisional is not None
            ):  # no jump from the frames that were settled with fewer predictions
                fraction = np.float32(min(1, (number + 1) / self._batch))
                chroma = frame.provisional + (chroma - frame.provisional) * fraction
            yield chroma
        self._batch = min(2 * self._batch, self._lookahead)
        for frame in islice(self._waiting, self._batch):
            frame.provisional = frame.chroma

    def _carry_forward(self) -> None:
        """Carry all predictions to later frames."""
        estimate: _Estimate | None = None
        for frame in self._waiting:
            if frame.past is None:
                frame.past = self._updated(_carried(estimate, frame.forward), frame)
            estimate = frame.past

    def _carry_backward(self) -> None:
        """Carry all predictions to earlier frames."""
        estimate: _Estimate | None = None
        until = 1
        for frame in reversed(self._waiting):
            frame.future, frame.until = estimate, until
            until = 1 if frame.prediction else until + 1
            estimate = _carried(self._updated(estimate, frame), frame.backward)

    def _updated(self, estimate: _Estimate | None, frame: _WaitingFrame) -> _Estimate | None:
        """The estimate with the frame's own prediction, if it has one."""
        if frame.prediction is None:
            return estimate
        prediction = frame.prediction()
        if estimate is None:
            return _Estimate.of(prediction, np.ones_like(prediction[..., 0]))
        return estimate.with_prediction(prediction, self._max_weight)


def memory_motion() -> PairMotion:
    """How a memory finds motion: fast, and exact enough to carry chroma."""
    return MotionFinder(max_side=_MOTION_SIDE).both_ways


def _carried(estimate: _Estimate | None, motion: Motion | None) -> _Estimate | None:
    """The estimate carried along the motion; None if either is missing."""
    return estimate.carried(motion) if estimate and motion else None


def _with_grey(grey: NDArray[np.uint8], chroma: Chroma) -> Floats:
    """(H, W) grey and (h, w, 2) chroma → (h, w, 3)."""
    height, width = chroma.shape[:2]
    return np.dstack((resize(grey.astype(np.float32), height, width), chroma))


def _unchanged(grey_difference: Floats, weights: Floats) -> float:
    """0…1: whether two images have the same content, from the (h, w) difference of their grey code values."""
    relative = np.square(grey_difference * np.float32(1 / _GREY_CHANGE))
    same = 1 / (1 + relative * relative)
    return float(np.interp(np.average(same, weights=weights), (_CHANGED, _UNCHANGED), (0, 1)))
