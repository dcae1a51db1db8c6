"""The method of the thesis in `docs/lineage.md`: two networks, each frame coloured from the frame before.

One network colours the first frame of a shot. The other gets each later frame and the colour of the frame before it.
Errors feed the next frame: the colour is steady, but it drifts. This method is for comparison; `temporal.py` is the
default.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from autochrome.color.tone import shift_chroma
from autochrome.errors import UsageError
from autochrome.film.proxy import PaintedFrame, ProxyFrame, network_input, predict
from autochrome.film.temporal import ShotMemory
from autochrome.model import ColorModel
from autochrome.options import Look
from autochrome.types import Chroma, Hints

THESIS_SIZE = 128  # pixels at the short side: the size at which its networks are trained
_CHROMA_EDGE = 109.0  # a*b*: a prediction that reaches it is out of range
_MAX_OUT_OF_RANGE = 0.01  # fraction of pixels


class ThesisPainter:
    """An independent network for the first frame of a shot, and a dependent one for the rest."""

    def __init__(
        self, independent: ColorModel, dependent: ColorModel, look: Look, turn: int, size: int
    ) -> None:
        """turn: degrees from the stored frame to the upright one; size: pixels at the short side."""
        if not dependent.card.hints:
            raise UsageError(
                f"{dependent.card.name}: this network does not take the colour of the frame before, "
                "so --dependent cannot use it."
            )
        self._independent, self._dependent = independent, dependent
        self._look, self._turn, self._size = look, turn, size

    def paint_shot(self, frames: Iterable[ProxyFrame], memory: ShotMemory) -> Iterator[PaintedFrame]:
        """The frames of one shot in order, each with its chroma."""
        before: Chroma | None = None
        for proxy in frames:
            before, confidence = self._predict(proxy, before)
            chroma = before * np.float32(self._look.vivid)
            yield proxy, shift_chroma(chroma, self._look.warmth, self._look.tint), confidence

    def _predict(self, proxy: ProxyFrame, before: Chroma | None) -> tuple[Chroma, float]:
        """(h, w, 2) a*b* in stored orientation, and the confidence 0…1. before: a*b* of the frame before."""
        luma = network_input(proxy.frame, self._size, self._turn)
        if before is not None:
            height, width = luma.shape
            upright = np.ascontiguousarray(np.rot90(before, self._turn // 90))
            hints = Hints(upright, np.ones(upright.shape[:2], np.float32)).resized(height, width)
            prediction = predict(luma, self._dependent, Look(), self._turn, hints)
            if (np.abs(prediction[0]) >= _CHROMA_EDGE).any(axis=-1).mean() <= _MAX_OUT_OF_RANGE:
                return prediction
        return predict(luma, self._independent, Look(), self._turn)
