"""What a classifier recognises in coloured pictures: a judge that never saw a network of ours.

The judge names the class that it sees in a result and in the truth. Grey already shows many things well enough to be
named, so the figure is the share of the rest that colour gives back:

    recovered share = (ours − grey) / (truth − grey)      of the pictures that are named as the truth is

Its features also say how far the results as a set lie from the truths as a set (`feature_distance`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from autochrome.evaluate.feature_distance import MAX_KERNEL_PICTURES, frechet_distance, kernel_distance

KERNEL_SCALE = 1000.0  # reports give the kernel distance in thousandths


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the judge sees in one picture."""

    label: int  # the class with the highest score
    features: NDArray[np.float32]  # (D,)


class Judge(Protocol):
    """A classifier. `lab.judge` opens one."""

    @property
    def name(self) -> str:
        """Its name in a report."""

    def __call__(self, pictures: Sequence[NDArray[Any]]) -> list[Opinion]:
        """(H, W, 3) sRGB pictures of 0…255, all of one size → an opinion on each."""


class _NoJudge:
    """Stands for a judge in a process that has none."""

    name = "none"

    def __call__(self, pictures: Sequence[NDArray[Any]]) -> list[Opinion]:
        raise NotImplementedError("the pictures are judged in another process")


class JudgedPictures:
    """The opinions on every result of every picture, and on every truth."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._truths: list[Opinion] = []  # one for each picture
        self._results: list[dict[str, Opinion]] = []  # row → opinion, one for each picture

    def add(self, results: Mapping[str, NDArray[Any]], truth: NDArray[Any]) -> None:
        """Judge all results of the next picture together. results: row → (H, W, 3) sRGB."""
        first, *others = self._judge([truth, *results.values()])
        self._truths.append(first)
        self._results.append(dict(zip(results, others, strict=True)))

    def extend(self, other: "JudgedPictures") -> None:
        """Add the pictures that another process has judged."""
        self._truths += other._truths
        self._results += other._results

    @classmethod
    def empty(cls) -> Self:
        """Without a judge: for opinions of other processes."""
        return cls(_NoJudge())

    def figures(self, row: str, pictures: Sequence[int]) -> dict[str, float | None]:
        """The fields `recognised`, `feature_distance` and `kernel_distance` of a `Row`.

        pictures: their numbers, in the order in which they were added.
        """
        pairs = [(self._results[i][row], self._truths[i]) for i in pictures]
        results, truths = (np.stack([pair[side].features for pair in pairs]) for side in (0, 1))
        enough = len(pairs) > 1
        return {
            "recognised": 100 * float(np.mean([ours.label == truth.label for ours, truth in pairs])),
            "feature_distance": frechet_distance(results, truths) if enough else None,
            "kernel_distance": (
                KERNEL_SCALE * kernel_distance(results, truths)
                if enough and len(pairs) <= MAX_KERNEL_PICTURES
                else None
            ),
        }
