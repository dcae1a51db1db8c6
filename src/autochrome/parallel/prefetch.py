"""Run an iterator on a thread of its own, a few items ahead of its consumer."""

from collections.abc import Generator, Iterable
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any, TypeVar

T = TypeVar("T")
_POLL_SECONDS = 0.05  # between checks whether the consumer has stopped


def prefetch(items: Iterable[T], depth: int = 4) -> Generator[T]:
    """The same items in the same order, produced by another thread that is at most `depth` items ahead.

    An exception of the producer is raised here, at its position. Closing this generator closes the source too, and ends
    the thread before `close` returns.
    """
    queue: Queue[tuple[bool, Any]] = Queue(depth)
    stop = Event()
    thread = Thread(target=_produce, args=(items, queue, stop), name="autochrome-prefetch", daemon=True)
    thread.start()
    try:
        while True:
            more, item = queue.get()
            if more:
                yield item
            elif item is None:
                return
            else:
                raise item
    finally:
        stop.set()
        while thread.is_alive():
            _drain(queue)
            thread.join(_POLL_SECONDS)


def _produce(items: Iterable[T], queue: "Queue[tuple[bool, Any]]", stop: Event) -> None:
    end: BaseException | None = None
    source = iter(items)
    try:
        for item in source:
            if not _put(queue, (True, item), stop):
                break
    except BaseException as error:  # every exception is raised in the consumer
        end = error
    finally:
        if isinstance(source, Generator):
            source.close()
    _put(queue, (False, end), stop)


def _put(queue: "Queue[tuple[bool, Any]]", item: tuple[bool, Any], stop: Event) -> bool:
    while not stop.is_set():
        try:
            queue.put(item, timeout=_POLL_SECONDS)
        except Full:
            continue
        return True
    return False


def _drain(queue: "Queue[tuple[bool, Any]]") -> None:
    try:
        while True:
            queue.get_nowait()
    except Empty:
        return
