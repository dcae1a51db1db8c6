"""What a detector of scenes is, and how a film is shown to one."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from time import thread_time
from typing import Any, ClassVar, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from autochrome.color.resize import resize

Frame: TypeAlias = NDArray[np.uint8]
"""(H, W) grey levels, about 128 pixels wide; every frame of a film has the same size."""
Item = TypeVar("Item")
LONG_SIDE = 128  # pixels


class SceneDetector(ABC):
    """Told one frame after the other, says which frames are the first of a new scene."""

    lookahead: ClassVar[int] = 0  # frames: `see` of frame n names every cut up to n − lookahead
    threshold: ClassVar[float]  # of `score`, where the line between the same scene and another one lies
    score: float = 0.0  # how different the last two frames are, for whoever draws it

    @abstractmethod
    def see(self, frame: Frame) -> list[int]:
        """The next frame. Returns the numbers of the frames (from 0) now known to begin a scene."""

    def finish(self) -> list[int]:
        """The film has ended: cuts among the last frames."""
        return []


def shrink(light: NDArray[np.integer[Any]], depth: int = 8) -> Frame:
    """(H, W) codes of `depth` bits → the small grey picture that detectors look at, LONG_SIDE pixels at its longest."""
    coarse = max(
        1, max(light.shape) // (4 * LONG_SIDE)
    )  # every so many pixels are enough; a mean of all costs dear
    taken = light[::coarse, ::coarse]
    scale = min(1.0, LONG_SIDE / max(taken.shape))
    height, width = (max(1, round(side * scale)) for side in taken.shape)
    small = resize(taken.astype(np.float32), height, width) * np.float32(2.0 ** (8 - depth))
    return np.asarray(np.clip(np.rint(small), 0, 255), np.uint8)


class Found(NamedTuple):
    """What a detector made of a film."""

    cuts: list[int]  # first frames of new scenes; frame 0 is none
    signal: list[float]  # the score of each frame against the one before it
    seconds: float  # of processor time that the detector took, a frame


def find_cuts(frames: Iterable[Frame], detector: SceneDetector) -> Found:
    """Run a detector over a whole film."""
    cuts, signal, seconds = [], [], 0.0
    for frame in frames:
        started = thread_time()
        cuts += detector.see(frame)
        seconds += thread_time() - started
        signal.append(detector.score)
    return Found(cuts + detector.finish(), signal, seconds / max(1, len(signal)))


def mark_cuts(
    items: Iterable[Item], detector: SceneDetector, look: Callable[[Item], Frame]
) -> Iterator[tuple[Item, bool]]:
    """Each item of a film, and whether a new scene begins with it; `look` makes a small grey picture of it.

    Holds back `detector.lookahead` items, no more. The first item begins a scene.
    """
    held: deque[Item] = deque()
    cuts = {0}
    given = 0
    for item in items:
        held.append(item)
        cuts.update(detector.see(look(item)))
        if len(held) > detector.lookahead:
            yield held.popleft(), given in cuts
            cuts.discard(given)
            given += 1
    cuts.update(detector.finish())
    for number, item in enumerate(held, start=given):
        yield item, number in cuts
