"""autochrome montage: a sheet to look at."""

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
    """Grey, what each network makes of it, and the truth, side by side, a row a picture.

    Parameters
    ----------
    data
        Folders, zips or tars of colour pictures, or single ones.
    output
        The sheet to write: .png, .jpg or .webp.
    models
        Names, ONNX files or runs; each gets a column.
    size
        Pixels of a picture's long side on the sheet, and of its short side when it is coloured.
    limit
        So many pictures, spread evenly over the data.
    across
        So many pictures beside each other before the next row begins.
    """
    from autochrome.evaluate.samples import read_samples
    from autochrome.lab.montage import columns, sheet, write_sheet
    from autochrome.lab.training.trained_model import open_trained_model
    from autochrome.model import open_model

    opened = {
        Path(m).stem: open_trained_model(Path(m)) if Path(m).is_dir() else open_model(m) for m in models
    }
    pictures = [sample.rgb for sample in read_samples(data, size, limit)]
    write_sheet(output, sheet(columns(opened, pictures), size, across))
    print(output)
