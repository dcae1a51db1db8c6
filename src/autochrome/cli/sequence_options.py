"""The options of numbered pictures, and the plan for one sequence."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from autochrome.cli.plan import FileTask, Plan
from autochrome.errors import InputMissing, UsageError

if TYPE_CHECKING:
    from autochrome.media.films import ImageSequence


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceOptions:
    """What the files of a sequence may not say. For numbered pictures only."""

    rate: Annotated[
        str | None,
        Parameter(help="Frames in a second, such as 18 or 24000/1001, of numbered pictures."),
    ] = None
    transfer: Annotated[
        Literal["video", "log", "linear"] | None,
        Parameter(
            help="What code values of numbered pictures mean: made for a display, printing density (Cineon), or light. "
            "Without it, as the files say."
        ),
    ] = None
    sound: Annotated[
        Path | None, Parameter(help="A file whose sound goes into the film made of numbered pictures.")
    ] = None

    @property
    def given(self) -> bool:
        return any((self.rate, self.transfer, self.sound))

    def describe(self, path: Path) -> ImageSequence:
        """The sequence at this path."""
        from autochrome.media.films import ImageSequence

        if self.sound and not self.sound.is_file():
            raise InputMissing(f"{self.sound}: there is no such file; check the path.")
        return ImageSequence(path, _parse_rate(self.rate), self.transfer, self.sound)


def _parse_rate(text: str | None) -> Fraction | None:
    if text is None:
        return None
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 1 <= rate <= 1000:
        raise UsageError(f"--rate {text}: give frames in a second, such as 18, 23.976 or 24000/1001.")
    for exact in (Fraction(round(rate) * 1000, 1001), Fraction(round(rate))):
        if abs(exact - rate) < Fraction(2, 1000):
            return exact
    return rate


def plan_sequence(inputs: Sequence[Path], output: str | None, layer: bool = False) -> Plan | None:
    """The plan, if the input or the output is a sequence; else None.

    Without an output, or with a folder as output, the pictures keep their names and numbers.
    """
    from autochrome.media.films.sequences.names import SequencePattern, find_pattern, is_sequence

    sequences = [path for path in inputs if is_sequence(path)]
    pattern = SequencePattern.parse(output) if output else None
    if not sequences and pattern is None:
        return None
    if len(inputs) > 1:
        raise UsageError(f"{(sequences or inputs)[0]}: a sequence is coloured alone; give one input.")
    source = inputs[0]
    if not sequences:
        return Plan((FileTask(source, Path(output or "")),), (), into_folder=False)
    pictures = find_pattern(source)
    if output is None:
        folder = pictures.folder.resolve()
        target = folder.with_name(f"{folder.name}-color") / pictures.path.name
        if layer:
            target = folder.with_name(f"{folder.name}-layer.mkv")
    elif pattern or not _is_folder(output):
        target = Path(output)
    else:
        target = Path(output) / pictures.path.name
    return Plan((FileTask(source, target),), (), into_folder=False)


def _is_folder(output: str) -> bool:
    """Whether a path without a pattern means a folder: by a slash at its end, on the disk, or for want of a suffix."""
    return output.endswith(("/", os.sep)) or Path(output).is_dir() or not Path(output).suffix
