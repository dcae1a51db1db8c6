"""What a single brush stroke does: does its colour come out where it was painted, and stay on its side of an edge?

Both are asked with colours that nobody would guess, as a person does who knows better than the network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from autochrome.color import lab as color
from autochrome.color.lab import lab_from_srgb
from autochrome.evaluate.baselines import replace_ab
from autochrome.evaluate.hints_from_truth import POINT, seeded_generator
from autochrome.evaluate.metrics import ciede2000
from autochrome.evaluate.photo_protocol import RgbBytes, merge_colors
from autochrome.evaluate.results import BrushScores
from autochrome.evaluate.samples import Sample
from autochrome.types import Hints

if TYPE_CHECKING:
    from autochrome.model import ColorModel

CHROMA = 40.0  # of the painted colour
AWAY = 20  # pixels from the point to the edge
LOOK = 20  # pixels beyond the edge, and up and down from the point, in which a edge_leak is looked for
STEP = 20.0  # L* across an edge that is strong


@dataclass(frozen=True, slots=True)
class Stroke:
    """One point of POINT pixels."""

    top: int
    left: int
    ab: tuple[float, float]

    @property
    def square(self) -> tuple[slice, slice]:
        return slice(self.top, self.top + POINT), slice(self.left, self.left + POINT)

    def hints(self, height: int, width: int) -> Hints:
        hints = Hints.none(height, width)
        hints.chroma[self.square], hints.mask[self.square] = self.ab, 1
        return hints


def random_color(dice: np.random.Generator) -> tuple[float, float]:
    """a*b* of a random hue."""
    hue = dice.uniform(0, 2 * np.pi)
    return float(CHROMA * np.cos(hue)), float(CHROMA * np.sin(hue))


def painted(model: ColorModel, rgb: RgbBytes, stroke: Stroke | None) -> RgbBytes:
    """A picture coloured with one stroke known, or nothing."""
    luma = color.lightness(rgb)
    hints = stroke.hints(*luma.shape) if stroke else Hints.none(*luma.shape)
    return merge_colors(luma, model.paint(model.prepare(luma), hints).chroma)


def point_error(model: ColorModel, sample: Sample) -> float:
    """ΔE₀₀ between the colour that was painted at a random point and the one that came out there."""
    dice = seeded_generator(sample.name, "stroke")
    height, width = sample.rgb.shape[:2]
    stroke = Stroke(int(dice.integers(height - POINT)), int(dice.integers(width - POINT)), random_color(dice))
    result = painted(model, sample.rgb, stroke)[stroke.square]
    wanted = replace_ab(lab_from_srgb(sample.rgb[stroke.square] / 255), stroke.ab)
    return float(ciede2000(lab_from_srgb(result / 255), lab_from_srgb(wanted / 255)).mean())


def join_images(one: RgbBytes, other: RgbBytes) -> RgbBytes | None:
    """Two pictures side by side as one, with a strong edge where they meet; None where they are too alike there."""
    height = min(len(one), len(other))
    half = min(one.shape[1], other.shape[1], 2 * height) // 2
    left, right = one[:height, -half:], other[:height, :half]
    step = abs(color.lightness(left)[:, -AWAY:].mean() - color.lightness(right)[:, :AWAY].mean())
    return np.concatenate((left, right), axis=1) if step >= STEP else None


def edge_leak(model: ColorModel, rgb: RgbBytes, dice: np.random.Generator) -> float:
    """ΔE₀₀ by which a stroke AWAY pixels left of a join_images's edge changes what lies right of it, near by."""
    height, width = rgb.shape[:2]
    top, edge = int(dice.integers(LOOK, height - LOOK)), width // 2
    stroke = Stroke(top, edge - AWAY - POINT, random_color(dice))
    beyond = np.s_[top - LOOK : top + LOOK, edge + 2 : edge + 2 + LOOK]  # the merge's own two pixels left out
    with_it, without = (painted(model, rgb, s)[beyond] / 255 for s in (stroke, None))
    return float(ciede2000(lab_from_srgb(with_it), lab_from_srgb(without)).mean())


def evaluate_strokes(
    model: ColorModel, samples: Iterable[Sample], progress: Callable[[], None] = lambda: None
) -> BrushScores | None:
    """Both questions on every picture; neighbours in the row make the collages. None without any picture."""
    misses, leaks = [], []
    before: Sample | None = None
    for sample in samples:
        misses.append(point_error(model, sample))
        both = join_images(before.rgb, sample.rgb) if before else None
        if both is not None:
            leaks.append(edge_leak(model, both, seeded_generator(sample.name, "leak")))
        before = sample
        progress()
    if not misses:
        return None
    return BrushScores(
        points=len(misses),
        miss_median=float(np.median(misses)),
        miss_ninety=float(np.quantile(misses, 0.9)),
        within_six=float(np.mean(np.array(misses) <= 6)),
        edges=len(leaks),
        leak_median=float(np.median(leaks)) if leaks else None,
        leak_ninety=float(np.quantile(leaks, 0.9)) if leaks else None,
    )
