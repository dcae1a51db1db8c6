"""The queue: jobs one after the other, two lanes of them, in processes of their own, remembered over a restart."""

import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from autochrome.errors import AutochromeError
from autochrome.files import atomic_write
from autochrome.studio.errors import NoSuchThing, NotNow, TooMany
from autochrome.studio.jobs.child import Child, Killed
from autochrome.studio.schemas import Job, QueueAnswer, What

_OFTEN = 0.25  # seconds between two words about progress
_OPEN = ("waiting", "running")
_LANES: tuple[tuple[What, ...], ...] = (("shots", "preview"), ("export",))
"""Each has a worker of its own: whoever looks at a film does not wait until another is exported."""
Work = Callable[[Job, Child, Callable[[float, str], None]], None]


class _Kept(BaseModel):
    """What lies in jobs.json."""

    paused: bool = False
    jobs: list[Job] = []


class Jobs:
    """All jobs of one studio. Safe to use from several threads; `start` begins, `close` ends its own."""

    def __init__(self, file: Path, work: Work, tell: Callable[[Job], None], *, most: int, kept: int) -> None:
        """work: does a job with a child, and raises what went wrong. tell: hears of every change.

        most: jobs that may wait. kept: finished ones that are remembered.
        """
        self._file, self._work, self._tell, self._most, self._kept = file, work, tell, most, kept
        self._lock = threading.Condition()
        found = _read(file)
        self._paused = found.paused
        self._jobs = {
            job.id: job.model_copy(update={"state": "waiting", "note": ""}) if job.state == "running" else job
            for job in found.jobs
        }
        self._children: dict[str, Child] = {}  # of the running ones, by job
        self._closing = False
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        for lane in _LANES:
            self._threads.append(threading.Thread(target=self._serve, args=(lane,), daemon=True))
            self._threads[-1].start()

    def close(self) -> None:
        """Ends the running job, too; it waits for the next start."""
        with self._lock:
            self._closing = True
            self._stop_all()
            self._lock.notify_all()
        for thread in self._threads:
            thread.join()

    def all(self) -> list[Job]:
        """In the order they were given."""
        with self._lock:
            return list(self._jobs.values())

    def get(self, number: str) -> Job:
        with self._lock:
            if number not in self._jobs:
                raise NoSuchThing("There is no such job.")
            return self._jobs[number]

    def add(self, project: str, what: What, shot: int | None = None) -> Job:
        """A new job; or the one that is to do the same already."""
        with self._lock:
            for job in self._jobs.values():
                if job.state == "waiting" and (job.project, job.what, job.shot) == (project, what, shot):
                    return job
            if sum(job.state == "waiting" for job in self._jobs.values()) >= self._most:
                raise TooMany(f"{self._most} jobs are waiting already; let some be done first.")
            job = Job(
                id=secrets.token_hex(8), project=project, what=what, shot=shot, created=datetime.now(UTC)
            )
            self._put(job)
            self._lock.notify_all()
        return job

    def cancel(self, number: str) -> Job:
        """It will not be done. What is done stays done."""
        with self._lock:
            job = self.get(number)
            if job.state not in _OPEN:
                return job
            job = self._change(number, state="cancelled", note="")
            if number in self._children:
                self._children[number].kill()
                self._lock.wait_for(lambda: number not in self._children, 10)
            return job

    def again(self, number: str) -> Job:
        """Once more, at the end of the queue. A film goes on where it was cancelled."""
        job = self.get(number)
        if job.state in _OPEN:
            raise NotNow("This job has not ended yet.")
        return self.add(job.project, job.what, job.shot)

    def drop(self, project: str) -> None:
        """A project goes, and its jobs with it."""
        for job in self.all():
            if job.project == project:
                self.cancel(job.id)
        with self._lock:
            self._jobs = {k: job for k, job in self._jobs.items() if job.project != project}
            self._save()

    def pause(self, paused: bool) -> QueueAnswer:
        """Pausing ends the running job as well, which then waits for its next turn."""
        with self._lock:
            self._paused = paused
            if paused:
                self._stop_all()
            self._save()
            self._lock.notify_all()
        return self.queue()

    def queue(self) -> QueueAnswer:
        with self._lock:
            running = [job.id for job in self._jobs.values() if job.state == "running"]
            waiting = sum(job.state == "waiting" for job in self._jobs.values())
            return QueueAnswer(paused=self._paused, waiting=waiting, running=running)

    def _stop_all(self) -> None:
        for child in self._children.values():
            child.kill()

    def _serve(self, lane: tuple[What, ...]) -> None:
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._closing or self._next(lane) is not None)
                job = self._next(lane)
                if self._closing or job is None:
                    return
                child = self._children[job.id] = Child()
                job = self._change(job.id, state="running", done=0.0, error=None)
            ending = self._do(job, child)
            with self._lock:
                del self._children[job.id]
                if job.id in self._jobs and self._jobs[job.id].state == "running":  # not cancelled meanwhile
                    self._change(job.id, **ending)
                self._lock.notify_all()

    def _do(self, job: Job, child: Child) -> dict[str, Any]:
        """One job from beginning to end: what is to be said of it then."""
        last = 0.0

        def tell(done: float, note: str) -> None:
            nonlocal last
            if time.monotonic() - last >= _OFTEN:
                last = time.monotonic()
                self._progress(job.id, done, note)

        try:
            self._work(job, child, tell)
        except Killed:
            return {"state": "waiting", "note": "", "done": 0.0}  # paused, or the studio ends
        except AutochromeError as error:
            return {"state": "failed", "note": "", "error": " ".join(str(error).split())}
        except Exception as error:  # one job's trouble is not the queue's
            return {"state": "failed", "note": "", "error": f"{type(error).__name__}: {error}"}
        return {"state": "done", "done": 1.0, "note": ""}

    def _next(self, lane: tuple[What, ...]) -> Job | None:
        if self._paused:
            return None
        return next((job for job in self._jobs.values() if job.state == "waiting" and job.what in lane), None)

    def _progress(self, number: str, done: float, note: str) -> None:
        with self._lock:
            job = self._jobs.get(number)
            if job is None or job.state != "running":
                return
            job = self._jobs[number] = job.model_copy(update={"done": min(1.0, max(0.0, done)), "note": note})
        self._tell(job)

    def _change(self, number: str, **news: Any) -> Job:
        job = self._jobs[number].model_copy(update=news)
        self._put(job)
        return job

    def _put(self, job: Job) -> None:
        self._jobs[job.id] = job
        ended = [each.id for each in self._jobs.values() if each.state not in _OPEN]
        for old in ended[: -self._kept]:
            del self._jobs[old]
        self._save()
        self._tell(job)

    def _save(self) -> None:
        kept = _Kept(paused=self._paused, jobs=list(self._jobs.values()))
        atomic_write(self._file, kept.model_dump_json(), name=self._file.name)


def _read(file: Path) -> _Kept:
    try:
        return _Kept.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return _Kept()
