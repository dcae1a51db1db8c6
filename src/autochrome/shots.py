"""Memory inside one shot: colour that goes along with the motion, and that the looks before and after agree upon.

The network looks at a frame now and then, always alone: what was painted before is never shown to it again, so that no
mistake feeds the next. Each answer is carried along the motion both ways in time. The colour of a place is the mean of
what earlier and later looks say of it, each worth as much as the motion on its way can be trusted. So nothing jumps
where the network changes its mind, and what comes into view has its colour from the start.

Later looks have to be waited for: colours are settled some frames behind the newest one. A new shot is a new memory.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from autochrome.motion import Motion, MotionFinder
from autochrome.planes import Chroma, Floats

AHEAD = 48  # frames that are looked ahead before a colour is settled; then half as many are settled at once
_LOOK = 96  # pixels at the long side of the pictures in which motion is looked for
_FADE = np.float32(0.25)  # power of the trust by which evidence fades: grain and a little blur are no change
_SURPRISE = 16.0  # a*b*: an answer so far from what is known halves what that counts for, as in a dissolve
_LEAST = np.float32(1e-6)  # evidence that keeps a colour where nothing is known of any


@dataclass(frozen=True, slots=True)
class _Way:
    """From one frame to the next, or back."""

    motion: Motion
    fade: Floats  # (h, w) 0…1: what is left of evidence

    @classmethod
    def along(cls, motion: Motion, height: int, width: int) -> "_Way":
        return cls(motion, motion.trust(height, width) ** _FADE)


@dataclass(frozen=True, slots=True)
class _Known:
    """What some frames of the shot say of one of them."""

    color: Chroma  # (h, w, 2) a*b*
    evidence: Floats  # (h, w) looks
    bounds: Floats  # (2, 2): the least and the most there is of a*, and of b*

    def carried(self, way: _Way) -> "_Known":
        """What they say of the frame that the way leads to: no colour that they do not have."""
        height, width = way.fade.shape
        color = way.motion.carry(self.color, height, width)
        for channel, (least, most) in enumerate(self.bounds):
            color[..., channel].clip(least, most, out=color[..., channel])
        evidence = way.motion.carry(self.evidence, height, width, sharp=False) * way.fade
        return _Known(color, np.maximum(evidence, _LEAST, out=evidence), self.bounds)

    def with_look(self, answer: Chroma, looks: float) -> "_Known":
        """And what the network says of it. looks: so many are remembered."""
        news = answer - self.color
        away = (news * news).sum(axis=2) * np.float32(_SURPRISE**-2)
        evidence = self.evidence / (1 + away) + 1
        color = self.color + news / evidence[..., None]
        pairs = np.ascontiguousarray(color.reshape(-1, 2).T)
        bounds = np.stack((pairs.min(axis=1), pairs.max(axis=1)), axis=1)
        return _Known(color, np.minimum(evidence, np.float32(looks)), bounds)


@dataclass(slots=True)
class _Moment:
    """One frame that waits for its colour to be settled."""

    back: _Way | None = None  # to the frame before
    answer: Chroma | None = None  # what the network said of it, if it was asked
    past: _Known | None = None  # what looks up to here say of it
    future: _Known | None = None  # and later ones, as far as there are any yet
    guess: Chroma | None = None  # its colour, as far as could be told when the frames before were settled

    @property
    def color(self) -> Chroma:
        if self.past is None:
            raise RuntimeError("the memory was asked for colour before it had learnt any")
        if self.future is None:
            return self.past.color
        weight = self.future.evidence / (self.past.evidence + self.future.evidence)
        return self.past.color + (self.future.color - self.past.color) * weight[..., None]


class ShotMemory:
    """The colour of one shot. `follow` each frame, `learn` where it `wants_look`; take `settled`, at last `rest`."""

    def __init__(self, every: int, looks: float, ahead: int = AHEAD) -> None:
        """every: frames from look to look; looks: so many are remembered; ahead: frames before a colour is settled."""
        self._every, self._most = every, looks
        self._ahead, self._at_once = ahead, max(1, ahead // 2)
        self._finder = MotionFinder(longest=_LOOK)
        self._before: NDArray[np.uint8] | None = None
        self._newest = _Moment()
        self._waiting: deque[_Moment] = deque()  # frames that are not settled
        self._since = 0  # frames since the last look

    def follow(self, small: NDArray[np.uint8]) -> None:
        """The next frame: (H, W) grey, the same size in all of the shot. What is known goes where it is now."""
        moment = _Moment()
        known = self._newest.past
        if self._before is not None and known is not None:
            there, back = self._finder.both_ways(self._before, small)
            height, width = known.evidence.shape
            moment.past = known.carried(_Way.along(there, height, width))
            moment.back = _Way.along(back, height, width)
        self._before, self._newest = small, moment
        self._waiting.append(moment)
        self._since += 1

    @property
    def wants_look(self) -> bool:
        """Whether it is the newest frame's turn to be seen by the network."""
        return self._newest.past is None or self._since >= self._every

    @property
    def ends_unseen(self) -> bool:
        """Whether the newest frame was not seen; if it is the last of the shot, it should be."""
        return self._since > 0

    def learn(self, answer: Chroma) -> None:
        """What the network says of the newest frame, (h, w, 2) a*b*."""
        moment, self._since = self._newest, 0
        moment.answer = answer
        moment.past = (moment.past or _nothing(answer)).with_look(answer, self._most)

    def settled(self) -> Iterator[Chroma]:
        """(h, w, 2) a*b* of the next frames in order; none yet, or several at once."""
        if len(self._waiting) >= self._ahead + self._at_once:
            yield from self._settle(self._at_once)

    def rest(self) -> Iterator[Chroma]:
        """The same of all frames that still wait: the shot has ended."""
        yield from self._settle(len(self._waiting))

    def _settle(self, count: int) -> Iterator[Chroma]:
        self._look_back()
        for number in range(count):
            moment = self._waiting.popleft()
            color = moment.color
            if moment.guess is not None:  # no jump from what the last settled frame knew to what is known now
                share = np.float32(min(1, (number + 1) / self._at_once))
                color = moment.guess + (color - moment.guess) * share
            yield color
        for moment in islice(self._waiting, self._at_once):  # by the next of them all is let in
            moment.guess = moment.color

    def _look_back(self) -> None:
        """Carry all looks back in time, each to the frames before it."""
        known: _Known | None = None
        for moment in reversed(self._waiting):
            moment.future = known
            if moment.answer is not None:
                known = (known or _nothing(moment.answer)).with_look(moment.answer, self._most)
            if known is not None and moment.back is not None:
                known = known.carried(moment.back)


def _nothing(like: Chroma) -> _Known:
    """Of a picture as large as this one."""
    return _Known(np.zeros_like(like), np.zeros(like.shape[:2], np.float32), np.zeros((2, 2), np.float32))
