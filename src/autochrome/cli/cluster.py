"""`--on`: attempt the tasks of a batch on the workers of a cluster."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from autochrome.cli.batch import Attempt
from autochrome.cli.outcome import Outcome, Remarks
from autochrome.cli.plan import FileTask
from autochrome.errors import InputMissing
from autochrome.files import write_errors
from autochrome.leftovers import locked, remove_leftovers
from autochrome.parallel import Engine, Work, open_cluster, run_units

_MEMORY = 1 << 30  # bytes of a worker

U = TypeVar("U")
R = TypeVar("R")


class OpenedLater(Protocol):
    """Work on one file that opens what it needs in the process where it runs."""

    def open(self) -> None: ...
    def __call__(self, task: FileTask) -> Remarks: ...


def attempt_on_cluster(
    on: str, do: OpenedLater, tasks: Sequence[FileTask], note: Callable[[str], None], attempt: Attempt
) -> Iterator[Outcome]:
    """Attempt all tasks on a cluster; yields the outcomes as they finish. note: gets sentences about nodes.

    Results of earlier runs are looked for here. So a result that a worker finds is of a worker that died after it.
    """
    there, missing = split_missing(tasks, attempt)
    yield from missing
    left = []
    for task in there:
        if outcome := attempt.look(task):
            yield outcome
        else:
            left.append(task)
    if not left:
        return
    again = replace(attempt, existing="skip" if attempt.existing == "refuse" else attempt.existing)
    work = Work(partial(_open_attempt, do, again), name=_name_task, needs=_list_sources, memory=_MEMORY)
    with open_engine(on, work, left, note) as engine:
        for finished in run_units(engine, left):
            if isinstance(finished.error, Exception):
                yield attempt.fail(finished.unit, finished.error)
            else:
                outcome = finished.result
                yield replace(outcome, status="done") if outcome.status == "skipped" else outcome


def split_missing(tasks: Sequence[FileTask], attempt: Attempt) -> tuple[list[FileTask], list[Outcome]]:
    """The tasks whose inputs exist, and the outcomes of the others: this machine sees the files too."""
    there = [task for task in tasks if task.source.exists()]
    kept = set(there)
    lost = [task for task in tasks if task not in kept]
    sentence = "there is no such file; check the name."
    return there, [attempt.fail(task, InputMissing(f"{task.source}: {sentence}")) for task in lost]


def _open_attempt(do: OpenedLater, attempt: Attempt) -> Attempt:
    do.open()
    return Attempt(do, attempt.existing, attempt.folders)


def _name_task(task: FileTask) -> str:
    return str(task.source)


def _list_sources(task: FileTask) -> tuple[Path, ...]:
    return (task.source,)


@contextmanager
def open_engine(
    on: str, work: Work[U, R], tasks: Iterable[FileTask], note: Callable[[str], None]
) -> Iterator[Engine[U, R]]:
    """The engine for these tasks during the block. Its nodes must see the folders of the results."""
    with _mark_folders(task.target.parent for task in tasks) as marks:
        yield open_cluster(on, replace(work, marks=marks), note)


@contextmanager
def _mark_folders(folders: Iterable[Path]) -> Iterator[tuple[Path, ...]]:
    """Put a hidden file into each folder, or the nearest one above it that exists, during the block.

    A node that does not see these files has other folders of the same names, and would write there. What a killed
    process leaves is removed as other hidden files are.
    """
    there = dict.fromkeys(
        next(each for each in (folder, *folder.absolute().parents) if each.exists())
        for folder in dict.fromkeys(folders)
    )
    with ExitStack() as stack:
        marks = []
        for folder in there:
            remove_leftovers(folder)
            mark = folder / f".shared-{secrets.token_hex(6)}.part"
            with write_errors(folder):
                stack.enter_context(locked(mark.open("xb")))
            stack.callback(mark.unlink, missing_ok=True)
            marks.append(mark)
        yield tuple(marks)
