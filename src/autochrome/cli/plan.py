"""From what was given to what is to be done: which file becomes which."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autochrome.errors import NothingFound, SameFile, UsageError

NAME = "{stem}-color{suffix}"


@dataclass(frozen=True, slots=True)
class FileTask:
    """One file to read and the one to write."""

    source: Path
    target: Path

    @property
    def comparison(self) -> Path:
        """Where before and after side by side go."""
        return self.target.with_stem(self.target.stem + "-compare")


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is to be done, and the folders that had nothing for us."""

    tasks: tuple[FileTask, ...]
    empty: tuple[Path, ...]
    into_folder: bool  # results go into folders, which are made as needed


@dataclass(frozen=True, slots=True)
class Naming:
    """How a result is called."""

    pattern: str  # with {stem} and {suffix}
    suffix: str | None  # of every result; None keeps the original's own, where that can be written
    writable: Mapping[str, str]  # suffixes, lower case, with the dot → kind of file
    otherwise: str  # suffix of what cannot be written back as its own kind

    def __call__(self, source: Path) -> str:
        """The result's file name for a file."""
        own = source.suffix if source.suffix.lower() in self.writable else self.otherwise
        try:
            name = self.pattern.format(stem=source.stem, suffix=self.suffix or own)
        except (KeyError, IndexError, ValueError) as error:
            raise UsageError(
                f"--name {self.pattern}: only {{stem}} and {{suffix}} can be filled in."
            ) from error
        if Path(name).name != name:
            raise UsageError(
                f"--name {self.pattern}: it is a file's name and may not lead into other folders."
            )
        if Path(name).suffix.lower() not in self.writable:
            raise UsageError(
                f"--name {self.pattern}: it must end with {{suffix}}, or with a kind of picture."
            )
        return name

    def check(self, target: Path) -> Path:
        """A result's path that a person chose: it must end with what can be written, and with what was asked for."""
        ending = target.suffix.lower()
        if ending not in self.writable:
            kinds = ", ".join(sorted(self.writable))
            raise UsageError(
                f"{target}: a result ends with one of {kinds}; for a folder, end it with a slash."
            )
        if self.suffix and self.writable[ending] != self.writable[self.suffix]:
            raise UsageError(
                f"{target}: its ending and the format asked for ({self.suffix[1:]}) contradict each other."
            )
        return target


def make_plan(
    inputs: Sequence[Path], output: str | None, naming: Naming, suffixes: Collection[str], glob: str | None
) -> Plan:
    """Which file becomes which, checked before any work begins: no two results at one place, none over an original.

    Folders are searched to the bottom for files with one of `suffixes` (lower case), or those that match `glob`; hidden
    files and the results of an earlier run are left out. The folders below an input come again below the output.
    """
    into_folder = _wants_folder(inputs, output)
    chosen = Path(output) if output else None
    tasks: dict[Path, FileTask] = {}
    empty = []
    for given in inputs:
        found = [(given, Path())] if not given.is_dir() else list(_below(given, chosen, suffixes, glob))
        if not found:
            empty.append(given)
        for source, inside in found:
            folder = (chosen or given.parent) / inside
            target = naming.check(chosen) if chosen and not into_folder else folder / naming(source)
            tasks.setdefault(source.resolve(), FileTask(source, target))
    if not tasks:
        raise NothingFound(
            f"{', '.join(map(str, empty))}: no pictures in there; --glob chooses files by name."
        )
    return Plan(_checked(tasks), tuple(empty), into_folder)


def _wants_folder(inputs: Sequence[Path], output: str | None) -> bool:
    """Whether the output is a folder: it is one, it ends with a slash, or many things go there."""
    if any(given.is_dir() for given in inputs):
        if output is None:
            raise UsageError("a folder was given: say with -o which folder the results go to.")
        return True
    return output is None or len(inputs) > 1 or output.endswith(("/", os.sep)) or Path(output).is_dir()


def _below(
    folder: Path, output: Path | None, suffixes: Collection[str], glob: str | None
) -> Iterator[tuple[Path, Path]]:
    """The files in a folder to work on, each with the folder it lies in relative to the one that was given."""
    skipped = output.resolve() if output and output.resolve() != folder.resolve() else None
    for here, folders, names in os.walk(folder):
        at = Path(here)
        folders[:] = sorted(f for f in folders if not f.startswith(".") and (at / f).resolve() != skipped)
        for name in sorted(names):
            path = at / name
            wanted = path.relative_to(folder).match(glob) if glob else path.suffix.lower() in suffixes
            if wanted and not name.startswith("."):
                yield path, at.relative_to(folder)


def _checked(tasks: dict[Path, FileTask]) -> tuple[FileTask, ...]:
    """The tasks by the real path of their source, without those whose source is a result of another."""
    targets: dict[Path, FileTask] = {}
    results = set()
    for source, task in tasks.items():
        target = task.target.resolve()
        if target == source:
            raise SameFile(
                f"{task.source}: the result would replace its own original; choose another -o or --name."
            )
        results |= {target, task.comparison.resolve()}
        other = targets.setdefault(target, task)
        if other is not task:
            raise UsageError(
                f"{other.source} and {task.source} would both become {task.target}; "
                "give them one by one, or keep them apart with --name or --format."
            )
    return tuple(task for source, task in tasks.items() if source not in results)
