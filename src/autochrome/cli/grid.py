"""autochrome grid: every combination of some settings, in one table with grey on top."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


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
) -> None:
    """Train and measure every combination in a recipe's `grid`. What is done already is not done again.

    Parameters
    ----------
    recipe
        One with a grid, such as thesis-grid.
    data
        Folders, zips or tars of pictures to learn from.
    test
        Folders, zips or tars of pictures to measure on; never learnt from.
    set_
        Change a setting in every run, such as --set budget=small.
    out
        The folder of all runs, table.csv and report.html; runs/RECIPE if none is given.
    sort
        psnr, psnr_pooled, ssim, colorfulness, ab_error, ciede2000.
    limit
        Measure on so many test pictures, spread evenly, instead of all.
    device
        auto, cpu, cuda, cuda:1.
    minutes
        Let each run take so long.
    """
    from autochrome.lab.training.grid import CELLS, GridOptions, run_grid

    folder = out or Path("runs") / Path(recipe).stem
    rows = run_grid(recipe, set_, GridOptions(data, test, folder, sort, limit, device, minutes))
    lines = [["run", *CELLS], *([row.name, *(say(row) for say in CELLS.values())] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))
    print(folder / "report.html")
