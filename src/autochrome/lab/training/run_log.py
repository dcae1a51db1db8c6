"""The log of a run: steps.csv, epochs.csv, TensorBoard, and progress on stderr."""

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from torch import Tensor

from autochrome.lab.training.loss_meter import StepLosses
from autochrome.lab.training.run_tables import cell, read_epochs, read_steps, write_rows

_SECONDS_BETWEEN_LINES = 60.0  # of progress, where stderr is not a terminal
_TENSORBOARD_STEPS = 20  # TensorBoard gets the losses of every 20th step


class TrainingLog(Protocol):
    """What the trainer reports."""

    def log_step(self, step: StepLosses) -> None:
        """The losses of one step."""

    def log_epoch(self, row: Mapping[str, Any]) -> None:
        """The mean losses and the scores of one epoch: one row of epochs.csv."""

    def update_last_epoch(self, scores: Mapping[str, float]) -> None:
        """Set scores in the last row of epochs.csv."""

    def log_scores(self, step: int, scores: Mapping[str, float], image: Tensor) -> None:
        """Validation scores and a (3, H, W) image with values 0…1."""

    def show_progress(self, phase: str, done: float, text: str) -> None:
        """The fraction of a phase that is done, 0…1, and a line of text."""

    def message(self, text: str) -> None:
        """A line for the person who watches the run."""

    def flush(self) -> None:
        """Write everything to disk."""

    def close(self) -> None:
        """End the log."""


class NullRunLog:
    """Logs nothing: the log of all processes but the main one."""

    def log_step(self, step: StepLosses) -> None: ...

    def log_epoch(self, row: Mapping[str, Any]) -> None: ...

    def update_last_epoch(self, scores: Mapping[str, float]) -> None: ...

    def log_scores(self, step: int, scores: Mapping[str, float], image: Tensor) -> None: ...

    def show_progress(self, phase: str, done: float, text: str) -> None: ...

    def message(self, text: str) -> None: ...

    def flush(self) -> None: ...

    def close(self) -> None: ...


class RunLog:
    """Writes into the folder of a run. A resumed run continues at `total_steps`: later rows are removed first."""

    def __init__(self, run: Path, total_steps: int) -> None:
        from torch.utils.tensorboard import SummaryWriter  # slow to import

        self._epochs_path, self._steps_path = run / "epochs.csv", run / "steps.csv"
        self._epochs = [row for row in read_epochs(run) if int(row["total_steps"]) <= total_steps]
        steps = [row for row in read_steps(run) if int(row["step"]) < total_steps]
        write_rows(self._steps_path, steps)
        self._columns: list[str] = list(steps[0]) if steps else []
        self._steps = self._steps_path.open("a", newline="", encoding="utf-8")
        self._tensorboard = SummaryWriter(str(run / "tensorboard"), purge_step=total_steps)
        self._console = Console(file=sys.stderr)
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn(),
            TextColumn("{task.fields[text]}"), console=self._console, disable=not self._console.is_terminal,
        )  # fmt: skip
        self._task = self._bar.add_task("", total=1.0, text="")
        self._bar.start()
        self._last_line = time.monotonic()

    def log_step(self, step: StepLosses) -> None:
        """Add a row to steps.csv. If a later phase has new losses, the table gets new columns."""
        values = {"rate": step.learning_rate, **step.losses}
        row = {"step": step.step, **values}
        if new := [name for name in row if name not in self._columns]:
            self._add_columns(new)
        self._steps.write(",".join(cell(row.get(name, "")) for name in self._columns) + "\n")
        if step.step % _TENSORBOARD_STEPS == 0:
            for name, value in values.items():
                self._tensorboard.add_scalar(f"train/{name}", value, step.step)

    def _add_columns(self, names: list[str]) -> None:
        self._steps.close()
        self._columns += names
        write_rows(self._steps_path, read_steps(self._steps_path.parent), self._columns)
        self._steps = self._steps_path.open("a", newline="", encoding="utf-8")

    def log_epoch(self, row: Mapping[str, Any]) -> None:
        self._epochs.append({name: cell(value) for name, value in row.items()})
        write_rows(self._epochs_path, self._epochs)

    def update_last_epoch(self, scores: Mapping[str, float]) -> None:
        if self._epochs:
            self._epochs[-1] |= {name: cell(value) for name, value in scores.items()}
            write_rows(self._epochs_path, self._epochs)

    def log_scores(self, step: int, scores: Mapping[str, float], image: Tensor) -> None:
        for name, value in scores.items():
            self._tensorboard.add_scalar(f"valid/{name}", value, step)
        self._tensorboard.add_image("valid/grey-result-truth", image, step)
        self.flush()

    def flush(self) -> None:
        """Called before each checkpoint, so that a killed run has every row before its checkpoint."""
        self._tensorboard.flush()
        self._steps.flush()

    def show_progress(self, phase: str, done: float, text: str) -> None:
        """A bar on a terminal; elsewhere one line per minute."""
        self._bar.update(self._task, description=phase, completed=min(done, 1.0), text=text)
        waited = time.monotonic() - self._last_line
        if not self._console.is_terminal and waited > _SECONDS_BETWEEN_LINES:
            self.message(f"{phase} {done:6.1%}  {text}")

    def message(self, text: str) -> None:
        self._last_line = time.monotonic()
        self._console.print(f"{time.strftime('%H:%M:%S')} {text}", highlight=False, soft_wrap=True)

    def close(self) -> None:
        self._bar.stop()
        self._steps.close()
        self._tensorboard.close()
