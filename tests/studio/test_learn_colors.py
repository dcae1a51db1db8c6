"""The network is tuned to some projects of the library, in a job; then the new one can be chosen."""

import shutil
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from autochrome.errors import ModelUnusable
from autochrome.model import open_model
from autochrome.model.open import find_model
from autochrome.studio.jobs import dispatch
from autochrome.studio.jobs.specs import Adapt, JobResult, JobSpec
from autochrome.studio.jobs.worker import run
from studiohelp import OpenStudio, wait_for_end


@pytest.fixture
def tuner(monkeypatch: pytest.MonkeyPatch) -> list[Adapt]:
    """Stands for the tuning: it copies the shipped network. Returns the specs of the jobs."""
    specs: list[Adapt] = []

    def tune(task: dispatch.Task, spec: JobSpec) -> JobResult:
        assert isinstance(spec, Adapt)
        specs.append(spec)
        spec.target.parent.mkdir(exist_ok=True)
        shutil.copy(find_model("tint"), spec.target)
        return JobResult(file=spec.target.name, notes=("+1.00 → +2.00 dB over grey",))

    handler = dispatch.HANDLERS["adapt"]

    def replaced(task: dispatch.Task) -> str:
        quick = dispatch.Task(
            task.job, task.project, task.library, task.networks, lambda spec: tune(task, spec), task.output
        )
        return handler.run(quick)

    monkeypatch.setitem(dispatch.HANDLERS, "adapt", dispatch.Handler("learn", replaced))
    return specs


def id_of(path: str) -> str:
    return path.rsplit("/", 1)[1]


def start(client: TestClient, photo: str, name: str = "Series 1"):
    return client.post("/api/models", json={"projects": [id_of(photo)], "name": name, "minutes": 5})


def test_a_tuned_network_is_in_the_list_and_after_a_restart_too(
    open_studio: OpenStudio, jpeg: bytes, tuner: list[Adapt]
):
    client = open_studio()
    photo = client.post("/api/projects?name=boat.jpg", content=jpeg).json()["id"]
    response = start(client, f"/{photo}")
    assert response.status_code == 202, response.text
    job = wait_for_end(client, response.json())
    assert job["state"] == "done", job
    assert job["note"] == "+1.00 → +2.00 dB over grey"
    assert [*tuner[0].sources] == ["boat.jpg"]
    assert tuner[0].minutes == 5
    for studio in (client, open_studio()):
        names = [card["name"] for card in studio.get("/api/knobs").json()["models"]]
        assert "Series 1" in names
    changed = studio.patch(f"/api/projects/{photo}", json={"settings": {"model": "Series 1"}})
    assert changed.status_code == 200, changed.text


def test_a_name_is_used_once(client: TestClient, photo: str, tuner: list[Adapt]):
    wait_for_end(client, start(client, photo).json())
    again = start(client, photo)
    assert again.status_code == 409
    assert "choose another name" in again.json()["error"]["message"]


@pytest.mark.parametrize("name", ["", "../x", "a/b", "x" * 61, ".hidden", "a.onnx"])
def test_a_name_is_no_path(client: TestClient, photo: str, name: str):
    assert start(client, photo, name).status_code == 422


def test_a_project_that_is_gone_is_refused(client: TestClient):
    assert start(client, "/0123456789abcdef").status_code == 404


def test_a_network_that_cannot_be_tuned_is_refused_in_one_sentence(tiny_model: Path, tmp_path: Path):
    spec = Adapt(sources={"a": tiny_model}, target=tmp_path / "s.onnx", model=str(tiny_model), minutes=1)
    with pytest.raises(ModelUnusable, match="adapt needs a"):
        run(spec, lambda done, note: None)
    assert not spec.target.exists()


def test_the_worker_calls_the_same_function_as_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    from autochrome.lab.adapt import adapt as way
    from autochrome.lab.adapt.options import Adapted, AdaptProgress, Comparison

    asked = {}
    scores = {"grey": 20.0, "gain": 1.0, "pooled": 1.0, "color": 0.5}
    card = open_model("tint", wait=False).card

    def tune(color, output, *, progress, **more):
        asked.update(color=color, **more)
        progress(AdaptProgress("learning", 0.5, 60, "16 crops"))
        return Adapted(output, card, Comparison("x", 1, scores, {**scores, "pooled": 2.0}), 0.5, 1, 16)

    monkeypatch.setattr(way, "adapt", tune)
    reports = []
    spec = Adapt(
        sources={"reel.mkv": tmp_path / "source.mkv"}, target=tmp_path / "s.onnx", model="tint", minutes=3
    )
    result = run(spec, lambda done, note: reports.append((done, note)))
    assert reports == [(0.5, "learning: 16 crops")]
    assert "+1.00 → +2.00 dB" in result.notes[0]
    assert asked["names"] == {tmp_path / "source.mkv": "reel.mkv"}
    assert asked["options"].minutes == 3
