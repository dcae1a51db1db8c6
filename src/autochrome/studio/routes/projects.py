"""Projects: bring a file, list them, change and delete them."""

import shutil
from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from starlette.requests import ClientDisconnect

from autochrome.hints.file import HintsFile
from autochrome.studio.errors import Vanished
from autochrome.studio.routes.common import Here, ProjectId, binary, faults, picture
from autochrome.studio.schemas import Change, Project
from autochrome.studio.service import check_hints

router = APIRouter(prefix="/projects", tags=["projects"])
_BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
BODY = {"requestBody": {"required": True, "content": _BYTES}}


@router.get("", responses=faults())
async def projects(studio: Here) -> list[Project]:
    """All of them, newest first."""
    return studio.library.all()


@router.post("", status_code=201, responses=faults(409, 415, 429, 507), openapi_extra=BODY)
async def bring(studio: Here, request: Request, name: Annotated[str, Query(max_length=1000)] = "") -> Project:
    """Send a picture's or film's bytes as the body. What it is its first bytes say, not its name."""
    studio.library.check_room()
    arrived = await studio.arrive(chunks_of(request), announced(request))
    try:
        return await studio.bench.chore(lambda: studio.take_in(arrived, name))
    except BaseException:
        shutil.rmtree(arrived.path.parent, ignore_errors=True)
        raise


@router.get("/{number}", responses=faults(404))
async def project(studio: Here, number: ProjectId) -> Project:
    return studio.library.get(number)


@router.patch("/{number}", responses=faults(404))
async def change(studio: Here, number: ProjectId, news: Change) -> Project:
    """Another name, or other settings; these replace the old ones as a whole."""
    return await studio.bench.look(lambda: studio.change(number, news))


@router.delete("/{number}", status_code=204, responses=faults(404))
async def delete(studio: Here, number: ProjectId) -> Response:
    """The project, its file and everything made of it."""
    await studio.bench.chore(lambda: studio.delete(number))
    return Response(status_code=204)


@router.get("/{number}/hints", response_model_exclude_defaults=True, responses=faults(404))
async def hints(studio: Here, number: ProjectId) -> HintsFile:
    """What a person said of it: a hints file, as the command line takes it."""
    return await studio.bench.look(lambda: studio.library.hints(number))


@router.put("/{number}/hints", responses=faults(404))
async def say(studio: Here, number: ProjectId, hints: HintsFile) -> Project:
    """Keep what a person said."""
    check_hints(hints)
    return await studio.bench.look(lambda: studio.say(number, hints))


@router.get(
    "/{number}/thumbnail",
    response_class=Response,
    responses={**faults(404), **binary("image/jpeg", "About 240 pixels at the short side.")},
)
async def thumbnail(
    studio: Here,
    number: ProjectId,
    side: Literal["before", "after"] = "before",
    revision: Annotated[int | None, Query(description="Only makes the address another.")] = None,
) -> Response:
    data = await studio.bench.look(lambda: studio.thumbnail(number, side))
    return picture(data, lasting=revision is not None)


async def chunks_of(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes."""
    try:
        async for chunk in request.stream():
            if chunk:
                yield chunk
    except ClientDisconnect:
        raise Vanished("The client went away before the file was whole.") from None


def announced(request: Request) -> int:
    """How long the body will be, where the client says."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 19 else 0
