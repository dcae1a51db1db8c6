"""The queue and the events: order, pause, restart, limits; processes that end when they should."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import pytest
from sse_starlette import ServerSentEvent
from starlette.testclient import TestClient

from autochrome.errors import AutochromeError
from autochrome.options import FilmOptions, PhotoOptions
from autochrome.studio.errors import TooMany
from autochrome.studio.events import Events
from autochrome.studio.jobs.child import Child, Killed, WorkerProcess
from autochrome.studio.jobs.dispatch import HANDLERS
from autochrome.studio.jobs.queue import JobQueue
from autochrome.studio.jobs.specs import ExportFilm, ExportPhoto, Report
from autochrome.studio.limits import Limits
from autochrome.studio.schemas import Job, JobKind
from studiohelp import OpenStudio, wait_for_end


class FakeRunner:
    """Stands for the work: a job runs until it is released or killed."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.release = threading.Event()

    def __call__(self, job: Job, child: Child, report: Report) -> str:
        self.started.append(job.project)
        report(0.5, "half")
        while not self.release.is_set():
            if child._killed:
                raise Killed
            time.sleep(0.005)
        if job.project == "bad":
            raise AutochromeError("It went wrong.")
        return "All is well."


@pytest.fixture
def runner() -> FakeRunner:
    return FakeRunner()


@pytest.fixture
def queue(tmp_path: Path, runner: FakeRunner):
    made: list[JobQueue] = []

    def make(most: int = 10) -> JobQueue:
        while made:
            made.pop().close()
        made.append(
            JobQueue(tmp_path / "jobs.json", runner, lambda job: None, most_waiting=most, most_ended=3)
        )
        made[-1].start()
        return made[-1]

    yield make
    while made:
        made.pop().close()


def wait(check: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not check():
        assert time.monotonic() < until, "it did not become true"
        time.sleep(0.005)


def states(jobs: JobQueue) -> list[str]:
    return [job.state for job in jobs.all()]


def test_jobs_run_in_order_and_failures_are_reported(queue, runner: FakeRunner):
    jobs = queue()
    runner.release.set()
    for project in ("a", "bad", "c"):
        jobs.add(project, "export")
    wait(lambda: states(jobs) == ["done", "failed", "done"])
    assert runner.started == ["a", "bad", "c"]
    assert jobs.all()[1].error == "It went wrong."


def test_finding_shots_does_not_wait_for_an_export(queue, runner: FakeRunner):
    jobs = queue()
    jobs.add("a", "export")
    wait(lambda: runner.started == ["a"])
    jobs.add("b", "shots")
    wait(lambda: runner.started == ["a", "b"])


def test_the_same_job_waits_only_once_and_the_number_of_jobs_is_limited(queue, runner: FakeRunner):
    jobs = queue(most=2)
    jobs.add("a", "export")
    wait(lambda: runner.started == ["a"])
    assert jobs.add("b", "export") == jobs.add("b", "export")
    jobs.add("c", "export")
    with pytest.raises(TooMany):
        jobs.add("d", "export")


def test_cancel_and_repeat(queue, runner: FakeRunner):
    jobs = queue()
    running, waiting = jobs.add("a", "export"), jobs.add("b", "export")
    wait(lambda: runner.started == ["a"])
    assert jobs.cancel(waiting.id).state == "cancelled"
    assert jobs.cancel(running.id).state == "cancelled"
    assert jobs.state().running == []
    runner.release.set()
    jobs.repeat(running.id)
    wait(lambda: states(jobs) == ["cancelled", "cancelled", "done"])
    assert jobs.cancel(jobs.all()[-1].id).state == "done", "a job that is done stays done"


def test_a_pause_returns_the_running_job_to_the_queue(queue, runner: FakeRunner):
    jobs = queue()
    job = jobs.add("a", "export")
    wait(lambda: runner.started == ["a"])
    jobs.pause(True)
    wait(lambda: jobs.get(job.id).state == "waiting")
    jobs.add("b", "export")
    time.sleep(0.05)
    assert runner.started == ["a"]
    runner.release.set()
    assert jobs.pause(False).paused is False
    wait(lambda: states(jobs) == ["done", "done"])


def test_the_queue_survives_a_restart(queue, runner: FakeRunner, tmp_path: Path):
    jobs = queue()
    jobs.add("a", "export")
    jobs.add("b", "export")
    wait(lambda: runner.started == ["a"])
    while_running = (tmp_path / "jobs.json").read_bytes()
    assert b'"running"' in while_running
    jobs.close()
    (tmp_path / "jobs.json").write_bytes(while_running)
    runner.release.set()
    jobs = queue()
    wait(lambda: states(jobs) == ["done", "done"])
    assert runner.started == ["a", "a", "b"]


def test_old_jobs_are_removed(queue, runner: FakeRunner):
    jobs = queue()
    runner.release.set()
    for n in range(6):
        jobs.add(str(n), "export")
        wait(lambda: states(jobs)[-1] == "done")
    assert [job.project for job in jobs.all()] == ["3", "4", "5"]


@pytest.fixture
def worker() -> Iterator[WorkerProcess]:
    process = WorkerProcess()
    yield process
    process.close()


def test_a_process_that_crashes_has_failed_and_a_killed_one_has_not(tmp_path: Path, worker: WorkerProcess):
    child = Child(worker)
    with pytest.raises(AutochromeError, match="unexpected error"):
        child.run(_endless(tmp_path).model_copy(update={"kind": "nonsense"}), _ignore)
    child = Child(worker)
    threading.Timer(1, child.kill).start()
    with pytest.raises(Killed):
        child.run(_endless(tmp_path), _ignore)
    child = Child(worker)
    threading.Timer(1, lambda: os.kill(child._process.pid, signal.SIGSEGV)).start()
    with pytest.raises(AutochromeError, match="ended unexpectedly"):
        child.run(_endless(tmp_path), _ignore)
    child = Child(worker)
    child.kill()
    with pytest.raises(Killed):
        child.run(_endless(tmp_path), _ignore)


def _endless(folder: Path) -> ExportFilm:
    """A job that does not end: its film is a pipe without a writer."""
    pipe = folder / "pipe"
    if not pipe.exists():
        os.mkfifo(pipe)
    target = folder / "never.mp4"
    return ExportFilm(source=pipe, target=target, options=FilmOptions(), hints=None, cuts=None)


def _ignore(done: float, note: str) -> None:
    """A report of progress that is not read."""


def test_one_process_does_one_job_after_the_other(
    tmp_path: Path, worker: WorkerProcess, jpeg: bytes, tiny_model: Path
):
    (tmp_path / "boat.jpg").write_bytes(jpeg)
    options = PhotoOptions(model=str(tiny_model))
    spec = ExportPhoto(source=tmp_path / "boat.jpg", folder=tmp_path, options=options, hints=None)

    def run() -> int:
        assert Child(worker).run(spec, _ignore).file == "export.jpg"
        return worker.open().pid

    first = run()
    ended = Child(worker)
    with pytest.raises(AutochromeError, match="nothing here"):
        ended.run(spec.model_copy(update={"source": tmp_path / "nothing here.jpg"}), _ignore)
    ended.kill()  # its job has ended: the process belongs to the next one
    assert run() == first
    process = worker.open()
    process.kill()
    process.wait()
    assert run() != first


def test_every_kind_of_job_has_a_handler():
    assert HANDLERS.keys() == set(get_args(JobKind))


def test_a_process_ends_when_the_studio_ends(tmp_path: Path, worker: WorkerProcess):
    child = Child(worker)
    errors: list[BaseException] = []

    def run() -> None:
        try:
            child.run(_endless(tmp_path), _ignore)
        except AutochromeError as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    wait(lambda: child._process is not None and child._process.stdin is not None)
    time.sleep(1)
    child._process.stdin.close()  # as if the studio's process had ended
    thread.join(20)
    assert not thread.is_alive()
    assert "ended unexpectedly" in str(errors[0])


def test_jobs_over_http(client: TestClient, photo: str, jpeg: bytes):
    client.post("/api/queue", json={"paused": True})
    job = client.post(f"{photo}/export").json()
    assert client.get("/api/queue").json() == {"paused": True, "waiting": 1, "running": []}
    assert client.get(f"/api/jobs/{job['id']}").json() == job
    assert client.post(f"/api/jobs/{job['id']}/again").status_code == 409
    assert client.post(f"/api/jobs/{job['id']}/cancel").json()["state"] == "cancelled"
    second = client.post(f"/api/jobs/{job['id']}/again")
    assert second.status_code == 202
    client.post("/api/queue", json={"paused": False})
    assert wait_for_end(client, second.json())["state"] == "done"
    assert client.delete(photo).status_code == 204
    assert client.get("/api/jobs").json() == []


def test_a_deleted_project_loses_its_jobs(client: TestClient, photo: str):
    client.post("/api/queue", json={"paused": True})
    job = client.post(f"{photo}/export").json()
    client.delete(photo)
    assert client.get(f"/api/jobs/{job['id']}").status_code == 404


def test_events_reach_listeners_and_slow_listeners_are_dropped():
    async def run() -> tuple[list[bytes], list[ServerSentEvent]]:
        events = Events(limit=2)
        events.open()
        for _ in range(5):
            await events.listen().aclose()  # a client that is gone before the first byte does not count
        fast, slow = events.listen(), events.listen()
        received = [await anext(fast)]
        await anext(slow)
        with pytest.raises(TooMany):
            events.listen()
        for n in range(400):
            threading.Thread(target=events.publish, args=("job", {"n": n})).start()
            received.append(await anext(fast))
        late = [event async for event in slow]
        third = events.listen()  # the slow listener was dropped, so another one may come
        await anext(third)
        events.close()
        received += [event async for event in fast]
        return [event.encode() for event in received], late + [event async for event in third]

    received, late = asyncio.run(run())
    assert received[:2] == [b"retry: 2000\n\n", b'event: job\ndata: {"n": 0}\n\n']
    assert len(received) == 401
    assert late == []


def test_listeners_over_http_are_limited(open_studio: OpenStudio):
    client = open_studio(Limits(listeners=0))
    assert client.get("/api/events").status_code == 429
