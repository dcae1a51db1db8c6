"""`autochrome shots`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from autochrome.cli.film import refuse_existing
from autochrome.options import FilmOptions


def shots(
    film: Annotated[Path, Parameter(name="FILM", help="A film.")],
    /,
    *,
    output: Annotated[
        Path | None,
        Parameter(
            name=("--output", "-o"),
            help="Where the list goes: JSON, to be edited and given to `autochrome film --cuts`. "
            "A sheet with the first frame of each shot goes beside it.",
        ),
    ] = None,
    cuts: Annotated[str, Parameter(help="auto, or the name of a detector.")] = "auto",
    overwrite: Annotated[bool, Parameter(help="Replace what is there already.")] = False,
) -> None:
    """List where the shots of a film begin."""
    from autochrome.film.inspect import find_shots

    target = output or film.with_name(f"{film.stem}-shots.json")
    sheet = target.with_suffix(".jpg")
    for path in (target, sheet):
        refuse_existing(path, overwrite)
    found = find_shots(film, FilmOptions(cuts=cuts), sheet)
    found.save(target)
    print(f"{len(found.shots)} shots: {target}, {sheet}", file=sys.stderr)
