"""The queue and the events: order, pause, restart, bounds; children that end when they shall."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from autochrome.errors import AutochromeError
from autochrome.studio.errors import TooMany
from autochrome.studio.events import Events
from autochrome.studio.jobs.child import Child, Killed
from autochrome.studio.jobs.queue import Jobs
from autochrome.studio.limits import Bounds
from autochrome.studio.schemas import Job
from studiohelp import Open, ended


class Hands:
    """Stands for the work: a job lasts until it is let go, or killed."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.go = threading.Event()

    def __call__(self, job: Job, child: Child, tell: Callable[[float, str], None]) -> None:
        self.begun.append(job.project)
        tell(0.5, "half")
        while not self.go.is_set():
            if child._killed:
                raise Killed
            time.sleep(0.005)
        if job.project == "bad":
            raise AutochromeError("It went wrong.")


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def queue(tmp_path: Path, hands: Hands):
    made: list[Jobs] = []

    def make(most: int = 10) -> Jobs:
        while made:
            made.pop().close()
        made.append(Jobs(tmp_path / "jobs.json", hands, lambda job: None, most=most, kept=3))
        made[-1].start()
        return made[-1]

    yield make
    while made:
        made.pop().close()


def wait(check: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not check():
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.005)


def states(jobs: Jobs) -> list[str]:
    return [job.state for job in jobs.all()]


def test_jobs_are_done_in_order_and_failures_are_told(queue, hands: Hands):
    jobs = queue()
    hands.go.set()
    for project in ("a", "bad", "c"):
        jobs.add(project, "export")
    wait(lambda: states(jobs) == ["done", "failed", "done"])
    assert hands.begun == ["a", "bad", "c"]
    assert jobs.all()[1].error == "It went wrong."


def test_a_look_at_a_film_does_not_wait_for_an_export(queue, hands: Hands):
    jobs = queue()
    jobs.add("a", "export")
    wait(lambda: hands.begun == ["a"])
    jobs.add("b", "shots")
    wait(lambda: hands.begun == ["a", "b"])


def test_the_same_waiting_job_is_not_given_twice_and_their_number_is_bounded(queue, hands: Hands):
    jobs = queue(most=2)
    jobs.add("a", "export")
    wait(lambda: hands.begun == ["a"])
    assert jobs.add("b", "export") == jobs.add("b", "export")
    jobs.add("c", "export")
    with pytest.raises(TooMany):
        jobs.add("d", "export")


def test_cancel_and_again(queue, hands: Hands):
    jobs = queue()
    running, waiting = jobs.add("a", "export"), jobs.add("b", "export")
    wait(lambda: hands.begun == ["a"])
    assert jobs.cancel(waiting.id).state == "cancelled"
    assert jobs.cancel(running.id).state == "cancelled"
    assert jobs.queue().running == []
    hands.go.set()
    jobs.again(running.id)
    wait(lambda: states(jobs) == ["cancelled", "cancelled", "done"])
    assert jobs.cancel(jobs.all()[-1].id).state == "done", "what is done stays done"


def test_pause_puts_the_running_job_back(queue, hands: Hands):
    jobs = queue()
    job = jobs.add("a", "export")
    wait(lambda: hands.begun == ["a"])
    jobs.pause(True)
    wait(lambda: jobs.get(job.id).state == "waiting")
    jobs.add("b", "export")
    time.sleep(0.05)
    assert hands.begun == ["a"]
    hands.go.set()
    assert jobs.pause(False).paused is False
    wait(lambda: states(jobs) == ["done", "done"])


def test_the_queue_survives_a_restart(queue, hands: Hands, tmp_path: Path):
    jobs = queue()
    jobs.add("a", "export")
    jobs.add("b", "export")
    wait(lambda: hands.begun == ["a"])
    as_killed = (tmp_path / "jobs.json").read_bytes()
    assert b'"running"' in as_killed
    jobs.close()
    (tmp_path / "jobs.json").write_bytes(as_killed)
    hands.go.set()
    jobs = queue()
    wait(lambda: states(jobs) == ["done", "done"])
    assert hands.begun == ["a", "a", "b"]


def test_old_jobs_are_forgotten(queue, hands: Hands):
    jobs = queue()
    hands.go.set()
    for n in range(6):
        jobs.add(str(n), "export")
        wait(lambda: states(jobs)[-1] == "done")
    assert [job.project for job in jobs.all()] == ["3", "4", "5"]


def test_a_child_that_dies_is_a_failure_and_one_that_is_killed_none(tmp_path: Path):
    child = Child()
    with pytest.raises(AutochromeError, match="nobody foresaw"):
        child.run({"work": "nonsense"}, lambda done, note: None)
    child = Child()
    threading.Timer(1, child.kill).start()
    with pytest.raises(Killed):
        child.run(_endless(tmp_path), lambda done, note: None)
    child = Child()
    threading.Timer(1, lambda: os.kill(child._process.pid, signal.SIGSEGV)).start()
    with pytest.raises(AutochromeError, match="all of a sudden"):
        child.run(_endless(tmp_path), lambda done, note: None)
    child = Child()
    child.kill()
    with pytest.raises(Killed):
        child.run(_endless(tmp_path), lambda done, note: None)


def _endless(folder: Path) -> dict[str, object]:
    """An order that cannot be done quickly: a pipe that nobody writes into stands for a picture."""
    pipe = folder / "pipe"
    if not pipe.exists():
        os.mkfifo(pipe)
    return {
        "work": "export film",
        "source": str(pipe),
        "folder": str(folder),
        "file": "never.mp4",
        "options": {},
        "hints": None,
        "cuts": None,
    }


def test_a_child_ends_with_the_studio(tmp_path: Path):
    child = Child()
    ended_with: list[BaseException] = []

    def run() -> None:
        try:
            child.run(_endless(tmp_path), lambda done, note: None)
        except AutochromeError as error:
            ended_with.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    wait(lambda: child._process is not None and child._process.stdin is not None)
    time.sleep(1)
    child._process.stdin.close()  # as when the studio's process is gone
    thread.join(20)
    assert not thread.is_alive()
    assert "all of a sudden" in str(ended_with[0])


def test_jobs_over_http(web: TestClient, photo: str, jpeg: bytes):
    web.post("/api/queue", json={"paused": True})
    job = web.post(f"{photo}/export").json()
    assert web.get("/api/queue").json() == {"paused": True, "waiting": 1, "running": []}
    assert web.get(f"/api/jobs/{job['id']}").json() == job
    assert web.post(f"/api/jobs/{job['id']}/again").status_code == 409
    assert web.post(f"/api/jobs/{job['id']}/cancel").json()["state"] == "cancelled"
    second = web.post(f"/api/jobs/{job['id']}/again")
    assert second.status_code == 202
    web.post("/api/queue", json={"paused": False})
    assert ended(web, second.json())["state"] == "done"
    assert web.delete(photo).status_code == 204
    assert web.get("/api/jobs").json() == []


def test_a_deleted_project_takes_its_job_along(web: TestClient, photo: str):
    web.post("/api/queue", json={"paused": True})
    job = web.post(f"{photo}/export").json()
    web.delete(photo)
    assert web.get(f"/api/jobs/{job['id']}").status_code == 404


def test_events_reach_listeners_and_leave_slow_ones_behind():
    async def story() -> tuple[list[str], list[str]]:
        events = Events(most=2)
        events.open()
        for _ in range(5):
            await events.listen().aclose()  # clients that vanish before the first byte take no place
        quick, slow = events.listen(), events.listen()
        heard = [await anext(quick)]
        await anext(slow)
        with pytest.raises(TooMany):
            events.listen()
        for n in range(400):
            threading.Thread(target=events.publish, args=("job", {"n": n})).start()
            heard.append(await anext(quick))
        late = [text async for text in slow]
        third = events.listen()  # there is room again
        await anext(third)
        events.close()
        return heard + [text async for text in quick], late + [text async for text in third]

    heard, late = asyncio.run(story())
    assert heard[:2] == ["retry: 2000\n\n", 'event: job\ndata: {"n": 0}\n\n']
    assert len(heard) == 401
    assert late == []


def test_events_over_http_are_bounded(open_studio: Open):
    web = open_studio(Bounds(listeners=0))
    assert web.get("/api/events").status_code == 429
