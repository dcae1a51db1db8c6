"""`autochrome studio`."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from autochrome.errors import ExtraMissing

_NEEDED = ("fastapi", "uvicorn", "av", "cv2")


def studio(
    folder: Annotated[
        Path | None, Parameter(help="Where projects are kept; without it, with your other data.")
    ] = None,
    /,
    *,
    host: Annotated[
        str, Parameter(help="Address to listen at. Anything but loopback wants a token.")
    ] = "127.0.0.1",
    port: Annotated[
        int, Parameter(validator=Number(gte=0, lte=65535), help="Port to listen at; 0 takes any free one.")
    ] = 8470,
    no_browser: Annotated[bool, Parameter(help="Do not open the page.")] = False,
    api_only: Annotated[bool, Parameter(help="Only the HTTP API, no page.")] = False,
    token: Annotated[
        str | None,
        Parameter(help="What everybody must show; without it one is made up where one is needed."),
    ] = None,
    model: Annotated[
        str | None, Parameter(help="Network where nobody chooses: an installed name, or an ONNX file.")
    ] = None,
) -> None:
    """Open the studio: a page to colour photographs and films and put them right by hand."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise ExtraMissing(
            f"The studio needs more packages ({', '.join(missing)}); "
            "install them with: pip install 'autochrome[studio]'"
        )
    from autochrome.studio.server import serve

    serve(
        folder,
        host=host,
        port=port,
        browser=not no_browser,
        api_only=api_only,
        token=token,
        model=model,
    )
