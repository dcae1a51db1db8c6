"""The report of a batch on a terminal: a progress bar with rate and remaining time, and messages above it."""

from collections.abc import Sequence
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from autochrome.cli.outcome import Outcome
from autochrome.cli.reports import LineReport
from autochrome.cli.wording import escape


class ProgressReport(LineReport):
    """A progress bar. Only failures and notes get a line of their own."""

    def __init__(self, total: int) -> None:
        super().__init__(quiet=False, single=False)
        self._progress = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(),
            TextColumn("{task.description}"),
            console=Console(stderr=True, highlight=False, soft_wrap=True),
            transient=True,
        )
        self._task = self._progress.add_task("", total=total)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def add(self, outcome: Outcome) -> None:
        self._progress.update(self._task, advance=1, description=outcome.task.source.name)
        super().add(outcome)

    def print_done(self, outcome: Outcome) -> None:
        """The bar shows it."""

    def conclude(self, outcomes: Sequence[Outcome], seconds: float) -> None:
        self._progress.update(self._task, description="")
        super().conclude(outcomes, seconds)

    def print(self, text: str) -> None:
        self._progress.console.print(escape(text), markup=False)


class _Rate(ProgressColumn):
    """Files per second, or seconds per file."""

    def render(self, task: Task) -> Text:
        speed = task.completed / task.elapsed if task.elapsed else 0
        if not speed:
            return Text("")
        return Text(f"{speed:.1f}/s" if speed >= 1 else f"{1 / speed:.1f} s each")
