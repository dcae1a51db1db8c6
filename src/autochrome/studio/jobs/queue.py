"""The queue: jobs run one after the other in each lane, and are remembered over a restart."""

import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import BaseModel, ValidationError

from autochrome.errors import AutochromeError
from autochrome.files import atomic_write
from autochrome.studio.errors import NotFound, TooMany, WrongState
from autochrome.studio.jobs.child import Child, Killed, WorkerProcess
from autochrome.studio.jobs.dispatch import HANDLERS, Lane
from autochrome.studio.jobs.specs import Report
from autochrome.studio.schemas import AdaptRequest, Job, JobKind, QueueState

_REPORT_INTERVAL = 0.25  # seconds between two reports of progress
_KILL_TIMEOUT = 10  # seconds until a killed process is gone
_OPEN = ("waiting", "running")
RunJob: TypeAlias = Callable[[Job, Child, Report], str]
"""Does a job; returns what the user should know of the result."""


class _QueueFile(BaseModel):
    """The content of jobs.json."""

    paused: bool = False
    jobs: list[Job] = []


class JobQueue:
    """All jobs of one studio. Safe to use from several threads. `start` starts its threads, `close` ends them."""

    def __init__(
        self, file: Path, run: RunJob, on_change: Callable[[Job], None], *, most_waiting: int, most_ended: int
    ) -> None:
        """run: does a job with a child, and raises its error. on_change: is called with every job that changes.

        most_ended: jobs that are listed after they have ended.
        """
        self._file, self._run, self._on_change = file, run, on_change
        self._most_waiting, self._most_ended = most_waiting, most_ended
        self._lock = threading.Condition()
        saved = _read(file)
        self._paused = saved.paused
        self._jobs = {
            job.id: job.model_copy(update={"state": "waiting", "note": ""}) if job.state == "running" else job
            for job in saved.jobs
        }
        self._children: dict[str, Child] = {}  # of the running jobs
        self._workers: dict[Lane, WorkerProcess] = {each.lane: WorkerProcess() for each in HANDLERS.values()}
        self._closing = False
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        for lane in self._workers:
            thread = threading.Thread(target=self._serve, args=(lane,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def close(self) -> None:
        """Stop. A running job is killed and runs again after the next start."""
        with self._lock:
            self._closing = True
            self._kill_all()
            self._lock.notify_all()
        for thread in self._threads:
            thread.join()
        for worker in self._workers.values():
            worker.close()

    def all(self) -> list[Job]:
        """Oldest first."""
        with self._lock:
            return list(self._jobs.values())

    def get(self, job_id: str) -> Job:
        with self._lock:
            if job_id not in self._jobs:
                raise NotFound("There is no such job.")
            return self._jobs[job_id]

    def add(
        self,
        project_id: str,
        what: JobKind,
        shot: int | None = None,
        *,
        to_folder: bool = False,
        adapt: AdaptRequest | None = None,
    ) -> Job:
        """Add a job. If the same job waits already, that one is returned."""
        same = project_id, what, shot, to_folder, adapt
        with self._lock:
            waiting = [job for job in self._jobs.values() if job.state == "waiting"]
            for job in waiting:
                if (job.project, job.what, job.shot, job.to_folder, job.adapt) == same:
                    return job
            if len(waiting) >= self._most_waiting:
                raise TooMany(f"{self._most_waiting} jobs are waiting already; wait until some have ended.")
            job = Job(
                id=secrets.token_hex(8),
                project=project_id,
                what=what,
                shot=shot,
                to_folder=to_folder,
                adapt=adapt,
                created=datetime.now(UTC),
            )
            self._put(job)
            self._lock.notify_all()
        return job

    def cancel(self, job_id: str) -> Job:
        """End a job. A job that has ended already stays as it is."""
        with self._lock:
            job = self.get(job_id)
            if job.state not in _OPEN:
                return job
            job = self._change(job_id, state="cancelled", note="")
            if job_id in self._children:
                self._children[job_id].kill()
                self._lock.wait_for(lambda: job_id not in self._children, _KILL_TIMEOUT)
            return job

    def repeat(self, job_id: str) -> Job:
        """Add the same job again. The export of a film continues where it was cancelled."""
        job = self.get(job_id)
        if job.state in _OPEN:
            raise WrongState("This job has not ended yet.")
        return self.add(job.project, job.what, job.shot, to_folder=job.to_folder, adapt=job.adapt)

    def remove_project(self, project_id: str) -> None:
        """Cancel and forget all jobs of a project."""
        for job in self.all():
            if job.project == project_id:
                self.cancel(job.id)
        with self._lock:
            self._jobs = {k: job for k, job in self._jobs.items() if job.project != project_id}
            self._save()

    def pause(self, paused: bool) -> QueueState:
        """Pause or continue. Pausing kills the running jobs; they wait to run again."""
        with self._lock:
            self._paused = paused
            if paused:
                self._kill_all()
            self._save()
            self._lock.notify_all()
        return self.state()

    def state(self) -> QueueState:
        with self._lock:
            running = [job.id for job in self._jobs.values() if job.state == "running"]
            waiting = sum(job.state == "waiting" for job in self._jobs.values())
            return QueueState(paused=self._paused, waiting=waiting, running=running)

    def _kill_all(self) -> None:
        for child in self._children.values():
            child.kill()

    def _serve(self, lane: Lane) -> None:
        """The thread of one lane: run its jobs until the queue closes."""
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._closing or self._next(lane) is not None)
                job = self._next(lane)
                if self._closing or job is None:
                    return
                child = self._children[job.id] = Child(self._workers[lane])
                job = self._change(job.id, state="running", done=0.0, error=None)
            end = self._do(job, child)
            with self._lock:
                del self._children[job.id]
                if job.id in self._jobs and self._jobs[job.id].state == "running":  # it was not cancelled
                    self._change(job.id, **end)
                self._lock.notify_all()

    def _do(self, job: Job, child: Child) -> dict[str, Any]:
        """Run one job; returns the fields to change when it has ended."""
        last = 0.0

        def report(done: float, note: str) -> None:
            nonlocal last
            if time.monotonic() - last >= _REPORT_INTERVAL:
                last = time.monotonic()
                self._report(job.id, done, note)

        try:
            note = self._run(job, child, report)
        except Killed:
            return {"state": "waiting", "note": "", "done": 0.0}  # the queue was paused or closed
        except AutochromeError as error:
            return {"state": "failed", "note": "", "error": " ".join(str(error).split())}
        except Exception as error:  # the other jobs must go on
            return {"state": "failed", "note": "", "error": f"{type(error).__name__}: {error}"}
        return {"state": "done", "done": 1.0, "note": note}

    def _next(self, lane: Lane) -> Job | None:
        if self._paused:
            return None
        waiting = (job for job in self._jobs.values() if job.state == "waiting")
        return next((job for job in waiting if HANDLERS[job.what].lane == lane), None)

    def _report(self, job_id: str, done: float, note: str) -> None:
        with self._lock:
            job = self._jobs.get(job_id)
            if job is None or job.state != "running":
                return
            job = self._jobs[job_id] = job.model_copy(update={"done": min(1.0, max(0.0, done)), "note": note})
        self._on_change(job)

    def _change(self, job_id: str, **fields: Any) -> Job:
        job = self._jobs[job_id].model_copy(update=fields)
        self._put(job)
        return job

    def _put(self, job: Job) -> None:
        self._jobs[job.id] = job
        ended = [each.id for each in self._jobs.values() if each.state not in _OPEN]
        for old in ended[: -self._most_ended]:
            del self._jobs[old]
        self._save()
        self._on_change(job)

    def _save(self) -> None:
        content = _QueueFile(paused=self._paused, jobs=list(self._jobs.values()))
        atomic_write(self._file, content.model_dump_json(), name=self._file.name)


def _read(file: Path) -> _QueueFile:
    try:
        return _QueueFile.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return _QueueFile()
