"""Losses on their way from the device to paper, and the clock of a phase."""

import time

from torch import Tensor


class Tally:
    """One phase of one sitting."""

    def __init__(self, batch: int = 1, seconds: float = 0.0) -> None:
        self._batch, self._before = batch, seconds
        self._start = self._saved = self._epoch_start = time.monotonic()
        self.waiting: list[tuple[int, dict[str, Tensor], float]] = []
        self._sums: dict[str, float] = {}
        self._steps = 0

    def seconds(self) -> float:
        return self._before + time.monotonic() - self._start

    def since_saved(self) -> float:
        return time.monotonic() - self._saved

    def saved(self) -> None:
        self._saved = time.monotonic()

    def add(self, step: int, terms: dict[str, Tensor], rate: float) -> None:
        self.waiting.append((step, terms, rate))

    def settle(self) -> list[tuple[int, dict[str, float], float]]:
        """The losses since last time, as numbers."""
        settled = [(s, {k: float(v) for k, v in terms.items()}, rate) for s, terms, rate in self.waiting]
        self.waiting.clear()
        for _, terms, _ in settled:
            self._steps += 1
            for name, value in terms.items():
                self._sums[name] = self._sums.get(name, 0.0) + value
        return settled

    def epoch(self) -> dict[str, float]:
        """Means since the last epoch, the seconds it took and pictures a second; starts a new one."""
        row = {name: value / max(self._steps, 1) for name, value in self._sums.items()}
        spent = time.monotonic() - self._epoch_start
        row |= {"seconds": spent, "pictures_per_second": self._steps * self._batch / max(spent, 1e-9)}
        self._sums, self._steps, self._epoch_start = {}, 0, time.monotonic()
        return row

    def text(self) -> str:
        spent = time.monotonic() - self._epoch_start
        speed = self._steps * self._batch / max(spent, 1e-9)
        terms = "  ".join(f"{k} {v / self._steps:.4g}" for k, v in self._sums.items() if self._steps)
        return f"{terms}  {speed:.0f} pictures/s"
