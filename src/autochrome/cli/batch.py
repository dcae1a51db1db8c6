"""Run one task for each of many files. The batch goes on if one fails, and reports the failures at the end."""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from autochrome.cli.batch_options import Existing
from autochrome.cli.errors import as_autochrome_error, print_traceback
from autochrome.cli.outcome import Outcome, Remarks, Report
from autochrome.cli.output_folders import OutputFolders
from autochrome.cli.plan import FileTask, Plan
from autochrome.cli.reports import JsonReport, LineReport
from autochrome.cli.search import describe_left_out
from autochrome.cli.wording import count
from autochrome.errors import (
    BatchIncomplete,
    FinishedWithLosses,
    OutputExists,
)
from autochrome.files import output_exists
from autochrome.parallel import map_ordered


def choose_report(total: int, *, as_json: bool, quiet: bool, single: bool, device: str) -> Report:
    """JSON lines, errors only, one line for a single file, a progress bar on a terminal, else one line per file.

    device: where the model runs, for programs. The progress bar's library is loaded only on a terminal.
    """
    if as_json:
        return JsonReport(device)
    if quiet or single or not sys.stderr.isatty():
        return LineReport(quiet=quiet, single=single)
    from autochrome.cli.progress import ProgressReport

    return ProgressReport(total)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Does one task of a batch, and catches its error."""

    do: Callable[[FileTask], Remarks]  # writes the result and returns remarks
    existing: Existing
    folders: OutputFolders | None  # makes the folder of a result; None: it exists

    def __call__(self, task: FileTask) -> Outcome:
        """The outcome of one task."""
        started = perf_counter()
        if outcome := self.look(task):
            return outcome
        try:
            remarks = self.do(task)
        except Exception as error:
            return self.fail(task, error, perf_counter() - started)
        return Outcome(task, "done", perf_counter() - started, remarks)

    def look(self, task: FileTask) -> Outcome | None:
        """`prepare`, but an error is an outcome."""
        try:
            return self.prepare(task)
        except Exception as error:
            return self.fail(task, error)

    def prepare(self, task: FileTask) -> Outcome | None:
        """Look for results of an earlier run, and make the folder. Returns an outcome if nothing is left to do."""
        old = [path for path in task.targets if self.existing != "overwrite" and output_exists(path)]
        if old and self.existing == "refuse":
            raise OutputExists(
                f"{old[0]}: there is a file already; --overwrite replaces it, --skip-existing leaves it."
            )
        if old and len(old) == len(task.targets):
            return Outcome(task, "skipped")
        if self.folders:
            self.folders.make(task.target.parent)
        return None

    def fail(self, task: FileTask, error: Exception, seconds: float = 0.0) -> Outcome:
        """The outcome of a task that ends with an error."""
        if self.existing == "skip" and isinstance(error, OutputExists):  # another run was quicker
            return Outcome(task, "skipped", seconds)
        print_traceback(error)
        return Outcome(task, "failed", seconds, error=as_autochrome_error(error, str(task.source)))


def run_batch(
    plan: Plan,
    do: Callable[[FileTask], Remarks],
    *,
    existing: Existing,
    report: Report,
    jobs: int,
    single: bool,
    elsewhere: Callable[[Attempt], Iterator[Outcome]] | None = None,
) -> None:
    """Call `do` for every task of the plan, `jobs` at a time. `do` writes the result and returns remarks.

    The error of a `single` file is raised unchanged. With many files, `BatchIncomplete` names those that failed, at the
    end. If none failed, `FinishedWithLosses` names those whose results lack something. After Ctrl-C the running tasks
    finish first. elsewhere: attempts all tasks on a cluster, and yields the outcomes.
    """
    started = perf_counter()
    outcomes: list[Outcome] = []
    folders = OutputFolders()
    attempt = Attempt(do, existing, folders if plan.into_folder else None)

    with report:
        if plan.results:
            number = count(len(plan.results), "result")
            report.note(f"{number} of an earlier run left out: {_name_some(plan.results)}")
        if left_out := describe_left_out(plan.left_out):
            report.note(f"files of other kinds left out: {left_out}")
        try:
            for folder, error in plan.failed:
                outcomes.append(Outcome(FileTask(folder, folder), "failed", error=error))
                report.add(outcomes[-1])
            if elsewhere and plan.into_folder:
                for folder in dict.fromkeys(task.target.parent for task in plan.tasks):
                    folders.expect(folder)
            for outcome in elsewhere(attempt) if elsewhere else map_ordered(attempt, plan.tasks, jobs):
                outcomes.append(outcome)
                report.add(outcome)
        except KeyboardInterrupt as stop:
            hints = (
                stop.args if single and stop.args else ("the same command with --skip-existing continues",)
            )
            raise KeyboardInterrupt(*hints) from None
        finally:
            folders.remove_empty()
            report.conclude(outcomes, perf_counter() - started)
    _raise_failures(outcomes, single)
    _raise_losses(outcomes, single)


def _raise_failures(outcomes: Sequence[Outcome], single: bool) -> None:
    failed = [outcome for outcome in outcomes if outcome.error]
    if single and failed and failed[0].error:
        raise failed[0].error
    if failed:
        raise BatchIncomplete(
            f"{len(failed)} of {len(outcomes)} failed: {_name_some([outcome.task.source for outcome in failed])}."
        )


def _raise_losses(outcomes: Sequence[Outcome], single: bool) -> None:
    lossy = [outcome for outcome in outcomes if outcome.remarks.losses]
    if single and lossy:
        raise FinishedWithLosses(f"{lossy[0].task.source}: {'; '.join(lossy[0].remarks.losses)}.")
    if lossy:
        raise FinishedWithLosses(
            f"{len(lossy)} of {len(outcomes)} inputs are damaged, and parts are missing in their results: "
            f"{_name_some([outcome.task.source for outcome in lossy])}."
        )


def _name_some(paths: Sequence[Path]) -> str:
    names = ", ".join(map(str, paths[:5]))
    return names + (f" and {len(paths) - 5} more" if len(paths) > 5 else "")
