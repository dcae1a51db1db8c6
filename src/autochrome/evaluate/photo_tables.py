"""The tables of an evaluation on photos: errors, colour as people see it, one row for each source, painted points."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from autochrome.evaluate.report_page import Table
from autochrome.evaluate.results import BrushScores, Evaluation, Row, VariationScores

GROUPS = {
    "coloured": "Pictures with colour",
    "nearly_grey": "Colour where there is none",
    "all": "All pictures together",
}
"""Name of a group in the JSON → title of its table."""
NO_FIGURE = "–"
Columns: TypeAlias = Mapping[str, Callable[[Row], str]]
"""Title of a column → its text for a row."""


def _format(value: float | None, spec: str) -> str:
    return NO_FIGURE if value is None else format(value, spec)


COLUMNS: Columns = {
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
    "% of truth": lambda row: _format(row.colorfulness_share, ".0f"),
    "gap": lambda row: f"{row.colorfulness_gap:.1f}",
    "perceptual": lambda row: _format(row.perceptual, ".4f"),
    "of grey's": lambda row: _format(row.perceptual_share, ".2f"),
}
SEEN_COLUMNS: Columns = {
    "% of colour": lambda row: _format(row.colorfulness_share, ".0f"),
    "ΔE₀₀": lambda row: f"{row.ciede2000:.2f}",
    "90 % within": lambda row: f"{row.ciede2000_ninety:.1f}",
    "recognised %": lambda row: _format(row.recognised, ".1f"),
    "recovered %": lambda row: _format(row.recovered_share, ".0f"),
    "feature distance": lambda row: _format(row.feature_distance, ".1f"),
    "of grey's": lambda row: _format(row.feature_distance_share, ".2f"),
    "kernel distance": lambda row: _format(row.kernel_distance, ".2f"),
    "neutral chroma": lambda row: _format(row.neutral_chroma, ".1f"),
    "patchiness": lambda row: _format(row.patchiness, ".2f"),
    "patchiness of grey's": lambda row: _format(row.patchiness_share, ".2f"),
}
SOURCE_COLUMNS: dict[str, Callable[[Row, Row], str]] = {
    "pictures": lambda row, grey: str(row.pictures),
    "grey dB": lambda row, grey: f"{grey.psnr.mean:.2f}",
    "over grey": lambda row, grey: f"{row.over_grey:+.2f}",
    "pooled": lambda row, grey: f"{row.over_grey_pooled:+.2f}",
    "% of colour": lambda row, grey: _format(row.colorfulness_share, ".0f"),
    "ΔE₀₀ (grey)": lambda row, grey: f"{row.ciede2000:.1f} ({grey.ciede2000:.1f})",
    "90 % within (grey)": lambda row, grey: f"{row.ciede2000_ninety:.1f} ({grey.ciede2000_ninety:.1f})",
    "recognised % (grey)": lambda row, grey: _beside(row.recognised, grey.recognised, ".0f"),
    "kernel distance (grey)": lambda row, grey: _beside(row.kernel_distance, grey.kernel_distance, ".1f"),
    "neutral chroma": lambda row, grey: _format(row.neutral_chroma, ".1f"),
    "patchiness of grey's": lambda row, grey: _format(row.patchiness_share, ".2f"),
}
"""Title of a column → its text for a row and the row of grey."""


def _beside(value: float | None, grey: float | None, spec: str) -> str:
    return NO_FIGURE if value is None else f"{value:{spec}} ({_format(grey, spec)})"


def evaluation_tables(evaluation: Evaluation) -> list[Table]:
    """All tables of the report.

    Errors: one for each group, or one alone if all pictures are in the same group. Colour as people see it: of the
    first of these groups. Then the sources, if there are two or more; the painted points and the variations, if they
    were measured.
    """
    groups = [group for group in GROUPS if group in evaluation.groups]
    shown = groups if len(groups) > 2 else groups[:1]
    tables = [_group_table(evaluation, group, GROUPS[group], COLUMNS) for group in shown]
    tables.insert(
        1, _group_table(evaluation, shown[0], f"{GROUPS[shown[0]]}, as people see them", SEEN_COLUMNS)
    )
    if evaluation.sources:
        tables.append(_source_table(evaluation))
    if evaluation.brush:
        tables.append(_brush_table(evaluation.brush))
    if evaluation.variations:
        tables.append(variation_table(evaluation.variations))
    return tables


def _group_table(evaluation: Evaluation, group: str, title: str, columns: Columns) -> Table:
    """The rows of one group as text."""
    rows = evaluation.groups[group]
    judge = f" The judge is {evaluation.judge}." if evaluation.judge and columns is SEEN_COLUMNS else ""
    return _make_table(
        title,
        [row.name for row in rows],
        {name: [text(row) for row in rows] for name, text in columns.items()},
        f"{rows[0].pictures} pictures. {evaluation.definitions[group].capitalize()}.{judge}",
        [i for i, row in enumerate(rows) if row.kind == "model"],
    )


def _source_table(evaluation: Evaluation) -> Table:
    """One row for each source: the first trial; without a network the best constant."""
    first = next((row.name for row in evaluation.groups["coloured"] if row.kind == "model"), "best constant")
    pairs = []
    for rows in evaluation.sources.values():
        found = {row.name: row for row in rows}
        pairs.append((found[first], found["grey"]))
    cells = {name: [text(row, grey) for row, grey in pairs] for name, text in SOURCE_COLUMNS.items()}
    names = [source or "(no folder)" for source in evaluation.sources]
    note = f"{first.removeprefix('model, ').capitalize()}. A source is the first folder of a picture's name."
    return _make_table("Each source", names, cells, note)


def _make_table(
    title: str,
    names: Sequence[str],
    cells: Mapping[str, Sequence[str]],
    note: str,
    strong: Sequence[int] = (),
) -> Table:
    """names: of the rows. cells: title of a column → its texts; a column without any figure is left out."""
    filled = {column: texts for column, texts in cells.items() if set(texts) != {NO_FIGURE}}
    rows = [[name, *(texts[i] for texts in filled.values())] for i, name in enumerate(names)]
    return Table(title, ["", *filled], rows, note, strong)


def _brush_table(brush: BrushScores) -> Table:
    error = [_format(x, ".1f") for x in (brush.miss_median, brush.miss_ninety)]
    leak = [_format(x, ".1f") for x in (brush.leak_median, brush.leak_ninety)]
    moved = [_format(x, ".0%") for x in (brush.moved_median, brush.moved_ninety)]
    rows = [
        ["painted colour to result", *error, f"{brush.within_six:.0%}", str(brush.points)],
        ["leak over an edge", *leak, "", str(brush.edges)],
        ["far area moved by more than 5 a*b*", *moved, "", str(brush.points)],
    ]
    if brush.things:
        covered = [_format(x, ".0%") for x in (brush.covered_median, brush.covered_ten)]
        spilled = _format(brush.spilled_median, ".0%")
        rows.append(["drawn thing covered by a stroke (90 %: at least)", *covered, "", str(brush.things)])
        rows.append(["all else moved by more than 5 a*b*", spilled, "", "", str(brush.things)])
    return Table(
        "One painted point",
        ["ΔE₀₀", "median", "90 % within", "6 or less", "number"],
        rows,
        note=f"Random colours of chroma 40, with reach {brush.reach:g}. "
        "The edge, between two pictures side by side, is 20 px from the point. "
        "The far area is farther than a third of the short side.",
    )


def variation_table(scores: VariationScores) -> Table:
    """The single answer and the best of several results."""
    rows = [("single answer", scores.single), (f"best of {scores.variations}", scores.best)]
    return Table(
        "Variations",
        ["", "PSNR dB", "over grey"],
        [
            ["grey", f"{scores.grey:.2f}", "+0.00"],
            *([n, f"{x:.2f}", f"{x - scores.grey:+.2f}"] for n, x in rows),
        ],
        note=f"{scores.pictures} pictures with colour. Two results are {scores.spread:.1f} a*b* apart (mean); all have "
        f"{_format(scores.colorfulness_share, '.0f')} % of the truth's colourfulness. The truth chooses the best.",
        strong=[2],
    )
