"""The engine of one machine for large units: worker processes, each of which uses one processor core.

Threads of one process wait for each other where the work is many short numpy calls; processes do not.
"""

import multiprocessing
import pickle
from collections import deque
from contextlib import suppress
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, Generic

from autochrome import __version__
from autochrome.errors import WorkerUnusable
from autochrome.parallel.engine import Finished, R, U, Work
from autochrome.parallel.worker import MOST_DEATHS, Order, serve, set_aside


class _Child:
    """A worker process, and the unit that it does."""

    def __init__(self, order: Order) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process: SpawnProcess = context.Process(target=serve, args=(theirs, order), daemon=True)
        self.process.start()
        theirs.close()  # so that reading ends when the worker dies
        self.is_open = False
        self.number: int | None = None  # of the unit; None: it opens, or is idle

    def end(self) -> None:
        """Let it finish its unit, and end it."""
        with suppress(OSError):
            self.connection.send(None)
        self.process.join()
        self.connection.close()


class Processes(Generic[U, R]):
    """Runs units on `count` worker processes of this machine.

    A unit whose worker dies is given to another one; the second time it is set aside. `cancel` lets running units end
    and leaves no process.
    """

    def __init__(self, work: Work[U, R], count: int) -> None:
        self._work = work
        self._order = Order(pickle.dumps(work), str(Path.cwd()), __version__, work.cpus)
        self._units: dict[int, U] = {}
        self._deaths: dict[int, int] = {}
        self._waiting: deque[int] = deque()
        self._finished: deque[Finished[U, R]] = deque()
        self._count = 0
        self.capacity = 2 * count
        self._children = [_Child(self._order) for _ in range(count)]

    def submit(self, unit: U) -> None:
        """See `Engine`."""
        self._units[self._count] = unit
        self._waiting.append(self._count)
        self._count += 1
        self._assign()

    def take(self) -> Finished[U, R]:
        """See `Engine`."""
        while not self._finished:
            by_connection: dict[Any, _Child] = {child.connection: child for child in self._children}
            for ready in wait(by_connection):
                self._read(by_connection[ready])
            self._assign()
        return self._finished.popleft()

    def cancel(self) -> None:
        """See `Engine`."""
        try:
            while self._children:
                self._children.pop().end()
        finally:  # a second Ctrl-C
            for child in self._children:
                child.process.kill()

    def _assign(self) -> None:
        """Give waiting units to idle workers."""
        for child in self._children:
            if self._waiting and child.is_open and child.number is None:
                child.number = self._waiting.popleft()
                with suppress(OSError):  # it has died; `take` will notice
                    child.connection.send(self._units[child.number])

    def _read(self, child: _Child) -> None:
        """The answer of a worker, or its end."""
        try:
            answer = child.connection.recv()
        except (EOFError, OSError):
            self._bury(child)
            return
        if child.number is not None:
            self._finish(child.number, *answer)
            child.number = None
        elif answer is None:
            child.is_open = True
        else:
            raise answer

    def _finish(self, number: int, value: Any, error: Exception | None) -> None:
        self._finished.append(Finished(number, self._units.pop(number), value, error))

    def _bury(self, child: _Child) -> None:
        """A worker has died: another one takes its place, and its unit is tried again or set aside."""
        self._children.remove(child)
        child.end()
        if not child.is_open:
            raise WorkerUnusable("A worker process ended before it could begin; is there enough memory?")
        self._children.append(_Child(self._order))
        if child.number is None:
            return
        deaths = self._deaths[child.number] = self._deaths.get(child.number, 0) + 1
        if deaths < MOST_DEATHS:
            self._waiting.appendleft(child.number)
        else:
            name = self._work.name(self._units[child.number])
            self._finish(child.number, None, set_aside(name, deaths))
