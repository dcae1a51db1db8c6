"""autochrome adapt: tune the network to the colours of a film or series."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from autochrome.lab.adapt.options import Adapted, AdaptOptions, AdaptProgress


def adapt(
    color: Annotated[list[Path], Parameter(name="COLOUR")],
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])],
    held_out: Annotated[tuple[Path, ...], Parameter(consume_multiple=True)] = (),
    data: Annotated[tuple[Path, ...], Parameter(consume_multiple=True)] = (),
    overwrite: bool = False,
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"])] = False,
    options: Annotated[AdaptOptions, Parameter(name="*")] = AdaptOptions(),
) -> None:
    """Tune the network to the colours of a film or series, from parts of it that are in colour.

    It stops by itself when nothing helps any more. `photo`, `film` and `studio` open the result with --model.

    Parameters
    ----------
    color
        Coloured films and stills of the series: files, folders, archives of pictures.
    output
        The model to write, FILE.onnx.
    held_out
        Coloured films or stills that are never learnt from, to watch; default: a part of those given.
    data
        Folders, zips or tars of other pictures, on which the network answers as before; default: those of scikit-image.
    overwrite
        Replace an existing file.
    quiet
        Print only the table at the end.
    """
    from autochrome.lab.adapt.adapt import adapt as tune

    show = _show_nothing if quiet else _show
    adapted = tune(
        color, output, held_out=held_out, data=data, options=options, progress=show, overwrite=overwrite
    )
    print_table(adapted)


def print_table(adapted: Adapted) -> None:
    """Before and after beside grey, and what was written."""
    comparison = adapted.comparison
    print(f"{comparison.pictures} watched pictures ({comparison.about}), at --vivid 1:")
    rows = comparison.rows()
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    if not adapted.share:
        print("Nothing that was tried is better on the watched pictures: the colours are as before.")
    print(f"{adapted.path}: {adapted.crops} crops in {adapted.minutes:.1f} minutes")


def _show(progress: AdaptProgress) -> None:
    from rich.console import Console

    left = f"{progress.seconds_left / 60:.1f} min left at most"
    Console(stderr=True, highlight=False, soft_wrap=True).print(
        f"{progress.stage}: {progress.text} ({left})", markup=False
    )


def _show_nothing(progress: AdaptProgress) -> None:
    pass
