"""One picture in, the same picture in colour out. No project is made and nothing is kept."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from autochrome.options import PhotoOptions
from autochrome.studio.routes.common import (
    FILE_TYPES,
    UPLOAD_BODY,
    CurrentStudio,
    errors,
    file_response,
    receive_upload,
)

router = APIRouter(tags=["colorize"])
_IMAGE_TYPES = [kind for kind in FILE_TYPES.values() if kind.startswith("image/")]
_DEFAULTS = PhotoOptions()


def _query(option: str) -> Any:
    """The query parameter of an option: the same limits and the same help text."""
    field = PhotoOptions.model_fields[option]
    query = Query(description=field.description)
    query.metadata = list(field.metadata)
    return query


@router.post(
    "/colorize",
    response_class=FileResponse,
    responses={**errors(415, 429, 507), **file_response("The picture in colour.", *_IMAGE_TYPES)},
    openapi_extra=UPLOAD_BODY,
)
async def colorize(
    studio: CurrentStudio,
    request: Request,
    vivid: Annotated[float, _query("vivid")] = _DEFAULTS.vivid,
    size: Annotated[int, _query("size")] = _DEFAULTS.size,
    format: Annotated[
        Literal["auto", "jpg", "png", "tif", "webp", "avif"], _query("format")
    ] = _DEFAULTS.format,
) -> Response:
    """Colour one picture. The body is its bytes; the response is the file in colour."""
    settings = {"vivid": vivid, "size": size, "format": format}
    upload = await receive_upload(studio, request, films=False)
    with upload.discarded_on_error():
        path = await studio.executors.run_slow(lambda: studio.photos.colorize_upload(upload, settings))
    return FileResponse(path, media_type=FILE_TYPES[path.suffix], background=BackgroundTask(upload.discard))
