"""Search folders for input files, and remember what was passed over."""

import os
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from autochrome.errors import InputUnreadable

_MOST_KINDS = 8  # that a note names


@dataclass(slots=True)
class Search:
    """The result of searching one folder."""

    files: list[tuple[Path, Path]] = field(
        default_factory=list
    )  # a file, and its folder below the searched one
    unreadable: list[tuple[Path, InputUnreadable]] = field(default_factory=list)  # folders
    left_out: Counter[str] = field(default_factory=Counter)  # suffix → files that are no input


def search_folder(folder: Path, output: Path | None, suffixes: Collection[str], glob: str | None) -> Search:
    """Find the files with one of `suffixes` (lower case), or those that match `glob`.

    Hidden files, links to folders and the folder of the results are passed over.
    """
    found = Search()
    skipped = real_path(output) if output and real_path(output) != real_path(folder) else None

    def note_unreadable(error: OSError) -> None:
        path = Path(os.fsdecode(error.filename or folder))
        why = error.strerror or str(error)
        found.unreadable.append(
            (path, InputUnreadable(f"{path}: this folder cannot be searched ({why}); check its permissions."))
        )

    for current, folders, names in os.walk(folder, onerror=note_unreadable):
        at = Path(current)
        kept = sorted(f for f in folders if not f.startswith(".") and real_path(at / f) != skipped)
        found.left_out["linked folder"] += sum((at / f).is_symlink() for f in kept)
        folders[:] = kept
        for name in sorted(names):
            path = at / name
            wanted = path.relative_to(folder).match(glob) if glob else path.suffix.lower() in suffixes
            if wanted and not name.startswith("."):
                found.files.append((path, at.relative_to(folder)))
            elif not name.startswith(".") and not glob:
                found.left_out[path.suffix.lower() or "file without a suffix"] += 1
    return found


def describe_left_out(left_out: Counter[str]) -> str:
    """'3 .heic, 2 .psd and 4 others'; '' if nothing was left out."""
    kinds = (+left_out).most_common()
    text = ", ".join(f"{number} {kind}" for kind, number in kinds[:_MOST_KINDS])
    others = sum(number for _, number in kinds[_MOST_KINDS:])
    return f"{text} and {others} others" if others else text


def real_path(path: Path) -> Path:
    """The path without links. A link that leads nowhere, or to itself, gives a path that does not exist."""
    return Path(os.path.realpath(path))


def is_folder(path: Path | str) -> bool:
    """Whether it is a folder that we may look at. Never an error."""
    return os.path.isdir(path)  # noqa: PTH112 — Path.is_dir raises errors for some names
