"""Plan a batch: which input file becomes which output file."""

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autochrome.cli.naming import COMPARE, Naming
from autochrome.errors import NothingFound, SameFile, UsageError

_ADDRESS = re.compile(r"(?i)(https?|ftp|file|s3):/")


@dataclass(frozen=True, slots=True)
class FileTask:
    """One file to read and one to write."""

    source: Path
    target: Path

    @property
    def comparison(self) -> Path:
        """The path of the before/after picture."""
        return self.target.with_stem(self.target.stem + COMPARE)


@dataclass(frozen=True, slots=True)
class Plan:
    """All tasks, the input folders without any input file, and the inputs that are results of an earlier run."""

    tasks: tuple[FileTask, ...]
    empty: tuple[Path, ...]
    into_folder: bool  # results go into folders, which are created as needed
    results: tuple[Path, ...] = ()  # left out


def make_plan(
    inputs: Sequence[Path], output: str | None, naming: Naming, suffixes: Collection[str], glob: str | None
) -> Plan:
    """Plan all tasks before any work begins. No two results share a path, and none replaces an input.

    Folders are searched recursively for files with one of `suffixes` (lower case), or for files that match `glob`.
    Hidden files are left out, and so are results of an earlier run whose original is an input too (unless a `glob`
    chooses them). The output keeps the folder structure of the input.
    """
    for path in inputs:
        if _ADDRESS.match(str(path)):
            address = re.sub(":/+", "://", str(path), count=1)
            raise UsageError(f"{address}: this is an address, not a file; download it, then give the file.")
    into_folder = _wants_folder(inputs, output, naming)
    chosen = Path(output) if output else None
    tasks: dict[Path, FileTask] = {}
    empty = []
    for path in inputs:
        found = [(path, Path())] if not path.is_dir() else list(_find_files(path, chosen, suffixes, glob))
        if not found:
            empty.append(path)
        for source, inside in found:
            folder = (chosen or path.parent) / inside
            target = naming.check(chosen) if chosen and not into_folder else folder / naming(source)
            tasks.setdefault(source.resolve(), FileTask(source, target))
    named = {path.resolve() for path in inputs}
    tasks, results = _without_results(tasks, naming, named) if glob is None else (tasks, ())
    if not tasks and results:
        raise NothingFound(
            f"{results[0]}: there are only results of an earlier run; --glob selects files by name."
        )
    if not tasks:
        raise NothingFound(
            f"{', '.join(map(str, empty))}: no pictures in this folder; --glob selects files by name."
        )
    return Plan(_checked(tasks), tuple(empty), into_folder, results)


def _wants_folder(inputs: Sequence[Path], output: str | None, naming: Naming) -> bool:
    """Whether the output is a folder: it exists as one, its name ends with a slash, or there are many inputs."""
    folders = [path for path in inputs if path.is_dir()]
    if output is None:
        if folders:
            raise UsageError(f"{folders[0]}: the input is a folder; name a folder for the results with -o.")
        return True
    if output.endswith(("/", os.sep)) or Path(output).is_dir():
        return True
    many = bool(folders) or len(inputs) > 1
    if many and Path(output).suffix.lower() in naming.writable:
        what = f"{len(inputs)} inputs become" if len(inputs) > 1 else "a folder becomes"
        raise UsageError(
            f"{output}: {what} several results, not one file; name a folder for them, such as {output}/ with a slash."
        )
    return many


def _find_files(
    folder: Path, output: Path | None, suffixes: Collection[str], glob: str | None
) -> Iterator[tuple[Path, Path]]:
    """The input files below a folder, each with its own folder relative to that one."""
    skipped = output.resolve() if output and output.resolve() != folder.resolve() else None
    for current, folders, names in os.walk(folder):
        at = Path(current)
        folders[:] = sorted(f for f in folders if not f.startswith(".") and (at / f).resolve() != skipped)
        for name in sorted(names):
            path = at / name
            wanted = path.relative_to(folder).match(glob) if glob else path.suffix.lower() in suffixes
            if wanted and not name.startswith("."):
                yield path, at.relative_to(folder)


def _without_results(
    tasks: Mapping[Path, FileTask], naming: Naming, named: Collection[Path]
) -> tuple[dict[Path, FileTask], tuple[Path, ...]]:
    """The tasks without those whose source is a result, by its name; and these sources.

    Such a name belongs to a result if its original is an input too, or if the source was found in a folder (it is not
    `named`) and would be replaced.
    """
    stems = {task.source.stem for task in tasks.values()}

    def is_result(source: Path, task: FileTask) -> bool:
        original = naming.original_stem(task.source.stem)
        return original in stems or (
            original is not None and source not in named and task.target.resolve() == source
        )

    kept = {source: task for source, task in tasks.items() if not is_result(source, task)}
    return kept, tuple(task.source for source, task in tasks.items() if source not in kept)


def _checked(tasks: dict[Path, FileTask]) -> tuple[FileTask, ...]:
    """Check the tasks, by the real path of their source, and leave out those whose source is a result of another."""
    targets: dict[Path, FileTask] = {}
    results = set()
    for source, task in tasks.items():
        target = task.target.resolve()
        if target == source:
            raise SameFile(
                f"{task.source}: the result would replace its own input; choose another -o or --name."
            )
        results |= {target, task.comparison.resolve()}
        other = targets.setdefault(target, task)
        if other is not task:
            raise UsageError(
                f"{other.source} and {task.source} would both become {task.target}; "
                "colour them one by one, or choose different names with --name or --format."
            )
    return tuple(task for source, task in tasks.items() if source not in results)
