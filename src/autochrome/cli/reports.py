"""Telling a person, or a program, how a batch goes. People are told on stderr, programs on stdout."""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from autochrome.cli.batch import Outcome, Report


def choose_report(total: int, *, as_json: bool, quiet: bool, single: bool) -> Report:
    """What suits the moment: JSON lines, silence, a line for one file, a bar on a terminal, a line a file elsewhere.

    What draws the bar is not loaded where there is none.
    """
    if as_json:
        return JsonReport()
    if quiet or single or not sys.stderr.isatty():
        return LineReport(quiet=quiet, single=single)
    from autochrome.cli.progress import Bar

    return Bar(total)


class LineReport:
    """LineReport on stderr."""

    def __init__(self, *, quiet: bool, single: bool) -> None:
        self.quiet, self.single = quiet, single

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def tell(self, outcome: Outcome) -> None:
        if outcome.error and not self.single:
            self.say(f"failed: {outcome.error}")
        if outcome.status == "done" and not self.quiet:
            self.done(outcome)
        for note in () if self.quiet else outcome.notes:
            self.say(f"note: {note}")

    def done(self, outcome: Outcome) -> None:
        self.say(f"{outcome.task.source} → {outcome.task.target} ({outcome.seconds:.1f} s)")

    def conclude(self, outcomes: Sequence[Outcome], seconds: float) -> None:
        if self.quiet or self.single:
            return
        counts = Counter(outcome.status for outcome in outcomes)
        said = ", ".join(f"{counts[status]} {status}" for status in ("done", "skipped", "failed"))
        self.say(f"{said} in {seconds:.1f} s")

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)


class JsonReport:
    """One JSON object a line: one a file as it is dealt with, and a summary at the end."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def tell(self, outcome: Outcome) -> None:
        line: dict[str, Any] = {
            "event": "file",
            "source": str(outcome.task.source),
            "target": str(outcome.task.target),
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
