"""A short queue of strips between the thread of the caller, which makes them, and an encoder, which asks for them."""

import queue
import threading
from collections.abc import Callable, Iterable
from typing import Any

from numpy.typing import NDArray

_AHEAD = 2  # strips that wait for the encoder


class EncoderThread:
    """Runs an encoder in its own thread. The errors of both threads are raised in the caller; no thread is left."""

    def __init__(self) -> None:
        self._queue: queue.Queue[NDArray[Any] | None] = queue.Queue(_AHEAD)
        self._finished = threading.Event()  # the encoder takes no more strips
        self._ended = False
        self._error: BaseException | None = None

    def run(self, encode: Callable[[], object], strips: Iterable[NDArray[Any]]) -> None:
        """Make `strips` in this thread while `encode` takes them. An error of the strips wins over one of `encode`."""
        thread = threading.Thread(target=self._run_encoder, args=(encode,), name="autochrome-encoder")
        thread.start()
        try:
            for strip in strips:
                self._queue.put(strip)
                if self._finished.is_set():
                    break
        finally:
            self._queue.put(None)
            thread.join()
        if self._error is not None:
            raise self._error

    def take(self) -> NDArray[Any] | None:
        """The next strip, for the encoder. After the last one: None, at every call."""
        strip = None if self._ended else self._queue.get()
        self._ended = strip is None
        return strip

    def _run_encoder(self, encode: Callable[[], object]) -> None:
        try:
            encode()
        except BaseException as error:
            self._error = error
        finally:
            self._finished.set()
            self._empty_queue()

    def _empty_queue(self) -> None:
        """Empty the queue, so that the caller can put its strip, see that the encoder has ended, and stop."""
        while True:
            try:
                self._queue.get_nowait()
            except queue.Empty:
                return
