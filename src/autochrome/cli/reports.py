"""Reports of a batch: lines on stderr for people, JSON on stdout for programs."""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

from autochrome.cli.outcome import Outcome, Report
from autochrome.cli.wording import escape


class LineReport(Report):
    """Lines on stderr."""

    def __init__(self, *, quiet: bool, single: bool) -> None:
        self.quiet, self.single = quiet, single

    def add(self, outcome: Outcome) -> None:
        if outcome.error and not self.single:
            self.print(f"failed: {outcome.error}")
        if outcome.status == "done" and not self.quiet:
            self.print_done(outcome)
        for note in () if self.quiet else outcome.remarks.notes:
            self.print(f"note: {note}")
        for loss in () if self.single else outcome.remarks.losses:  # a single file's are its error
            self.print(f"loss: {outcome.task.source}: {loss}")

    def print_done(self, outcome: Outcome) -> None:
        self.print(f"{outcome.task.source} → {outcome.task.results} ({outcome.seconds:.1f} s)")

    def note(self, text: str) -> None:
        if not self.quiet:
            self.print(f"note: {text}")

    def conclude(self, outcomes: Sequence[Outcome], seconds: float) -> None:
        if self.quiet or self.single:
            return
        counts = Counter(outcome.status for outcome in outcomes)
        text = ", ".join(f"{counts[status]} {status}" for status in ("done", "skipped", "failed"))
        lossy = _count_lossy(outcomes)
        self.print(f"{text}{f', {lossy} with losses' if lossy else ''} in {seconds:.1f} s")

    def print(self, text: str) -> None:
        print(escape(text), file=sys.stderr, flush=True)


class JsonReport(Report):
    """One JSON object per line: one for each finished file, and a summary at the end."""

    def __init__(self, device: str = "") -> None:
        self.device = device

    def add(self, outcome: Outcome) -> None:
        line: dict[str, Any] = {
            "event": "file",
            "source": str(outcome.task.source),
            "target": str(outcome.task.targets[0]),
            "status": outcome.status,
            "seconds": round(outcome.seconds, 3),
            "notes": list(outcome.remarks.notes),
            "losses": list(outcome.remarks.losses),
        }
        if outcome.task.variations:
            line["targets"] = [str(path) for path in outcome.task.targets]
        if outcome.error:
            line["error"] = {
                "kind": type(outcome.error).__name__,
                "exit_code": outcome.error.exit_code,
                "message": str(outcome.error),
            }
        self._print(line)

    def note(self, text: str) -> None:
        self._print({"event": "note", "message": text})

    def conclude(self, outcomes: Sequence[Outcome], seconds: float) -> None:
        counts = Counter(outcome.status for outcome in outcomes)
        numbers = {status: counts[status] for status in ("done", "skipped", "failed")}
        numbers["with_losses"] = _count_lossy(outcomes)
        device = {"device": self.device} if self.device else {}
        self._print({"event": "summary", **numbers, "seconds": round(seconds, 3), **device})

    def _print(self, line: dict[str, Any]) -> None:
        # ASCII, because stdout may have an encoding that cannot write a file name.
        print(json.dumps(line, ensure_ascii=True), file=sys.stdout, flush=True)


def _count_lossy(outcomes: Sequence[Outcome]) -> int:
    return sum(bool(outcome.remarks.losses) for outcome in outcomes)
