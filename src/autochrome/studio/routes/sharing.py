"""Getting work out: many files as one ZIP, and pictures for sharing."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from autochrome.studio.output import stream_zip
from autochrome.studio.routes.common import CurrentStudio, ProjectId, errors, file_response, picture_response
from autochrome.studio.schemas import FrameNumber
from autochrome.studio.service import Studio
from autochrome.studio.sharing import ANIMATION_SIDE, COMPARISON_SIDE, Image, animate_pair, join_pair

router = APIRouter(tags=["results"])
_MOST = 500  # files of one ZIP: more make the address too long
Ids = Annotated[
    list[Annotated[str, Query(pattern=r"^[0-9a-f]{16}$")]],
    Query(min_length=1, max_length=_MOST, description="Ids of exported projects; repeat the field for each."),
]
Frame = Annotated[FrameNumber, Query(description="For a film: the frame.")]


@router.get(
    "/exports",
    response_class=StreamingResponse,
    responses={**errors(404), **file_response("The files.", "application/zip")},
)
async def exports(studio: CurrentStudio, project: Ids) -> Response:
    """The exported files of these projects as one ZIP. It is made while it is sent."""
    ids = dict.fromkeys(project)
    files = [(studio.library.export_of(each), studio.library.get(each).export.name) for each in ids]
    headers = {"Content-Disposition": 'attachment; filename="autochrome.zip"'}
    return StreamingResponse(stream_zip(files), media_type="application/zip", headers=headers)


@router.get(
    "/projects/{project_id}/comparison",
    response_class=Response,
    responses={**errors(404), **file_response("Both in one picture.", "image/jpeg")},
)
async def comparison(studio: CurrentStudio, project_id: ProjectId, frame: Frame = 0) -> Response:
    """Before and after in one picture, for sharing."""
    data = await studio.executors.run_slow(
        lambda: _share(studio, project_id, frame, COMPARISON_SIDE, join_pair)
    )
    return picture_response(data)


@router.get(
    "/projects/{project_id}/animation",
    response_class=Response,
    responses={**errors(404), **file_response("A moving picture.", "image/gif")},
)
async def animation(studio: CurrentStudio, project_id: ProjectId, frame: Frame = 0) -> Response:
    """A GIF in which a line moves from before to after and back, for sharing."""
    data = await studio.executors.run_slow(
        lambda: _share(studio, project_id, frame, ANIMATION_SIDE, animate_pair)
    )
    return picture_response(data, "image/gif")


def _share(
    studio: Studio, project_id: str, frame: int, side: int, join: Callable[[Image, Image], bytes]
) -> bytes:
    """side: pixels of the long side of before and of after."""
    before, after = studio.projects.pair(project_id, frame, side)
    return join(before, after)
