"""Plan a batch: which input file becomes which output file."""

import os
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from autochrome.cli.naming import COMPARE, Naming, number_path
from autochrome.cli.search import describe_left_out, is_folder, real_path, search_folder
from autochrome.errors import AutochromeError, NothingFound, SameFile, UsageError

_ADDRESS = re.compile(r"(?i)(https?|ftp|file|s3):/")


@dataclass(frozen=True, slots=True)
class FileTask:
    """One file to read, and what to write."""

    source: Path
    target: Path
    variations: int = 0  # results to write instead of one

    @property
    def targets(self) -> tuple[Path, ...]:
        """The paths of all results: the target, or one numbered path for each variation."""
        if not self.variations:
            return (self.target,)
        return tuple(number_path(self.target, n + 1) for n in range(self.variations))

    @property
    def results(self) -> str:
        """The paths of all results, for people: 'a-color-1.jpg … a-color-4.jpg'."""
        return " … ".join(str(path) for path in (self.targets[0], *self.targets[1:][-1:]))

    @property
    def comparisons(self) -> tuple[Path, ...]:
        """The paths of the before/after pictures."""
        return tuple(path.with_stem(path.stem + COMPARE) for path in self.targets)


@dataclass(frozen=True, slots=True)
class Plan:
    """All tasks, and what is no task."""

    tasks: tuple[FileTask, ...]
    failed: tuple[tuple[Path, AutochromeError], ...]  # folders without any input, or that cannot be searched
    into_folder: bool  # results go into folders, which are created as needed
    results: tuple[Path, ...] = ()  # inputs that are results of an earlier run: left out
    left_out: Counter[str] = field(default_factory=Counter)  # suffix → files of folders that are no input

    def with_variations(self, count: int) -> Self:
        """The same plan with so many results for each input."""
        return replace(self, tasks=tuple(replace(task, variations=count) for task in self.tasks))


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
    failed: list[tuple[Path, AutochromeError]] = []
    left_out: Counter[str] = Counter()
    for path in inputs:
        files = [(path, Path())]
        if is_folder(path):
            search = search_folder(path, chosen, suffixes, glob)
            files, left_out = search.files, left_out + search.left_out
            failed += search.unreadable
            if not files and not search.unreadable:
                failed.append((path, _nothing_in(path, search.left_out)))
        for source, inside in files:
            folder = (chosen or path.parent) / inside
            target = naming.check(chosen) if chosen and not into_folder else folder / naming(source)
            tasks.setdefault(real_path(source), FileTask(source, target))
    named = {real_path(path) for path in inputs}
    tasks, results = _without_results(tasks, naming, named) if glob is None else (tasks, ())
    if not tasks and results:
        raise NothingFound(
            f"{results[0]}: there are only results of an earlier run; --glob selects files by name."
        )
    if not tasks:
        raise failed[0][1]
    tasks = _with_own_names(tasks, naming) if into_folder else tasks
    return Plan(_checked(tasks), tuple(failed), into_folder, results, left_out)


def _nothing_in(folder: Path, left_out: Counter[str]) -> NothingFound:
    others = describe_left_out(left_out)
    there = f" of a kind that is read (there are: {others})" if others else ""
    return NothingFound(f"{folder}: no pictures{there} in this folder; --glob selects files by name.")


def _with_own_names(tasks: dict[Path, FileTask], naming: Naming) -> dict[Path, FileTask]:
    """Where several results would have one name, because only their suffixes differ, each keeps the suffix in its name:
    master.tif and master.jpg become master.tif-color.png and master.jpg-color.png."""
    times = Counter(real_path(task.target) for task in tasks.values())
    return {
        source: FileTask(task.source, task.target.with_name(naming(task.source, whole_name=True)))
        if times[real_path(task.target)] > 1
        else task
        for source, task in tasks.items()
    }


def _wants_folder(inputs: Sequence[Path], output: str | None, naming: Naming) -> bool:
    """Whether the output is a folder: it exists as one, its name ends with a slash, or there are many inputs."""
    folders = [path for path in inputs if is_folder(path)]
    if output is None:
        if folders:
            raise UsageError(f"{folders[0]}: the input is a folder; name a folder for the results with -o.")
        return True
    if output.endswith(("/", os.sep)) or is_folder(output):
        return True
    many = bool(folders) or len(inputs) > 1
    if many and Path(output).suffix.lower() in naming.writable:
        what = f"{len(inputs)} inputs become" if len(inputs) > 1 else "a folder becomes"
        raise UsageError(
            f"{output}: {what} several results, not one file; name a folder for them, such as {output}/ with a slash."
        )
    return many


def _without_results(
    tasks: Mapping[Path, FileTask], naming: Naming, named: Collection[Path]
) -> tuple[dict[Path, FileTask], tuple[Path, ...]]:
    """The tasks without those whose source is a result, by its name; and these sources.

    Such a name belongs to a result if its original is an input too, or if the source was found in a folder (it is not
    `named`) and would be replaced.
    """
    stems = {stem for task in tasks.values() for stem in (task.source.stem, task.source.name)}

    def is_result(source: Path, task: FileTask) -> bool:
        original = naming.original_stem(task.source.stem)
        return original in stems or (
            original is not None and source not in named and real_path(task.target) == source
        )

    kept = {source: task for source, task in tasks.items() if not is_result(source, task)}
    return kept, tuple(task.source for source, task in tasks.items() if source not in kept)


def _checked(tasks: dict[Path, FileTask]) -> tuple[FileTask, ...]:
    """Check the tasks, by the real path of their source, and leave out those whose source is a result of another."""
    targets: dict[Path, FileTask] = {}
    results = set()
    for source, task in tasks.items():
        target = real_path(task.target)
        if target == source:
            raise SameFile(
                f"{task.source}: the result would replace its own input; choose another -o or --name."
            )
        results |= {target, *map(real_path, task.comparisons)}
        other = targets.setdefault(target, task)
        if other is not task:
            raise UsageError(
                f"{other.source} and {task.source} would both become {task.target}; "
                "colour them in two runs with different -o, or give the folder that contains both."
            )
    return tuple(task for source, task in tasks.items() if source not in results)
