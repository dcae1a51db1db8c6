"""The report of an evaluation on photos: tables, plots, and images from best to worst."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autochrome.evaluate.charts import Plot, Series
from autochrome.evaluate.metrics import RgbLabImage
from autochrome.evaluate.photo_protocol import BASELINES, Trial, paint_trials
from autochrome.evaluate.report_page import Figure, FigureRow, Gallery, Table, write_report
from autochrome.evaluate.results import BrushScores, Evaluation, ImageScores, Row
from autochrome.evaluate.samples import Sample

if TYPE_CHECKING:
    from autochrome.model import ColorModel

IMAGES_PER_GALLERY = 4  # at most, of the best, the middle and the worst
GROUPS = {
    "coloured": "Pictures with colour",
    "nearly_grey": "Colour where there is none",
    "all": "All pictures together",
}
"""Name of a group in the JSON → title of its table."""
COLUMNS: dict[str, Callable[[Row], str]] = {
    "PSNR dB": lambda row: f"{row.psnr.mean:.2f}",
    "over grey": lambda row: f"{row.over_grey:+.2f}",
    "pooled dB": lambda row: f"{row.psnr_pooled:.2f}",
    "over grey, pooled": lambda row: f"{row.over_grey_pooled:+.2f}",
    "least…most dB": lambda row: f"{row.psnr.least:.1f}…{row.psnr.most:.1f}",
    "SSIM": lambda row: f"{row.ssim.mean:.4f}",
    "ΔE₀₀": lambda row: f"{row.ciede2000:.2f}",
    "ab error": lambda row: f"{row.ab_error:.2f}",
    "AUC": lambda row: f"{row.ab_auc:.4f}",
    "colourful": lambda row: f"{row.colorfulness:.1f}",
    "% of truth": lambda row: "–" if row.colorfulness_share is None else f"{row.colorfulness_share:.0f}",
    "gap": lambda row: f"{row.colorfulness_gap:.1f}",
    "perceptual": lambda row: "–" if row.perceptual is None else f"{row.perceptual:.4f}",
    "of grey's": lambda row: "–" if row.perceptual_share is None else f"{row.perceptual_share:.2f}",
}
"""Title of a column → its text for a row."""


def evaluation_tables(evaluation: Evaluation) -> list[Table]:
    """A table for each group; only one if all pictures are in the same group. Then the table of painted points."""
    names = [name for name in GROUPS if name in evaluation.groups]
    tables = [_group_table(evaluation, name) for name in (names if len(names) > 2 else names[:1])]
    return [*tables, *([_brush_table(evaluation.brush)] if evaluation.brush else [])]


def _group_table(evaluation: Evaluation, group: str) -> Table:
    """The rows of one group as text. A column without any figure is left out."""
    rows = evaluation.groups[group]
    cells = {name: [text(row) for row in rows] for name, text in COLUMNS.items()}
    cells = {name: column for name, column in cells.items() if set(column) != {"–"}}
    return Table(
        GROUPS[group],
        ["", *cells],
        [[row.name, *(column[i] for column in cells.values())] for i, row in enumerate(rows)],
        note=f"{rows[0].pictures} pictures. {evaluation.definitions[group].capitalize()}.",
        strong=[i for i, row in enumerate(rows) if row.kind == "model"],
    )


def _brush_table(brush: BrushScores) -> Table:
    def text(value: float | None) -> str:
        return "–" if value is None else f"{value:.1f}"

    error = [text(brush.miss_median), text(brush.miss_ninety), f"{brush.within_six:.0%}", str(brush.points)]
    leak = [text(brush.leak_median), text(brush.leak_ninety), "", str(brush.edges)]
    return Table(
        "One painted point",
        ["ΔE₀₀", "median", "90 % within", "6 or less", "number"],
        [["painted colour to result", *error], ["leak over an edge", *leak]],
        note="Random colours of chroma 40. The edge, between two pictures side by side, is 20 px from the point.",
    )


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
