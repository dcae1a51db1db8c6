"""The report of an evaluation on photos as a page: tables, plots, and images from best to worst."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autochrome.evaluate.charts import Plot, Series
from autochrome.evaluate.metrics import RgbLabImage
from autochrome.evaluate.photo_protocol import BASELINES, Trial, paint_trials
from autochrome.evaluate.photo_tables import evaluation_tables
from autochrome.evaluate.report_page import Figure, FigureRow, Gallery, write_report
from autochrome.evaluate.results import Evaluation, ImageScores, Row
from autochrome.evaluate.samples import Sample

if TYPE_CHECKING:
    from autochrome.model import ColorModel

IMAGES_PER_GALLERY = 4  # at most, of the best, the middle and the worst


def evaluation_plots(evaluation: Evaluation) -> list[Plot]:
    """Plots that have two points or more: PSNR against colourfulness, and PSNR against the number of hint points."""
    rows = [row for row in evaluation.groups.get("coloured", []) if row.kind == "model"]
    plots = [_vivid_plot(rows), _points_plot(rows)]
    return [plot for plot in plots if len(plot.series[0].points) > 1]


def _vivid_plot(rows: Sequence[Row]) -> Plot:
    """One point for each vividness without hints."""
    unhinted = [row for row in rows if not row.points and not row.carried]
    unhinted.sort(key=lambda row: row.vivid or 0.0)
    shares = [row.colorfulness_share or 0.0 for row in unhinted]
    labels = [f"vivid {row.vivid:g}" for row in unhinted]
    mean = [(share, row.over_grey) for share, row in zip(shares, unhinted, strict=True)]
    pooled = [(share, row.over_grey_pooled) for share, row in zip(shares, unhinted, strict=True)]
    series = [Series("mean of images", mean, labels=labels), Series("pooled", pooled)]
    return Plot("From pale to vivid", "colourfulness, % of truth", "PSNR over grey, dB", series)


def _points_plot(rows: Sequence[Row]) -> Plot:
    """One point for each number of hint points, at the first vividness."""
    hinted = [row for row in rows if row.vivid == rows[0].vivid and not row.carried]
    hinted.sort(key=lambda row: row.points)
    mean = Series("mean of images", [(row.points, row.over_grey) for row in hinted])
    pooled = Series("pooled", [(row.points, row.over_grey_pooled) for row in hinted])
    return Plot("With more hints", "hint points", "PSNR over grey, dB", [mean, pooled])


def choose_images(evaluation: Evaluation, trial: Trial) -> dict[str, list[ImageScores]]:
    """The best, middle and worst images of a trial, by PSNR over grey."""
    ranked = sorted(
        (image for image in evaluation.pictures if evaluation.is_coloured(image)),
        key=lambda image: image.rows["grey"].psnr - image.rows[trial.name].psnr,
    )
    count = min(IMAGES_PER_GALLERY, max(1, len(ranked) // 3))
    middle = (len(ranked) - count) // 2
    parts = {"Best": ranked[:count], "Middle": ranked[middle : middle + count], "Worst": ranked[-count:]}
    return {name: part for name, part in parts.items() if part}


def evaluation_galleries(
    evaluation: Evaluation, model: ColorModel, samples: Iterable[Sample], trials: Sequence[Trial]
) -> list[Gallery]:
    """Grey, every trial and the truth of the chosen images. These images are coloured again."""
    parts = choose_images(evaluation, trials[0])
    chosen = {image.name: image for part in parts.values() for image in part}
    rows = {s.name: _figure_row(chosen[s.name], model, s, trials) for s in samples if s.name in chosen}
    note = f"By PSNR over grey, {trials[0].name.removeprefix('model, ')}."
    return [Gallery(title, [rows[image.name] for image in part], note) for title, part in parts.items()]


def _figure_row(scores: ImageScores, model: ColorModel, sample: Sample, trials: Sequence[Trial]) -> FigureRow:
    truth = RgbLabImage.from_rgb(sample.rgb)
    grey = scores.rows["grey"].psnr
    figures = [Figure(f"grey · {grey:.1f} dB", BASELINES["grey"](truth.lab))]
    for trial, result in zip(trials, paint_trials(model, sample, truth, trials), strict=True):
        gain = scores.rows[trial.name].psnr - grey
        figures.append(Figure(f"{trial.name.removeprefix('model, ')} · {gain:+.1f} dB", result))
    return FigureRow(sample.name, [*figures, Figure("truth", sample.rgb)])


def write_photo_report(path: Path, evaluation: Evaluation, galleries: Sequence[Gallery] = ()) -> None:
    """Write the evaluation as one HTML file."""
    lead = (
        f"{len(evaluation.pictures)} pictures at {evaluation.size} px on the short side "
        f"from {', '.join(evaluation.data)}; {evaluation.seconds:.0f} s on {evaluation.machine}."
    )
    write_report(
        path,
        f"How well {evaluation.model} colours",
        evaluation_tables(evaluation),
        galleries,
        evaluation_plots(evaluation),
        lead=lead,
        notes=list(evaluation.definitions.items()),
    )
