"""The process that holds a split film: its lock, its folder of parts, and the list of what is left to do."""

from dataclasses import dataclass, field
from itertools import pairwise
from time import perf_counter
from types import TracebackType
from typing import Any, Self

from autochrome.errors import OutputNotWritable
from autochrome.files import check_output
from autochrome.film.found_shots import FoundShots, Run, cut_runs, load_shots_of
from autochrome.film.job import FilmJob
from autochrome.film.report import FilmReport
from autochrome.film.scenes.shot_list import Shot
from autochrome.film.split import ColorRun, FindShots, JoinFilm, RunReport, SplitJob
from autochrome.media.films import FilmFacts
from autochrome.media.films.parts import check_free
from autochrome.media.films.shared_film import HeldFilm
from autochrome.model import ColorModel

FilmUnit = FindShots | ColorRun | JoinFilm
_RUNS = 4  # for each worker: so that none waits long for the last one
_RUN_SECONDS = 5.0, 120.0  # the shortest and the longest run that is wished for


@dataclass(slots=True)
class SplitFilm:
    """A film in work on several workers. A context manager: inside it, the film belongs to this process.

    Do the units that `begin` returns; give the result of each to `advance`, which returns more units. When none is
    left, the report is complete. If the block ends with an error, the finished parts stay.
    """

    job: SplitJob
    network: ColorModel
    workers: int  # that may share the film
    overwrite: bool = False
    restart: bool = False
    run_seconds: float | None = None  # the shortest run; None: so that each worker gets some
    keep: bool = False  # leave the folder of parts, also an empty one, to other processes
    report: FilmReport = field(init=False)
    is_done: bool = field(default=False, init=False)
    _facts: FilmFacts = field(init=False)
    _held: HeldFilm = field(init=False)
    _left: int = field(default=0, init=False)  # runs
    _shots: dict[int, Shot] = field(default_factory=dict, init=False)  # by the number of their first frames
    _notes: list[str] = field(default_factory=list, init=False)  # of the runs
    _started: float = field(default=0.0, init=False)

    def __enter__(self) -> Self:
        self._started, job = perf_counter(), self.job
        check_free(job.target)
        self.report = FilmReport(job.target)
        with job.open_reader() as reader:
            self._facts = reader.facts
        check_output(job.target, job.source, overwrite=self.overwrite)
        if not job.target.parent.is_dir():
            raise OutputNotWritable(
                f"{job.target}: the folder {job.target.parent} does not exist; create it first."
            )
        identity = FilmJob.of(self.network, job.options, None, job.source).identity
        self._held = HeldFilm(job.target, self._facts, job.options, job=identity, restart=self.restart)
        self._held.__enter__()
        self.report.kept = self._held.count_frames()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close(finished=error is None and self.is_done, keep=error is None and self.keep)

    def begin(self) -> list[FilmUnit]:
        """The first units: find the shots, if an earlier run has not found them."""
        found = load_shots_of(self.job.folder)
        return [FindShots(self.job)] if found is None else self._plan_runs(found)

    def advance(self, unit: FilmUnit, result: Any) -> list[FilmUnit]:
        """Take the result of a unit; returns the units that may be done now."""
        if isinstance(unit, FindShots):
            found = load_shots_of(self.job.folder)
            assert found is not None
            return self._plan_runs(found)
        if isinstance(unit, ColorRun):
            self._add_run(result)
            self._left -= 1
            return [] if self._left else [JoinFilm(self.job)]
        self._conclude(*result)
        return []

    def _plan_runs(self, found: FoundShots) -> list[FilmUnit]:
        runs = self.cut(found)
        left = [run for run in runs if not self._held.has_frames(run.first, run.stop)]
        self._left = len(left)
        starts = [*found.cuts, found.stop]
        for first, stop in pairwise(starts):
            time = float(int(found.times[first - found.first]) * self._facts.time_base)
            self._shots[first] = Shot(first=first, time=time, frames=stop - first, confidence=1.0)
        return [ColorRun(self.job, run) for run in left] or [JoinFilm(self.job)]

    def cut(self, found: FoundShots) -> list[Run]:
        """The runs of a film; one for a film of which a reader cannot begin in the middle."""
        length = float(int(found.times[-1] - found.times[0]) * self._facts.time_base)
        shortest, longest = _RUN_SECONDS
        wished = self.run_seconds or min(longest, max(shortest, length / (_RUNS * max(1, self.workers))))
        return cut_runs(found, self._facts.time_base, wished if found.can_be_split else length + 1)

    def _add_run(self, done: RunReport) -> None:
        self._shots |= {shot.first: shot for shot in done.shots}
        self._notes += done.notes

    def _conclude(self, notes: tuple[str, ...], losses: tuple[str, ...]) -> None:
        report, found = self.report, load_shots_of(self.job.folder)
        report.shots = [self._shots[first] for first in sorted(self._shots)]
        report.frames = sum(shot.frames or 0 for shot in report.shots)
        read = found.notes if found else ()
        report.notes = tuple(dict.fromkeys((*read, *self._notes, *notes)))
        report.losses = (*(found.losses if found else ()), *losses)
        report.seconds = perf_counter() - self._started
        self.is_done = True
