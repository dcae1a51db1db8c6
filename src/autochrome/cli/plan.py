"""Plan a batch: which input file becomes which output file."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autochrome.errors import NothingFound, SameFile, UsageError

NAME = "{stem}-color{suffix}"


@dataclass(frozen=True, slots=True)
class FileTask:
    """One file to read and one to write."""

    source: Path
    target: Path

    @property
    def comparison(self) -> Path:
        """The path of the before/after picture."""
        return self.target.with_stem(self.target.stem + "-compare")


@dataclass(frozen=True, slots=True)
class Plan:
    """All tasks, and the input folders without any input file."""

    tasks: tuple[FileTask, ...]
    empty: tuple[Path, ...]
    into_folder: bool  # results go into folders, which are created as needed


@dataclass(frozen=True, slots=True)
class Naming:
    """The rule for the names of results."""

    pattern: str  # with {stem} and {suffix}
    suffix: str | None  # of every result; None keeps the suffix of the input if we can write that format
    writable: Mapping[str, str]  # suffix, lower case, with the dot → file format
    fallback: str  # suffix for inputs in a format that we cannot write

    def __call__(self, source: Path) -> str:
        """The file name of the result for an input."""
        own = source.suffix if source.suffix.lower() in self.writable else self.fallback
        try:
            name = self.pattern.format(stem=source.stem, suffix=self.suffix or own)
        except (KeyError, IndexError, ValueError) as error:
            raise UsageError(f"--name {self.pattern}: only {{stem}} and {{suffix}} are replaced.") from error
        if Path(name).name != name:
            raise UsageError(f"--name {self.pattern}: a file name may not contain a folder.")
        if Path(name).suffix.lower() not in self.writable:
            raise UsageError(
                f"--name {self.pattern}: it must end with {{suffix}} or with the suffix of a known format."
            )
        return name

    def check(self, target: Path) -> Path:
        """Check the path that the user chose for a result: its suffix must be writable, and agree with --format."""
        ending = target.suffix.lower()
        if ending not in self.writable:
            kinds = ", ".join(sorted(self.writable))
            raise UsageError(
                f"{target}: a result must end with one of {kinds}; end the name of a folder with a slash."
            )
        if self.suffix and self.writable[ending] != self.writable[self.suffix]:
            raise UsageError(
                f"{target}: its suffix and the requested format ({self.suffix[1:]}) contradict each other."
            )
        return target


def make_plan(
    inputs: Sequence[Path], output: str | None, naming: Naming, suffixes: Collection[str], glob: str | None
) -> Plan:
    """Plan all tasks before any work begins. No two results share a path, and none replaces an input.

    Folders are searched recursively for files with one of `suffixes` (lower case), or for files that match `glob`.
    Hidden files and results of an earlier run are left out. The output keeps the folder structure of the input.
    """
    into_folder = _wants_folder(inputs, output)
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
    if not tasks:
        raise NothingFound(
            f"{', '.join(map(str, empty))}: no pictures in this folder; --glob selects files by name."
        )
    return Plan(_checked(tasks), tuple(empty), into_folder)


def _wants_folder(inputs: Sequence[Path], output: str | None) -> bool:
    """Whether the output is a folder: it exists as one, its name ends with a slash, or there are many inputs."""
    if any(path.is_dir() for path in inputs):
        if output is None:
            raise UsageError("the input is a folder: name a folder for the results with -o.")
        return True
    return output is None or len(inputs) > 1 or output.endswith(("/", os.sep)) or Path(output).is_dir()


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
