"""The queue, and what happens in it."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.responses import FileResponse

from autochrome.studio.events import EventStream
from autochrome.studio.routes.common import Here, ProjectId, faults
from autochrome.studio.schemas import Job, QueueAnswer, QueueChange

router = APIRouter(tags=["jobs"])
JobId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="A job's id.")]
KINDS = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".tif": "image/tiff",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".mkv": "video/x-matroska",
    ".webm": "video/webm",
}
FILES = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in KINDS.values()}


@router.post("/projects/{number}/export", status_code=202, responses=faults(404, 429))
async def export(studio: Here, number: ProjectId) -> Job:
    """Make the file that the command line would make of the same picture or film, hints and settings."""
    return await studio.bench.look(lambda: studio.jobs.add(studio.library.get(number).id, "export"))


@router.get(
    "/projects/{number}/export",
    response_class=FileResponse,
    responses={
        **faults(404),
        200: {"description": "The file.", "content": FILES},
        206: {"description": "A part."},
    },
)
async def exported(studio: Here, number: ProjectId) -> Response:
    """The file that was made last. A part of it may be asked for."""
    path, name = studio.library.export(number), studio.library.get(number).export.name
    return FileResponse(path, media_type=KINDS[path.suffix], filename=name, content_disposition_type="inline")


@router.get("/jobs", responses=faults())
async def jobs(studio: Here) -> list[Job]:
    """All that wait or run, and the last ones that ended, in the order they were given."""
    return studio.jobs.all()


@router.get("/jobs/{number}", responses=faults(404))
async def job(studio: Here, number: JobId) -> Job:
    return studio.jobs.get(number)


@router.post("/jobs/{number}/cancel", responses=faults(404))
async def cancel(studio: Here, number: JobId) -> Job:
    """End it, now; what ended already stays as it is. A film can go on later where it was."""
    return await studio.bench.chore(lambda: studio.jobs.cancel(number))


@router.post("/jobs/{number}/again", status_code=202, responses=faults(404, 409, 429))
async def again(studio: Here, number: JobId) -> Job:
    """Once more; a film goes on where it was cancelled."""
    return await studio.bench.look(lambda: studio.jobs.again(number))


@router.get("/queue", responses=faults())
async def queue(studio: Here) -> QueueAnswer:
    return studio.jobs.queue()


@router.post("/queue", responses=faults())
async def pause(studio: Here, change: QueueChange) -> QueueAnswer:
    """Pause: nothing is begun, and what runs waits for its next turn. Or go on."""
    return await studio.bench.look(lambda: studio.jobs.pause(change.paused))


@router.get(
    "/events",
    response_class=Response,
    responses={
        **faults(429),
        200: {
            "description": "Events `job` and `project`, each with the whole thing.",
            "content": {"text/event-stream": {}},
        },
    },
)
async def events(studio: Here) -> Response:
    """Every change of a job or a project, as server-sent events, as long as one listens."""
    return EventStream(studio.events.listen())
