"""`autochrome merge`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from autochrome.cli.batch_options import refuse_existing
from autochrome.options import FilmOptions


def merge(
    original: Annotated[Path, Parameter(name="ORIGINAL", help="The film, or the pattern of its pictures.")],
    layer: Annotated[Path, Parameter(name="LAYER", help="What `autochrome film --layer` made of it.")],
    /,
    *,
    output: Annotated[
        Path | None,
        Parameter(name=("--output", "-o"), help="The coloured film. Without it, ORIGINAL-color.mkv."),
    ] = None,
    codec: Annotated[str, Parameter(help="Video codec, as in `autochrome film`.")] = "auto",
    crf: Annotated[int, Parameter(help="Quality of h264, hevc and vp9: lower is better.")] = 18,
    preset: Annotated[str, Parameter(help="Speed of the encoder.")] = "fast",
    pixel_format: Annotated[
        str, Parameter(help="Pixel format of the result; auto keeps that of the film.")
    ] = "auto",
    overwrite: Annotated[bool, Parameter(help="Replace a file that exists already.")] = False,
) -> None:
    """Put a layer of colour over its original. The result equals what `autochrome film` makes directly."""
    from pydantic import ValidationError

    from autochrome.errors import UsageError
    from autochrome.film.merge import merge_layer

    target = output or original.with_name(f"{original.stem}-color.mkv")
    refuse_existing(target, overwrite)
    try:
        options = FilmOptions.model_validate(
            {"codec": codec, "crf": crf, "preset": preset, "pixel_format": pixel_format}
        )
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).replace("_", "-")
        raise UsageError(f"--{name} {first['input']}: {first['msg']}.") from error
    report = merge_layer(original, layer, target, options=options, overwrite=overwrite)
    print(f"{original} + {layer} → {target}, {report.frames} frames", file=sys.stderr)
    for note in report.notes:
        print(f"note: {note}", file=sys.stderr)
