"""A film that is kept open, to show single frames."""

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autochrome.film.inspect import FilmInspector
from autochrome.film.playback import ShotPlayback
from autochrome.hints.file import HintsFile
from autochrome.hints.source import open_hints
from autochrome.model import ColorModel
from autochrome.options import FilmOptions

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
    ) -> Image:
        """The same frame in colour, as an export shows it. firsts: the first frame of every shot, if they are known."""
        source = None if hints is None else open_hints(hints, self._folder)
        with self._lock:
            return self._film.after(number, source, firsts, width, options)

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
