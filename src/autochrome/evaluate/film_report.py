"""The tables of an evaluation of a film."""

from autochrome.evaluate.film_results import FRAMES, SHOT_END, TEMPORAL, FilmEvaluation
from autochrome.evaluate.report_page import Table


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
