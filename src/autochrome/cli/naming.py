"""The names of results: which name a result gets, and which names show that a file is a result."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autochrome.errors import UsageError

NAME = "{stem}-color{suffix}"
COMPARE = "-compare"
"""The end of the stem of a before/after picture."""

_NUMBER = re.compile(r"-\d+$")


def number_path(path: Path, number: int) -> Path:
    """The path of a variation: 'a-color.jpg' → 'a-color-1.jpg'."""
    return path.with_stem(f"{path.stem}-{number}")


@dataclass(frozen=True, slots=True)
class Naming:
    """The rule for the names of results."""

    pattern: str  # with {stem} and {suffix}
    suffix: str | None  # of every result; None keeps the suffix of the input if we can write that format
    writable: Mapping[str, str]  # suffix, lower case, with the dot → file format
    fallback: str  # suffix for inputs in a format that we cannot write
    prefer: Callable[[Path, str], str] = lambda source, suffix: suffix  # input, its suffix → a better one

    def __call__(self, source: Path, *, whole_name: bool = False) -> str:
        """The file name of the result for an input. A result that is coloured again keeps its name.

        whole_name: the suffix of the input is kept as a part of the stem.
        """
        own = source.suffix if source.suffix.lower() in self.writable else self.fallback
        own = own if self.suffix or "{suffix}" not in self.pattern else self.prefer(source, own)
        stem = source.name if whole_name else self.original_stem(source.stem) or source.stem
        try:
            name = self.pattern.format(stem=stem, suffix=self.suffix or own)
        except (KeyError, IndexError, ValueError) as error:
            raise UsageError(f"--name {self.pattern}: only {{stem}} and {{suffix}} are replaced.") from error
        if Path(name).name != name:
            raise UsageError(f"--name {self.pattern}: a file name may not contain a folder.")
        if Path(name).suffix.lower() not in self.writable:
            raise UsageError(
                f"--name {self.pattern}: it must end with {{suffix}} or with the suffix of a known format."
            )
        return name

    def original_stem(self, stem: str) -> str | None:
        """The stem of the original, if this stem is that of a result: 'a-color' → 'a'; else None."""
        bare = stem.removesuffix(COMPARE)
        for whole in (bare, _NUMBER.sub("", bare)):  # the result, or one of several variations
            original = whole
            while match := _match(self.pattern, original) or _match(NAME, original):
                original = match
            if original != whole:
                return original
        return None

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


def _match(pattern: str, stem: str) -> str | None:
    """The part of a stem that stands at {stem} in the pattern; None if the pattern adds nothing to a stem."""
    before, found, after = pattern.partition("{stem}")
    after = Path("x" + after.replace("{suffix}", ".x")).stem[1:]
    if not found or "{" in before + after or not before + after:
        return None
    inside = re.fullmatch(rf"{re.escape(before)}(.+){re.escape(after)}", stem)
    return inside[1] if inside else None
