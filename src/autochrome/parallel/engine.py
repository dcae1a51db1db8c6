"""The protocol of an engine: it takes units of work and gives back their results as they finish.

A unit is a small record with paths, never pixels, so that it can be sent to another machine. `Local` runs units on
threads of this process, `Processes` on processes of this machine, `RayCluster` on the workers of a cluster.
"""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

U = TypeVar("U")
R = TypeVar("R")
Given = TypeVar("Given", contravariant=True)


@dataclass(frozen=True, slots=True)
class Finished(Generic[U, R]):
    """A unit that has finished: its result, or the error that it raised."""

    number: int  # of the unit, in the order of submission, from 0
    unit: U
    value: R | None = None
    error: BaseException | None = None

    @property
    def result(self) -> R:
        """The result; raises the error of the unit."""
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]  # None only beside an error, or as a result


class Engine(Protocol[U, R]):
    """Runs units of work."""

    @property
    def capacity(self) -> int:
        """How many units the engine should hold, running or waiting, so that no worker is idle. It may change."""

    def submit(self, unit: U) -> None:
        """Give one more unit to the engine. Does not wait for it."""

    def take(self) -> Finished[U, R]:
        """Wait for a unit that has finished, and return it. Each unit is returned once."""

    def cancel(self) -> None:
        """Drop the waiting units and end the workers. Afterwards the engine takes no units."""


def need_nothing(unit: object) -> tuple[Path, ...]:
    """The paths of a unit that needs none."""
    return ()


@dataclass(frozen=True)
class Work(Generic[U, R]):
    """What a worker does. It is sent to other processes, so `open` belongs to a module, or is a `partial` of such."""

    open: Callable[
        [], Callable[[U], R]
    ]  # opens what all units share, such as the network; once in each worker
    name: Callable[[U], str] = str  # of a unit, for messages
    needs: Callable[[U], Iterable[Path]] = need_nothing  # what must be visible from the node of the worker
    marks: tuple[Path, ...] = ()  # a file in each folder that must be visible
    cpus: float = 1.0  # processor cores of one worker
    memory: int = 2 << 30  # bytes
    accelerators: float = 0.0


def run_units(
    engine: Engine[U, R], units: Iterable[U], *, in_order: bool = False
) -> Generator[Finished[U, R]]:
    """Run all units, and yield them as they finish; or in their own order.

    Units are drawn when the engine has room for them. In order, those that wait for an earlier one count as held by
    the engine, so memory stays bounded. If the caller stops (an exception, `break`, Ctrl-C), the engine is cancelled.
    """
    waiting: dict[int, Finished[U, R]] = {}
    source, more, held, turn = iter(units), True, 0, 0
    try:
        while more or held:
            while more and held < engine.capacity:
                try:
                    unit = next(source)
                except StopIteration:
                    more = False
                    break
                engine.submit(unit)
                held += 1
            while held and (not more or held >= engine.capacity):
                if not in_order:
                    done = engine.take()
                else:
                    while turn not in waiting:
                        finished = engine.take()
                        waiting[finished.number] = finished
                    done = waiting.pop(turn)
                    turn += 1
                held -= 1
                yield done
    finally:
        engine.cancel()
