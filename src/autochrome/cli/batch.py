"""Doing one thing to many files: the batch goes on when one fails, and says at the end what became of each."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Literal, Protocol, Self

from autochrome.cli.errors import as_autochrome_error, print_traceback
from autochrome.cli.plan import FileTask, Plan
from autochrome.errors import AutochromeError, BatchIncomplete, NothingFound, OutputExists, OutputNotWritable
from autochrome.parallel import map_ordered

Existing = Literal["refuse", "overwrite", "skip"]
"""What to do where a result stands already."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    task: FileTask
    status: Literal["done", "skipped", "failed"]
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    error: AutochromeError | None = None


class Report(Protocol):
    """Whoever tells the person how it goes."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def tell(self, outcome: Outcome) -> None:
        """One more file is dealt with."""

    def conclude(self, outcomes: Sequence[Outcome], seconds: float) -> None:
        """All are, or there was an interruption."""


def run_batch(
    plan: Plan,
    do: Callable[[FileTask], Sequence[str]],
    *,
    existing: Existing,
    report: Report,
    jobs: int,
    single: bool,
) -> None:
    """`do` every work of the plan, `jobs` at a time, and report. `do` writes the result and gives back notes.

    A `single` file that fails is raised as it is. Of many, those that failed are named at the end, and
    `BatchIncomplete` is raised. Ctrl-C lets what is in hand come to its end first.
    """
    started = perf_counter()
    outcomes: list[Outcome] = []

    def attempt(task: FileTask) -> Outcome:
        return _attempt(task, do, existing, plan.into_folder)

    with report:
        try:
            for folder in plan.empty:
                none = NothingFound(f"{folder}: no pictures in there; --glob chooses files by name.")
                outcomes.append(Outcome(FileTask(folder, folder), "failed", error=none))
                report.tell(outcomes[-1])
            for outcome in map_ordered(attempt, plan.tasks, jobs):
                outcomes.append(outcome)
                report.tell(outcome)
        except KeyboardInterrupt as stop:
            hints = stop.args if single and stop.args else ("the same command with --skip-existing goes on",)
            raise KeyboardInterrupt(*hints) from None
        finally:
            report.conclude(outcomes, perf_counter() - started)
    _raise_failures(outcomes, single)


def _attempt(
    task: FileTask, do: Callable[[FileTask], Sequence[str]], existing: Existing, make_folder: bool
) -> Outcome:
    """One task, its trouble caught."""
    started = perf_counter()
    try:
        if existing != "overwrite" and task.target.exists():
            if existing == "skip":
                return Outcome(task, "skipped")
            raise OutputExists(
                f"{task.target}: there is a file already; --overwrite replaces it, --skip-existing leaves it."
            )
        if make_folder:
            _make_folder(task.target.parent)
        notes = tuple(do(task))
    except Exception as error:
        print_traceback(error)
        ours = as_autochrome_error(error, str(task.source))
        return Outcome(task, "failed", perf_counter() - started, error=ours)
    return Outcome(task, "done", perf_counter() - started, notes)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputNotWritable(
            f"{folder}: the folder cannot be made ({os.strerror(error.errno or 0)}); choose another place."
        ) from error


def _raise_failures(outcomes: Sequence[Outcome], single: bool) -> None:
    failed = [outcome for outcome in outcomes if outcome.error]
    if single and failed and failed[0].error:
        raise failed[0].error
    if failed:
        names = ", ".join(str(outcome.task.source) for outcome in failed[:5])
        more = f" and {len(failed) - 5} more" if len(failed) > 5 else ""
        raise BatchIncomplete(f"{len(failed)} of {len(outcomes)} failed: {names}{more}.")
