"""Scores of cut detectors: count the cuts that were found, missed, and false."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from autochrome.errors import InputMissing, UsageError

TOLERANCE = 1  # frames


class TrueCuts(BaseModel):
    """The true cuts of a film: `{"cuts": [48, 97], "gradual": [[130, 154]]}`.

    A cut is the number of the first frame of a shot, or [first, last] where blank frames lie between two shots. In a
    gradual change (dissolve, fade) a detector may find one cut or none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    cuts: tuple[int | tuple[int, int], ...] = ()
    gradual: tuple[tuple[int, int], ...] = ()

    @property
    def spans(self) -> list[tuple[int, int]]:
        """Each cut as its first and last frame."""
        return [cut if isinstance(cut, tuple) else (cut, cut) for cut in self.cuts]


def read_true_cuts(path: Path) -> TrueCuts:
    """Read the true cuts from a JSON file."""
    try:
        return TrueCuts.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise InputMissing(f"{path} cannot be read ({error.strerror}); check the path.") from error
    except (ValidationError, ValueError) as error:
        example = '{"cuts": [48, 97], "gradual": [[130, 154]]}'
        raise UsageError(f"{path} is not a file of true cuts; it must look like this: {example}.") from error


@dataclass(frozen=True, slots=True)
class CutScore:
    """Numbers of cuts: found, missed, and false (detected where there is no cut)."""

    found: int
    missed: int
    false: int

    def __add__(self, other: "CutScore") -> "CutScore":
        return CutScore(self.found + other.found, self.missed + other.missed, self.false + other.false)

    @property
    def precision(self) -> float:
        """Fraction of the detected cuts that are true, 0…1; 1 if no cut was detected."""
        return self.found / (self.found + self.false) if self.found + self.false else 1.0

    @property
    def recall(self) -> float:
        """Fraction of the true cuts that were detected, 0…1; 1 if there is no true cut."""
        return self.found / (self.found + self.missed) if self.found + self.missed else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, 0…1, higher is better."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def score_cuts(detected: Sequence[int], truth: TrueCuts, tolerance: int = TOLERANCE) -> CutScore:
    """Match each true cut with at most one detected cut, up to `tolerance` frames apart."""
    left = sorted(detected)
    found = sum(_take(left, span, tolerance) for span in truth.spans)
    for span in truth.gradual:
        _take(left, span, tolerance)
    return CutScore(found, len(truth.cuts) - found, len(left))


def _take(detected: list[int], span: tuple[int, int], tolerance: int) -> bool:
    """Remove the first detected cut that lies in the span; returns whether there was one."""
    inside = [cut for cut in detected if span[0] - tolerance <= cut <= span[1] + tolerance]
    if inside:
        detected.remove(inside[0])
    return bool(inside)
