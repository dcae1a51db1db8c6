"""One film on several workers: find its shots once, colour runs of them, join the parts without encoding again.

The three steps are three kinds of units. A worker does them; `film.held` holds the film meanwhile and says which units
are left. The parts are those of an interrupted film, so each engine continues what another one has begun.
"""

from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from autochrome.errors import FilmDamaged, PathNotShared
from autochrome.film.cuts import choose_cuts, split_shots
from autochrome.film.found_shots import SHOTS_FILE, FoundShots, Run, find_all_shots, load_shots_of
from autochrome.film.painters import choose_painter
from autochrome.film.pipeline import METADATA, color_shots, writing
from autochrome.film.proxy import make_proxy
from autochrome.film.report import FilmReport
from autochrome.film.scenes.shot_list import Shot
from autochrome.media.films import FilmReader
from autochrome.media.films.frame_budget import frames_queued
from autochrome.media.films.parts import folder_of
from autochrome.media.films.shared_film import FilmOfParts, RunWriter
from autochrome.model import ColorModel
from autochrome.options import FilmOptions
from autochrome.parallel import prefetch


@dataclass(frozen=True, slots=True)
class SplitJob:
    """What a worker must know about a film."""

    source: Path
    target: Path
    options: FilmOptions

    @property
    def folder(self) -> Path:
        """The folder of the parts."""
        return folder_of(self.target)

    def open_reader(self) -> FilmReader:
        """The film, or the section of it that is coloured."""
        return FilmReader(self.source, start=self.options.start, end=self.options.end)


@dataclass(frozen=True, slots=True)
class FindShots:
    """A unit: find the shots of a film, and store them beside its parts."""

    job: SplitJob

    def do(self, network: ColorModel) -> None:
        """Read the whole film once."""
        with self.job.open_reader() as reader:
            found = find_all_shots(reader, choose_cuts(self.job.options, film=self.job.source))
        found.save(self.job.folder)


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a coloured run looks like in numbers."""

    shots: tuple[Shot, ...]
    kept: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ColorRun:
    """A unit: colour a run of shots, and write it as parts."""

    job: SplitJob
    run: Run

    def do(self, network: ColorModel) -> RunReport:
        """The same steps as for a whole film, between two cuts."""
        job, run, options = self.job, self.run, self.job.options
        found = _load_shots(job.folder)
        with job.open_reader() as whole:
            facts = whole.facts
        start = options.start if run.first == found.first else run.start
        report = FilmReport(job.target)
        with (
            FilmReader(job.source, start=start, end=run.end or options.end, index=found.index) as reader,
            RunWriter(job.target, facts, options, run.first, run.stop) as writer,
        ):
            painter = choose_painter(network, options, facts.turn)
            shots = split_shots(map(make_proxy, reader), frozenset(found.cuts))
            merge_and_write = writing(facts, writer, options)
            depth = frames_queued(facts.y_bytes)
            with closing(prefetch(color_shots(shots, painter, options, writer), depth)) as colored_frames:
                for colored in colored_frames:
                    if colored.frame.index != run.first + report.frames:
                        raise FilmDamaged(
                            f"{job.source}: frame {colored.frame.index} comes in a wrong place."
                        )
                    writer.end_part_before(colored.frame, colored.begins_shot)
                    merge_and_write(colored)
                    report.add_frame(colored)
            if report.frames != run.stop - run.first:
                raise FilmDamaged(
                    f"{job.source}: {run.stop - run.first - report.frames} frames after {run.start:.1f} s are missing."
                )
        return RunReport(tuple(report.shots), report.kept, writer.notes)


@dataclass(frozen=True, slots=True)
class JoinFilm:
    """A unit: write the film from its finished parts, and the other streams of the original."""

    job: SplitJob

    def do(self, network: ColorModel) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Join the parts; returns notes and losses."""
        job, found = self.job, _load_shots(self.job.folder)
        with job.open_reader() as reader:
            facts = reader.facts
        writer = FilmOfParts(job.target, facts, job.options, metadata=METADATA)
        writer.join(found.shown)
        return writer.notes, writer.losses


def _load_shots(folder: Path) -> FoundShots:
    """The shots that were found before; read once for all runs of a film."""
    try:
        return _load_edition(folder, (folder / SHOTS_FILE).stat().st_mtime_ns)
    except OSError as error:
        raise PathNotShared(f"{folder}: the shots that another process found are not here.") from error


@lru_cache(maxsize=2)
def _load_edition(folder: Path, edition: int) -> FoundShots:
    if (found := load_shots_of(folder)) is None:
        raise PathNotShared(f"{folder / SHOTS_FILE}: the list of shots cannot be read; delete it.")
    return found
