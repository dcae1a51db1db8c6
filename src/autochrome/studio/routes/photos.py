"""Photographs: paint, views, doubt, likely colours, single pixels."""

from time import perf_counter
from typing import Annotated

from fastapi import APIRouter, Query, Response

from autochrome.color.hex_codes import hex_of
from autochrome.media.stills.pyramid import encode_image
from autochrome.studio.photos import window_of
from autochrome.studio.routes.common import (
    CurrentStudio,
    ProjectId,
    Revision,
    Side,
    X,
    Y,
    errors,
    file_response,
    picture_response,
)
from autochrome.studio.schemas import FrameNumber, Length, LikelyColor, PaintPhoto, PixelColors, ViewBox

router = APIRouter(prefix="/projects/{project_id}", tags=["photographs"])
_LONGEST = 2048  # pixels of a view's sides
ViewSize = Annotated[
    str,
    Query(pattern=r"^[1-9]\d{0,3}x[1-9]\d{0,3}$", description=f"Width x height, at most {_LONGEST}."),
]


@router.post(
    "/paint",
    response_class=Response,
    responses={**errors(404, 409), **file_response("That view.", "image/jpeg")},
)
async def paint(studio: CurrentStudio, project_id: ProjectId, request: PaintPhoto) -> Response:
    """A part of the photograph with these hints and settings. Nothing is saved."""
    started = perf_counter()
    studio.projects.check_size(request.hints)
    project = studio.library.get(project_id)
    data = await studio.executors.run_paint(
        project_id, lambda: encode_image(studio.photos.paint(project, request))
    )
    return picture_response(data, seconds=perf_counter() - started)


@router.get(
    "/view",
    response_class=Response,
    responses={**errors(404, 409), **file_response("That view.", "image/jpeg")},
)
async def view(
    studio: CurrentStudio,
    project_id: ProjectId,
    side: Side = "after",
    x: X = 0.0,
    y: Y = 0.0,
    width: Annotated[Length, Query()] = 1.0,
    height: Annotated[Length, Query()] = 1.0,
    pixels: ViewSize = "1024x768",
    revision: Revision = None,
) -> Response:
    """A part of the original, or of the result with the saved hints and settings."""
    across, down = (min(_LONGEST, int(length)) for length in pixels.split("x"))
    window = window_of(ViewBox(x=x, y=y, width=width, height=height, pixels=(across, down)))
    project = studio.library.get(project_id)
    data = await studio.executors.run_quick(lambda: encode_image(studio.photos.view(project, side, window)))
    return picture_response(data, cache=revision is not None)


@router.get(
    "/doubt",
    response_class=Response,
    responses={**errors(404, 409), **file_response("White where the network is not sure.", "image/png")},
)
async def doubt(studio: CurrentStudio, project_id: ProjectId, revision: Revision = None) -> Response:
    """How unsure the network is: a grey picture of the whole photograph, white where it is not sure."""
    project = studio.library.get(project_id)
    data = await studio.executors.run_quick(lambda: encode_image(studio.photos.doubt(project), "png"))
    return picture_response(data, "image/png", cache=revision is not None)


@router.get("/colors", responses=errors(404, 409))
async def colors(
    studio: CurrentStudio,
    project_id: ProjectId,
    x: X,
    y: Y,
    frame: Annotated[FrameNumber, Query(description="For a film: the frame.")] = 0,
) -> list[LikelyColor]:
    """The likely colours at a point, the likeliest first."""
    project = studio.library.get(project_id)

    def suggest() -> list[tuple[str, float]]:
        if project.kind == "photo":
            return studio.photos.suggest_colors(project, x, y)
        return studio.films.suggest_colors(project, frame, x, y)

    likely = await studio.executors.run_quick(suggest)
    return [LikelyColor(color=color, share=min(1.0, probability)) for color, probability in likely]


@router.get("/pixel", responses=errors(404, 409))
async def pixel(studio: CurrentStudio, project_id: ProjectId, x: X, y: Y) -> PixelColors:
    """One pixel of the photograph at full size, before and after."""
    project = studio.library.get(project_id)
    before, after = await studio.executors.run_quick(lambda: studio.photos.pixel(project, x, y))
    return PixelColors(before=hex_of(before), after=hex_of(after))
