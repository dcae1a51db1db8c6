"""Coloured pictures for the hints of a project, and how much of it they match."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from autochrome.hints.references import NOTHING
from autochrome.media.stills.pyramid import encode_image
from autochrome.studio.routes.common import (
    UPLOAD_BODY,
    CurrentStudio,
    ProjectId,
    errors,
    file_response,
    picture_response,
    receive_upload,
)
from autochrome.studio.schemas import FrameNumber, PictureName, ReferenceMatch

router = APIRouter(prefix="/projects/{project_id}", tags=["references"])
Name = Annotated[str, Path(max_length=64, description="The name that the upload returned.")]


@router.post(
    "/pictures", status_code=201, responses=errors(404, 409, 415, 429, 507), openapi_extra=UPLOAD_BODY
)
async def add_picture(studio: CurrentStudio, project_id: ProjectId, request: Request) -> PictureName:
    """Add a coloured picture. The body is its bytes; hints use it by name, in `references`, or of a frame as
    `picture`."""
    studio.library.get(project_id)
    upload = await receive_upload(studio, request, films=False)
    with upload.discarded_on_error():
        name = await studio.executors.run_slow(lambda: studio.projects.add_picture(project_id, upload))
    return PictureName(name=name)


@router.get(
    "/pictures/{name}",
    response_class=Response,
    responses={**errors(404), **file_response("The picture, small.", "image/jpeg")},
)
async def picture(studio: CurrentStudio, project_id: ProjectId, name: Name) -> Response:
    """A picture that was added, small."""
    data = await studio.executors.run_quick(lambda: encode_image(studio.projects.picture(project_id, name)))
    return picture_response(data, cache=True)


@router.get("/matches", responses=errors(404, 409))
async def matches(
    studio: CurrentStudio,
    project_id: ProjectId,
    frame: Annotated[FrameNumber, Query(description="For a film: the frame.")] = 0,
) -> list[ReferenceMatch]:
    """How much of the photograph, or of a frame, each saved reference matches."""
    found = await studio.executors.run_slow(lambda: studio.projects.match(project_id, frame))
    return [
        ReferenceMatch(file=each.file, share=min(1.0, each.share), matches=each.share >= NOTHING)
        for each in found
    ]
