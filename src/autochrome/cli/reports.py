"""Reports of a batch: lines on stderr for people, JSON on stdout for programs."""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from autochrome.cli.outcome import Outcome


class LineReport:
    """Lines on stderr."""

    def __init__(self, *, quiet: bool, single: bool) -> None:
        self.quiet, self.single = quiet, single

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def add(self, outcome: Outcome) -> None:
        if outcome.error and not self.single:
            self.print(f"failed: {outcome.error}")
        if outcome.status == "done" and not self.quiet:
            self.print_done(outcome)
        for note in () if self.quiet else outcome.notes:
            self.print(f"note: {note}")

    def print_done(self, outcome: Outcome) -> None:
        self.print(f"{outcome.task.source} → {outcome.task.target} ({outcome.seconds:.1f} s)")

    def conclude(self, outcomes: Sequence[Outcome], seconds: float) -> None:
        if self.quiet or self.single:
            return
        counts = Counter(outcome.status for outcome in outcomes)
        text = ", ".join(f"{counts[status]} {status}" for status in ("done", "skipped", "failed"))
        self.print(f"{text} in {seconds:.1f} s")

    def print(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)


class JsonReport:
    """One JSON object per line: one for each finished file, and a summary at the end."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def add(self, outcome: Outcome) -> None:
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
        numbers = {status: counts[status] for status in ("done", "skipped", "failed")}
        self._print({"event": "summary", **numbers, "seconds": round(seconds, 3)})

    def _print(self, line: dict[str, Any]) -> None:
        print(json.dumps(line, ensure_ascii=False), file=sys.stdout, flush=True)
