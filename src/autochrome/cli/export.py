"""autochrome export: a trained network as the file that everything else opens."""

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
    """Write the network of a run as ONNX. It is compared with the trained one first, and not written if it differs.

    Parameters
    ----------
    run
        The folder that `autochrome train` filled.
    output
        The file to write, FILE.onnx.
    precision
        fp16 halves the file; int8 makes it still smaller and quicker, and needs --data.
    data
        Real pictures (folders, zips, tars) that int8 takes its ranges from.
    leave
        In int8: convolutions whose names contain one of these words keep their precision too.
    """
    from autochrome.lab.export.export import export

    done = export(run, output, precision, data, leave)
    print(
        f"{done.path}: {done.size / 1e6:.1f} MB, {done.card.contract}, "
        f"{done.distance:.2g} in a*b* from the trained network"
    )
