"""table.csv and report.html of a grid."""

from collections.abc import Callable, Sequence
from pathlib import Path

from autochrome.evaluate.report_page import Figure, FigureRow, Gallery, Table, write_report
from autochrome.evaluate.results import DEFINITIONS, Row
from autochrome.lab.data.pixels import RGB, decode
from autochrome.lab.training.run_page import epoch_plot
from autochrome.lab.training.run_tables import read_epochs, write_rows


def _with_range(mean: float, least: float, most: float, digits: int) -> str:
    return f"{mean:.{digits}f} ({least:.{digits}f}…{most:.{digits}f})"


COLUMNS: dict[str, Callable[[Row], str]] = {
    "PSNR mean (min…max)": lambda row: _with_range(row.psnr.mean, row.psnr.least, row.psnr.most, 2),
    "over grey": lambda row: f"{row.over_grey:+.2f}",
    "PSNR pooled": lambda row: f"{row.psnr_pooled:.2f}",
    "SSIM mean (min…max)": lambda row: _with_range(row.ssim.mean, row.ssim.least, row.ssim.most, 3),
    "ab error": lambda row: f"{row.ab_error:.2f}",
    "colourfulness %": lambda row: f"{row.colorfulness_share or 0:.0f}",
}
"""Title of a column → its text for a row."""


def table_rows(rows: Sequence[Row]) -> list[list[str]]:
    """The name and the columns of each row, with the titles first."""
    return [["run", *COLUMNS], *([row.name, *(text(row) for text in COLUMNS.values())] for row in rows)]


def write_grid_report(
    folder: Path, name: str, lead: str, sort: str, baselines: Sequence[Row], rows: Sequence[Row]
) -> None:
    """Write both files. `rows` are the runs in `folder`, the best one first; grey is the first baseline."""
    titles, *lines = table_rows([*baselines, *rows])
    extra = [["", ""] for _ in baselines] + [_epochs_and_minutes(folder / row.name) for row in rows]
    titles = [*titles, "epochs", "minutes"]
    lines = [[*line, *more] for line, more in zip(lines, extra, strict=True)]
    write_rows(folder / "table.csv", [dict(zip(titles, line, strict=True)) for line in lines])
    grey, best = baselines[0], rows[0]
    lead += (
        f" By {sort} {best.name} is first: {best.psnr.mean:.2f} dB, {best.over_grey:+.2f} over grey's "
        f"{grey.psnr.mean:.2f}; SSIM {best.ssim.mean:.3f} against {grey.ssim.mean:.3f}."
    )
    table = Table("Runs", titles, lines, strong=[len(baselines)])
    strips = [
        FigureRow(row.name, [Figure("grey, result, truth", _montage(folder / row.name))]) for row in rows
    ]
    plot = epoch_plot([(row.name, folder / row.name) for row in rows])
    write_report(
        folder / "report.html", name, [table], [Gallery("Montages", strips)], [plot],
        lead=lead, notes=list(DEFINITIONS.items())[:7],
    )  # fmt: skip


def _epochs_and_minutes(run: Path) -> list[str]:
    epochs = read_epochs(run)
    return [str(len(epochs)), f"{sum(float(row['seconds']) for row in epochs) / 60:.1f}"]


def _montage(run: Path) -> RGB:
    return decode((run / "montage.png").read_bytes())
