"""Telling a person, or a program, how a batch goes. People are told on stderr, programs on stdout."""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

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

from autochrome.cli.batch import Outcome, Report


def choose_report(total: int, *, as_json: bool, quiet: bool, single: bool) -> Report:
    """What suits the moment: JSON lines, silence, a line for one file, a bar on a terminal, a line a file elsewhere."""
    if as_json:
        return JsonLines()
    return People(total, bar=not (quiet or single), quiet=quiet, single=single)


class People:
    """Lines on stderr; on a terminal a bar with rate and remaining time below them."""

    def __init__(self, total: int, *, bar: bool, quiet: bool, single: bool) -> None:
        self.console = Console(stderr=True, highlight=False, soft_wrap=True)
        self.quiet, self.single = quiet, single
        self.progress = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(),
            TextColumn("{task.description}"),
            console=self.console,
            transient=True,
            disable=not (bar and self.console.is_terminal),
        )
        self.task = self.progress.add_task("", total=total)

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.progress.stop()

    def tell(self, outcome: Outcome) -> None:
        source = outcome.work.source
        self.progress.update(self.task, advance=1, description=source.name)
        if outcome.error and not self.single:
            self._say(f"failed: {outcome.error}")
        if outcome.status == "done" and not self.quiet and self.progress.disable:
            self._say(f"{source} → {outcome.work.target} ({outcome.seconds:.1f} s)")
        for note in () if self.quiet else outcome.notes:
            self._say(f"note: {note}")

    def conclude(self, outcomes: Sequence[Outcome], seconds: float) -> None:
        if self.quiet or self.single:
            return
        self.progress.update(self.task, description="")
        counts = Counter(outcome.status for outcome in outcomes)
        said = ", ".join(f"{counts[status]} {status}" for status in ("done", "skipped", "failed"))
        self._say(f"{said} in {seconds:.1f} s")

    def _say(self, text: str) -> None:
        self.console.print(text, markup=False)


class _Rate(ProgressColumn):
    """Files a second, or seconds a file."""

    def render(self, task: Task) -> Text:
        speed = task.completed / task.elapsed if task.elapsed else 0
        if not speed:
            return Text("")
        return Text(f"{speed:.1f}/s" if speed >= 1 else f"{1 / speed:.1f} s each")


class JsonLines:
    """One JSON object a line: one a file as it is dealt with, and a summary at the end."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def tell(self, outcome: Outcome) -> None:
        line: dict[str, Any] = {
            "event": "file",
            "source": str(outcome.work.source),
            "target": str(outcome.work.target),
            "status": outcome.status,
            "seconds": round(outcome.seconds, 3),
            "notes": list(outcome.notes),
        }
        if outcome.error:
            line["error"] = {
                "kind": type(outcome.error).__name__,
                "exit_code": outcome.error.exit_code,
                "message": str(outcome.error),
            }
        self._print(line)

    def conclude(self, outcomes: Sequence[Outcome], seconds: float) -> None:
        counts = Counter(outcome.status for outcome in outcomes)
        tally = {status: counts[status] for status in ("done", "skipped", "failed")}
        self._print({"event": "summary", **tally, "seconds": round(seconds, 3)})

    def _print(self, line: dict[str, Any]) -> None:
        print(json.dumps(line, ensure_ascii=False), file=sys.stdout, flush=True)
