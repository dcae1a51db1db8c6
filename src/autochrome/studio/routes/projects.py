"""Projects: create one from a file, list, change and delete them; their hints and thumbnails."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from autochrome.errors import UsageError
from autochrome.hints.file import HintsFile
from autochrome.studio.routes.common import (
    UPLOAD_BODY,
    CurrentStudio,
    ProjectId,
    Revision,
    Side,
    errors,
    file_response,
    picture_response,
    receive_form,
)
from autochrome.studio.schemas import Project, ProjectChange

router = APIRouter(prefix="/projects", tags=["projects"])


@router.get("", responses=errors())
async def projects(studio: CurrentStudio) -> list[Project]:
    """All projects, newest first."""
    return studio.library.all()


@router.post("", status_code=201, responses=errors(409, 415, 429, 507), openapi_extra=UPLOAD_BODY)
async def create(
    studio: CurrentStudio, request: Request, name: Annotated[str, Query(max_length=1000)] = ""
) -> Project:
    """Create a project. The body is the file's bytes, or a form with a file. The bytes decide what it is."""
    studio.library.check_capacity()
    upload, form = await receive_form(studio, request)
    with upload.discarded_on_error():
        if unknown := sorted(form.fields.keys() - {"name"}):
            raise UsageError(f"There is no form field {unknown[0]!r}; this address takes name.")
        given = name or form.fields.get("name") or form.file_name
        return await studio.executors.run_slow(lambda: studio.projects.create(upload, given[:1000]))


@router.post("/sample", status_code=201, responses=errors(409))
async def add_sample(studio: CurrentStudio) -> Project:
    """Create a project of a picture that the studio draws itself."""
    studio.library.check_capacity()
    return await studio.executors.run_slow(studio.projects.add_sample)


@router.get("/{project_id}", responses=errors(404))
async def project(studio: CurrentStudio, project_id: ProjectId) -> Project:
    """One project."""
    return studio.library.get(project_id)


@router.patch("/{project_id}", responses=errors(404))
async def change(studio: CurrentStudio, project_id: ProjectId, change: ProjectChange) -> Project:
    """Change the name or the settings. New settings replace all old ones."""
    return await studio.executors.run_quick(lambda: studio.projects.change(project_id, change))


@router.delete("/{project_id}", status_code=204, responses=errors(404))
async def delete(studio: CurrentStudio, project_id: ProjectId) -> Response:
    """Delete the project, its original and all its results."""
    await studio.executors.run_slow(lambda: studio.projects.delete(project_id))
    return Response(status_code=204)


@router.get("/{project_id}/hints", response_model_exclude_defaults=True, responses=errors(404))
async def hints(studio: CurrentStudio, project_id: ProjectId) -> HintsFile:
    """The saved hints, as a hints file for the command line."""
    return await studio.executors.run_quick(lambda: studio.library.hints_of(project_id))


@router.put("/{project_id}/hints", responses=errors(404))
async def save_hints(studio: CurrentStudio, project_id: ProjectId, hints: HintsFile) -> Project:
    """Save hints."""
    return await studio.executors.run_quick(lambda: studio.projects.save_hints(project_id, hints))


@router.get(
    "/{project_id}/thumbnail",
    response_class=Response,
    responses={**errors(404), **file_response("About 240 pixels at the short side.", "image/jpeg")},
)
async def thumbnail(
    studio: CurrentStudio, project_id: ProjectId, side: Side = "before", revision: Revision = None
) -> Response:
    """A small picture of the original or of the result."""
    data = await studio.executors.run_quick(lambda: studio.projects.thumbnail(project_id, side))
    return picture_response(data, cache=revision is not None)
