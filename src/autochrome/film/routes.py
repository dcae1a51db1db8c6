"""Follow the pixels of a key frame along the motion to every other frame of its shot, forward and backward in time.

From frame to frame only positions in the key frame are carried. Whatever lies on the key frame is sampled there in one
step, so it does not blur. Small errors of the motion add up, so every few frames the key frame itself, seen along the
route, is aligned with the frame. The positions do not depend on the marks: new marks on the same frame cost no motion.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autochrome.film.motion import Motion, MotionFinder, move, sample
from autochrome.types import Floats

CHECKPOINT = 16  # frames between two positions that are always kept
_ALIGN = 4  # frames between two alignments with the key frame
_KEPT = 64  # other positions that are kept for each key frame
_MOTION_BYTES = 48 << 20  # motion that is kept for one shot; more is computed again
_LOST = 0.3  # motion confidence below this: the object is hidden or gone, so its hint fades
_FITS = 0.6  # motion confidence above this: what the key frame shows is surely there
_FORGOTTEN = 0.02  # strength below this does not come back
_FADE = np.float32(0.5)  # factor of the strength, for each frame in which the object is lost


@dataclass(frozen=True, slots=True)
class _Step:
    """Motion from one frame to a neighbour."""

    flow: NDArray[np.float16]  # (h, w, 2) x and y, pixels; half the memory, and exact to 1/100 of a pixel
    lost: NDArray[np.bool_]  # (h, w)

    @classmethod
    def of(cls, motion: Motion) -> "_Step":
        return cls(motion.flow.astype(np.float16), motion.confidence < _LOST)


class ShotMotion:
    """Precise motion between neighbour frames of one shot. Computed when it is asked for. Not thread-safe."""

    def __init__(self, grey: Callable[[int], NDArray[np.uint8]]) -> None:
        """grey: the number of a frame in the shot → its proxy, (h, w)."""
        self._grey = grey
        self._finder = MotionFinder(precise=True)
        self._steps: dict[tuple[int, int], _Step] = {}
        self._bytes = 0

    def between(self, before: int, now: int) -> _Step:
        """Motion between two neighbour frames, in either direction of time."""
        step = self._steps.get((before, now))
        if step is not None:
            return step
        motion, back = self._finder.both_ways(self._grey(before), self._grey(now))
        step, reverse = _Step.of(motion), _Step.of(back)
        if self._bytes < _MOTION_BYTES:
            self._steps[before, now], self._steps[now, before] = step, reverse
            self._bytes += 2 * (step.flow.nbytes + step.lost.nbytes)
        return step

    def align(self, route: "Route", key: int, number: int) -> "Route":
        """The route of a frame, moved so that the key frame seen along it fits the frame. Numbers in the shot.

        Where it surely fits, a pixel that was taken for lost regains strength.
        """
        grey = self._grey(number)
        seen = sample(self._grey(key).astype(np.float32), route.positions).round().astype(np.uint8)
        kept = route.strength > _FORGOTTEN
        motion = self._finder.between(np.where(kept, seen, grey), grey)
        flow = np.where(motion.confidence[..., None] > _LOST, motion.flow, np.float32(0))
        aligned = Route(move(route.planes, flow))
        fits = kept & (motion.confidence > _FITS)
        strength = np.where(fits, np.sqrt(aligned.strength), aligned.strength)
        return Route(np.dstack((aligned.positions, strength)))


@dataclass(frozen=True, slots=True)
class Route:
    """Where each pixel of one frame is in the key frame."""

    # (h, w, 3): x and y in pixels of the key frame; strength 0…1, less where the pixel was lost
    planes: Floats

    @classmethod
    def start(cls, height: int, width: int) -> "Route":
        """The route of the key frame itself."""
        x, y = np.meshgrid(np.arange(width), np.arange(height))
        return cls(np.dstack((x, y, np.ones_like(x))).astype(np.float32))

    @property
    def positions(self) -> Floats:
        return self.planes[..., :2]

    @property
    def strength(self) -> Floats:
        return self.planes[..., 2]

    def moved(self, step: _Step) -> "Route":
        """The route of the neighbour frame."""
        planes = move(self.planes, step.flow.astype(np.float32))
        planes[..., 2] *= np.where(step.lost, _FADE, np.float32(1))
        return Route(planes)


class KeyRoutes:
    """The routes from one key frame to the frames of its shot."""

    def __init__(self, motion: ShotMotion, key: int, shape: tuple[int, int]) -> None:
        """key: the number of the key frame in the shot; shape: (h, w) of the proxies."""
        self.key = key
        self._motion = motion
        start = Route.start(*shape)
        self._checkpoints: dict[int, dict[int, Route]] = {1: {0: start}, -1: {0: start}}
        self._others: dict[int, dict[int, Route]] = {1: {}, -1: {}}  # by direction and distance

    def at(self, number: int) -> Route:
        """The route of a frame, by its number in the shot."""
        distance = abs(number - self.key)
        direction = 1 if number >= self.key else -1
        checkpoints, others = self._checkpoints[direction], self._others[direction]
        at = max(one for known in (checkpoints, others) for one in known if one <= distance)
        route = checkpoints[at] if at in checkpoints else others[at]
        while at < distance:
            before = self.key + direction * at
            route, at = route.moved(self._motion.between(before, before + direction)), at + 1
            if at % _ALIGN == 0:
                route = self._motion.align(route, self.key, before + direction)
            if at % CHECKPOINT == 0:
                checkpoints[at] = route
        if distance not in checkpoints and distance not in others:
            others[distance] = route
            if len(others) > _KEPT:
                del others[next(iter(others))]
        return route
