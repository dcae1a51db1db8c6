"""The history of a project: everything that was done, in order; undo and redo."""

from fastapi import APIRouter

from autochrome.studio.routes.common import CurrentStudio, ProjectId, errors
from autochrome.studio.schemas import HistoryChange, HistoryInfo, Work

router = APIRouter(prefix="/projects/{project_id}/history", tags=["history"])


@router.get("", response_model_exclude_defaults=True, responses=errors(404))
async def history(studio: CurrentStudio, project_id: ProjectId) -> HistoryInfo:
    """The steps of a project: every change of its hints, settings and shots."""
    return await studio.executors.run_quick(lambda: studio.library.history_of(project_id))


@router.put("", responses=errors(404, 409))
async def go_to_step(studio: CurrentStudio, project_id: ProjectId, change: HistoryChange) -> Work:
    """Undo steps, or do them again, until so many count. The answer is the project as it is then."""
    return await studio.executors.run_quick(lambda: studio.library.go_to_step(project_id, change.done))
