"""The tables of an evaluation of films."""

from collections.abc import Sequence

import numpy as np

from autochrome.evaluate.film_results import (
    FRAMES,
    GIVEN,
    GREY,
    SHOT_END,
    TEMPORAL,
    TRUTH,
    FilmEvaluation,
    FilmRow,
    limited_psnr,
)
from autochrome.evaluate.report_page import Table


def summary_table(results: Sequence[FilmEvaluation]) -> Table:
    """One row for each film, and one for all of them."""
    columns = ["film", "grey dB", "over grey", "pooled", "% of truth", "change", "alone", "share", "drift dB"]
    columns += ["first frame given", "pooled", "in the last quarter"]
    rows = [_summary_row(result.film, [result]) for result in results]
    note = (
        "PSNR over grey in dB: the mean over all frames, and pooled. Change: of a*b* along the motion, steady; alone: "
        "frame by frame. Drift: over grey in the last quarter minus the first. First frame given: over grey with the "
        "true colours of the first frame as a key frame. In the row of all, each film counts alike; pooled, each frame."
    )
    if len(results) > 1:
        rows.append(_summary_row("all", results))
    return Table("All films", columns, rows, note, [len(results)] if len(results) > 1 else [])


def _summary_row(name: str, results: Sequence[FilmEvaluation]) -> list[str]:
    ways = {way: [result.row(way) for result in results] for way in (GREY, TRUTH, TEMPORAL, FRAMES, GIVEN)}
    steady, given = ways[TEMPORAL], ways[GIVEN]
    change, alone = (float(np.mean([row.warped_error for row in ways[way]])) for way in (TEMPORAL, FRAMES))
    frames = [result.frames for result in results]

    def pooled(rows: Sequence[FilmRow]) -> float:
        errors = (
            float(np.average([row.squared_error for row in each], weights=frames))
            for each in (rows, ways[GREY])
        )
        ours, grey = map(limited_psnr, errors)
        return ours - grey

    return [
        name,
        f"{np.mean([row.psnr for row in ways[GREY]]):.2f}",
        f"{np.mean([row.over_grey for row in steady]):+.2f}",
        f"{pooled(steady):+.2f}",
        _percent(*(sum(row.colorfulness for row in ways[way]) for way in (TEMPORAL, TRUTH))),
        f"{change:.2f}",
        f"{alone:.2f}",
        f"{change / alone:.2f}" if alone else "–",
        f"{np.mean([row.drift for row in steady]):+.2f}",
        f"{np.mean([row.over_grey for row in given]):+.2f}",
        f"{pooled(given):+.2f}",
        f"{np.mean([row.over_grey_end for row in given]):+.2f}",
    ]


def film_table(result: FilmEvaluation) -> Table:
    """One row for grey, the truth and each way to colour the film."""
    columns = ["", "PSNR dB", "over grey", "SSIM", "ΔE₀₀", "colourful", "% of truth", "CDC", "warped error"]
    rows = [
        [
            row.name,
            f"{row.psnr:.2f}",
            f"{row.over_grey:+.2f}",
            f"{row.ssim:.4f}",
            f"{row.ciede2000:.2f}",
            f"{row.colorfulness:.1f}",
            "–" if row.colorfulness_share is None else f"{row.colorfulness_share:.0f}",
            f"{row.cdc:.4f}",
            f"{row.warped_error:.2f}",
        ]
        for row in result.rows
    ]
    note = (
        f"{result.frames} frames at {result.size} px. CDC (change of the colour histograms) and warped error (change "
        "of a*b* along the motion) measure steadiness: lower is steadier. Grey has the lowest: compare with the truth."
    )
    strong = [i for i, row in enumerate(result.rows) if row.name.startswith("model")]
    return Table(result.film, columns, rows, note, strong)


def shot_table(result: FilmEvaluation) -> Table:
    """One row for each shot: what the shot memory changes, compared with each frame alone."""
    columns = ["shot", "frames", "PSNR dB", "gain dB", "drift dB", "colour at its start", "at its end"]
    rows = []
    for shot in result.shots:
        temporal, frames = shot.ways[TEMPORAL], shot.ways[FRAMES]
        rows.append(
            [
                f"from {shot.first}",
                f"{shot.frames}",
                f"{temporal.psnr:.2f}",
                f"{temporal.psnr - frames.psnr:+.2f}",
                f"{temporal.drift - frames.drift:+.2f}",
                _percent(temporal.colorfulness_start, frames.colorfulness_start),
                _percent(temporal.colorfulness_end, frames.colorfulness_end),
            ]
        )
    note = (
        f"Steady compared with frame by frame. Gain: PSNR over all frames. Drift: PSNR of the last {SHOT_END} frames "
        f"minus the first {SHOT_END}. Colour: colourfulness in percent of frame by frame."
    )
    return Table(f"{result.film}, shot by shot", columns, rows, note)


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f}" if whole else "–"
