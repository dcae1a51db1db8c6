"""Running an iterator on a thread of its own, a few items ahead of whoever takes them."""

from collections.abc import Generator, Iterable
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any, TypeVar

T = TypeVar("T")
_PATIENCE = 0.05  # seconds between looks at whether anybody still wants something


def prefetch(items: Iterable[T], room: int = 4) -> Generator[T]:
    """The same items in the same order, made by another thread that is at most `room` of them ahead.

    An exception there is raised here, in its place. When this generator is closed the other one is too, and its thread
    has ended before `close` returns.
    """
    ready: Queue[tuple[bool, Any]] = Queue(room)
    stop = Event()
    thread = Thread(target=_make, args=(items, ready, stop), name="autochrome-ahead", daemon=True)
    thread.start()
    try:
        while True:
            more, item = ready.get()
            if more:
                yield item
            elif item is None:
                return
            else:
                raise item
    finally:
        stop.set()
        while thread.is_alive():
            _drain(ready)
            thread.join(_PATIENCE)


def _make(items: Iterable[T], ready: "Queue[tuple[bool, Any]]", stop: Event) -> None:
    end: BaseException | None = None
    source = iter(items)
    try:
        for item in source:
            if not _put(ready, (True, item), stop):
                break
    except BaseException as error:  # whatever it is, it belongs to the caller
        end = error
    finally:
        if isinstance(source, Generator):
            source.close()
    _put(ready, (False, end), stop)


def _put(ready: "Queue[tuple[bool, Any]]", item: tuple[bool, Any], stop: Event) -> bool:
    while not stop.is_set():
        try:
            ready.put(item, timeout=_PATIENCE)
        except Full:
            continue
        return True
    return False


def _drain(ready: "Queue[tuple[bool, Any]]") -> None:
    try:
        while True:
            ready.get_nowait()
    except Empty:
        return
