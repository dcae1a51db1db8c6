"""Exports, jobs, the queue, and the stream of events."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import FileResponse

from autochrome.studio.errors import WrongState
from autochrome.studio.routes.common import FILE_TYPES, CurrentStudio, ProjectId, errors, file_response
from autochrome.studio.schemas import Job, QueueChange, QueueState

router = APIRouter(tags=["jobs"])
JobId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="A job's id.")]


@router.post("/projects/{project_id}/export", status_code=202, responses=errors(404, 409, 429))
async def start_export(
    studio: CurrentStudio,
    project_id: ProjectId,
    to_folder: Annotated[
        bool, Query(description="Also save a copy in the folder for finished files.")
    ] = False,
) -> Job:
    """Start a job that writes the file which the command line would write with the same hints and settings."""
    project = studio.library.get(project_id)
    if to_folder and studio.output is None:
        raise WrongState("There is no folder for finished files; start the studio with --output FOLDER.")
    return await studio.executors.run_quick(
        lambda: studio.jobs.add(project.id, "export", to_folder=to_folder)
    )


@router.get(
    "/projects/{project_id}/export",
    response_class=FileResponse,
    responses={
        **errors(404),
        **file_response("The file.", *dict.fromkeys(FILE_TYPES.values())),
        206: {"description": "A part of the file."},
    },
)
async def export(studio: CurrentStudio, project_id: ProjectId) -> Response:
    """The file that was exported last, or a range of it."""
    path, name = studio.library.export_of(project_id), studio.library.get(project_id).export.name
    media_type = FILE_TYPES[path.suffix]
    return FileResponse(path, media_type=media_type, filename=name, content_disposition_type="inline")


@router.get("/jobs", responses=errors())
async def jobs(studio: CurrentStudio) -> list[Job]:
    """All jobs that wait or run, and the last ones that have ended, oldest first."""
    return studio.jobs.all()


@router.get("/jobs/{job_id}", responses=errors(404))
async def job(studio: CurrentStudio, job_id: JobId) -> Job:
    """One job."""
    return studio.jobs.get(job_id)


@router.post("/jobs/{job_id}/cancel", responses=errors(404))
async def cancel(studio: CurrentStudio, job_id: JobId) -> Job:
    """End a job now. A job that has ended already stays as it is."""
    return await studio.executors.run_slow(lambda: studio.jobs.cancel(job_id))


@router.post("/jobs/{job_id}/again", status_code=202, responses=errors(404, 409, 429))
async def repeat(studio: CurrentStudio, job_id: JobId) -> Job:
    """Start the same job again. The export of a film continues where it was cancelled."""
    return await studio.executors.run_quick(lambda: studio.jobs.repeat(job_id))


@router.get("/queue", responses=errors())
async def queue(studio: CurrentStudio) -> QueueState:
    """The state of the queue."""
    return studio.jobs.state()


@router.post("/queue", responses=errors())
async def pause(studio: CurrentStudio, change: QueueChange) -> QueueState:
    """Pause the queue, or let it continue. A pause ends the running jobs; they start again later."""
    return await studio.executors.run_quick(lambda: studio.jobs.pause(change.paused))


@router.get(
    "/events",
    response_class=Response,
    responses={
        **errors(429),
        200: {
            "description": "Events `job` and `project`, each with the whole object.",
            "content": {"text/event-stream": {}},
        },
    },
)
async def events(studio: CurrentStudio) -> Response:
    """Every change of a job or a project, as server-sent events."""
    return studio.events.respond()
