"""What the studio says of a film besides its colours: doubt, damage, and shots that look alike."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from film_inputs import SCENES, film_of
from filmmaking import make_film
from studiohelp import project_path, wait_for_end

POINT = {"x": 0.5, "y": 0.5, "color": "#c83c28", "radius": 0.1}
HINTS = {"version": 1, "frames": [{"frame": 5, "points": [POINT]}]}


@pytest.fixture(scope="module")
def reel(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Three shots of 30 frames; the third looks like the first."""
    lights = [SCENES[shot] for shot in (0, 1, 0) for _ in range(30)]
    path = tmp_path_factory.mktemp("reel") / "in.mkv"
    return make_film(
        path, codec="ffv1", size=(64, 96), times=range(90), lights=lights, sound=None
    ).read_bytes()


def add_film(client: TestClient, content: bytes) -> str:
    path = project_path(client.post("/api/projects?name=in.mkv", content=content))
    job = wait_for_end(client, client.post(f"{path}/shots", json={"detect": True}).json())
    assert job["state"] == "done", job
    return path


def test_doubt_alike_shots_and_the_map(client: TestClient, reel: bytes):
    path = add_film(client, reel)
    doubts = client.get(f"{path}/doubts").json()
    assert doubts["frames"] == [0, 24, 30, 54, 60, 84]
    assert all(0 <= doubt <= 1 for doubt in doubts["doubts"])
    shots = client.get(f"{path}/shots").json()
    assert shots[1]["doubt"] == pytest.approx(np.mean(doubts["doubts"][2:4]), abs=1e-6)

    doubt_map = client.get(f"{path}/frames/5/doubt")
    assert Image.open(io.BytesIO(doubt_map.content)).mode == "L"
    assert client.get(f"{path}/frames/95/doubt").status_code == 404

    found = client.post(f"{path}/frames/5/alike", json=HINTS).json()
    assert [(shot["first"], shot["lost"]) for shot in found] == [(60, 0)]
    assert found[0]["similarity"] > 0.9
    assert found[0]["marks"]["points"][0]["x"] == pytest.approx(0.5, abs=0.01)
    assert found[0]["marks"]["frame"] == found[0]["frame"]


def test_without_found_shots_there_are_no_doubts(client: TestClient, reel: bytes):
    path = project_path(client.post("/api/projects?name=in.mkv", content=reel))
    for response in (client.get(f"{path}/doubts"), client.post(f"{path}/frames/5/alike", json=HINTS)):
        assert response.status_code == 404
        assert "find the shots" in response.json()["error"]["message"]


def test_a_draft_far_from_the_start_colours_no_other_frame(
    client: TestClient, reel: bytes, monkeypatch: pytest.MonkeyPatch
):
    """In a long shot a small frame of the film strip must not wait for all frames before it."""
    path = project_path(client.post("/api/projects?name=in.mkv", content=reel))
    client.put(f"{path}/shots", json=[{"first": 0}])
    monkeypatch.setattr("autochrome.studio.films._DRAFT_FRAMES", 20)
    with monkeypatch.context() as patch:
        patch.setattr("autochrome.film.shot_run.ShotRun.settle_next", lambda run: pytest.fail("settled"))
        assert client.get(f"{path}/frames/80?width=96&draft=true").status_code == 200
    assert client.get(f"{path}/frames/10?width=96&draft=true").status_code == 200


def test_damage_is_told_when_it_is_found_and_at_the_export(client: TestClient, tmp_path: Path):
    content = film_of(tmp_path / "in.mkv", 30, 30, codec="ffv1").read_bytes()
    path = add_film(client, content[: len(content) * 2 // 3])
    project = client.get(path).json()
    assert project["losses"], project
    job = wait_for_end(client, client.post(f"{path}/export").json())
    assert job["state"] == "done", job
    export = client.get(path).json()["export"]
    assert export["losses"]
    assert f"loss: {export['losses'][0]}" in job["note"]
