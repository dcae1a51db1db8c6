"""Variations: other likely colours of a photograph or of one frame, to choose from."""

from base64 import b64encode
from typing import Annotated

from fastapi import APIRouter, Query

from autochrome.media.stills.pyramid import encode_image
from autochrome.studio.routes.common import CurrentStudio, ProjectId, errors
from autochrome.studio.schemas import FrameNumber, VariationInfo

router = APIRouter(prefix="/projects/{project_id}/variations", tags=["variations"])
_MOST = 8
Count = Annotated[int, Query(ge=1, le=_MOST)]
Seed = Annotated[int, Query(ge=0, le=1_000_000, description="Another number gives other variations.")]


@router.get("", responses=errors(404, 409))
async def variations(
    studio: CurrentStudio,
    project_id: ProjectId,
    count: Count = 5,
    seed: Seed = 0,
    frame: Annotated[FrameNumber, Query(description="For a film: the frame.")] = 0,
) -> list[VariationInfo]:
    """The first answer, which has no points, and variations, those that differ most first, with the saved hints and
    settings. Nothing is saved: to adopt a variation, add its points to the hints."""
    project = studio.library.get(project_id)

    def vary() -> list[VariationInfo]:
        found = (
            studio.photos.vary(project, count, seed)
            if project.kind == "photo"
            else studio.films.vary(project, frame, count, seed)
        )
        return [
            VariationInfo(
                points=each.points,
                apart=round(each.apart, 2),
                picture=f"data:image/jpeg;base64,{b64encode(encode_image(image)).decode()}",
            )
            for each, image in found
        ]

    return await studio.executors.run_slow(vary)
