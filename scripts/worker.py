"""Run a function on many inputs in a process of its own: a crash or a hang costs one input, not the run."""

import io
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

try:
    import resource
except ImportError:  # Windows
    resource = None


@dataclass(frozen=True, slots=True)
class Answer:
    """How one call ended."""

    ended: Literal["returned", "raised", "crashed", "hung"]
    value: Any = None  # what the function returned; the text of its exception; the exit code of the process


class Worker:
    """A process that calls one function again and again. A context manager."""

    def __init__(self, function: Callable[[Any], Any], seconds: float, memory: int = 0) -> None:
        """function: of the top level of a module. seconds: for one call. memory: bytes of address space; 0: any."""
        self._function, self._seconds, self._memory = function, seconds, memory
        self._context = multiprocessing.get_context("spawn")
        self._process: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def call(self, given: Any) -> Answer:
        """Call the function in the process."""
        if self._process is None:
            self._begin()
        try:
            self._ours.send(given)
            if not self._ours.poll(self._seconds):
                self._end()
                return Answer("hung")
            answer: Answer = self._ours.recv()
            return answer
        except (EOFError, OSError):
            self._process.join()
            code = self._process.exitcode
            self._end()
            return Answer("crashed", code)

    def _begin(self) -> None:
        self._ours, theirs = self._context.Pipe()
        self._process = self._context.Process(
            target=_serve, args=(theirs, self._function, self._memory), daemon=True
        )
        self._process.start()
        theirs.close()

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._ours.close()
            self._process = None


def _serve(connection: Connection, function: Callable[[Any], Any], memory: int) -> None:
    if memory and resource:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    while True:
        try:
            given = connection.recv()
        except EOFError:
            return
        try:
            answer = Answer("returned", function(given))
        except Exception as error:
            answer = Answer("raised", f"{type(error).__name__}: {error}")
        connection.send(answer)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command line left behind."""

    code: int
    out: str
    err: str


def run_command(words: list[str]) -> Ran:
    """Run one command line of autochrome in this process. Also catches what libraries print."""
    from autochrome.cli import main

    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        kept = [os.dup(1), os.dup(2)]
        streams = sys.stdout, sys.stderr
        try:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            sys.stdout = io.TextIOWrapper(os.fdopen(os.dup(1), "wb"), encoding="utf-8", line_buffering=True)
            sys.stderr = io.TextIOWrapper(os.fdopen(os.dup(2), "wb"), encoding="utf-8", line_buffering=True)
            code: Any = 0
            try:
                main(words)
            except SystemExit as end:
                code = end.code
            finally:
                for stream in (sys.stdout, sys.stderr):
                    with suppress(OSError, ValueError):
                        stream.close()
        finally:
            sys.stdout, sys.stderr = streams
            for number, copy in enumerate(kept, start=1):
                os.dup2(copy, number)
                os.close(copy)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
    return Ran(code or 0, *texts)


def leftovers(folder: Path) -> list[str]:
    """Names of hidden files of unfinished work in a folder."""
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))
