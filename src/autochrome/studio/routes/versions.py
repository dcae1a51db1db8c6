"""Named versions of a project: save the present one, go back to one, remove one."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from autochrome.studio.routes.common import CurrentStudio, ProjectId, errors
from autochrome.studio.schemas import Version, VersionName, Work

router = APIRouter(prefix="/projects/{project_id}/versions", tags=["versions"])
VersionId = Annotated[str, Path(pattern=r"^[0-9a-f]{8}$", description="A version's id.")]


@router.get("", responses=errors(404))
async def versions(studio: CurrentStudio, project_id: ProjectId) -> list[Version]:
    """The versions of a project, the oldest first."""
    return list(await studio.executors.run_quick(lambda: studio.library.versions_of(project_id)))


@router.post("", status_code=201, responses=errors(404, 409, 507))
async def add_version(studio: CurrentStudio, project_id: ProjectId, request: VersionName) -> Version:
    """Keep the present hints and settings under a name."""
    return await studio.executors.run_quick(lambda: studio.library.add_version(project_id, request.name))


@router.post("/{version_id}/restore", responses=errors(404, 409))
async def restore_version(studio: CurrentStudio, project_id: ProjectId, version_id: VersionId) -> Work:
    """Go back to a version, as one step of the history. The answer is the project as it is then."""
    return await studio.executors.run_quick(lambda: studio.library.restore_version(project_id, version_id))


@router.delete("/{version_id}", status_code=204, responses=errors(404))
async def remove_version(studio: CurrentStudio, project_id: ProjectId, version_id: VersionId) -> Response:
    """Remove a version. The project stays as it is."""
    await studio.executors.run_quick(lambda: studio.library.remove_version(project_id, version_id))
    return Response(status_code=204)
