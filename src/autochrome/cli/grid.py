"""autochrome grid: train and measure every combination of some settings."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from autochrome.parallel.choice import LOCAL, check_engine


def grid(
    recipe: str,
    *,
    data: Annotated[tuple[str, ...], Parameter(consume_multiple=True)],
    test: Annotated[tuple[Path, ...], Parameter(consume_multiple=True)],
    set_: Annotated[tuple[str, ...], Parameter(name="--set")] = (),
    out: Path | None = None,
    sort: str = "psnr",
    limit: int | None = None,
    device: str = "auto",
    minutes: float | None = None,
    on: str = LOCAL,
) -> None:
    """Train and measure every combination in a recipe's `grid`. Runs that are done are not trained again.

    Parameters
    ----------
    recipe
        A recipe with a grid, such as thesis-grid, or a YAML file.
    data
        Folders, zips or tars of training pictures.
    test
        Folders, zips or tars of test pictures; they are not used for training.
    set_
        Change a setting in every run, such as --set budget=small. Can be repeated.
    out
        The folder for all runs, table.csv and report.html; default: runs/RECIPE.
    sort
        Order of the table: psnr, psnr_pooled, ssim, colorfulness, ab_error, ciede2000.
    limit
        Number of test pictures, spread evenly over all; default: all.
    device
        auto, cpu, cuda, cuda:1.
    minutes
        The length of each run.
    on
        Where runs are trained: local, one after another; ray or ray://HOST:PORT, side by side on a Ray cluster, whose
        nodes see all folders under the same names.
    """
    from autochrome.lab.training.grid import GridOptions, run_grid
    from autochrome.lab.training.grid_report import table_rows

    folder = out or Path("runs") / Path(recipe).stem
    rows = run_grid(
        recipe, set_, GridOptions(data, test, folder, sort, limit, device, minutes), check_engine(on)
    )
    lines = table_rows(rows)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))
    print(folder / "report.html")
