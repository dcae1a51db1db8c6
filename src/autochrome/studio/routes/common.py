"""Parts that all routes share: the studio, parameters, uploads, the documentation of errors, picture responses."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

from fastapi import Depends, Path, Query, Request, Response
from starlette.requests import ClientDisconnect

from autochrome.errors import UsageError
from autochrome.studio.errors import ClientGone, ErrorBody
from autochrome.studio.form import FormReader, is_form
from autochrome.studio.schemas import Fraction
from autochrome.studio.service import Studio
from autochrome.studio.uploads import Upload


def _studio_of(request: Request) -> Studio:
    studio: Studio = request.app.state.studio
    return studio


CurrentStudio = Annotated[Studio, Depends(_studio_of)]
ProjectId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="A project's id.")]
Side: TypeAlias = Literal["before", "after"]
Revision = Annotated[
    int | None, Query(description="The project's revision. It only makes the address unique, for caches.")
]
X = Annotated[Fraction, Query(description="0 is the left edge, 1 the right one.")]
Y = Annotated[Fraction, Query(description="0 is the top, 1 the bottom.")]

_BYTES = {"schema": {"type": "string", "format": "binary"}}
_FORM = {
    "schema": {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}},
        "required": ["file"],
        "additionalProperties": {"type": "string"},
    }
}
UPLOAD_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": _BYTES, "multipart/form-data": _FORM},
    }
}
FILE_TYPES = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".tif": "image/tiff",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".mkv": "video/x-matroska",
    ".webm": "video/webm",
}
"""Media types of exported files."""
_ERRORS = {
    400: "The request cannot be read.",
    401: "The token is missing or wrong.",
    403: "The request comes from another site, or uses another host name.",
    404: "This does not exist.",
    408: "The body came too slowly.",
    409: "The state does not allow this; or a newer request has replaced this one.",
    413: "The body is too large.",
    415: "The file is not a picture or film that can be read.",
    422: "Something in the request is wrong; the message says what.",
    429: "Too many at a time.",
    507: "There is not enough space on the disk, or not enough memory.",
}
_EVERYWHERE = (400, 401, 403, 408, 413, 422)


def errors(*codes: int) -> dict[int | str, dict[str, Any]]:
    """The error responses of a route, for the API's documentation."""
    return {
        code: {"model": ErrorBody, "description": _ERRORS[code]} for code in sorted({*_EVERYWHERE, *codes})
    }


def file_response(description: str, *media_types: str) -> dict[int | str, dict[str, Any]]:
    """A response that is a file, for the API's documentation."""
    return {200: {"description": description, "content": dict.fromkeys(media_types, _BYTES)}}


def picture_response(
    data: bytes, media_type: str = "image/jpeg", *, cache: bool = False, seconds: float | None = None
) -> Response:
    """A picture. cache: the address holds the revision, so browsers may keep it. seconds: the time it took."""
    response = Response(data, media_type=media_type)
    if cache:
        response.headers["Cache-Control"] = "private, max-age=3600"
    if seconds is not None:
        response.headers["X-Seconds"] = f"{seconds:.4f}"
    return response


@dataclass(frozen=True, slots=True)
class Form:
    """What a body of multipart/form-data holds besides its file."""

    fields: Mapping[str, str]
    file_name: str


async def receive_upload(studio: Studio, request: Request, *, films: bool = True) -> Upload:
    """Save the file of a request: its body, or the file of a form. films: whether a film is allowed."""
    upload, form = await receive_form(studio, request, films=films)
    with upload.discarded_on_error():
        if form.fields:
            raise UsageError(
                f"This address takes no form field besides the file; there is {next(iter(form.fields))!r}."
            )
    return upload


async def receive_form(studio: Studio, request: Request, *, films: bool = True) -> tuple[Upload, Form]:
    """The same, and the other fields of the form. A body that is the file itself has none."""
    length = request.headers.get("content-length", "")
    announced = int(length) if length.isascii() and length.isdigit() and len(length) < 19 else 0
    content_type = request.headers.get("content-type", "")
    if not is_form(content_type):
        return await studio.uploads.receive(_chunks(request), announced, films=films), Form({}, "")
    reader = FormReader(content_type, _chunks(request))
    upload = await studio.uploads.receive(reader.file_chunks(), announced, films=films)
    return upload, Form(reader.fields, reader.file_name)


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    try:
        async for chunk in request.stream():
            if chunk:
                yield chunk
    except ClientDisconnect:
        raise ClientGone("The client closed the connection before the file was complete.") from None
