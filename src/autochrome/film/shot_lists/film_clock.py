"""Frame numbers of a film from timecodes."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

import numpy as np

from autochrome.errors import UsageError
from autochrome.media.films import FilmFacts, open_film
from autochrome.media.timecode import Timecode


@dataclass(frozen=True, slots=True)
class FilmClock:
    """When the frames of one film are shown, in timecode."""

    path: Path
    start: Timecode  # of the first frame
    seconds: Any  # (N,) float64, when each frame is shown, from 0; None if the file does not say
    length: int | None  # frames, about, if the file says

    @classmethod
    def of(cls, film: str | os.PathLike[str], timecode: str | None = None) -> Self:
        """The clock of a film. timecode: of its first frame, if it is not the film's own."""
        with open_film(film) as reader:
            facts: FilmFacts = reader.facts
            index = reader.index()
        zero = facts.timecode or Timecode(0, facts.rate)
        start = Timecode.parse(timecode, facts.rate) if timecode else zero
        seconds = None
        if index is not None:
            seconds = (index.times - index.times[0]).astype(np.float64) * float(facts.time_base)
        return cls(Path(film), start, seconds, facts.frames)

    @property
    def rate(self) -> Fraction:
        return self.start.rate

    def parse(self, text: str, *, drop: bool | None = None) -> Timecode:
        """A timecode at the rate of the film."""
        return Timecode.parse(text, self.rate, drop=drop)

    def frames_at(self, starts: Iterable[Timecode], where: Path) -> list[int]:
        """The numbers of the frames at these timecodes, sorted, without the end of the film itself.

        where: the list, for the error if a timecode lies outside the film.
        """
        numbers = {self._number(timecode, where) for timecode in starts}
        return sorted(number for number in numbers if number is not None)

    def _number(self, timecode: Timecode, where: Path) -> int | None:
        """The number of the frame; None for the end of the film, which begins no shot."""
        passed = timecode.frames_since(self.start)
        if self.seconds is None:
            end, number = self.length, passed
        else:
            end = round(float(self.seconds[-1] * self.rate)) + 1
            number = int(np.abs(self.seconds - float(passed / self.rate)).argmin())
        if end is not None and passed > end:
            raise UsageError(
                f"{where}: it names {timecode}, but {self.path.name} lasts from {self.start} "
                f"to {self.start.later(end)}; give the timecode of its first frame with --timecode."
            )
        return None if passed == end else number
