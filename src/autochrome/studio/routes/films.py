"""Films: shots, frames, previews, coloured pictures for hints."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import Field

from autochrome.hints.file import HintsFile
from autochrome.media.stills.pyramid import encode_image
from autochrome.studio.play_stream import stream_frames
from autochrome.studio.routes.common import (
    CurrentStudio,
    ProjectId,
    Revision,
    Side,
    errors,
    file_response,
    picture_response,
)
from autochrome.studio.schemas import (
    AlikeShot,
    FindShotsRequest,
    FrameDoubts,
    FrameNumber,
    Job,
    PaintFrame,
    ShotSpan,
    ShotStart,
)
from autochrome.studio.shots import film_of, shot_of

router = APIRouter(prefix="/projects/{project_id}", tags=["films"])
Frame = Annotated[FrameNumber, Path(description="Number of a frame, from 0.")]
Shot = Annotated[int, Path(ge=0, le=1_000_000, description="Number of a shot, from 0.")]
Width = Annotated[int, Query(ge=16, le=2048, description="Longer side in pixels.")]
STREAM_TYPE = "application/octet-stream"
Starts = Annotated[list[ShotStart], Field(max_length=100_000)]


@router.get("/shots", responses=errors(404))
async def shots(studio: CurrentStudio, project_id: ProjectId) -> list[ShotSpan]:
    """The shots of a film. The list is empty before a job has found them."""
    return list(film_of(studio.library.get(project_id)).shots or ())


@router.post("/shots", status_code=202, responses=errors(404, 429))
async def find_shots(studio: CurrentStudio, project_id: ProjectId, request: FindShotsRequest) -> Job:
    """Start a job that finds the shots, and how unsure the network is of each."""
    film_of(studio.library.get(project_id))
    return await studio.executors.run_quick(lambda: studio.jobs.add(project_id, "shots"))


@router.put("/shots", responses=errors(404))
async def save_shots(studio: CurrentStudio, project_id: ProjectId, starts: Starts) -> list[ShotSpan]:
    """Set where the shots begin, to split or join them."""
    return list(await studio.executors.run_quick(lambda: studio.films.save_shots(project_id, starts)))


@router.get(
    "/frames/{frame}",
    response_class=Response,
    responses={**errors(404), **file_response("That frame, upright.", "image/jpeg")},
)
async def frame(
    studio: CurrentStudio,
    project_id: ProjectId,
    frame: Frame,
    side: Side = "after",
    width: Width = 960,
    revision: Revision = None,
    draft: Annotated[
        bool, Query(description="Colour the frame alone where the colours of the export take long.")
    ] = False,
) -> Response:
    """A frame of the original; or in colour, with the saved hints of its shot."""
    project = studio.library.get(project_id)
    run = studio.executors.run_quick if side == "before" else studio.executors.run_slow
    data = await run(lambda: encode_image(studio.films.frame(project, frame, side, width, draft=draft)))
    return picture_response(data, cache=revision is not None)


@router.get(
    "/frames/{frame}/play",
    response_class=StreamingResponse,
    responses={**errors(404), **file_response("The frames, as `play_stream` describes.", STREAM_TYPE)},
)
async def play(
    studio: CurrentStudio,
    project_id: ProjectId,
    frame: Frame,
    last: Annotated[FrameNumber, Query(description="The last frame; at most the last one of the shot.")],
    width: Width = 960,
) -> Response:
    """Play a shot from a frame on, with the saved hints and settings: JPEGs, one after the other.

    Each has a header of three 32-bit numbers, least byte first: the frame; 0 for a draft, 1 for the frame as an export
    has it, 2 for an error; the bytes that follow. A frame that came as a draft comes once more.
    """
    project = studio.library.get(project_id)
    playback = await studio.executors.run_slow(lambda: studio.films.play(project, frame, last, width))
    return StreamingResponse(stream_frames(playback, studio.executors), media_type=STREAM_TYPE)


@router.post(
    "/frames/{frame}/paint",
    response_class=Response,
    responses={**errors(404, 409), **file_response("That frame, upright.", "image/jpeg")},
)
async def paint(studio: CurrentStudio, project_id: ProjectId, frame: Frame, request: PaintFrame) -> Response:
    """A frame with these hints and settings. Nothing is saved."""
    studio.projects.check_size(request.hints)
    project = studio.library.get(project_id)
    data = await studio.executors.run_paint(
        project_id, lambda: encode_image(studio.films.paint_frame(project, frame, request))
    )
    return picture_response(data)


@router.get(
    "/frames/{frame}/doubt",
    response_class=Response,
    responses={**errors(404), **file_response("White where the network is not sure.", "image/png")},
)
async def frame_doubt(
    studio: CurrentStudio, project_id: ProjectId, frame: Frame, revision: Revision = None
) -> Response:
    """How unsure the network is of a frame with the saved hints: a grey picture, white where it is not sure."""
    project = studio.library.get(project_id)
    data = await studio.executors.run_slow(lambda: encode_image(studio.films.doubt(project, frame), "png"))
    return picture_response(data, "image/png", cache=revision is not None)


@router.get("/doubts", responses=errors(404))
async def doubts(studio: CurrentStudio, project_id: ProjectId) -> FrameDoubts:
    """How unsure the network is of frames all over the film, without hints. A job must have found the shots."""
    project = studio.library.get(project_id)
    return await studio.executors.run_quick(lambda: studio.films.doubts(project))


@router.post("/frames/{frame}/alike", responses=errors(404))
async def alike(
    studio: CurrentStudio, project_id: ProjectId, frame: Frame, hints: HintsFile
) -> list[AlikeShot]:
    """The shots that look like this frame, and its marks in them: each moves with the thing under it.

    hints: their marks on this frame are copied. Nothing is saved. A job must have found the shots.
    """
    studio.projects.check_size(hints)
    project = studio.library.get(project_id)
    return await studio.executors.run_slow(lambda: studio.films.find_alike(project, frame, hints))


@router.post("/shots/{shot}/preview", status_code=202, responses=errors(404, 429))
async def start_preview(studio: CurrentStudio, project_id: ProjectId, shot: Shot) -> Job:
    """Start a job that colours one shot quickly."""
    shot_of(studio.library.get(project_id), shot)
    return await studio.executors.run_quick(lambda: studio.jobs.add(project_id, "preview", shot))


@router.get(
    "/shots/{shot}/preview",
    response_class=FileResponse,
    responses={
        **errors(404),
        **file_response("The shot in colour.", "video/mp4"),
        206: {"description": "A part of the file."},
    },
)
async def preview(
    studio: CurrentStudio,
    project_id: ProjectId,
    shot: Shot,
    made: Annotated[
        str, Query(max_length=64, description="The job that made it: browsers keep no older one.")
    ] = "",
) -> Response:
    """The preview of a shot with the saved hints and settings."""
    return FileResponse(studio.films.preview(project_id, shot), media_type="video/mp4")
