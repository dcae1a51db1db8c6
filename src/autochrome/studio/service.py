"""One running studio: everything that the routes use, built and closed together."""

from contextlib import ExitStack
from pathlib import Path

from filelock import FileLock, Timeout

from autochrome.errors import OutputNotWritable, UsageError
from autochrome.studio.events import Events
from autochrome.studio.executors import Executors
from autochrome.studio.films import FilmService
from autochrome.studio.jobs.dispatch import JobRunner
from autochrome.studio.jobs.queue import JobQueue
from autochrome.studio.library import Library
from autochrome.studio.limits import Limits
from autochrome.studio.networks import Networks
from autochrome.studio.output import OutputFolder
from autochrome.studio.photos import PhotoService
from autochrome.studio.projects import ProjectService
from autochrome.studio.uploads import Uploads


class Studio:
    """A folder of projects, and the services that work on it. Call `close` at the end."""

    def __init__(
        self,
        folder: Path,
        *,
        model: str | None = None,
        limits: Limits | None = None,
        output: Path | None = None,
    ) -> None:
        """model: the default network; an installed name, or an ONNX file. output: a folder for finished files."""
        self.folder, self.limits = folder, limits or Limits()
        self._resources = ExitStack()
        self._resources.callback(lock_folder(folder).release)
        self.output = None if output is None else OutputFolder(output)
        self.networks = Networks(model, folder / "models")
        self.events = Events(self.limits.listeners)
        self.library = Library(folder, self.limits, self.events.publish_project)
        self.uploads = Uploads(self.library.incoming, self.limits)
        self.executors = Executors()
        self._resources.callback(self.executors.close)
        self.jobs = JobQueue(
            folder / "jobs.json",
            JobRunner(self.library, self.networks, self.output),
            self.events.publish_job,
            most_waiting=self.limits.waiting_jobs,
            most_ended=self.limits.ended_jobs,
        )
        self.photos = PhotoService(self.library, self.networks, self.limits)
        self.films = FilmService(self.library, self.networks, self.limits)
        self.projects = ProjectService(
            self.library, self.networks, self.photos, self.films, self.jobs, self.events, self.limits
        )

    def start(self) -> None:
        """Start the queue, and send events to listeners in the running event loop."""
        self.events.open()
        self.jobs.start()
        self._resources.callback(self.jobs.close)

    def close(self) -> None:
        self._resources.close()


def lock_folder(folder: Path) -> FileLock:
    """Lock a studio's folder, because two studios would overwrite each other's files."""
    if not folder.is_dir() and folder.exists():
        raise UsageError(f"{folder}: this is a file; name a folder for the projects of the studio.")
    lock = FileLock(folder / "studio.lock", timeout=0, thread_local=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise UsageError(
            f"{folder}: another studio uses this folder; open its page, or stop it first."
        ) from error
    except OSError as error:
        raise OutputNotWritable(
            f"{folder}: projects cannot be stored here ({error.strerror}); name another folder."
        ) from error
    return lock
