"""One shot that is coloured in one way, from its first frame on, as far as someone asks."""

from collections import OrderedDict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from autochrome.types import Chroma

_KEPT_BYTES = 64 << 20  # settled chroma that is kept; the oldest is dropped


class ShotRun:
    """The settled chroma of a shot. One thread settles frames; others may read."""

    def __init__(self, frames: Iterator[Chroma]) -> None:
        """frames: the chroma of all frames of the shot, in order; computed when it is taken."""
        self._frames = frames
        self._kept: OrderedDict[int, NDArray[np.float16]] = OrderedDict()  # exact to 1/16 of an a*b* unit
        self.settled = 0  # frames, from the first one of the shot on
        self.ended = False  # all frames of the shot that can be read are settled

    def settle_next(self) -> bool:
        """Settle one more frame. False where the shot has ended."""
        chroma = next(self._frames, None)
        if chroma is None:
            self.ended = True
            return False
        kept = chroma.astype(np.float16)
        self._kept[self.settled] = kept
        self.settled += 1
        if len(self._kept) * kept.nbytes > _KEPT_BYTES and len(self._kept) > 1:
            self._kept.popitem(last=False)
        return True

    def chroma(self, number: int) -> Chroma | None:
        """(h, w, 2) a*b* of a frame, by its number in the shot; None if it is not settled or not kept any more."""
        kept = self._kept.get(number)
        return None if kept is None else kept.astype(np.float32)

    def has_dropped(self, number: int) -> bool:
        """Whether this frame was settled, and is not kept any more."""
        return number < self.settled and number not in self._kept
