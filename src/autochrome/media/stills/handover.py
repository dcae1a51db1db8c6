"""Strips drawn here, eaten there: a short queue between the caller's thread and an encoder that pulls."""

import queue
import threading
from collections.abc import Callable, Iterable
from typing import Any

from numpy.typing import NDArray

_AHEAD = 2  # strips that wait for the encoder


class Handover:
    """Runs an encoder on a thread of its own. Errors of both sides come out in the caller, and no thread is left."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[NDArray[Any] | None] = queue.Queue(_AHEAD)
        self._gone = threading.Event()  # the encoder will take no more
        self._ended = False
        self._error: BaseException | None = None

    def run(self, encode: Callable[[], object], strips: Iterable[NDArray[Any]]) -> None:
        """Draw `strips` in this thread while `encode` takes them. An error in drawing wins over one in encoding."""
        thread = threading.Thread(target=self._guarded, args=(encode,), name="autochrome-encoder")
        thread.start()
        try:
            for strip in strips:
                self._waiting.put(strip)
                if self._gone.is_set():
                    break
        finally:
            self._waiting.put(None)
            thread.join()
        if self._error is not None:
            raise self._error

    def take(self) -> NDArray[Any] | None:
        """The next strip, for the encoder; None when there are no more, however often it asks."""
        strip = None if self._ended else self._waiting.get()
        self._ended = strip is None
        return strip

    def _guarded(self, encode: Callable[[], object]) -> None:
        try:
            encode()
        except BaseException as error:
            self._error = error
        finally:
            self._gone.set()
            self._make_room()

    def _make_room(self) -> None:
        """Whoever waits to put a strip must get through, see that we are gone, and put the end."""
        while True:
            try:
                self._waiting.get_nowait()
            except queue.Empty:
                return
