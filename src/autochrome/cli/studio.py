"""`autochrome studio`."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from autochrome.cli.batch_options import DEVICE, Device
from autochrome.cli.numbers import number
from autochrome.errors import ExtraMissing

_NEEDED = (
    "fastapi",
    "uvicorn",
    "sse_starlette",
    "cachetools",
    "filelock",
    "platformdirs",
    "python_multipart",
    "av",
    "cv2",
)


def studio(
    folder: Annotated[
        Path | None, Parameter(help="Folder for the projects; the default is in your data folder.")
    ] = None,
    /,
    *,
    host: Annotated[
        str, Parameter(help="Address to listen at. Addresses other than loopback need a token.")
    ] = "127.0.0.1",
    port: Annotated[int, number("Port to listen at; 0 chooses a free one.", gte=0, lte=65535)] = 8470,
    no_browser: Annotated[bool, Parameter(help="Do not open the page in a browser.")] = False,
    api_only: Annotated[bool, Parameter(help="Serve only the HTTP API, not the page.")] = False,
    token: Annotated[
        str | None,
        Parameter(help="Token that clients must send. Where one is needed, the default is a random one."),
    ] = None,
    model: Annotated[
        str | None, Parameter(help="Default network: an installed name, or an ONNX file.")
    ] = None,
    device: Annotated[Device, DEVICE] = "auto",
    output: Annotated[
        Path | None,
        Parameter(
            name=["--output", "-o"],
            help="Folder for finished files: the page can save photos and films there.",
        ),
    ] = None,
) -> None:
    """Open the studio: a page to colour photographs and films and to correct the colours by hand."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise ExtraMissing(
            f"The studio needs more packages ({', '.join(missing)}); "
            "install them with: pip install 'autochrome[studio]'"
        )
    from autochrome.model import DEVICE_VARIABLE
    from autochrome.studio.server import serve

    if device != "auto":
        os.environ[DEVICE_VARIABLE] = device  # the worker processes read it too

    serve(
        folder,
        host=host,
        port=port,
        browser=not no_browser,
        api_only=api_only,
        token=token,
        model=model,
        output=output,
    )
