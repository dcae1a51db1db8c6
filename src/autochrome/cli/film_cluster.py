"""`autochrome film --on`: films on a cluster. Few films are split into runs of shots; of many, each is one unit."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from autochrome.cli.batch import Attempt
from autochrome.cli.film_work import FilmWork
from autochrome.cli.outcome import Outcome, Remarks
from autochrome.cli.plan import FileTask
from autochrome.cli.workers import open_engine, split_missing
from autochrome.errors import OutputExists
from autochrome.film.held import FilmUnit, SplitFilm
from autochrome.film.report import FilmReport
from autochrome.film.split import ColorRun, FindShots, SplitJob
from autochrome.parallel import Engine, Finished, Work

_MEMORY = 2 << 30  # bytes of a worker: a film in 4K needs 1.0 GB


@dataclass(frozen=True, slots=True)
class WholeFilm:
    """A unit: colour a film as on one machine."""


@dataclass(frozen=True, slots=True)
class FinishFilm:
    """A unit: write what comes beside a film that is joined."""

    report: FilmReport


@dataclass(frozen=True, slots=True)
class FilmStep:
    """A unit, and the film to which it belongs."""

    task: FileTask
    step: FilmUnit | WholeFilm | FinishFilm

    @property
    def name(self) -> str:
        """For messages."""
        run = (
            f", frames {self.step.run.first} to {self.step.run.stop - 1}"
            if isinstance(self.step, ColorRun)
            else ""
        )
        return f"{self.task.source}{run}"


@dataclass(frozen=True, slots=True)
class FilmWorker:
    """Does the units of films. It is opened in the process of a worker."""

    work: FilmWork

    @classmethod
    def open(cls, work: FilmWork) -> "FilmWorker":
        """Open the network once."""
        work.open()
        return cls(work)

    def __call__(self, unit: FilmStep) -> Any:
        """The result of one unit."""
        step = unit.step
        if isinstance(step, WholeFilm):
            return self.work(unit.task)
        if isinstance(step, FinishFilm):
            return self.work.finish(unit.task, step.report)
        assert self.work.network is not None
        return step.do(self.work.network)


@dataclass(slots=True)
class _Film:
    """A film in work."""

    task: FileTask
    started: float
    split: SplitFilm | None = None  # None: it is one unit
    left: int = 0  # units that are not answered
    error: Exception | None = None  # of the first unit that failed; the other runs are coloured nevertheless


def color_on_cluster(
    on: str, do: FilmWork, tasks: Sequence[FileTask], note: Callable[[str], None], attempt: Attempt
) -> Iterator[Outcome]:
    """Colour all films on a cluster; yields the outcomes as they finish. note: gets sentences about nodes."""
    there, missing = split_missing(tasks, attempt)
    yield from missing
    if not there:
        return
    open_worker = partial(FilmWorker.open, replace(do, network=None))
    work = Work(open_worker, name=_name_unit, needs=_list_paths, memory=_MEMORY)
    with open_engine(on, note, work, there) as engine:
        yield from _Coordinator(engine, do, attempt, there, note).run()


def _name_unit(unit: FilmStep) -> str:
    return unit.name


def _list_paths(unit: FilmStep) -> tuple[Path, ...]:
    shared = () if isinstance(unit.step, WholeFilm | FinishFilm) else (unit.step.job.folder,)
    return (unit.task.source, *shared)


class _Coordinator:
    """Keeps the engine supplied with units: those of the films in work first, then those of the next film."""

    def __init__(
        self,
        engine: Engine[FilmStep, Any],
        do: FilmWork,
        attempt: Attempt,
        tasks: Sequence[FileTask],
        note: Callable[[str], None],
    ) -> None:
        self._engine, self._do, self._attempt, self._note = engine, do, attempt, note
        self._tasks = deque(tasks)
        self._by_runs = not (do.hints or do.layer) and len(tasks) < engine.capacity // 2
        self._ready: deque[FilmStep] = deque()
        self._films: dict[FileTask, _Film] = {}
        self._held = 0

    def run(self) -> Iterator[Outcome]:
        """The outcomes of all films."""
        try:
            while self._tasks or self._ready or self._held:
                yield from self._supply()
                if self._held:
                    finished = self._engine.take()
                    self._held -= 1
                    yield from self._answer(finished)
        finally:
            self._engine.cancel()
            for film in self._films.values():
                if film.split:
                    film.split.__exit__(None, None, None)

    def _supply(self) -> Iterator[Outcome]:
        while self._held < self._engine.capacity and (self._ready or self._tasks):
            if self._ready:
                self._engine.submit(self._ready.popleft())
                self._held += 1
                continue
            task = self._tasks.popleft()
            try:
                if skipped := self._begin(task):
                    yield skipped
            except Exception as error:
                yield self._attempt.fail(task, error)

    def _begin(self, task: FileTask) -> Outcome | None:
        """Begin with a film; returns an outcome if nothing is left to do."""
        if skipped := self._attempt.prepare(task):
            return skipped
        self._do.check(task)
        film = _Film(task, perf_counter())
        if not self._by_runs:
            self._add(film, [WholeFilm()])
        else:
            assert self._do.network is not None
            job = SplitJob(task.source, task.target, self._do.options)
            film.split = SplitFilm(
                job,
                self._do.network,
                max(1, self._engine.capacity // 2),
                overwrite=self._do.batch.overwrite,
                restart=self._do.restart,
            )
            film.split.__enter__()
            self._films[task] = film
            self._add(film, film.split.begin())
        self._films[task] = film
        return None

    def _add(self, film: _Film, steps: Sequence[FilmUnit | WholeFilm | FinishFilm]) -> None:
        film.left += len(steps)
        self._ready.extend(FilmStep(film.task, step) for step in steps)

    def _answer(self, finished: Finished[FilmStep, Any]) -> Iterator[Outcome]:
        film, step = self._films[finished.unit.task], finished.unit.step
        film.left -= 1
        remarks: Remarks | None = None
        try:
            result = finished.result
            if isinstance(step, WholeFilm | FinishFilm):
                remarks = result
            elif film.split:
                units = film.split.advance(step, result)
                self._add(film, units)
                if isinstance(step, FindShots):
                    self._note(f"{film.task.source}: shots found; units to colour: {len(units)}")
                if film.split.is_done:
                    self._add(film, [FinishFilm(film.split.report)])
        except OutputExists as error:
            if not isinstance(
                step, WholeFilm
            ):  # else a worker that died had finished it: `prepare` saw no file
                film.error = film.error or error
        except Exception as error:
            film.error = film.error or error
        if film.left:
            return
        del self._films[film.task]
        if film.split:
            film.split.__exit__(None, None, None)
        seconds = perf_counter() - film.started
        if film.error:
            yield self._attempt.fail(film.task, film.error, seconds)
        else:
            yield Outcome(film.task, "done", seconds, remarks or Remarks())
