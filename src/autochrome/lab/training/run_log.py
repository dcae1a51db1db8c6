"""What a run writes down: steps.csv, epochs.csv, TensorBoard, and a line of progress for whoever is watching."""

import csv
import io
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from torch import Tensor

from autochrome.files import atomic_write

_QUIET_SECONDS = 60.0  # between lines when nobody is at the terminal


class Journal:
    """Opened for one sitting; what an earlier sitting wrote beyond `total_steps` is taken back."""

    def __init__(self, run: Path, total_steps: int) -> None:
        from torch.utils.tensorboard import SummaryWriter  # slow to import

        self._epochs = run / "epochs.csv"
        self._steps_path = run / "steps.csv"
        self._rows = [r for r in _read_rows(self._epochs) if int(r["total_steps"]) <= total_steps]
        _write_rows(
            self._steps_path, [r for r in _read_rows(self._steps_path) if int(r["step"]) < total_steps]
        )
        self._columns: list[str] = list(next(iter(_read_rows(self._steps_path)), {}))
        self._steps = self._steps_path.open("a", newline="", encoding="utf-8")
        self._board = SummaryWriter(str(run / "tensorboard"), purge_step=total_steps)
        self._console = Console(file=sys.stderr)
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn(),
            TextColumn("{task.fields[text]}"), console=self._console, disable=not self._console.is_terminal,
        )  # fmt: skip
        self._task = self._bar.add_task("", total=1.0, text="")
        self._bar.start()
        self._said = time.monotonic()

    def step(self, total_step: int, terms: Mapping[str, float], rate: float) -> None:
        """One step's losses. The columns are those of the first step; later phases may leave some empty."""
        row = {"step": total_step, "rate": rate, **terms}
        if set(row) - set(self._columns):
            self._widen([*self._columns, *(k for k in row if k not in self._columns)])
        self._steps.write(",".join(_text(row.get(k, "")) for k in self._columns) + "\n")
        if total_step % 20 == 0:
            for name, value in row.items():
                if name != "step":
                    self._board.add_scalar(f"train/{name}", value, total_step)

    def _widen(self, columns: list[str]) -> None:
        self._steps.close()
        _write_rows(self._steps_path, _read_rows(self._steps_path), columns)
        self._columns = columns
        self._steps = self._steps_path.open("a", newline="", encoding="utf-8")

    def epoch(self, row: Mapping[str, Any]) -> None:
        """One line of epochs.csv, written whole each time: columns may join later."""
        self._rows.append({k: _text(v) for k, v in row.items()})
        _write_rows(self._epochs, self._rows)

    def amend(self, scores: Mapping[str, float]) -> None:
        """The last line gets scores that were taken after it was written."""
        if self._rows:
            self._rows[-1] |= {k: _text(v) for k, v in scores.items()}
            _write_rows(self._epochs, self._rows)

    def scores(self, total_step: int, scores: Mapping[str, float], picture: Tensor) -> None:
        """Held-out scores and a (3, H, W) sheet 0…1."""
        for name, value in scores.items():
            self._board.add_scalar(f"valid/{name}", value, total_step)
        self._board.add_image("valid/grey-result-truth", picture, total_step)
        self.flush()

    def flush(self) -> None:
        """Nothing that a checkpoint stands on may be missing here after a kill."""
        self._board.flush()
        self._steps.flush()

    def show(self, phase: str, done: float, text: str) -> None:
        """Progress 0…1 of a phase: a bar at a terminal, a line a minute elsewhere."""
        self._bar.update(self._task, description=phase, completed=min(done, 1.0), text=text)
        now = time.monotonic()
        if not self._console.is_terminal and now - self._said > _QUIET_SECONDS:
            self.say(f"{phase} {done:6.1%}  {text}")

    def say(self, text: str) -> None:
        self._said = time.monotonic()
        self._console.print(f"{time.strftime('%H:%M:%S')} {text}", highlight=False, soft_wrap=True)

    def close(self) -> None:
        self._bar.stop()
        self._steps.close()
        self._board.close()


def _text(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _read_rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [
            row for row in csv.DictReader(file) if None not in row.values()
        ]  # a killed run's last line may be torn


def _write_rows(path: Path, rows: list[dict[str, str]], columns: list[str] | None = None) -> None:
    columns = columns or list(dict.fromkeys(k for row in rows for k in row))
    text = io.StringIO(newline="")
    if columns:
        writer = csv.DictWriter(text, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    atomic_write(path, text.getvalue())


def read_steps(run: Path) -> list[dict[str, str]]:
    """steps.csv of a run: a dict a step, as written."""
    return _read_rows(run / "steps.csv")


def read_epochs(run: Path) -> list[dict[str, str]]:
    """epochs.csv of a run: a dict a row, as written."""
    return _read_rows(run / "epochs.csv")
