"""One worker in a process of its own: it opens what all units share once, then does one unit after another."""

import os
import pickle
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autochrome import __version__
from autochrome.cores import SHARE
from autochrome.errors import AutochromeError, PathNotShared, UnitSetAside, WorkerUnusable

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

MOST_DEATHS = 2  # of workers, before a unit is set aside
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM")


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker gets before its first unit."""

    work: bytes  # pickled `Work`: it is read after the environment is set, because it imports libraries
    folder: str  # in which the command was given: relative paths begin there
    version: str  # of the command
    cpus: float


class Worker:
    """Does units, and returns (result, error) of each. An exception never leaves it."""

    def open(self, order: Order) -> AutochromeError | None:
        """Prepare for units; returns the reason if this node cannot do them."""
        self._host = socket.gethostname()
        try:
            self._work = self._prepare(order)
            self._do: Callable[[Any], Any] = self._work.open()
        except AutochromeError as error:
            return error if isinstance(error, PathNotShared | WorkerUnusable) else self._wrap(error)
        except Exception as error:
            return self._wrap(error)
        return None

    def _prepare(self, order: Order) -> Any:
        if order.version != __version__:
            raise WorkerUnusable(
                f"The node {self._host} has autochrome {__version__}, and the command {order.version}; "
                "install one version on all nodes."
            )
        for library in _ONE_THREAD:
            os.environ.setdefault(library, "1")
        for share in (SHARE, "VIPS_CONCURRENCY"):
            os.environ.setdefault(share, str(max(1, round(order.cpus))))
        if Path(order.folder).is_dir():
            os.chdir(order.folder)
        work = pickle.loads(order.work)
        self._folder = Path(order.folder)
        for mark in work.marks:
            self._check_path(mark, mark.parent)
        return work

    def _check_path(self, path: Path, name: Path) -> None:
        """Refuse a path that is not there. name: what the message calls it."""
        if not (self._folder / path).exists():
            raise PathNotShared(
                f"{self._folder / name}: the node {self._host} does not see this path; "
                "use a folder that all nodes share, under the same name."
            )

    def _wrap(self, error: Exception) -> WorkerUnusable:
        text = " ".join(str(error).split()).rstrip(".")
        return WorkerUnusable(f"The node {self._host} cannot begin ({type(error).__name__}: {text}).")

    def do(self, unit: Any) -> tuple[Any, Exception | None]:
        """The result of one unit, or its error."""
        try:
            for path in self._work.needs(unit):
                self._check_path(path, path)
            return self._do(unit), None
        except Exception as error:
            return None, _sendable(error)


def _sendable(error: Exception) -> Exception:
    """The same error, if it can be sent to another process; else one with its text."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return AutochromeError(f"{type(error).__name__}: {error}")
    return error


def serve(connection: "Connection[Any, Any]", order: Order) -> None:
    """The life of a worker process: it answers the units that come over the connection, until None comes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command, which lets running units end
    worker = Worker()
    with suppress(EOFError, OSError):  # the command has ended
        connection.send(worker.open(order))
        while (unit := connection.recv()) is not None:
            connection.send(worker.do(unit))


def set_aside(name: str, deaths: int) -> UnitSetAside:
    """The error of a unit that ends its workers."""
    return UnitSetAside(
        f"{name}: its worker died {deaths} times, so it is set aside; colour it alone on one machine to see why."
    )
