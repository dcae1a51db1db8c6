"""A film that is kept open, to show single frames."""

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autochrome.film.inspect import FilmInspector
from autochrome.hints.file import HintsFile
from autochrome.hints.marks import Marks
from autochrome.hints.source import open_hints
from autochrome.model import ColorModel
from autochrome.options import FilmOptions

Image = NDArray[np.uint8]


class OpenFilm:
    """One film with one network, kept open. Several threads may use it; one at a time works."""

    size = 60_000_000  # bytes of memory, about: some frames and the encoder's output for them

    def __init__(self, path: Path, network: ColorModel, options: FilmOptions) -> None:
        self._film = FilmInspector(path, network, options)
        self._folder = path.parent
        self._lock = threading.Lock()

    def before(self, number: int, width: int) -> Image:
        """(h, w, 3) sRGB: a frame of the original; width: pixels of the longer side."""
        with self._lock:
            return self._film.before(number, width)

    def after(
        self, number: int, hints: HintsFile | None, firsts: Sequence[int], width: int, vivid: float
    ) -> Image:
        """The same frame in colour, with the hints of its shot. firsts: the first frame of every shot."""
        source = None if hints is None else open_hints(hints, self._folder)
        with self._lock:
            return self._film.after(number, source, firsts, width, vivid)

    def paint(self, number: int, hints: HintsFile, firsts: Sequence[int], width: int, vivid: float) -> Image:
        """The same frame in colour while a person draws on it: fast where it has marks of its own."""
        marks = marks_on(hints, number)
        if marks is None:
            return self.after(number, hints, firsts, width, vivid)
        with self._lock:
            return self._film.paint(number, marks, width, vivid)


def marks_on(hints: HintsFile, number: int) -> Marks | None:
    """The marks on one frame. None where only other frames have marks, or where it has a coloured picture."""
    own = [key for key in hints.frames if key.frame == number]
    if any(key.picture or key.reference for key in own):
        return None
    sources: Sequence[Marks] = own or ([] if hints.frames else [hints])
    if not sources:
        return None
    return Marks(
        points=tuple(mark for source in sources for mark in source.points),
        strokes=tuple(mark for source in sources for mark in source.strokes),
        rectangles=tuple(mark for source in sources for mark in source.rectangles),
    )
