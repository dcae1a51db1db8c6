"""Hints from the command line: the file of `--hints`, and the points of `--hint x,y,colour`."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from autochrome.color.names import read_color
from autochrome.errors import UsageError
from autochrome.hints.file import HintsFile
from autochrome.hints.marks import Point
from autochrome.hints.source import OpenedHints, open_hints, with_references
from autochrome.options import describe_fault


def read_hints(
    file: Path | None, words: Sequence[str], references: Sequence[Path] = ()
) -> OpenedHints | None:
    """The hints file with the points and references added to it; None if there are none."""
    if file is None and not words and not references:
        return None
    opened = open_hints(file) if file else OpenedHints(HintsFile(version=1))
    points = (*opened.file.points, *map(read_point, words))
    opened = OpenedHints(opened.file.model_copy(update={"points": points}), opened.folder)
    return with_references(references, opened)


def read_point(word: str) -> Point:
    """'0.4,0.3,#c98f6b' → a point at 0.4 of the width and 0.3 of the height. The colour may have a name."""
    parts = [part.strip() for part in word.split(",")]
    if len(parts) != 3:
        raise UsageError(f"--hint {word}: write x,y,colour, such as 0.4,0.3,#c98f6b or 0.4,0.3,sky.")
    x, y, color = parts
    try:
        return Point.model_validate({"x": x, "y": y, "color": read_color(color)})
    except ValidationError as error:
        fault = error.errors()[0]
        raise UsageError(
            f"--hint {word}: {fault['loc'][0]} {describe_fault(fault)}; 0 is the left or upper edge, 1 the other one."
        ) from error
    except ValueError as error:
        raise UsageError(f"--hint {word}: {error}.") from error
