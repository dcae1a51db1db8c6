"""Losses of the last steps, from the device to numbers and means."""

import time
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, slots=True)
class StepLosses:
    """The losses of one step."""

    step: int
    losses: dict[str, float]
    learning_rate: float


class LossMeter:
    """Collects losses without waiting for the device, and their means over an epoch."""

    def __init__(self, batch_size: int = 1) -> None:
        self._batch_size = batch_size
        self._epoch_start = time.monotonic()
        self._on_device: list[tuple[int, dict[str, Tensor], float]] = []
        self._sums: dict[str, float] = {}
        self._steps = 0

    def add(self, step: int, losses: dict[str, Tensor], learning_rate: float) -> None:
        """Remember the losses of a step; they stay on the device."""
        self._on_device.append((step, losses, learning_rate))

    def read(self) -> list[StepLosses]:
        """The losses since the last call, as numbers. This waits for the device."""
        steps = [
            StepLosses(s, {k: float(v) for k, v in losses.items()}, lr) for s, losses, lr in self._on_device
        ]
        self._on_device.clear()
        for step in steps:
            self._steps += 1
            for name, value in step.losses.items():
                self._sums[name] = self._sums.get(name, 0.0) + value
        return steps

    def end_epoch(self) -> dict[str, float]:
        """The mean losses of the epoch, its seconds and pictures per second; then start a new epoch."""
        row = {name: value / max(self._steps, 1) for name, value in self._sums.items()}
        seconds = time.monotonic() - self._epoch_start
        row |= {
            "seconds": seconds,
            "pictures_per_second": self._steps * self._batch_size / max(seconds, 1e-9),
        }
        self._sums, self._steps, self._epoch_start = {}, 0, time.monotonic()
        return row

    def summary(self) -> str:
        """The mean losses of the epoch so far, in one line."""
        seconds = time.monotonic() - self._epoch_start
        speed = self._steps * self._batch_size / max(seconds, 1e-9)
        losses = "  ".join(f"{k} {v / self._steps:.4g}" for k, v in self._sums.items() if self._steps)
        return f"{losses}  {speed:.0f} pictures/s"
