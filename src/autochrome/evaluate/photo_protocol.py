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
from autochrome.evaluate.false_color import neutral_chroma, patchiness
from autochrome.evaluate.hints_from_truth import carried_hints, point_hints, seeded_generator
from autochrome.evaluate.metrics import (
    Float64Array,
    RgbLabImage,
    colorfulness,
    mean_chroma,
    score,
    squared_error,
)
from autochrome.evaluate.recognition import Judge, JudgedPictures
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
    neutral, patches = neutral_chroma(converted.lab, truth.lab), patchiness(converted.lab, truth.lab)
    return Scores.model_validate(
        {
            **metrics,
            "psnr": min(metrics["psnr"], MAX_PSNR),
            "colorfulness": colorfulness(result),
            "chroma": mean_chroma(converted.lab),
            "squared_error": squared_error(converted.rgb, truth.rgb),
            "pixels": result.shape[0] * result.shape[1],
            "perceptual": perceptual(result, original) if perceptual else None,
            "neutral_chroma": neutral.mean,
            "neutral_pixels": neutral.size,
            "patchiness": patches.mean,
            "flat_steps": patches.size,
        }
    )


def score_image(
    model: ColorModel | None,
    sample: Sample,
    trials: Sequence[Trial],
    perceptual: PerceptualDistance | None = None,
    judged: JudgedPictures | None = None,
) -> ImageScores:
    """Score every baseline and every trial on one image, and show them to the judge."""
    truth = RgbLabImage.from_rgb(sample.rgb)
    results = {name: make(truth.lab) for name, make in BASELINES.items()}
    if model is not None:
        painted = paint_trials(model, sample, truth, trials)
        results |= {trial.name: result for trial, result in zip(trials, painted, strict=True)}
    rows = {name: score_result(result, truth, sample.rgb, perceptual) for name, result in results.items()}
    if judged:
        judged.add(results, sample.rgb)
    return ImageScores(name=sample.name, chroma=mean_chroma(truth.lab), rows=rows)


def _group(images: Sequence[ImageScores]) -> dict[str, list[int]]:
    """The numbers of the images in each group, without empty groups.

    Nearly grey images are split off: for them less colour is better, so they would raise the PSNR of pale results.
    """
    groups: dict[str, list[int]] = {"coloured": [], "nearly_grey": [], "all": list(range(len(images)))}
    for number, image in enumerate(images):
        groups["coloured" if Evaluation.is_coloured(image) else "nearly_grey"].append(number)
    return {name: numbers for name, numbers in groups.items() if numbers}


def _group_sources(images: Sequence[ImageScores]) -> dict[str, list[int]]:
    """The numbers of the images with colour of each source, by name; none if there is only one source."""
    sources: dict[str, list[int]] = {}
    for number, image in enumerate(images):
        if Evaluation.is_coloured(image):
            sources.setdefault(image.source, []).append(number)
    return dict(sorted(sources.items())) if len(sources) > 1 else {}


def _make_rows(
    images: Sequence[ImageScores],
    numbers: Sequence[int],
    trials: Sequence[Trial],
    judged: JudgedPictures | None,
) -> list[Row]:
    """Every baseline and every trial, summarized over the images with these numbers."""
    rows = []
    for name, trial in {**dict.fromkeys(BASELINES), **{trial.name: trial for trial in trials}}.items():
        figures = {"vivid": trial.vivid, "points": trial.points, "carried": trial.carried} if trial else {}
        recognised = judged.figures(name, numbers) if judged else {}
        scores = [images[number].rows[name] for number in numbers]
        rows.append(summarize(name, "model" if trial else "baseline", scores, **figures, **recognised))
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
    judge: Judge | None = None,
    progress: Callable[[], None] = lambda: None,
) -> Evaluation:
    """Evaluate a network on images, in the way of each trial; without a network, only the baselines.

    name: of the network. data: names of the folders and archives. size: short side of the images, pixels.
    judge: a classifier that recognises things. progress: called after each image.
    """
    started = time.perf_counter()
    chosen = list(dict.fromkeys(trials)) if model is not None else []
    judged = JudgedPictures(judge) if judge else None
    images = []
    for sample in samples:
        images.append(score_image(model, sample, chosen, perceptual, judged))
        progress()
    return make_evaluation(
        images,
        judged,
        chosen,
        name=name,
        data=data,
        size=size,
        judge=judge.name if judge else None,
        seconds=time.perf_counter() - started,
    )


def make_evaluation(
    images: Sequence[ImageScores],
    judged: JudgedPictures | None,
    chosen: Sequence[Trial],
    *,
    name: str,
    data: Sequence[str],
    size: int,
    judge: str | None,
    seconds: float,
) -> Evaluation:
    """Summarize the scores of all images. chosen: the trials that were run; seconds: how long it took."""
    if not images:
        raise NothingFound("There is no picture to evaluate; give a folder, zip or tar of pictures.")
    return Evaluation(
        model=name,
        data=list(data),
        size=size,
        seconds=seconds,
        machine=f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}",
        groups={group: _make_rows(images, part, chosen, judged) for group, part in _group(images).items()},
        sources={
            source: _make_rows(images, part, chosen, judged)
            for source, part in _group_sources(images).items()
        },
        judge=judge,
        pictures=list(images),
    )
