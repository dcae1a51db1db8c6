"""Names of numbered pictures: `scan.%08d.dpx`, `scan.####.dpx`, or a folder that holds one sequence."""

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Literal, TypeAlias

from autochrome.errors import InputMissing, NothingFound, OutputNotWritable, UsageError
from autochrome.media.collection import FILM_SUFFIXES

SEQUENCE_SUFFIXES = (".dpx", ".exr", ".tif", ".tiff", ".png", ".jpg", ".jpeg")
"""Pictures that a sequence may consist of."""
Transfer: TypeAlias = Literal["video", "log", "linear"]
"""What code values mean: made for a display, printing density (Cineon), or light."""
_PATTERN = re.compile(r"(.*?)(?:%0(\d+)d|%d|(#+))(.*)")
_NAMED_GAPS = 5  # gaps that a sentence lists


@dataclass(frozen=True, slots=True)
class ImageSequence:
    """A sequence as the source of a film, with what its files may not say. Any place that takes a path takes it."""

    path: str | os.PathLike[str]  # a pattern or a folder
    rate: Fraction | None = None  # frames in a second; None: as the files say
    transfer: Transfer | None = None  # None: as the files say
    sound: Path | None = None  # a file whose sound belongs to the pictures

    def __fspath__(self) -> str:
        return os.fspath(self.path)


@dataclass(frozen=True, slots=True)
class SequencePattern:
    """The names of the pictures of one sequence."""

    folder: Path
    before: str
    digits: int  # numbers are filled up with zeros to this length
    after: str  # with the suffix

    @classmethod
    def parse(cls, path: str | os.PathLike[str]) -> "SequencePattern | None":
        """From a path with `%08d`, `%d` or `####` in its name; None if there is none."""
        path = Path(path)
        match = _PATTERN.fullmatch(path.name)
        if match is None:
            return None
        digits = int(match[2]) if match[2] else len(match[3] or "") or 1
        return cls(path.parent, match[1], digits, match[4])

    @property
    def suffix(self) -> str:
        return Path("x" + self.after).suffix.lower()

    @property
    def path(self) -> Path:
        """The pattern as a path."""
        number = "%d" if self.digits == 1 else f"%0{self.digits}d"
        return self.folder / f"{self.before}{number}{self.after}"

    def path_of(self, number: int) -> Path:
        """The path of one picture."""
        return self.folder / f"{self.before}{number:0{self.digits}d}{self.after}"

    def numbers(self) -> list[int]:
        """The numbers of the pictures on the disk, in order."""
        if not self.folder.is_dir():
            raise InputMissing(f"{self.folder}: there is no such folder; check the path.")
        name = re.compile(re.escape(self.before) + r"(\d+)" + re.escape(self.after))
        found = (name.fullmatch(entry) for entry in (path.name for path in self.folder.iterdir()))
        numbers = {int(match[1]) for match in found if match}
        return sorted(number for number in numbers if self.path_of(number).is_file())


def is_sequence(path: str | os.PathLike[str]) -> bool:
    """Whether a path names a sequence: a pattern that is no file, or a folder with numbered pictures and no film."""
    if isinstance(path, ImageSequence):
        return True
    plain = Path(path)
    if plain.is_dir():
        films = any(entry.suffix.lower() in FILM_SUFFIXES for entry in plain.iterdir())
        return not films and any(True for _ in _groups(plain))
    pattern = SequencePattern.parse(plain)
    return pattern is not None and pattern.suffix in SEQUENCE_SUFFIXES and not plain.is_file()


def find_pattern(path: str | os.PathLike[str]) -> SequencePattern:
    """The pattern of a sequence that exists: given as a pattern, or as the folder that holds it alone."""
    plain = Path(path)
    if not plain.is_dir():
        pattern = SequencePattern.parse(plain)
        if pattern is None or pattern.suffix not in SEQUENCE_SUFFIXES:
            raise UsageError(
                f"{plain}: a sequence is named by a pattern such as scan.%08d.dpx, or by its folder."
            )
        return pattern
    groups = list_sequences(plain)
    if not groups:
        raise NothingFound(f"{plain}: this folder has no numbered pictures.")
    if len(groups) > 1:
        names = ", ".join(str(pattern.path.name) for pattern in groups[:4])
        raise UsageError(f"{plain}: this folder has {len(groups)} sequences; name one of them: {names}.")
    return groups[0]


def list_sequences(folder: Path) -> list[SequencePattern]:
    """The sequences in a folder, by name."""
    return sorted(_groups(folder), key=lambda pattern: pattern.path)


def check_written_pattern(path: str | os.PathLike[str]) -> SequencePattern:
    """The pattern of a sequence that is to be written."""
    pattern = SequencePattern.parse(path)
    if pattern is None or pattern.suffix not in SEQUENCE_SUFFIXES:
        raise OutputNotWritable(
            f"{os.fspath(path)}: sequences are written as {', '.join(SEQUENCE_SUFFIXES)}, "
            "with a pattern for the number: color.%08d.dpx."
        )
    return pattern


def describe_gaps(numbers: Sequence[int]) -> str | None:
    """A sentence about the numbers that are missing between the first and the last; None if none is."""
    gaps = [(a + 1, b - 1) for a, b in pairwise(numbers) if b > a + 1]
    if not gaps:
        return None
    named = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in gaps[:_NAMED_GAPS])
    more = f" and {len(gaps) - _NAMED_GAPS} more gaps" if len(gaps) > _NAMED_GAPS else ""
    missing = sum(b - a + 1 for a, b in gaps)
    verb = "picture is" if missing == 1 else "pictures are"
    return f"{missing} {verb} missing in the sequence: {named}{more}"


def _groups(folder: Path) -> Iterator[SequencePattern]:
    """The sequences of a folder: numbered pictures with the same name before and after the number."""
    widths: dict[tuple[str, str], set[int]] = defaultdict(set)
    for entry in (path.name for path in folder.iterdir()):
        match = _last_number(entry)
        if match and not entry.startswith(".") and match[2].lower() in SEQUENCE_SUFFIXES:
            widths[match[0], match[2]].add(len(match[1]))
    for (before, after), lengths in widths.items():
        yield SequencePattern(folder, before, min(lengths), after)


def _last_number(name: str) -> tuple[str, str, str] | None:
    """A file name as what stands before its last number, the number, and the suffix."""
    match = re.fullmatch(r"(.*?)(\d+)(\.\w+)", name)
    return (match[1], match[2], match[3]) if match else None
