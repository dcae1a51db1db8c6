"""A film that is kept open, to show single frames."""

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autochrome.film.copy_marks import copy_marks
from autochrome.film.inspect import FilmInspector
from autochrome.film.playback import ShotPlayback
from autochrome.hints.file import HintsFile, KeyFrame
from autochrome.hints.source import open_hints
from autochrome.model import ColorModel
from autochrome.options import FilmOptions
from autochrome.types import Floats

Image = NDArray[np.uint8]


class OpenFilm:
    """One film with one network, kept open. Several threads may use it; one at a time works."""

    size = 150_000_000  # bytes of memory, about: some frames, shots, and the encoder's output for them

    def __init__(self, path: Path, network: ColorModel) -> None:
        self._film = FilmInspector(path, network)
        self._folder = path.parent
        self._lock = threading.Lock()

    def before(self, number: int, width: int) -> Image:
        """(h, w, 3) sRGB: a frame of the original; width: pixels of the longer side."""
        with self._lock:
            return self._film.before(number, width)

    def after(
        self,
        number: int,
        hints: HintsFile | None,
        firsts: Sequence[int] | None,
        width: int,
        options: FilmOptions,
        patience: int | None = None,
    ) -> Image:
        """The same frame in colour, as an export shows it. firsts: the first frame of every shot, if they are known.

        patience: frames that may be coloured on the way; if more are needed, this frame is coloured alone.
        """
        source = None if hints is None else open_hints(hints, self._folder)
        with self._lock:
            return self._film.after(number, source, firsts, width, options, patience)

    def play(
        self,
        part: tuple[int, int],
        hints: HintsFile | None,
        firsts: Sequence[int] | None,
        width: int,
        options: FilmOptions,
    ) -> ShotPlayback:
        """Play a part of one shot: its first frame and its stop. The lock is taken only for short steps."""
        source = None if hints is None else open_hints(hints, self._folder)
        return ShotPlayback(self._film, self._lock, part, source, firsts, width, options)

    def confidence(
        self, number: int, hints: HintsFile | None, firsts: Sequence[int] | None, options: FilmOptions
    ) -> Floats | None:
        """(h, w) 0…1: how sure the network is of a frame with these hints; None if it does not say."""
        source = None if hints is None else open_hints(hints, self._folder)
        with self._lock:
            return self._film.confidence(number, source, firsts, options)

    def proxy(self, number: int) -> Image:
        """(h, w) a small grey frame; stored orientation."""
        with self._lock:
            return self._film.proxy(number)

    def copy_marks(self, key: KeyFrame, number: int, other: int) -> tuple[KeyFrame, int]:
        """The marks of a frame on another frame that looks alike, and how many of them find no place there."""
        return copy_marks(key, self.proxy(number), self.proxy(other), other, self._film.facts.turn)
