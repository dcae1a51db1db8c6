"""Cuts that were found against cuts that are there."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from autochrome.errors import InputMissing, UsageError

TOLERANCE = 1  # frames


class TrueCuts(BaseModel):
    """Where a film's scenes begin: `{"cuts": [48, 97], "gradual": [[130, 154]]}`.

    A cut is the number of the first frame of a scene, or [first, last] where something blank lies between two
    scenes. In a gradual change one cut may be found or none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    cuts: tuple[int | tuple[int, int], ...] = ()
    gradual: tuple[tuple[int, int], ...] = ()

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Each cut as first and last frame."""
        return [cut if isinstance(cut, tuple) else (cut, cut) for cut in self.cuts]


def read_true_cuts(path: Path) -> TrueCuts:
    """From a JSON file."""
    try:
        return TrueCuts.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise InputMissing(f"{path} cannot be read ({error.strerror}); check the path.") from error
    except (ValidationError, ValueError) as error:
        example = '{"cuts": [48, 97], "gradual": [[130, 154]]}'
        raise UsageError(f"{path} does not say where the cuts are; it should look like {example}.") from error


@dataclass(frozen=True, slots=True)
class CutScore:
    """How many cuts were found, missed, and made up."""

    found: int
    missed: int
    false: int

    def __add__(self, other: "CutScore") -> "CutScore":
        return CutScore(self.found + other.found, self.missed + other.missed, self.false + other.false)

    @property
    def precision(self) -> float:
        """Share of the named cuts that are there; 1 when none was named."""
        return self.found / (self.found + self.false) if self.found + self.false else 1.0

    @property
    def recall(self) -> float:
        """Share of the cuts there that were named; 1 when there are none."""
        return self.found / (self.found + self.missed) if self.found + self.missed else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def score_cuts(named: Sequence[int], truth: TrueCuts, tolerance: int = TOLERANCE) -> CutScore:
    """Pair cuts that were named with those there, each at most once, up to `tolerance` frames apart."""
    left = sorted(named)
    found = sum(_take(left, span, tolerance) for span in truth.spans)
    for span in truth.gradual:
        _take(left, span, tolerance)
    return CutScore(found, len(truth.cuts) - found, len(left))


def _take(named: list[int], span: tuple[int, int], tolerance: int) -> bool:
    """Remove from `named` the first that lies in the span; whether there was one."""
    inside = [cut for cut in named if span[0] - tolerance <= cut <= span[1] + tolerance]
    if inside:
        named.remove(inside[0])
    return bool(inside)
