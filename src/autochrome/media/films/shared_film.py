"""A film that several processes make: one holds it, others write parts of it, and one joins all parts.

Such a film has no hints: a film with hints is made by one process.
"""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from autochrome.files import write_errors
from autochrome.media.films.facts import FilmFacts
from autochrome.media.films.parts import SharedParts
from autochrome.media.films.writer import FilmWriter
from autochrome.options import FilmOptions


class HeldFilm(FilmWriter):
    """Holds the lock and the folder of parts, and writes nothing. The folder goes when the block ends well."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(finished=error is None)

    def close(self, *, finished: bool, keep: bool = False) -> None:
        """Let go of the film. finished: it is joined, and its parts go; else they stay for the next run.

        keep: the folder stays even if it has no part yet.
        """
        self._parts.refresh()
        if finished:
            self._parts.remove()
        elif keep:
            self._parts.release()
        else:
            self._parts.abandon()

    def count_frames(self) -> int:
        """How many frames are in finished parts."""
        self._parts.refresh()
        return sum(part.stop - part.first for part in self._parts.finished)

    def has_frames(self, first: int, stop: int) -> bool:
        """Whether finished parts hold all of these frames."""
        reached = first
        for part in self._parts.finished:
            if part.first <= reached < part.stop:
                reached = part.stop
        return reached >= stop


class RunWriter(FilmWriter):
    """Writes the parts of some frames of a film that another process holds."""

    def __init__(
        self, target: Path, facts: FilmFacts, options: FilmOptions, first: int, stop: int | None
    ) -> None:
        """first, stop: the numbers of the frames."""
        self._frames = first, stop
        super().__init__(target, facts, options)

    def _try(self) -> None:
        """The holder has tried the encoder."""

    def __enter__(self) -> Self:
        with write_errors(self.target):
            self._parts = SharedParts(self.target, *self._frames)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._end_part(ends_shot=True)
        finally:
            self._encoder = None
            self._parts.drop()


class FilmOfParts(FilmWriter):
    """Joins all parts of a film that another process holds, with the other streams of the original."""

    def join(self, shown: Mapping[int, tuple[int, int]]) -> None:
        """Write the film and give it its name. shown: number of each frame → its time and duration in ticks."""
        with write_errors(self.target):
            self._parts = SharedParts(self.target)
        self._job, self._shown = self._parts.job, dict(shown)
        self._splice()
