"""Memory inside one shot: colour that goes along with the motion, and that the looks before and after agree upon.

The network looks at a frame now and then, always alone: what was painted before is never shown to it again, so that no
mistake feeds the next. Each answer is carried along the motion both ways in time. The colour of a place is the mean of
what earlier and later looks say of it, each worth as much as the motion on its way can be trusted. So nothing jumps
where the network changes its mind, and what comes into view has its colour from the start.

The light that the network saw is carried along too. Where little of it is still there at the next look, as in a
dissolve, one picture has become another: what was known is forgotten, and between the two looks colour goes over from
the one to the other frame by frame. Where motion loses track, the network is asked sooner.

Later looks have to be waited for: colours are settled some frames behind the newest one. A new shot is a new memory.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Self

import numpy as np
from numpy.typing import NDArray

from autochrome.color.resize import resize
from autochrome.film.motion import Motion, MotionFinder
from autochrome.types import Chroma, Floats

AHEAD = 40  # frames that are looked ahead before a colour is settled; as many are settled at once
_HASTE = 4  # a share of them the first time, then more and more: whoever encodes has waited long enough
_LOOK = 96  # pixels at the long side of the pictures in which motion is looked for
_SOUND = np.float32(0.6)  # trust from which nothing is forgotten: grain and a little blur are no change
_WORN = 0.6  # share of the trust that is left when the network is asked before its turn
_SOONER = 4  # at most so many times as often
_DIMMED = 12.0  # codes of 256: a place whose light is so far from what it was is half another one
_OTHER, _SAME = 0.5, 0.75  # shares of places still there: all is forgotten, nothing is
_LEAST = np.float32(1e-6)  # evidence that keeps a colour where nothing is known of any


@dataclass(frozen=True, slots=True)
class _Known:
    """What some frames of the shot say of one of them."""

    seen: Floats  # (h, w, 3): its light as the latest of them had it, and a*b*
    evidence: Floats  # (h, w) looks
    bounds: Floats  # (3, 2): the least and the most there is of each

    @classmethod
    def of(cls, seen: Floats, evidence: Floats) -> Self:
        planes = np.ascontiguousarray(seen.reshape(-1, 3).T)
        return cls(seen, evidence, np.stack((planes.min(axis=1), planes.max(axis=1)), axis=1))

    @property
    def color(self) -> Chroma:
        return self.seen[..., 1:]

    def carried(self, motion: Motion) -> "_Known":
        """What they say of the frame that the motion leads to: no colour that they do not have."""
        height, width = self.evidence.shape
        seen = motion.carry(self.seen, height, width)
        for channel, (least, most) in enumerate(self.bounds):
            seen[..., channel].clip(least, most, out=seen[..., channel])
        trust = motion.trust(height, width)
        evidence = motion.carry(self.evidence, height, width, sharp=False)
        evidence *= np.minimum(trust / _SOUND, np.float32(1))
        return _Known(seen, np.maximum(evidence, _LEAST, out=evidence), self.bounds)

    def with_look(self, look: Floats, looks: float) -> "_Known":
        """And what the network says of it, beside its light. looks: so many are remembered."""
        news = look - self.seen
        evidence = self.evidence * np.float32(_same(news[..., 0], self.evidence)) + 1
        seen = self.seen + news / evidence[..., None]
        seen[..., 0] = look[..., 0]
        return _Known.of(seen, np.minimum(evidence, np.float32(looks)))


@dataclass(slots=True)
class _Moment:
    """One frame that waits for its colour to be settled."""

    light: NDArray[np.uint8]  # (H, W)
    there: Motion | None = None  # from the frame before
    back: Motion | None = None  # to it
    look: Callable[[], Floats] | None = None  # (h, w, 3): its light and what the network says, if asked
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
        change = self.future.seen - self.past.seen
        before, after = self.past.evidence, self.future.evidence
        share = after / (before + after)
        sure = np.minimum(np.minimum(before, after), np.float32(1))
        gone = np.float32(self.since / (self.since + self.until))  # of the time from look to look
        share += sure * np.float32(1 - _same(change[..., 0], sure)) * (gone - share)
        mixed: Chroma = self.past.color + change[..., 1:] * share[..., None]
        return mixed


class ShotMemory:
    """The colour of one shot. `follow` each frame, `learn` where it `wants_look`; take `settled`, at last `rest`."""

    def __init__(self, every: int, looks: float, ahead: int = AHEAD) -> None:
        """every: frames from look to look; looks: so many are remembered; ahead: frames before a colour is settled."""
        self._every, self._most, self._ahead = every, looks, ahead
        self._at_once = max(1, ahead // _HASTE)
        self._finder = MotionFinder(longest=_LOOK)
        self._waiting: deque[_Moment] = deque()  # frames that are not settled
        self._held = 1.0  # the share of the trust then that motion has not lost since

    def follow(self, small: NDArray[np.uint8]) -> None:
        """The next frame: (H, W) grey, the same size in all of the shot."""
        moment = _Moment(small, since=self._every)  # the first is to be seen
        if self._waiting:
            before = self._waiting[-1]
            moment.there, moment.back = self._finder.both_ways(before.light, small)
            moment.since = before.since + 1
            self._held *= float(moment.there.sure.mean())
        self._waiting.append(moment)

    @property
    def wants_look(self) -> bool:
        """Whether it is the newest frame's turn to be seen by the network."""
        return self._waiting[-1].since >= (self._every if self._held > _WORN else self._every // _SOONER)

    @property
    def ends_unseen(self) -> bool:
        """Whether the newest frame was not seen; if it is the last of the shot, it should be."""
        return self._waiting[-1].since > 0

    def learn(self, answer: Callable[[], Chroma]) -> None:
        """What the network says of the newest frame, (h, w, 2) a*b*. It is asked for when colours are settled."""
        newest = self._waiting[-1]
        newest.look = cache(lambda light=newest.light: _beside(light, answer()))
        newest.since = 0
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
            until = 1 if moment.look else until + 1
            known = _carried(self._learnt(known, moment), moment.back)

    def _learnt(self, known: _Known | None, moment: _Moment) -> _Known | None:
        """What is known of it, and what the network says, if it was asked."""
        if moment.look is None:
            return known
        look = moment.look()
        return known.with_look(look, self._most) if known else _Known.of(look, np.ones_like(look[..., 0]))


def _carried(known: _Known | None, motion: Motion | None) -> _Known | None:
    """Nothing, where there is nothing to carry or no way."""
    return known.carried(motion) if known and motion else None


def _beside(light: NDArray[np.uint8], color: Chroma) -> Floats:
    """(H, W) and (h, w, 2) → (h, w, 3)."""
    height, width = color.shape[:2]
    return np.dstack((resize(light.astype(np.float32), height, width), color))


def _same(dimmed: Floats, weights: Floats) -> float:
    """0…1: whether two pictures show the same, by how far apart their light is, (h, w) codes."""
    away = np.square(dimmed * np.float32(1 / _DIMMED))
    there = 1 / (1 + away * away)
    return float(np.interp(np.average(there, weights=weights), (_OTHER, _SAME), (0, 1)))
