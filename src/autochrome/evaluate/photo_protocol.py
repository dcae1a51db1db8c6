"""The way of a measurement: a picture loses its colour, gets another, and is held against the truth.

Each picture is scored as a person would see it: its own lightness, the network's small colour brought to full
size by `merge`, 8 bits. Beside the network stand always grey, the mean colour, the best constant and the
truth.
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
from autochrome.evaluate import baselines, hints_from_truth
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

if TYPE_CHECKING:  # any object with these methods is measured: no runtime needs to be there
    from autochrome.model import ColorModel

RgbBytes: TypeAlias = NDArray[np.uint8]
"""(H, W, 3) sRGB: what would be on the screen."""
PerceptualDistance: TypeAlias = Callable[[RgbBytes, RgbBytes], float]
"""(result, truth) → distance."""

SMALL = 4  # the truth's colour is also shown shrunk so many times: what the merge alone costs


@dataclass(frozen=True, slots=True)
class Trial:
    """One way of asking the network."""

    vivid: float = 1.0
    points: int = 0
    carried: bool = False

    @property
    def name(self) -> str:
        told = (
            "carried colour"
            if self.carried
            else f"{self.points} point{'s' * (self.points > 1)}"
            if self.points
            else "alone"
        )
        return f"model, vivid {self.vivid:g}, {told}"

    def hints(self, truth: RgbLabImage, picture: str) -> Hints:
        """What the network is told of this picture: the same at every vividness and for every network."""
        if self.carried:
            return hints_from_truth.carried(truth.lab, hints_from_truth.seeded_generator(picture, "carried"))
        return hints_from_truth.points(
            truth.lab, self.points, hints_from_truth.seeded_generator(picture, "points")
        )


def to_bytes(lab_result: Float64Array) -> RgbBytes:
    """(H, W, 3) sRGB 0…255 floats → the bytes a person would see."""
    return np.rint(lab_result).astype(np.uint8)


def merge_colors(luma: Luma, small: Chroma) -> RgbBytes:
    """(H, W) L* and (h, w, 2) a*b* → the picture, as a photograph would be written."""
    planes = upsample.apply(upsample.fit(luma, small), luma, 0, luma.shape[0])
    return np.asarray(color.recolor(luma, planes, 8), np.uint8)


def _shrunken_truth(lab: Float64Array) -> RgbBytes:
    height, width = (max(1, side // SMALL) for side in lab.shape[:2])
    return merge_colors(
        lab[..., 0].astype(np.float32), resize(lab[..., 1:].astype(np.float32), height, width)
    )


BASELINES: dict[str, Callable[[Float64Array], RgbBytes]] = {
    "grey": lambda lab: to_bytes(baselines.grey(lab)),
    "mean colour": lambda lab: to_bytes(baselines.mean_color(lab)),
    "best constant": lambda lab: to_bytes(baselines.best_constant(lab)),
    f"truth at 1/{SMALL} size": _shrunken_truth,
    "truth": lambda lab: to_bytes(baselines.replace_ab(lab, lab[..., 1:])),
}
"""(H, W, 3) L*a*b* of the truth → what each baseline makes of it."""


def paint_trials(
    model: ColorModel, sample: Sample, truth: RgbLabImage, trials: Sequence[Trial]
) -> Iterator[RgbBytes]:
    """The network's answers to one picture, in the order of the trials."""
    luma = color.lightness(sample.rgb)
    prepared = model.prepare(luma)
    for trial in trials:
        painted = model.paint(prepared, trial.hints(truth, sample.name), trial.vivid)
        yield merge_colors(luma, painted.chroma)


def score_result(
    result: RgbBytes, truth: RgbLabImage, original: RgbBytes, perceptual: PerceptualDistance | None
) -> Scores:
    """One result against its truth."""
    seen = RgbLabImage.from_rgb(result)
    numbers = score(seen, truth)
    return Scores.model_validate(
        {
            **numbers,
            "psnr": min(numbers["psnr"], MAX_PSNR),
            "colorfulness": colorfulness(result),
            "chroma": mean_chroma(seen.lab),
            "squared_error": squared_error(seen.rgb, truth.rgb),
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
    """Every baseline and every trial on one picture."""
    truth = RgbLabImage.from_rgb(sample.rgb)
    results = {name: make(truth.lab) for name, make in BASELINES.items()}
    if model is not None:
        answers = paint_trials(model, sample, truth, trials)
        results |= {trial.name: answer for trial, answer in zip(trials, answers, strict=True)}
    rows = {name: score_result(result, truth, sample.rgb, perceptual) for name, result in results.items()}
    return ImageScores(name=sample.name, chroma=mean_chroma(truth.lab), rows=rows)


def _groups(pictures: Sequence[ImageScores]) -> dict[str, list[ImageScores]]:
    """Nearly grey pictures stand apart: there less colour is better, and PSNR of the whole would reward it."""
    return {
        "coloured": [p for p in pictures if Evaluation.is_coloured(p)],
        "nearly_grey": [p for p in pictures if not Evaluation.is_coloured(p)],
        "all": list(pictures),
    }


def _rows(pictures: Sequence[ImageScores], trials: Sequence[Trial]) -> list[Row]:
    rows = [summarize(name, "baseline", [p.rows[name] for p in pictures]) for name in BASELINES]
    for trial in trials:
        asked = {"vivid": trial.vivid, "points": trial.points, "carried": trial.carried}
        rows.append(summarize(trial.name, "model", [p.rows[trial.name] for p in pictures], **asked))
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
    """Measure a network on pictures; without one, the baselines alone.

    Pictures whose truth is nearly grey are kept apart: there, less colour is better, and PSNR would reward
    it.
    """
    started = time.perf_counter()
    asked = list(dict.fromkeys(trials)) if model is not None else []
    pictures = []
    for sample in samples:
        pictures.append(score_image(model, sample, asked, perceptual))
        progress()
    if not pictures:
        raise NothingFound("There was no picture to measure on; give a folder, zip or tar with some.")
    return Evaluation(
        model=name,
        data=list(data),
        size=size,
        seconds=time.perf_counter() - started,
        machine=f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}",
        groups={name: _rows(part, asked) for name, part in _groups(pictures).items() if part},
        pictures=pictures,
    )
