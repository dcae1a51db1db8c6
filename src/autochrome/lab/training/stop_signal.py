"""SIGTERM ends a run in order: the current step is finished and a checkpoint is saved."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


@dataclass(slots=True)
class StopRequest:
    """Whether this process has received SIGTERM."""

    received: bool = False


@contextmanager
def catch_sigterm() -> Iterator[StopRequest]:
    """Inside the block SIGTERM only sets the request. Outside the main thread signals cannot be caught."""
    request = StopRequest()

    def stop(number: int, frame: FrameType | None) -> None:
        request.received = True

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not the main thread
        yield request
        return
    try:
        yield request
    finally:
        signal.signal(signal.SIGTERM, before)
