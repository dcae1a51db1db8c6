"""The engine of one machine: threads of this process."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from typing import Generic

from autochrome.parallel.engine import Finished, R, U


class Local(Generic[U, R]):
    """Runs units on `jobs` threads; with 0, in the caller's thread when they are taken.

    `cancel` lets running units end and leaves no thread.
    """

    def __init__(self, work: Callable[[U], R], jobs: int = 1, ahead: int | None = None) -> None:
        """ahead: how many units may be held; default: twice the jobs."""
        self._work, self._count = work, 0
        self.capacity = max(1, jobs, ahead if jobs and ahead is not None else 2 * jobs)
        self._pool = ThreadPoolExecutor(jobs, thread_name_prefix="autochrome") if jobs else None
        self._done: SimpleQueue[tuple[int, U, Future[R] | None]] = SimpleQueue()

    def submit(self, unit: U) -> None:
        """See `Engine`."""
        number, self._count = self._count, self._count + 1
        if self._pool is None:
            self._done.put((number, unit, None))
        else:
            add_done = partial(self._add_done, number, unit)
            self._pool.submit(self._work, unit).add_done_callback(add_done)

    def _add_done(self, number: int, unit: U, future: "Future[R]") -> None:
        self._done.put((number, unit, future))

    def take(self) -> Finished[U, R]:
        """See `Engine`."""
        number, unit, future = self._done.get()
        try:
            return Finished(number, unit, self._work(unit) if future is None else future.result())
        except Exception as error:
            return Finished(number, unit, error=error)

    def cancel(self) -> None:
        """See `Engine`."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
