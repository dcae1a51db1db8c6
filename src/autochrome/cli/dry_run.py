"""`--dry-run`: show what a batch would do. Nothing is coloured or written."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from autochrome.cli.batch import run_batch
from autochrome.cli.batch_options import Existing
from autochrome.cli.outcome import Outcome, Remarks
from autochrome.cli.plan import FileTask, Plan
from autochrome.cli.reports import JsonReport, LineReport
from autochrome.errors import InputMissing


def show_batch(plan: Plan, *, existing: Existing, as_json: bool, single: bool) -> None:
    """Show on stdout what the batch would do, as JSON for programs or one line per file."""
    report = _DryJsonReport() if as_json else _DryReport(quiet=False, single=single)
    plan = replace(plan, into_folder=False)  # no folder is made
    run_batch(plan, _check_source, existing=existing, report=report, jobs=0, single=single)


def _check_source(task: FileTask) -> Remarks:
    """Stands for the work on one file: only finds out whether the input exists."""
    numbered = "%" in task.source.name  # pictures of a film, which have no file of this name
    if not numbered and task.source != Path("-") and not task.source.exists():
        raise InputMissing(f"{task.source}: there is no such file; check the name.")
    return Remarks()


class _DryReport(LineReport):
    def add(self, outcome: Outcome) -> None:
        if outcome.status == "skipped":
            self.print(f"{outcome.task.source}: skipped, because {outcome.task.target} exists")
        super().add(outcome)

    def print_done(self, outcome: Outcome) -> None:
        self.print(f"{outcome.task.source} → {outcome.task.results}")

    def conclude(self, outcomes: Sequence[Outcome], seconds: float) -> None:
        if not self.single:
            counts = Counter(outcome.status for outcome in outcomes)
            self.print(
                f"dry run: {counts['done']} to do, {counts['skipped']} to skip, {counts['failed']} would fail"
            )

    def print(self, text: str) -> None:
        print(text, flush=True)


class _DryJsonReport(JsonReport):
    """The lines of a batch with the status `planned` instead of `done`."""

    def _print(self, line: dict[str, Any]) -> None:
        line = {("planned" if key == "done" else key): value for key, value in line.items()}
        super()._print(line | {"status": "planned"} if line.get("status") == "done" else line)
