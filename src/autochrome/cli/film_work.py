"""The work on one film of a batch. It is a record of options, so that it can be sent to another process."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from autochrome.cli.batch_options import BatchOptions, refuse_existing
from autochrome.cli.outcome import Remarks
from autochrome.cli.plan import FileTask
from autochrome.cli.sequence_options import SequenceOptions
from autochrome.cli.signing import Signing
from autochrome.cli.wording import count
from autochrome.film.pipeline import colorize_film
from autochrome.film.proof import write_proof
from autochrome.film.report import FilmReport, Progress
from autochrome.hints.source import OpenedHints
from autochrome.media.films.comparison import save_comparison
from autochrome.model import open_for_film
from autochrome.model.network import OnnxModel
from autochrome.options import FilmOptions


@dataclass(slots=True)
class FilmWork:
    """Colours a film and writes the results. Call `open` first, or give it a network."""

    batch: BatchOptions
    options: FilmOptions
    sequence: SequenceOptions
    hints: OpenedHints | None
    restart: bool
    layer: bool
    comparisons: tuple[str, ...]  # suffixes of comparisons to write
    proof: Path | None
    pictures: bool  # the input is a sequence of pictures
    bar: bool  # show a progress bar of the frames
    here: bool  # in the process of the command: Ctrl-C stops after the current part
    network: OnnxModel | None = None
    signing: Signing | None = field(default=None, init=False)

    def open(self) -> None:
        """Open the network, and try the certificate."""
        if self.network is None:
            self.network = open_for_film(self.options.model, self.batch.device)
        self.signing = Signing(self.batch.sign, overwrite=self.batch.overwrite)

    def __call__(self, task: FileTask) -> Remarks:
        """Colour one film."""
        self.check(task)
        with (
            _show_bar(shown=self.bar) as show,
            _stop_on_interrupt(here=self.here) as stop,
        ):
            report = colorize_film(
                self.sequence.describe(task.source) if self.pictures else task.source,
                task.target,
                model=self.network,
                options=self.options,
                hints=self.hints,
                overwrite=self.batch.overwrite,
                restart=self.restart,
                layer=self.layer,
                progress=show,
                stop=stop,
            )
        return self.finish(task, report)

    def check(self, task: FileTask) -> None:
        """Refuse what cannot be written beside the film."""
        assert self.signing is not None
        self.signing.check(task.source, task.targets)
        for file in self._compared(task):
            refuse_existing(file, self.batch.overwrite)

    def finish(self, task: FileTask, report: FilmReport) -> Remarks:
        """Write what comes beside a finished film."""
        assert self.signing is not None
        options = self.options
        for file in self._compared(task):
            save_comparison(task.source, task.target, file, options.start, options.end)
        notes = [_summarize(report), *report.notes, *self.signing.sign(task.source, task.targets)]
        if self.proof:
            assert self.network is not None
            proven = write_proof(
                self.proof,
                task.source,
                task.target,
                network=self.network,
                options=options,
                hints=self.hints,
            )
            notes.append(f"{self.proof}: {proven.summary}")
        return Remarks(tuple(notes), report.losses)

    def _compared(self, task: FileTask) -> list[Path]:
        return [task.comparisons[0].with_suffix(kind) for kind in self.comparisons]


@contextmanager
def _stop_on_interrupt(*, here: bool) -> Iterator[Callable[[], bool]]:
    """Ctrl-C stops after the current part, a second Ctrl-C at once. Yields a function: was Ctrl-C pressed?"""
    pressed = threading.Event()

    def press(number: int, frame: object) -> None:
        if pressed.is_set():
            raise KeyboardInterrupt("the same command goes on where the last part ended")
        pressed.set()
        print("\nFinishing this part of the film; Ctrl-C again stops at once.", file=sys.stderr)

    if not here or threading.current_thread() is not threading.main_thread():
        yield pressed.is_set
        return
    before = signal.signal(signal.SIGINT, press)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _show_bar(*, shown: bool) -> Iterator[Callable[[Progress], None] | None]:
    """On a terminal: a progress bar with frames per second, the time left, and the number of the shot."""
    if not (shown and sys.stderr.isatty()):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(progress: Progress) -> None:
            total = None if progress.frames is None else max(progress.frames, progress.frame)
            speed = bar.tasks[0].speed or 0
            bar.update(
                task,
                completed=progress.frame,
                total=total,
                description=f"{speed:.0f} frames/s, shot {progress.shot + 1}",
            )

        yield show


def _summarize(report: FilmReport) -> str:
    """One line about a finished film."""
    speed = report.frames / max(report.seconds, 1e-6)
    kept = f" ({report.kept} of them kept)" if report.kept else ""
    text = f"{count(report.frames, 'frame')}{kept}, {count(len(report.shots), 'shot')}, {speed:.1f} frames/s"
    doubtful = {shot.first for shot in report.doubtful()}
    if doubtful:
        named = [(n, shot) for n, shot in enumerate(report.shots, start=1) if shot.first in doubtful]
        where = ", ".join(f"{number} ({shot.time:.1f} s)" for number, shot in named[:8])
        text += f"; shots with doubtful colours: {where}"
    return text
