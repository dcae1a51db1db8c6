"""autochrome montage: pictures of several networks side by side."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from autochrome.errors import UsageError


def montage(
    data: Annotated[list[Path], Parameter(name="DATA")],
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])],
    models: Annotated[tuple[str, ...], Parameter(consume_multiple=True)] = (),
    size: int = 256,
    limit: int = 8,
    across: int = 1,
    seed: int | None = None,
    blind: Path | None = None,
) -> None:
    """Write grey, the result of each network and the truth side by side, one row per picture.

    Parameters
    ----------
    data
        Folders, zips or tars of colour pictures, or picture files.
    output
        The file to write: .png, .jpg or .webp.
    models
        Names of models, ONNX files or folders of runs; each gets a column.
    size
        The long side of a picture in the montage, and the short side at which it is coloured, in pixels.
    limit
        Number of pictures, spread evenly over the data, or drawn by lot with --seed.
    across
        Number of pictures side by side in a row.
    seed
        Draw the pictures by lot; the same number draws the same pictures.
    blind
        Compare two models without knowing which is which: left and right by lot, and the key in this file (JSON).
    """
    from autochrome.evaluate.samples import read_samples
    from autochrome.lab.blind_pairs import draw_pairs, hide_networks, write_key
    from autochrome.lab.montage import draw_montage, montage_columns, write_montage
    from autochrome.lab.training.trained_model import open_trained_model
    from autochrome.model import open_model

    names = name_models(models)
    if blind and blind.resolve() == output.resolve():
        raise UsageError(f"{blind}: the key needs a file of its own.")
    samples = list(read_samples(data, size, limit, seed))
    pairs = draw_pairs(names, [sample.name for sample in samples], seed or 0) if blind else []
    opened = {
        name: open_trained_model(Path(m)) if Path(m).is_dir() else open_model(m)
        for name, m in zip(names, models, strict=True)
    }
    columns = montage_columns(opened, [sample.rgb for sample in samples])
    if pairs:
        columns = hide_networks(columns, pairs)
    numbered = seed is not None or blind is not None
    write_montage(output, draw_montage(columns, size, across, numbered))
    print(output)
    if blind:
        write_key(blind, pairs)
        print(blind)


def name_models(models: Sequence[str]) -> list[str]:
    """A name for the column of each model: the file or folder without its path and suffix, if no other has it."""
    if len(set(models)) < len(models):
        raise UsageError("--models names a model twice; each gets one column.")
    stems = [Path(model).stem for model in models]
    return [stem if stems.count(stem) == 1 else model for stem, model in zip(stems, models, strict=True)]
