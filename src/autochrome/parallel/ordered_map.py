"""Apply a function to many items on several threads, with the results in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

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
    if jobs < 1:
        yield from map(function, items)
        return
    waiting: deque[Future[R]] = deque()
    limit = max(jobs, ahead if ahead is not None else 2 * jobs)
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="autochrome")
    try:
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) >= limit:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
