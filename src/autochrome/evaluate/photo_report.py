"""An evaluation as a page: its tables, its curves, and pictures from best to worst."""

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

SHOWN = 4  # pictures each of the best, the middle and the worst
GROUPS = {
    "coloured": "Pictures with colour",
    "nearly_grey": "Colour where there is none",
    "all": "All pictures together",
}
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
"""What stands in the table of an evaluation: heading → how to say it of a row."""


def evaluation_tables(evaluation: Evaluation) -> list[Table]:
    """A table for each group of pictures; all together only where they are not all of one kind."""
    names = [name for name in GROUPS if name in evaluation.groups]
    scores = [_table(evaluation, name) for name in (names if len(names) > 2 else names[:1])]
    return [*scores, *([_brush_table(evaluation.brush)] if evaluation.brush else [])]


def _brush_table(brush: BrushScores) -> Table:
    def said(value: float | None) -> str:
        return "–" if value is None else f"{value:.1f}"

    return Table(
        "One painted point",
        ["ΔE₀₀", "median", "nine in ten within", "within 6", "tried"],
        [
            [
                "misses its colour by",
                said(brush.miss_median),
                said(brush.miss_ninety),
                f"{brush.within_six:.0%}",
                str(brush.points),
            ],
            ["leaks over an edge by", said(brush.leak_median), said(brush.leak_ninety), "", str(brush.edges)],
        ],
        note="Random colours of chroma 40; the edge, between two pictures side by side, is 20 px from the point.",
    )


def _table(evaluation: Evaluation, group: str) -> Table:
    """One group's rows as text; columns nobody has a figure for are left out."""
    rows = evaluation.groups[group]
    told = {name: [say(row) for row in rows] for name, say in COLUMNS.items()}
    told = {name: cells for name, cells in told.items() if set(cells) != {"–"}}
    return Table(
        GROUPS[group],
        ["", *told],
        [[row.name, *(cells[i] for cells in told.values())] for i, row in enumerate(rows)],
        note=f"{rows[0].pictures} pictures. {evaluation.definitions[group].capitalize()}.",
        strong=[i for i, row in enumerate(rows) if row.kind == "model"],
    )


def format_table(table: Table) -> str:
    """A table for the terminal."""
    lines = [table.columns, *table.rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(table.columns))]
    told = (
        "  ".join(
            [line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))]
        )
        for line in lines
    )
    return "\n".join([f"{table.title}: {table.note}", *told])


def evaluation_plots(evaluation: Evaluation) -> list[Plot]:
    """Colourfulness against PSNR as vividness grows, and PSNR as more is known; where there are enough trials."""
    rows = [row for row in evaluation.groups.get("coloured", []) if row.kind == "model"]
    alone = sorted(
        (row for row in rows if not row.points and not row.carried), key=lambda row: row.vivid or 0.0
    )
    plots = []
    if len(alone) > 1:
        plots.append(
            Plot(
                "From pale to vivid",
                "colourfulness, % of truth",
                "PSNR over grey, dB",
                [
                    _along(alone, "mean of images", lambda row: row.over_grey, labelled=True),
                    _along(alone, "pooled", lambda row: row.over_grey_pooled),
                ],
            )
        )
    vivid = rows[0].vivid if rows else None
    told = sorted((row for row in rows if row.vivid == vivid and not row.carried), key=lambda row: row.points)
    if len(told) > 1:
        mean = Series("mean of images", [(row.points, row.over_grey) for row in told])
        pooled = Series("pooled", [(row.points, row.over_grey_pooled) for row in told])
        plots.append(Plot("As more is known", "hint points", "PSNR over grey, dB", [mean, pooled]))
    return plots


def _along(rows: Sequence[Row], name: str, height: Callable[[Row], float], labelled: bool = False) -> Series:
    points = [(row.colorfulness_share or 0.0, height(row)) for row in rows]
    return Series(name, points, labels=[f"vivid {row.vivid:g}" for row in rows] if labelled else ())


def chosen(evaluation: Evaluation, trial: Trial) -> dict[str, list[ImageScores]]:
    """The best, middle and worst pictures of a trial, by what it gained over grey."""
    ranked = sorted(
        (p for p in evaluation.pictures if evaluation.is_coloured(p)),
        key=lambda p: p.rows["grey"].psnr - p.rows[trial.name].psnr,
    )
    count = min(SHOWN, max(1, len(ranked) // 3))
    middle = (len(ranked) - count) // 2
    parts = {"Best": ranked[:count], "Middle": ranked[middle : middle + count], "Worst": ranked[-count:]}
    return {name: part for name, part in parts.items() if part}


def evaluation_galleries(
    evaluation: Evaluation, model: ColorModel, samples: Iterable[Sample], trials: Sequence[Trial]
) -> list[Gallery]:
    """Grey, every trial and the truth of the chosen pictures; they are coloured once more for it."""
    parts = chosen(evaluation, trials[0])
    wanted = {p.name: p for part in parts.values() for p in part}
    strips = {s.name: _strip(wanted[s.name], model, s, trials) for s in samples if s.name in wanted}
    note = f"By PSNR over grey, {trials[0].name.removeprefix('model, ')}."
    return [Gallery(title, [strips[p.name] for p in part], note) for title, part in parts.items()]


def _strip(scores: ImageScores, model: ColorModel, sample: Sample, trials: Sequence[Trial]) -> FigureRow:
    truth = RgbLabImage.from_rgb(sample.rgb)
    grey = scores.rows["grey"].psnr
    pictures = [Figure(f"grey · {grey:.1f} dB", BASELINES["grey"](truth.lab))]
    for trial, result in zip(trials, paint_trials(model, sample, truth, trials), strict=True):
        gain = scores.rows[trial.name].psnr - grey
        pictures.append(Figure(f"{trial.name.removeprefix('model, ')} · {gain:+.1f} dB", result))
    return FigureRow(sample.name, [*pictures, Figure("truth", sample.rgb)])


def write_photo_report(path: Path, evaluation: Evaluation, pictures: Sequence[Gallery] = ()) -> None:
    """The whole evaluation as one HTML file."""
    lead = (
        f"{len(evaluation.pictures)} pictures at {evaluation.size} px on the short side "
        f"from {', '.join(evaluation.data)}; {evaluation.seconds:.0f} s on {evaluation.machine}."
    )
    words = list(evaluation.definitions.items())
    write_report(
        path,
        f"How well {evaluation.model} colours",
        evaluation_tables(evaluation),
        pictures,
        evaluation_plots(evaluation),
        lead=lead,
        notes=words,
    )
