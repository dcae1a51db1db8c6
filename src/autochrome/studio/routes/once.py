"""One picture in, the same in colour out: no project, nothing kept."""

import shutil
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from autochrome.photo import colorize_photo
from autochrome.studio.routes.common import Here, faults
from autochrome.studio.routes.jobs import FILES, KINDS
from autochrome.studio.routes.projects import BODY, announced, chunks_of
from autochrome.studio.service import Studio
from autochrome.studio.uploads import Arrived

router = APIRouter(tags=["once"])
_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The picture in colour, of the same kind as the one that came or of the one asked for.",
        "content": {kind: words for kind, words in FILES.items() if kind.startswith("image/")},
    }
}
Size = Annotated[int, Query(ge=64, le=1024, description="Render size.")]
Vivid = Annotated[float, Query(ge=0, le=2, description="0 is grey, 1 neutral, 2 bold.")]
Format = Literal["auto", "jpg", "png", "tif", "webp", "avif"]


@router.post(
    "/colorize",
    response_class=FileResponse,
    responses={**faults(415, 429, 507), **_ANSWER},
    openapi_extra=BODY,
)
async def colorize(
    studio: Here,
    request: Request,
    vivid: Vivid = 1.0,
    size: Size = 256,
    format: Annotated[Format, Query(description="auto keeps the kind that came.")] = "auto",
) -> Response:
    """Send a picture's bytes as the body; its answer is the picture in colour."""
    settings = {"vivid": vivid, "size": size, "format": format}
    arrived = await studio.arrive(chunks_of(request), announced(request), films=False)
    folder = arrived.path.parent
    try:
        path = await studio.bench.chore(lambda: _colored(studio, arrived, settings))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    tidy = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    return FileResponse(path, media_type=KINDS[path.suffix], background=tidy)


def _colored(studio: Studio, arrived: Arrived, settings: dict[str, Any]) -> Path:
    options = studio.photo_options(settings)
    photo = colorize_photo(arrived.path, model=studio.network(options), options=options)
    return photo.save(arrived.path.with_name(f"result{photo.suffix}"))
