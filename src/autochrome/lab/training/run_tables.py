"""CSV tables: steps.csv and epochs.csv of a run, table.csv of a grid."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autochrome.files import atomic_write

Row = dict[str, str]


def read_rows(path: Path) -> list[Row]:
    """The rows of a table; none if there is no file. An incomplete last line of a killed run is left out."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if None not in row.values()]


def write_rows(path: Path, rows: Sequence[Row], columns: Sequence[str] = ()) -> None:
    """Write a whole table. Without `columns` it has the columns of all rows, in order."""
    columns = columns or list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    if columns:
        writer = csv.DictWriter(text, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    atomic_write(path, text.getvalue())


def cell(value: Any) -> str:
    """A value as text; floats have six digits."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def read_steps(run: Path) -> list[Row]:
    """steps.csv: one row per step."""
    return read_rows(run / "steps.csv")


def read_epochs(run: Path) -> list[Row]:
    """epochs.csv: one row per epoch."""
    return read_rows(run / "epochs.csv")
