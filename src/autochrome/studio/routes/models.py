"""Networks that are tuned in the studio."""

from fastapi import APIRouter

from autochrome.studio.errors import WrongState
from autochrome.studio.routes.common import CurrentStudio, errors
from autochrome.studio.schemas import AdaptRequest, Job

router = APIRouter(tags=["models"])


@router.post("/models", status_code=202, responses=errors(404, 409, 429))
async def adapt(studio: CurrentStudio, request: AdaptRequest) -> Job:
    """Start a job that tunes the network to the colours of some films and pictures, which are in colour.

    When it is done, the new network is in the list of `/knobs`.
    """
    for project_id in request.projects:
        studio.library.get(project_id)
    active = (job.adapt for job in studio.jobs.all() if job.state in ("waiting", "running"))
    if request.name in studio.networks or request.name in {each.name for each in active if each}:
        raise WrongState(f"There is a model named {request.name} already; choose another name.")
    return await studio.executors.run_quick(
        lambda: studio.jobs.add(request.projects[0], "adapt", adapt=request)
    )
