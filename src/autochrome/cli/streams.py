"""`-` in the place of a file: the picture comes from standard input, or goes to standard output."""

import sys
from collections.abc import Sequence
from pathlib import Path

from autochrome.cli.batch_options import BatchOptions
from autochrome.cli.naming import Naming
from autochrome.cli.plan import FileTask, Plan
from autochrome.errors import InputEmpty, UsageError

STREAM = Path("-")


def uses_streams(inputs: Sequence[Path], output: str | None) -> bool:
    """Whether an input or the output is `-`."""
    return STREAM in inputs or (output is not None and Path(output) == STREAM)


def plan_stream(inputs: Sequence[Path], batch: BatchOptions, naming: Naming, *, compare: bool) -> Plan:
    """The plan for one picture from or to a stream. From standard input without -o, it goes to standard output."""
    output = batch.output or "-"
    to_stdout = Path(output) == STREAM
    if len(inputs) > 1 or inputs[0].is_dir():
        raise UsageError("With - there can be only one picture; colour it alone.")
    if not to_stdout and (output.endswith("/") or Path(output).is_dir()):
        raise UsageError("A picture from standard input has no name; name the result with -o FILE.")
    if to_stdout:
        if compare or batch.json:
            raise UsageError(
                "--compare and --json do not go with a picture on standard output; name a file with -o."
            )
        if sys.stdout.isatty() and not batch.dry_run:
            raise UsageError(
                "The picture would go to the terminal; name a file with -o, or send it on with > or |."
            )
    target = STREAM if to_stdout else naming.check(Path(output))
    return Plan((FileTask(inputs[0], target),), (), False)


def read_source(source: Path) -> Path | bytes:
    """The same path; for `-` the picture from standard input."""
    if source != STREAM:
        return source
    if sys.stdin.isatty():
        raise UsageError("Standard input is the terminal; send a picture into it with < or |.")
    data = sys.stdin.buffer.read()
    if not data:
        raise InputEmpty("Standard input is empty; send a picture into it.")
    return data
