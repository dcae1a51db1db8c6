"""Attempt the tasks of a batch on workers: processes of this machine, or of a cluster (`--on`)."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from autochrome.cli.batch import Attempt
from autochrome.cli.batch_options import Existing
from autochrome.cli.outcome import Outcome, Remarks
from autochrome.cli.output_folders import OutputFolders
from autochrome.cli.plan import FileTask
from autochrome.cores import usable_cores
from autochrome.errors import InputMissing
from autochrome.files import write_errors
from autochrome.leftovers import locked, remove_leftovers
from autochrome.parallel import Engine, Work, open_cluster, open_processes, run_units

_MEMORY = 1 << 30  # bytes of a worker
_FILES_EACH = 8 << 20  # bytes of pictures that make up for the start of one more process
_MOST_PROCESSES = 16

U = TypeVar("U")
R = TypeVar("R")


class OpenedLater(Protocol):
    """Work on one file that opens what it needs in the process where it runs."""

    def open(self) -> None: ...
    def __call__(self, task: FileTask) -> Remarks: ...


class OpenEngine(Protocol):
    """Opens an engine for these tasks."""

    def __call__(
        self, work: Work[FileTask, Outcome], tasks: Sequence[FileTask]
    ) -> AbstractContextManager[Engine[FileTask, Outcome]]: ...


def choose_processes(tasks: Sequence[FileTask], jobs: int | None) -> int:
    """How many processes these pictures are worth, at most `jobs`. Below 2, threads are quicker."""
    size = sum(task.source.stat().st_size for task in tasks if task.source.is_file())
    return min(jobs or usable_cores(), size // _FILES_EACH, len(tasks), _MOST_PROCESSES)


def attempt_on_processes(
    processes: int, do: OpenedLater, tasks: Sequence[FileTask], attempt: Attempt
) -> Iterator[Outcome]:
    """Attempt all tasks in processes of this machine; yields the outcomes in their order."""
    return _attempt(lambda work, tasks: open_processes(processes, work), do, tasks, attempt, in_order=True)


def attempt_on_cluster(
    on: str, do: OpenedLater, tasks: Sequence[FileTask], note: Callable[[str], None], attempt: Attempt
) -> Iterator[Outcome]:
    """Attempt all tasks on a cluster; yields the outcomes as they finish. note: gets sentences about nodes."""
    return _attempt(partial(open_engine, on, note), do, tasks, attempt, in_order=False)


def _attempt(
    open_workers: OpenEngine,
    do: OpenedLater,
    tasks: Sequence[FileTask],
    attempt: Attempt,
    *,
    in_order: bool,
) -> Iterator[Outcome]:
    """Attempt all tasks on the workers of an engine.

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
    existing: Existing = "skip" if attempt.existing == "refuse" else attempt.existing
    work = Work(
        partial(_open_attempt, do, existing, attempt.folders),
        name=_name_task,
        needs=_list_sources,
        memory=_MEMORY,
    )
    with open_workers(work, left) as engine:
        for finished in run_units(engine, left, in_order=in_order):
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


def _open_attempt(do: OpenedLater, existing: Existing, folders: OutputFolders | None) -> Attempt:
    do.open()
    return Attempt(do, existing, folders)


def _name_task(task: FileTask) -> str:
    return str(task.source)


def _list_sources(task: FileTask) -> tuple[Path, ...]:
    return (task.source,)


@contextmanager
def open_engine(
    on: str, note: Callable[[str], None], work: Work[U, R], tasks: Iterable[FileTask]
) -> Iterator[Engine[U, R]]:
    """The engine of a cluster for these tasks during the block. Its nodes must see the folders of the results."""
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
