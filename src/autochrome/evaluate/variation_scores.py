"""Several results for one picture: how good the best of them is, and how much they differ.

The first result is the single answer, which the network gives without variations. The best is chosen with the truth at
hand: it says what a person who chooses could get.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from autochrome.color.lab import lab_from_srgb, lightness
from autochrome.evaluate.baselines import grey
from autochrome.evaluate.metrics import RgbArray, RgbLabImage, ab_distance, colorfulness, mean_chroma, psnr
from autochrome.evaluate.photo_protocol import RgbBytes, merge_colors, to_bytes
from autochrome.evaluate.results import MAX_PSNR, NEARLY_GREY, VariationScores
from autochrome.evaluate.samples import Sample
from autochrome.variations import make_variations

if TYPE_CHECKING:
    from autochrome.model import ColorModel


def best_psnr(results: Sequence[RgbArray], truth: RgbArray) -> float:
    """The highest PSNR of these results: dB, at most MAX_PSNR."""
    return max(min(psnr(result, truth), MAX_PSNR) for result in results)


def spread_of_results(results: Sequence[RgbArray]) -> float:
    """How far apart two results are: the mean a*b* distance over all pixels and all pairs; 0 if all are equal.

    Two or more (H, W, 3) sRGB pictures of 0…255.
    """
    labs = [lab_from_srgb(np.asarray(result, np.float64) / 255) for result in results]
    return float(np.mean([ab_distance(one, other).mean() for one, other in combinations(labs, 2)]))


def paint_variations(
    model: ColorModel, sample: Sample, *, count: int, vivid: float = 1.0, seed: int = 0
) -> list[RgbBytes]:
    """The single answer of a network for an image, and `count` variations of it; see `autochrome.variations`."""
    luma = lightness(sample.rgb)
    prepared = model.prepare(luma)
    chromas = [model.paint(prepared, None, vivid).chroma]
    chromas += [each.chroma for each in make_variations(model, prepared, count, vivid=vivid, seed=seed)]
    return [merge_colors(luma, chroma) for chroma in chromas]


def evaluate_variations(
    make_results: Callable[[Sample], Sequence[RgbArray]],
    samples: Iterable[Sample],
    progress: Callable[[], None] = lambda: None,
) -> VariationScores | None:
    """Measure the variations of every image that has colour. None if there are none.

    make_results: returns two or more results for an image, the single answer first; the same number for every image.
    """
    rows = []
    for sample in samples:
        truth = RgbLabImage.from_rgb(sample.rgb)
        progress()
        if mean_chroma(truth.lab) < NEARLY_GREY:
            continue
        results = make_results(sample)
        if len(results) < 2:
            raise ValueError(f"{sample.name}: variations are two results or more; there is {len(results)}")
        no_color = to_bytes(grey(truth.lab))
        rows.append(
            (
                len(results),
                best_psnr([no_color], sample.rgb),
                best_psnr(results[:1], sample.rgb),
                best_psnr(results, sample.rgb),
                spread_of_results(results),
                float(np.mean([colorfulness(result) for result in results])),
                colorfulness(sample.rgb),
            )
        )
    if not rows:
        return None
    count, no_color_psnr, single, best, spread, colorful, true_colorful = np.mean(rows, axis=0)
    return VariationScores(
        pictures=len(rows),
        variations=round(float(count)),
        grey=float(no_color_psnr),
        single=float(single),
        best=float(best),
        spread=float(spread),
        colorfulness_share=float(100 * colorful / true_colorful) if true_colorful else None,
    )
