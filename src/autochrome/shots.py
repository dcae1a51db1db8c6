"""Memory inside one shot: colour that goes along with the motion, and is believed the more the oftener it was said.

Every place of the picture holds its colour and how much evidence there is for it, counted in looks of the network. Both
are carried along the motion; where that is unsure, evidence fades. A new look is averaged in by its weight: at once
where nothing was known, a little at a time where much was.

The network always looks alone. What was painted before is never shown to it again, so that no mistake feeds the next:
colour cannot drift away from what the network says of the frames of this shot, however long it is. A new shot is a new
memory.
"""

import numpy as np
from numpy.typing import NDArray

from autochrome.motion import MotionFinder
from autochrome.planes import Chroma, Floats

_DOUBT = 0.25  # evidence below this: the colour there is a guess
_NEWS = 0.05  # share of the picture in doubt that makes the network look before its turn
_CALM, _WILD = 3.0, 6.0
"""a*b*, on the average. Answers that differ less from what is remembered can be waited for; more, cannot. Between the
two they can if they differ no more than `_USUAL` times what answers in this shot did lately."""
_USUAL = 1.5
_PATIENCE, _MOST = 1.5, 6  # how much longer each time, and at most, in times of the usual
_SURPRISE = 16.0  # a*b*: an answer so far from what is remembered halves what the memory counts for


class ShotMemory:
    """The colour of one shot, from its first frame on. `follow` each frame; `learn` where `wants_look` says so."""

    def __init__(self, every: int, evidence: float) -> None:
        """every: frames from look to look, more where little happens; evidence: looks that are remembered; 0 takes
        each answer as it is."""
        self._every, self._most = every, np.float32(evidence)
        self._wait = float(every)  # frames to the next look
        self._finder = MotionFinder()
        self._before: NDArray[np.uint8] | None = None
        self._since = 0  # frames since the last look
        self._restless = 0.0  # a*b*: how much answers differ from what is remembered, lately
        self._color: Floats | None = None  # (h, w, 2) a*b*
        self._step: Floats  # (h, w, 2) what is still to be added to it, frame by frame, until the next look
        self._evidence: Floats  # (h, w) looks

    def follow(self, small: NDArray[np.uint8]) -> None:
        """The next frame: (H, W) grey, the same size in all of the shot. What is known moves to where it is now."""
        if self._color is not None and self._before is not None and self._most:
            height, width = self._evidence.shape
            motion = self._finder.between(self._before, small)
            moved = _within(motion.carry(self._color, height, width), self._color)
            rest = motion.carry(np.dstack((self._step, self._evidence)), height, width, sharp=False)
            self._step = rest[..., :2]
            self._color = moved + self._step
            self._evidence = rest[..., 2] * motion.trust(height, width)
        self._before = small
        self._since += 1

    @property
    def wants_look(self) -> bool:
        """Whether the network should see this frame: its turn has come, or too much of the picture is new."""
        if self._color is None or self._since >= self._wait:
            return True
        return bool((self._evidence < _DOUBT).mean() > _NEWS)

    def learn(self, answer: Chroma) -> None:
        """What the network says of this frame, (h, w, 2) a*b*. Known places turn to it over the next frames."""
        took, self._since = self._since, 0
        if self._color is None or not self._most:
            self._color, self._step = answer, np.zeros_like(answer)
            self._evidence = np.ones(answer.shape[:2], np.float32)
            return
        news = answer - self._color
        away = np.hypot(news[..., 0], news[..., 1])
        if away.mean() > np.clip(_USUAL * self._restless, _CALM, _WILD):
            self._wait = float(self._every)
        elif took >= self._wait:
            self._wait = min(self._wait * _PATIENCE, float(self._every * _MOST))
        self._restless = (self._restless + float(away.mean())) / 2
        surprise = away / np.float32(_SURPRISE)
        self._evidence = self._evidence / (1 + surprise * surprise)
        change = news / (self._evidence + 1)[..., None]
        known = np.minimum(self._evidence / 2, np.float32(1))[..., None]
        self._step = change * known / np.float32(min(took, self._wait))
        self._color = self._color + change * (1 - known) + self._step
        self._evidence = np.minimum(self._evidence + np.float32(1), self._most)

    @property
    def color(self) -> Chroma:
        """(h, w, 2) a*b* of the frame that was followed last."""
        if self._color is None:
            raise RuntimeError("the memory was asked for colour before it had learnt any")
        return self._color


def _within(moved: Floats, known: Floats) -> Floats:
    """(h, w, 2) planes, in place: no value beyond what there was in the plane it came from."""
    pairs = np.ascontiguousarray(known.reshape(-1, 2).T)
    least, most = pairs.min(axis=1), pairs.max(axis=1)
    for channel in (0, 1):
        moved[..., channel].clip(least[channel], most[channel], out=moved[..., channel])
    return moved
