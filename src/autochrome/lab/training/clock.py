"""The time that a phase has taken."""

import time


class PhaseClock:
    """Counts the seconds of one phase, over all starts of the run."""

    def __init__(self, seconds_before: float = 0.0) -> None:
        self._before = seconds_before
        self._start = self._last_save = time.monotonic()

    def seconds(self) -> float:
        """Seconds in this phase, with those before the run was resumed."""
        return self._before + time.monotonic() - self._start

    def seconds_since_save(self) -> float:
        return time.monotonic() - self._last_save

    def mark_saved(self) -> None:
        """A checkpoint was saved now."""
        self._last_save = time.monotonic()
