"""autochrome export: write a trained network as an ONNX file."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter


def export(
    run: Path,
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])],
    precision: Literal["fp32", "fp16", "int8"] = "fp32",
    data: Annotated[tuple[str, ...], Parameter(consume_multiple=True)] = (),
    leave: Annotated[tuple[str, ...], Parameter(consume_multiple=True)] = (),
) -> None:
    """Write the network of a run as ONNX. The file is written only if it predicts the same as the trained network.

    Parameters
    ----------
    run
        The folder that `autochrome train` has written.
    output
        The file to write, FILE.onnx.
    precision
        fp16 makes the file half as large; int8 makes it smaller and faster still, and needs --data.
    data
        Folders, zips or tars of pictures that int8 measures value ranges on.
    leave
        Parts of the names of convolutions that int8 leaves in floating point.
    """
    from autochrome.lab.export.export import export

    exported = export(run, output, precision, data, leave)
    print(
        f"{exported.path}: {exported.size / 1e6:.1f} MB, {exported.card.contract}, "
        f"{exported.distance:.2g} in a*b* from the trained network"
    )
