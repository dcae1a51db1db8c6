"""The protocol for brush strokes: is the result the painted colour, does it leak over an edge, does it move far things?

All use random strong colours, which the network would not predict by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from autochrome.color import lab as color
from autochrome.color.lab import lab_from_srgb
from autochrome.evaluate.baselines import replace_ab
from autochrome.evaluate.hints_from_truth import POINT, seeded_generator
from autochrome.evaluate.metrics import ab_distance, ciede2000
from autochrome.evaluate.photo_protocol import RgbBytes, merge_colors
from autochrome.evaluate.results import BrushScores
from autochrome.evaluate.samples import Sample
from autochrome.types import Hints

if TYPE_CHECKING:
    from autochrome.model import ColorModel

CHROMA = 40.0  # of a painted colour, units of a*b*
EDGE_DISTANCE = 20  # pixels from the point to the edge
LEAK_REACH = 20  # pixels beyond the edge, and above and below the point, where a leak is measured
EDGE_STEP = 20.0  # difference of L* across a strong edge
REACH = 0.0  # of a painted point: it is about this thing, as a person's stroke is
FAR = 1 / 3  # of the short side: what is farther from the point is far away
MOVED = 5.0  # units of a*b*: a pixel whose colour changes by more has moved
_UPSAMPLING_REACH = 2  # pixels beside the edge that guided upsampling mixes; they do not count


@dataclass(frozen=True, slots=True)
class PaintedPoint:
    """One painted square of POINT pixels."""

    top: int
    left: int
    ab: tuple[float, float]
    reach: float = REACH

    @property
    def square(self) -> tuple[slice, slice]:
        return slice(self.top, self.top + POINT), slice(self.left, self.left + POINT)

    def hints(self, height: int, width: int) -> Hints:
        hints = Hints.none(height, width)
        hints.chroma[self.square], hints.mask[self.square] = self.ab, 1
        return hints.with_reach(self.reach)


def random_color(random: np.random.Generator) -> tuple[float, float]:
    """a*b* with a random hue and the chroma CHROMA."""
    hue = random.uniform(0, 2 * np.pi)
    return float(CHROMA * np.cos(hue)), float(CHROMA * np.sin(hue))


def colorize_with_point(model: ColorModel, rgb: RgbBytes, point: PaintedPoint | None) -> RgbBytes:
    """Colour an image with one painted point as its hints, or without hints."""
    luma = color.lightness(rgb)
    hints = point.hints(*luma.shape) if point else Hints.none(*luma.shape)
    return merge_colors(luma, model.paint(model.prepare(luma), hints).chroma)


class PointChange(NamedTuple):
    """What one painted point does; lower is better."""

    error: float  # mean ΔE₀₀ between the painted colour and the result there
    far_moved: float  # fraction of the pixels far away that move, 0…1


def measure_point(model: ColorModel, sample: Sample, reach: float = REACH) -> PointChange:
    """Paint a random point: is its colour there, and only there?"""
    random = seeded_generator(sample.name, "stroke")
    height, width = sample.rgb.shape[:2]
    top, left = int(random.integers(height - POINT)), int(random.integers(width - POINT))
    point = PaintedPoint(top, left, random_color(random), reach)
    with_point, without = (
        lab_from_srgb(colorize_with_point(model, sample.rgb, p) / 255) for p in (point, None)
    )
    target = replace_ab(lab_from_srgb(sample.rgb[point.square] / 255), point.ab)
    error = ciede2000(with_point[point.square], lab_from_srgb(target / 255)).mean()
    rows, columns = np.ogrid[:height, :width]
    far = np.hypot(rows - top, columns - left) > FAR * min(height, width)
    return PointChange(float(error), float((ab_distance(with_point, without)[far] > MOVED).mean()))


def join_images(one: RgbBytes, other: RgbBytes) -> RgbBytes | None:
    """Put two images side by side, with a strong edge between them; None if their luma is too similar there."""
    height = min(len(one), len(other))
    half = min(one.shape[1], other.shape[1], 2 * height) // 2
    left, right = one[:height, -half:], other[:height, :half]
    step = abs(
        color.lightness(left)[:, -EDGE_DISTANCE:].mean() - color.lightness(right)[:, :EDGE_DISTANCE].mean()
    )
    return np.concatenate((left, right), axis=1) if step >= EDGE_STEP else None


def edge_leak(
    model: ColorModel, joined: RgbBytes, random: np.random.Generator, reach: float = REACH
) -> float:
    """Paint a point left of the edge in the middle; returns the mean ΔE₀₀ by which the right side changes near it.

    Lower is better; 0 if the colour stays on its side.
    """
    height, width = joined.shape[:2]
    top, edge = int(random.integers(LEAK_REACH, height - LEAK_REACH)), width // 2
    point = PaintedPoint(top, edge - EDGE_DISTANCE - POINT, random_color(random), reach)
    right = edge + _UPSAMPLING_REACH
    beyond = np.s_[top - LEAK_REACH : top + LEAK_REACH, right : right + LEAK_REACH]
    with_point, without = (colorize_with_point(model, joined, p)[beyond] / 255 for p in (point, None))
    return float(ciede2000(lab_from_srgb(with_point), lab_from_srgb(without)).mean())


def evaluate_strokes(
    model: ColorModel,
    samples: Iterable[Sample],
    progress: Callable[[], None] = lambda: None,
    reach: float = REACH,
) -> BrushScores | None:
    """Measure all on every image. Neighbouring images are joined for the edges. None if there are no images.

    reach: of every point, 0 (this thing) … 1 (the whole picture).
    """
    errors, leaks, moved = [], [], []
    before: Sample | None = None
    for sample in samples:
        error, far_moved = measure_point(model, sample, reach)
        errors.append(error)
        moved.append(far_moved)
        joined = join_images(before.rgb, sample.rgb) if before else None
        if joined is not None:
            leaks.append(edge_leak(model, joined, seeded_generator(sample.name, "leak"), reach))
        before = sample
        progress()
    if not errors:
        return None
    return BrushScores(
        reach=reach,
        points=len(errors),
        miss_median=float(np.median(errors)),
        miss_ninety=float(np.quantile(errors, 0.9)),
        within_six=float(np.mean(np.array(errors) <= 6)),
        edges=len(leaks),
        leak_median=float(np.median(leaks)) if leaks else None,
        leak_ninety=float(np.quantile(leaks, 0.9)) if leaks else None,
        moved_median=float(np.median(moved)),
        moved_ninety=float(np.quantile(moved, 0.9)),
    )
