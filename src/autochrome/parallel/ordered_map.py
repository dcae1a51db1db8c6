"""Running the same thing over many items, on the threads of this machine."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def map_ordered(
    function: Callable[[T], R], items: Iterable[T], jobs: int = 1, ahead: int | None = None
) -> Iterator[R]:
    """`function` of every item, in the order of the items, worked on by `jobs` threads.

    At most `ahead` items (twice the jobs, when not said) are taken before the result of the first of them is
    wanted, so memory stays bounded. Items are drawn in the caller's thread. An exception in a worker is raised in
    the caller when its turn comes. Whenever the caller stops (an exception, `break`, Ctrl-C) what has begun is
    waited for, what has not is dropped, and no thread is left. No jobs at all: it runs in the caller's own thread.
    """
    if jobs < 1:
        yield from map(function, items)
        return
    waiting: deque[Future[R]] = deque()
    room = max(jobs, ahead if ahead is not None else 2 * jobs)
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="autochrome")
    try:
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) >= room:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
