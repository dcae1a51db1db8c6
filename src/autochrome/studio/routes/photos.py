"""Photographs: paint, views, doubts, colours."""

from time import perf_counter
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from autochrome.media.stills.pyramid import Window, encode_image
from autochrome.studio.color_suggestions import doubt_map, hex_of
from autochrome.studio.errors import NoSuchThing
from autochrome.studio.routes.common import Here, ProjectId, binary, faults, picture
from autochrome.studio.schemas import Length, LikelyColor, PaintPhoto, PixelColors, Share, ViewBox
from autochrome.studio.service import check_hints

router = APIRouter(prefix="/projects/{number}", tags=["photographs"])
X = Annotated[Share, Query(description="0 is the left edge, 1 the right one.")]
Y = Annotated[Share, Query(description="0 is the top, 1 the bottom.")]
Pixels = Annotated[
    str, Query(pattern=r"^[1-9]\d{0,3}x[1-9]\d{0,3}$", description="Width x height, at most 2048.")
]


@router.post(
    "/paint", response_class=Response, responses={**faults(404, 409), **binary("image/jpeg", "That view.")}
)
async def paint(studio: Here, number: ProjectId, question: PaintPhoto) -> Response:
    """How a part of the photograph looks with these marks and settings. Nothing is kept."""
    started = perf_counter()
    check_hints(question.hints)
    project = studio.library.get(number)
    options = studio.options(project, question.settings)

    def work() -> bytes:
        desk = studio.photo_desk(project)
        photo = desk.color(studio.network(options), options, question.hints)
        return encode_image(desk.after(photo, window_of(question.view)))

    data = await studio.bench.paint(number, work)
    return picture(data, seconds=perf_counter() - started)


@router.get(
    "/view", response_class=Response, responses={**faults(404, 409), **binary("image/jpeg", "That view.")}
)
async def view(
    studio: Here,
    number: ProjectId,
    side: Literal["before", "after"] = "after",
    x: X = 0.0,
    y: Y = 0.0,
    width: Annotated[Length, Query()] = 1.0,
    height: Annotated[Length, Query()] = 1.0,
    pixels: Pixels = "1024x768",
    revision: Annotated[int | None, Query(description="Only makes the address another.")] = None,
) -> Response:
    """A part of the photograph as it was, or as it is with the hints and settings that are kept."""
    across, down = (min(2048, int(side)) for side in pixels.split("x"))
    window = window_of(ViewBox(x=x, y=y, width=width, height=height, pixels=(across, down)))
    project = studio.library.get(number)

    def work() -> bytes:
        if side == "before":
            return encode_image(studio.photo_desk(project).before(window))
        desk, photo = studio.photo(project)
        return encode_image(desk.after(photo, window))

    return picture(await studio.bench.look(work), lasting=revision is not None)


@router.get(
    "/doubt",
    response_class=Response,
    responses={**faults(404, 409), **binary("image/png", "White is doubt.")},
)
async def doubt(
    studio: Here,
    number: ProjectId,
    revision: Annotated[int | None, Query(description="Only makes the address another.")] = None,
) -> Response:
    """Where the network is unsure: a grey picture over the whole, white where nothing is certain."""
    project = studio.library.get(number)

    def work() -> bytes:
        sure = studio.photo(project)[1].confidence
        if sure is None:
            raise NoSuchThing("This network does not say how sure it is.")
        return encode_image(doubt_map(sure), "png")

    return picture(await studio.bench.look(work), "image/png", lasting=revision is not None)


@router.get("/colors", responses=faults(404, 409))
async def colors(
    studio: Here,
    number: ProjectId,
    x: X,
    y: Y,
    frame: Annotated[int, Query(ge=0, le=100_000_000, description="Of a film.")] = 0,
) -> list[LikelyColor]:
    """Colours that are likely at a place, the likeliest first."""
    project = studio.library.get(number)

    def work() -> list[LikelyColor]:
        found = studio.likely(project, x, y, frame)
        return [LikelyColor(color=color, share=min(1.0, share)) for color, share in found]

    return await studio.bench.look(work)


@router.get("/pixel", responses=faults(404, 409))
async def pixel(studio: Here, number: ProjectId, x: X, y: Y) -> PixelColors:
    """One pixel of the full-size picture, before and after."""
    project = studio.library.get(number)

    def work() -> PixelColors:
        desk, photo = studio.photo(project)
        before, after = desk.pixel(photo, x, y)
        return PixelColors(before=hex_of(before), after=hex_of(after))

    return await studio.bench.look(work)


def window_of(view: ViewBox) -> Window:
    """The same window; what would jut out is moved inside."""
    left, top = min(view.x, 1 - view.width), min(view.y, 1 - view.height)
    return Window(left, top, view.width, view.height, *view.pixels)
