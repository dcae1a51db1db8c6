"""Two networks for one scene: one colours its first frame, the other each frame after the colour of the one before.

So the thesis of our lineage did it. Each answer feeds the next: that is steady, and it drifts. It stands here to be
compared with; `shots.py` is what we do instead.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from autochrome.errors import UsageError
from autochrome.film.proxy import Colored, Seen, look, shown
from autochrome.model import ColorModel
from autochrome.types import Chroma, Hints

SIZE = 128  # pixels, at which its networks learn
_EDGE = 109.0  # a*b*: an answer that reaches it has left the range
_BEYOND = 0.01  # share of pixels that may


class Pair:
    """An independent and a dependent network, through the scenes of one film."""

    def __init__(
        self, independent: ColorModel, dependent: ColorModel, vivid: float, turn: int, size: int
    ) -> None:
        """vivid: 0…2; turn: degrees from the stored picture to the upright one; size: pixels at the short side."""
        if not dependent.card.hints:
            raise UsageError(
                f"{dependent.card.name}: this network takes no colour of the frame before, as --dependent must."
            )
        self._independent, self._dependent = independent, dependent
        self._vivid, self._turn, self._size = vivid, turn, size

    def shot(self, frames: Iterable[Seen]) -> Iterator[Colored]:
        """The frames of one scene in order, each with its colour."""
        before: Chroma | None = None
        for seen in frames:
            before, sure = self._answer(seen, before)
            yield seen, before * np.float32(self._vivid), sure

    def _answer(self, seen: Seen, before: Chroma | None) -> tuple[Chroma, float]:
        """The next frame's (h, w, 2) a*b*, as it is stored, and how sure the network was, 0…1."""
        luma = shown(seen.frame, self._size, self._turn)
        if before is not None:
            height, width = luma.shape
            upright = np.ascontiguousarray(np.rot90(before, self._turn // 90))
            hints = Hints(upright, np.ones(upright.shape[:2], np.float32)).resized(height, width)
            answer = look(luma, self._dependent, 1.0, self._turn, hints)
            if (np.abs(answer[0]) >= _EDGE).any(axis=-1).mean() <= _BEYOND:
                return answer
        return look(luma, self._independent, 1.0, self._turn)
