"""The protocol for photos: remove the colour of an image, colour it again, and compare the result with the truth.

A result is scored as a person would see it: the luma of the image, the network's small chroma upsampled to full size,
8 bits. Every report also has the rows grey, mean colour, best constant and truth.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autochrome.color import lab as color
from autochrome.color import upsample
from autochrome.color.resize import resize
from autochrome.errors import NothingFound
from autochrome.evaluate import baselines
from autochrome.evaluate.hints_from_truth import carried_hints, point_hints, seeded_generator
from autochrome.evaluate.metrics import (
    Float64Array,
    RgbLabImage,
    colorfulness,
    mean_chroma,
    score,
    squared_error,
)
from autochrome.evaluate.results import (
    MAX_PSNR,
    Evaluation,
    ImageScores,
    Row,
    Scores,
    compare_rows,
    summarize,
)
from autochrome.evaluate.samples import Sample
from autochrome.types import Chroma, Hints, Luma

if TYPE_CHECKING:  # any object with these methods can be evaluated; no runtime needs to be installed
    from autochrome.model import ColorModel

RgbBytes: TypeAlias = NDArray[np.uint8]
"""(H, W, 3) sRGB, 0…255."""
PerceptualDistance: TypeAlias = Callable[[RgbBytes, RgbBytes], float]
"""(result, truth) → distance of their features; lower is nearer."""

SHRINK = 4  # one baseline shrinks the true chroma by this factor, to show what upsampling alone costs


@dataclass(frozen=True, slots=True)
class Trial:
    """One way to run the network: how vivid, and with which hints from the truth."""

    vivid: float = 1.0
    points: int = 0
    carried: bool = False

    @property
    def name(self) -> str:
        """The name of its row in a report."""
        if self.carried:
            hints = "carried colour"
        elif self.points:
            hints = f"{self.points} point{'s' * (self.points > 1)}"
        else:
            hints = "alone"
        return f"model, vivid {self.vivid:g}, {hints}"

    def hints(self, truth: RgbLabImage, image: str) -> Hints:
        """The hints for the image of this name: the same for every vividness and every network."""
        if self.carried:
            return carried_hints(truth.lab, seeded_generator(image, "carried"))
        return point_hints(truth.lab, self.points, seeded_generator(image, "points"))


def to_bytes(rgb: Float64Array) -> RgbBytes:
    """(H, W, 3) sRGB 0…255 floats → the nearest bytes."""
    return np.rint(rgb).astype(np.uint8)


def merge_colors(luma: Luma, chroma: Chroma) -> RgbBytes:
    """(H, W) luma and small (h, w, 2) chroma → (H, W, 3) sRGB, as `autochrome photo` writes it."""
    planes = upsample.apply(upsample.fit(luma, chroma), luma, 0, luma.shape[0])
    return np.asarray(color.recolor(luma, planes, 8), np.uint8)


def _shrink_truth(lab: Float64Array) -> RgbBytes:
    height, width = (max(1, side // SHRINK) for side in lab.shape[:2])
    chroma = resize(lab[..., 1:].astype(np.float32), height, width)
    return merge_colors(lab[..., 0].astype(np.float32), chroma)


BASELINES: dict[str, Callable[[Float64Array], RgbBytes]] = {
    "grey": lambda lab: to_bytes(baselines.grey(lab)),
    "mean colour": lambda lab: to_bytes(baselines.mean_color(lab)),
    "best constant": lambda lab: to_bytes(baselines.best_constant(lab)),
    f"truth at 1/{SHRINK} size": _shrink_truth,
    "truth": lambda lab: to_bytes(baselines.replace_ab(lab, lab[..., 1:])),
}
"""Name of the row → the baseline: (H, W, 3) L*a*b* of the truth → (H, W, 3) sRGB."""


def paint_trials(
    model: ColorModel, sample: Sample, truth: RgbLabImage, trials: Sequence[Trial]
) -> Iterator[RgbBytes]:
    """Colour one image in the way of each trial, in order. The encoder runs once."""
    luma = color.lightness(sample.rgb)
    prepared = model.prepare(luma)
    for trial in trials:
        prediction = model.paint(prepared, trial.hints(truth, sample.name), trial.vivid)
        yield merge_colors(luma, prediction.chroma)


def score_result(
    result: RgbBytes, truth: RgbLabImage, original: RgbBytes, perceptual: PerceptualDistance | None
) -> Scores:
    """Compute all scores of one result. original: the truth as bytes, for the perceptual distance."""
    converted = RgbLabImage.from_rgb(result)
    metrics = score(converted, truth)
    return Scores.model_validate(
        {
            **metrics,
            "psnr": min(metrics["psnr"], MAX_PSNR),
            "colorfulness": colorfulness(result),
            "chroma": mean_chroma(converted.lab),
            "squared_error": squared_error(converted.rgb, truth.rgb),
            "pixels": result.shape[0] * result.shape[1],
            "perceptual": perceptual(result, original) if perceptual else None,
        }
    )


def score_image(
    model: ColorModel | None,
    sample: Sample,
    trials: Sequence[Trial],
    perceptual: PerceptualDistance | None = None,
) -> ImageScores:
    """Score every baseline and every trial on one image."""
    truth = RgbLabImage.from_rgb(sample.rgb)
    results = {name: make(truth.lab) for name, make in BASELINES.items()}
    if model is not None:
        painted = paint_trials(model, sample, truth, trials)
        results |= {trial.name: result for trial, result in zip(trials, painted, strict=True)}
    rows = {name: score_result(result, truth, sample.rgb, perceptual) for name, result in results.items()}
    return ImageScores(name=sample.name, chroma=mean_chroma(truth.lab), rows=rows)


def _group(images: Sequence[ImageScores]) -> dict[str, list[ImageScores]]:
    """Split off nearly grey images: for them less colour is better, so they would raise the PSNR of pale results."""
    return {
        "coloured": [image for image in images if Evaluation.is_coloured(image)],
        "nearly_grey": [image for image in images if not Evaluation.is_coloured(image)],
        "all": list(images),
    }


def _make_rows(images: Sequence[ImageScores], trials: Sequence[Trial]) -> list[Row]:
    rows = [summarize(name, "baseline", [image.rows[name] for image in images]) for name in BASELINES]
    for trial in trials:
        settings = {"vivid": trial.vivid, "points": trial.points, "carried": trial.carried}
        rows.append(summarize(trial.name, "model", [image.rows[trial.name] for image in images], **settings))
    return compare_rows(rows, "grey", "truth")


def evaluate_photos(
    model: ColorModel | None,
    samples: Iterable[Sample],
    trials: Sequence[Trial] = (Trial(),),
    *,
    name: str,
    data: Sequence[str],
    size: int,
    perceptual: PerceptualDistance | None = None,
    progress: Callable[[], None] = lambda: None,
) -> Evaluation:
    """Evaluate a network on images, in the way of each trial; without a network, only the baselines.

    name: of the network. data: names of the folders and archives. size: short side of the images, pixels.
    progress: called after each image.
    """
    started = time.perf_counter()
    chosen = list(dict.fromkeys(trials)) if model is not None else []
    images = []
    for sample in samples:
        images.append(score_image(model, sample, chosen, perceptual))
        progress()
    if not images:
        raise NothingFound("There is no picture to evaluate; give a folder, zip or tar of pictures.")
    return Evaluation(
        model=name,
        data=list(data),
        size=size,
        seconds=time.perf_counter() - started,
        machine=f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}",
        groups={name: _make_rows(part, chosen) for name, part in _group(images).items() if part},
        pictures=images,
    )
