"""autochrome montage: pictures of several networks side by side."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def montage(
    data: Annotated[list[Path], Parameter(name="DATA")],
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])],
    models: Annotated[tuple[str, ...], Parameter(consume_multiple=True)] = (),
    size: int = 256,
    limit: int = 8,
    across: int = 1,
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
        Number of pictures, spread evenly over the data.
    across
        Number of pictures side by side in a row.
    """
    from autochrome.evaluate.samples import read_samples
    from autochrome.lab.montage import draw_montage, montage_columns, write_montage
    from autochrome.lab.training.trained_model import open_trained_model
    from autochrome.model import open_model

    opened = {
        Path(m).stem: open_trained_model(Path(m)) if Path(m).is_dir() else open_model(m) for m in models
    }
    pictures = [sample.rgb for sample in read_samples(data, size, limit)]
    write_montage(output, draw_montage(montage_columns(opened, pictures), size, across))
    print(output)
