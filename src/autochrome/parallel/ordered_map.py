"""Apply a function to many items on several threads, with the results in order."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import TypeVar

from autochrome.parallel.engine import run_units
from autochrome.parallel.local import Local

T = TypeVar("T")
R = TypeVar("R")


def map_ordered(
    function: Callable[[T], R], items: Iterable[T], jobs: int = 1, ahead: int | None = None
) -> Iterator[R]:
    """`function` of every item, in the order of the items, computed by `jobs` threads.

    At most `ahead` items (default: twice the jobs) are in progress or finished but not yet taken, so memory stays
    bounded. The caller's thread draws the items. An exception in a worker is raised in the caller at that item. If the
    caller stops (an exception, `break`, Ctrl-C), running items are finished, waiting ones are dropped, and no thread is
    left. With jobs 0 everything runs in the caller's thread.
    """
    engine: Local[T, R] = Local(function, jobs, ahead)
    with closing(run_units(engine, items, in_order=True)) as finished:
        for each in finished:
            yield each.result
