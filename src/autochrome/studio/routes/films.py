"""Films: shots, frames, previews."""

import shutil
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import Field

from autochrome.media.stills.pyramid import encode_image
from autochrome.studio.films import film_of, shot_of, spans
from autochrome.studio.routes.common import Here, ProjectId, binary, faults, picture
from autochrome.studio.routes.projects import BODY, announced, chunks_of
from autochrome.studio.schemas import Detect, Job, PaintFrame, PictureName, ShotMark, ShotSpan
from autochrome.studio.service import check_hints

router = APIRouter(prefix="/projects/{number}", tags=["films"])
Frame = Annotated[int, Path(ge=0, le=100_000_000, description="A frame, from 0.")]
Place = Annotated[int, Path(ge=0, le=1_000_000, description="A shot, from 0.")]
Width = Annotated[int, Query(ge=16, le=2048, description="Of the longer side, in pixels.")]
Marks = Annotated[list[ShotMark], Field(max_length=100_000)]


@router.get("/shots", responses=faults(404))
async def shots(studio: Here, number: ProjectId) -> list[ShotSpan]:
    """The shots of a film; none before they were looked for."""
    return list(film_of(studio.library.get(number)).shots or ())


@router.post("/shots", status_code=202, responses=faults(404, 429))
async def detect(studio: Here, number: ProjectId, wish: Detect) -> Job:
    """Look for shots, and how unsure the network is of each."""
    film_of(studio.library.get(number))
    return await studio.bench.look(lambda: studio.jobs.add(number, "shots"))


@router.put("/shots", responses=faults(404))
async def cut(studio: Here, number: ProjectId, marks: Marks) -> list[ShotSpan]:
    """Say where shots begin: to split and to join them."""

    def work() -> list[ShotSpan]:
        film = film_of(studio.library.get(number))
        shots = spans(film, marks)
        studio.library.change(number, recolored=True, film=film.model_copy(update={"shots": shots}))
        return list(shots)

    return await studio.bench.look(work)


@router.get(
    "/frames/{frame}",
    response_class=Response,
    responses={**faults(404), **binary("image/jpeg", "That frame, upright.")},
)
async def frame(
    studio: Here,
    number: ProjectId,
    frame: Frame,
    side: Literal["before", "after"] = "after",
    width: Width = 960,
    revision: Annotated[int | None, Query(description="Only makes the address another.")] = None,
) -> Response:
    """A frame as it was; or in colour, with what is said of frames of its shot carried to it."""
    project = studio.library.get(number)
    data = await studio.bench.look(lambda: encode_image(studio.frame(project, frame, side, width)))
    return picture(data, lasting=revision is not None)


@router.post(
    "/frames/{frame}/paint",
    response_class=Response,
    responses={**faults(404, 409), **binary("image/jpeg", "That frame, upright.")},
)
async def paint(studio: Here, number: ProjectId, frame: Frame, question: PaintFrame) -> Response:
    """How a frame looks with these marks and settings. Nothing is kept."""
    check_hints(question.hints)
    project = studio.library.get(number)
    data = await studio.bench.paint(
        number, lambda: encode_image(studio.paint_frame(project, frame, question))
    )
    return picture(data)


@router.post("/shots/{place}/preview", status_code=202, responses=faults(404, 429))
async def preview(studio: Here, number: ProjectId, place: Place) -> Job:
    """Colour one shot, quickly, to be played."""
    shot_of(studio.library.get(number), place)
    return await studio.bench.look(lambda: studio.jobs.add(number, "preview", place))


@router.get(
    "/shots/{place}/preview",
    response_class=FileResponse,
    responses={**faults(404), **binary("video/mp4", "The shot in colour."), 206: {"description": "A part."}},
)
async def previewed(studio: Here, number: ProjectId, place: Place) -> Response:
    """The shot as it was coloured last, with the hints and settings that are kept now."""
    return FileResponse(studio.preview(number, place), media_type="video/mp4")


@router.post("/pictures", status_code=201, responses=faults(404, 409, 415, 429, 507), openapi_extra=BODY)
async def bring_picture(studio: Here, number: ProjectId, request: Request) -> PictureName:
    """Send a coloured picture's bytes; key frames of the hints may name it as `reference` or `picture`."""
    film_of(studio.library.get(number))
    arrived = await studio.arrive(chunks_of(request), announced(request), films=False)
    try:
        name = await studio.bench.chore(lambda: studio.keep_picture(number, arrived))
    except BaseException:
        shutil.rmtree(arrived.path.parent, ignore_errors=True)
        raise
    return PictureName(name=name)
