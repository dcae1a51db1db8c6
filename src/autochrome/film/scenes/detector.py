"""The interface of a cut detector, and two functions that run one over a film."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from time import thread_time
from typing import ClassVar, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

GreyFrame: TypeAlias = NDArray[np.uint8]
"""(H, W) grey values, 0…255: the proxy of a frame (`film.proxy`), 128 pixels at its long side. One size per film."""
Item = TypeVar("Item")


class SceneDetector(ABC):
    """Gets the frames of a film in order, and reports which of them begin a new shot."""

    lookahead: ClassVar[int] = 0  # frames: after frame n, every cut up to frame n − lookahead is reported
    threshold: ClassVar[float]  # of `score`: a greater score means another shot
    score: float = 0.0  # how different the last two frames are, for charts

    @abstractmethod
    def process_frame(self, frame: GreyFrame) -> list[int]:
        """Take the next frame. Returns the numbers (from 0) of frames that are now known to begin a shot."""

    def finish(self) -> list[int]:
        """End of the film: returns the cuts among the last frames."""
        return []


class Detection(NamedTuple):
    """The result of a detector for one film."""

    cuts: list[int]  # frames that begin a new shot; frame 0 is not one of them
    scores: list[float]  # of each frame, compared with the one before it
    seconds: float  # processor time per frame


def find_cuts(frames: Iterable[GreyFrame], detector: SceneDetector) -> Detection:
    """Run a detector over a whole film."""
    cuts, scores, seconds = [], [], 0.0
    for frame in frames:
        started = thread_time()
        cuts += detector.process_frame(frame)
        seconds += thread_time() - started
        scores.append(detector.score)
    return Detection(cuts + detector.finish(), scores, seconds / max(1, len(scores)))


def mark_cuts(
    items: Iterable[Item], detector: SceneDetector, grey_of: Callable[[Item], GreyFrame]
) -> Iterator[tuple[Item, bool]]:
    """Each item, and whether it begins a new shot. `grey_of` returns the proxy of an item.

    At most `detector.lookahead` items are held back. The first item begins a shot.
    """
    held: deque[Item] = deque()
    cuts = {0}
    number = 0  # of the first item that is held
    for item in items:
        held.append(item)
        cuts.update(detector.process_frame(grey_of(item)))
        if len(held) > detector.lookahead:
            yield held.popleft(), number in cuts
            cuts.discard(number)
            number += 1
    cuts.update(detector.finish())
    for last_number, item in enumerate(held, start=number):
        yield item, last_number in cuts
