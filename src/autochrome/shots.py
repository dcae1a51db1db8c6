"""Memory inside one shot: colour that goes along with the motion, and that the looks before and after agree upon.

The network looks at a frame now and then, always alone: what was painted before is never shown to it again, so that no
mistake feeds the next. Each answer is carried along the motion both ways in time. The colour of a place is the mean of
what earlier and later looks say of it, each worth as much as the motion on its way can be trusted. So nothing jumps
where the network changes its mind, and what comes into view has its colour from the start. Where motion loses track, as
in a dissolve, the network is asked sooner, and colour goes from one answer to the next frame by frame.

Later looks have to be waited for: colours are settled some frames behind the newest one. A new shot is a new memory.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from autochrome.motion import Motion, MotionFinder
from autochrome.planes import Chroma, Floats

AHEAD = 40  # frames that are looked ahead before a colour is settled; as many are settled at once
_HASTE = 4  # a share of them the first time, then more and more: whoever encodes has waited long enough
_LOOK = 96  # pixels at the long side of the pictures in which motion is looked for
_SOUND = np.float32(0.6)  # trust from which nothing is forgotten: grain and a little blur are no change
_WORN = 0.6  # share of the trust that is left when the network is asked before its turn
_SOONER = 4  # at most so many times as often
_SURPRISE = 30.0  # a*b*: an answer so far from what is known halves what that counts for
_APART = 40.0  # a*b*: where looks before and after are so far apart, nearness in time is half of what counts
_LEAST = np.float32(1e-6)  # evidence that keeps a colour where nothing is known of any


@dataclass(frozen=True, slots=True)
class _Known:
    """What some frames of the shot say of one of them."""

    color: Chroma  # (h, w, 2) a*b*
    evidence: Floats  # (h, w) looks
    bounds: Floats  # (2, 2): the least and the most there is of a*, and of b*

    def carried(self, motion: Motion) -> "_Known":
        """What they say of the frame that the motion leads to: no colour that they do not have."""
        height, width = self.evidence.shape
        color = motion.carry(self.color, height, width)
        for channel, (least, most) in enumerate(self.bounds):
            color[..., channel].clip(least, most, out=color[..., channel])
        trust = motion.trust(height, width)
        evidence = motion.carry(self.evidence, height, width, sharp=False)
        evidence *= np.minimum(trust / _SOUND, np.float32(1))
        return _Known(color, np.maximum(evidence, _LEAST, out=evidence), self.bounds)

    def with_look(self, answer: Chroma, looks: float) -> "_Known":
        """And what the network says of it. looks: so many are remembered."""
        news = answer - self.color
        evidence = self.evidence * _likeness(news, _SURPRISE) + 1
        color = self.color + news / evidence[..., None]
        pairs = np.ascontiguousarray(color.reshape(-1, 2).T)
        bounds = np.stack((pairs.min(axis=1), pairs.max(axis=1)), axis=1)
        return _Known(color, np.minimum(evidence, np.float32(looks)), bounds)


@dataclass(slots=True)
class _Moment:
    """One frame that waits for its colour to be settled."""

    there: Motion | None = None  # from the frame before
    back: Motion | None = None  # to it
    answer: Callable[[], Chroma] | None = None  # what the network says of it, if it was asked
    since: int = 0  # frames since the last look
    until: int = 0  # and to the next one
    past: _Known | None = None  # what looks up to here say of it
    future: _Known | None = None  # and later ones, as far as there are any yet
    guess: Chroma | None = None  # its colour, as far as could be told when the frames before were settled

    @property
    def color(self) -> Chroma:
        if self.past is None:
            raise RuntimeError("the memory was asked for colour before it had learnt any")
        if self.future is None:
            return self.past.color
        change = self.future.color - self.past.color
        apart = 1 - _likeness(change, _APART)
        gone = np.float32(self.since / (self.since + self.until))  # of the time from look to look
        before = self.past.evidence * (1 - apart * gone)
        after = self.future.evidence * (1 - apart * (1 - gone))
        mixed: Chroma = self.past.color + change * (after / (before + after))[..., None]
        return mixed


class ShotMemory:
    """The colour of one shot. `follow` each frame, `learn` where it `wants_look`; take `settled`, at last `rest`."""

    def __init__(self, every: int, looks: float, ahead: int = AHEAD) -> None:
        """every: frames from look to look; looks: so many are remembered; ahead: frames before a colour is settled."""
        self._every, self._most, self._ahead = every, looks, ahead
        self._at_once = max(1, ahead // _HASTE)
        self._finder = MotionFinder(longest=_LOOK)
        self._before: NDArray[np.uint8] | None = None
        self._waiting: deque[_Moment] = deque()  # frames that are not settled
        self._since = every  # frames since the last look
        self._held = 1.0  # the share of the trust then that motion has not lost since

    def follow(self, small: NDArray[np.uint8]) -> None:
        """The next frame: (H, W) grey, the same size in all of the shot."""
        moment = _Moment()
        if self._before is not None:
            moment.there, moment.back = self._finder.both_ways(self._before, small)
            self._held *= float(moment.there.sure.mean())
        self._before = small
        self._since += 1
        moment.since = self._since
        self._waiting.append(moment)

    @property
    def wants_look(self) -> bool:
        """Whether it is the newest frame's turn to be seen by the network."""
        return self._since >= (self._every if self._held > _WORN else self._every // _SOONER)

    @property
    def ends_unseen(self) -> bool:
        """Whether the newest frame was not seen; if it is the last of the shot, it should be."""
        return self._since > 0

    def learn(self, answer: Callable[[], Chroma]) -> None:
        """What the network says of the newest frame, (h, w, 2) a*b*. It is asked for when colours are settled."""
        self._waiting[-1].answer = answer
        self._waiting[-1].since = self._since = 0
        self._held = 1.0

    def settled(self) -> Iterator[Chroma]:
        """(h, w, 2) a*b* of the next frames in order; none yet, or several at once."""
        if len(self._waiting) >= self._ahead + self._at_once:
            yield from self._settle(self._at_once)

    def rest(self) -> Iterator[Chroma]:
        """The same of all frames that still wait: the shot has ended."""
        yield from self._settle(len(self._waiting))

    def _settle(self, count: int) -> Iterator[Chroma]:
        self._look_ahead()
        self._look_back()
        for number in range(count):
            moment = self._waiting.popleft()
            color = moment.color
            if moment.guess is not None:  # no jump from what the last settled frame knew to what is known now
                share = np.float32(min(1, (number + 1) / self._at_once))
                color = moment.guess + (color - moment.guess) * share
            yield color
        self._at_once = min(2 * self._at_once, self._ahead)
        for moment in islice(self._waiting, self._at_once):  # by the next of them all is let in
            moment.guess = moment.color

    def _look_ahead(self) -> None:
        """Carry all looks forward in time, each to the frames after it."""
        known: _Known | None = None
        for moment in self._waiting:
            if moment.past is None:
                moment.past = self._learnt(_carried(known, moment.there), moment)
            known = moment.past

    def _look_back(self) -> None:
        """Carry them back, each to the frames before it."""
        known: _Known | None = None
        until = 1
        for moment in reversed(self._waiting):
            moment.future, moment.until = known, until
            until = 1 if moment.answer else until + 1
            known = _carried(self._learnt(known, moment), moment.back)

    def _learnt(self, known: _Known | None, moment: _Moment) -> _Known | None:
        """What is known of it, and what the network says, if it was asked."""
        if moment.answer is None:
            return known
        answer = moment.answer()
        return (known or _nothing(answer)).with_look(answer, self._most)


def _carried(known: _Known | None, motion: Motion | None) -> _Known | None:
    """Nothing, where there is nothing to carry or no way."""
    return known.carried(motion) if known and motion else None


def _likeness(change: Chroma, half: float) -> Floats:
    """(h, w, 2) → (h, w): 1 where a*b* is the same, ½ where it changes by so much, soon 0 beyond."""
    away = (change * change).sum(axis=2) * np.float32(half**-2)
    likeness: Floats = 1 / (1 + away * away)
    return likeness


def _nothing(like: Chroma) -> _Known:
    """Of a picture as large as this one."""
    return _Known(np.zeros_like(like), np.zeros(like.shape[:2], np.float32), np.zeros((2, 2), np.float32))
