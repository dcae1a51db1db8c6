"""Films in the studio: shots, frames, marks that follow their object, export, cancel."""

import io
import time
from pathlib import Path

import av
import numpy as np
import pytest
import skimage.data
from PIL import Image
from starlette.testclient import TestClient

from autochrome.color.lab import lab_from_srgb
from conftest import Ran
from filmmaking import make_film
from pictures import pil
from studiohelp import OpenStudio, project_path, wait_for_end

COFFEE = np.asarray(Image.fromarray(skimage.data.coffee()).convert("L"))
CAT = np.asarray(Image.fromarray(skimage.data.chelsea()).convert("L"))
BLUE = np.array([0x20, 0x40, 0xE0])
MARK = {"frame": 2, "strokes": [{"path": [[0.5, 0.4], [0.5, 0.6]], "color": "#2040e0", "width": 0.3}]}
HINTS = {"version": 1, "frames": [MARK]}


def pan(picture: np.ndarray, frames: int) -> list[np.ndarray]:
    """Frames of a camera that moves two pixels to the right per frame."""
    return [picture[60:156, 100 + 2 * n : 228 + 2 * n] for n in range(frames)]


@pytest.fixture(scope="session")
def reel(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Two shots of 26 and 14 frames, 128×96."""
    lights = pan(COFFEE, 26) + pan(CAT, 14)
    path = tmp_path_factory.mktemp("film") / "reel.mp4"
    return make_film(
        path, size=(96, 128), times=range(40), lights=lights, sound=None, options={"crf": "10"}
    ).read_bytes()


@pytest.fixture
def film(client: TestClient, reel: bytes) -> str:
    return project_path(client.post("/api/projects?name=reel.mp4", content=reel))


def pixels(response: object) -> np.ndarray:
    assert response.status_code == 200, response.text
    return np.asarray(Image.open(io.BytesIO(response.content)).convert("RGB"))


def distance_from_blue(rgb: np.ndarray, x: float) -> float:
    """Distance in a*b* between the mark's colour and the picture around (x, 0.5)."""
    height, width = rgb.shape[:2]
    area = rgb[int(0.45 * height) : int(0.55 * height), int((x - 0.04) * width) : int((x + 0.04) * width)]
    ab = lab_from_srgb(area / 255)[..., 1:].mean((0, 1))
    return float(np.linalg.norm(ab - lab_from_srgb(BLUE / 255)[1:]))


def test_a_film_becomes_a_project_and_its_shots_are_found(client: TestClient, film: str):
    project = client.get(film).json()
    assert (project["kind"], project["width"], project["height"]) == ("film", 128, 96)
    assert project["film"] == {"seconds": 1.6, "fps": 25.0, "frames": 40, "shots": None, "timecode": None}
    assert client.get(f"{film}/shots").json() == []
    assert wait_for_end(client, client.post(f"{film}/shots", json={"detect": True}).json())["state"] == "done"
    shots = client.get(f"{film}/shots").json()
    assert [(shot["first"], shot["last"]) for shot in shots] == [(0, 25), (26, 39)]
    assert all(0 <= shot["doubt"] <= 1 for shot in shots)
    split = client.put(f"{film}/shots", json=[{"first": 0}, {"first": 10}, {"first": 26}]).json()
    assert [shot["first"] for shot in split] == [0, 10, 26]
    assert split[1]["doubt"] == shots[0]["doubt"]
    joined = client.put(f"{film}/shots", json=[]).json()
    assert [(shot["first"], shot["last"], shot["end"]) for shot in joined] == [(0, 39, 1.6)]
    assert client.put(f"{film}/shots", json=[{"first": 40}]).status_code == 422


def test_a_mark_follows_its_object_through_the_shot_and_not_into_the_next(client: TestClient, film: str):
    client.put(f"{film}/shots", json=[{"first": 0}, {"first": 26}])
    tried = pixels(client.post(f"{film}/frames/2/paint", json={"hints": HINTS, "width": 128}))
    before = pixels(client.get(f"{film}/frames/22?width=128"))
    assert client.put(f"{film}/hints", json=HINTS).status_code == 200
    after = pixels(client.get(f"{film}/frames/22?width=128"))
    moved = 0.5 - 20 * 2 / 128  # the camera has moved on
    assert distance_from_blue(tried, 0.5) < 30
    assert distance_from_blue(before, moved) > 40
    assert distance_from_blue(after, moved) < 30
    assert distance_from_blue(pixels(client.get(f"{film}/frames/30?width=128")), 0.5) > 40
    grey = pixels(client.get(f"{film}/frames/22?side=before&width=128")).astype(int)
    assert np.ptp(grey, axis=-1).max() < 6
    assert client.get(f"{film}/colors?x=0.5&y=0.5&frame=2").json()
    assert pixels(client.get(f"{film}/thumbnail?side=after")).shape == (96, 128, 3)


def test_requests_for_things_that_do_not_exist(client: TestClient, film: str, photo: str):
    assert client.get(f"{film}/frames/40").status_code == 404
    assert client.get(f"{photo}/frames/0").status_code == 404
    assert client.get(f"{photo}/shots").status_code == 404
    assert client.get(f"{film}/view").status_code == 409
    assert client.post(f"{film}/shots/0/preview").status_code == 404
    late = {"version": 1, "frames": [MARK | {"frame": 40}]}
    assert client.put(f"{film}/hints", json=late).status_code == 422
    for settings in ({"cuts": "/etc/passwd"}, {"dependent": "/etc/passwd"}, {"method": "thesis"}):
        assert client.patch(film, json={"settings": settings}).status_code == 422


def test_a_preview_of_a_shot_can_be_played(client: TestClient, film: str, tmp_path: Path):
    client.put(f"{film}/shots", json=[{"first": 0}, {"first": 26}])
    assert client.get(f"{film}/shots/1/preview").status_code == 404
    assert wait_for_end(client, client.post(f"{film}/shots/1/preview").json())["state"] == "done"
    (tmp_path / "p.mp4").write_bytes(client.get(f"{film}/shots/1/preview").content)
    with av.open(str(tmp_path / "p.mp4")) as played:
        assert sum(1 for _ in played.decode(video=0)) == 14
    client.put(f"{film}/hints", json=HINTS)
    assert client.get(f"{film}/shots/1/preview").status_code == 404, "the preview is out of date"


def test_export_is_what_the_command_line_writes(
    client: TestClient, film: str, autochrome, tiny_model: Path, tmp_path: Path, reel: bytes
):
    client.put(f"{film}/hints", json=HINTS)
    client.patch(film, json={"settings": {"vivid": 1.2}})
    assert wait_for_end(client, client.post(f"{film}/export").json())["state"] == "done"
    source, target, hints = (tmp_path / name for name in ("reel.mp4", "out.mp4", "hints.json"))
    source.write_bytes(reel)
    hints.write_bytes(client.get(f"{film}/hints").content)
    ran: Ran = autochrome(
        "film", source, "-o", target, "--hints", hints, "--vivid", "1.2", "--model", tiny_model
    )
    assert ran.code == 0
    assert client.get(f"{film}/export").content == target.read_bytes()


def test_a_cancelled_export_leaves_no_partial_film_and_continues(
    open_studio: OpenStudio, tmp_path: Path, reel: bytes
):
    client = open_studio()
    long = make_film(
        tmp_path / "long.mp4", size=(96, 128), times=range(720), lights=pan(COFFEE, 60) * 12, sound=None
    )
    film = project_path(client.post("/api/projects?name=long.mp4", content=long.read_bytes()))
    client.patch(film, json={"settings": {"every": 1}})
    job = client.post(f"{film}/export").json()
    until = time.monotonic() + 30
    while client.get(f"/api/jobs/{job['id']}").json()["done"] < 0.05 and time.monotonic() < until:
        time.sleep(0.05)
    assert client.post(f"/api/jobs/{job['id']}/cancel").json()["state"] == "cancelled"
    assert client.get(f"{film}/export").status_code == 404
    assert not list((tmp_path / "studio").rglob("export.mp4"))
    client = open_studio()
    assert client.get(f"/api/jobs/{job['id']}").json()["state"] == "cancelled"
    assert wait_for_end(client, client.post(f"/api/jobs/{job['id']}/again").json())["state"] == "done"
    assert client.get(f"{film}/export").content[4:8] == b"ftyp"
    left = [path.name for path in (tmp_path / "studio").rglob("export/*")]
    assert left == ["export.mp4"]


def test_a_reference_gives_a_shot_its_colours(client: TestClient, film: str, photo: str, jpeg: bytes):
    tinted = np.stack((COFFEE * 0.9, COFFEE * 0.6, COFFEE * 0.3), axis=-1).astype(np.uint8)[60:156, 100:228]
    name = client.post(f"{film}/pictures", content=pil(tinted, "png")).json()["name"]
    hints = {"version": 1, "frames": [{"frame": 2, "reference": name}]}
    before = pixels(client.get(f"{film}/frames/8?width=128"))
    tried = pixels(client.post(f"{film}/frames/8/paint", json={"hints": hints, "width": 128}))
    assert client.put(f"{film}/hints", json=hints).status_code == 200
    after = pixels(client.get(f"{film}/frames/8?width=128"))
    assert np.array_equal(tried, after)
    expected = lab_from_srgb(tinted / 255)[..., 1:].mean((0, 1))
    distances = [
        float(np.linalg.norm(lab_from_srgb(x / 255)[..., 1:].mean((0, 1)) - expected))
        for x in (before, after)
    ]
    assert distances[1] < distances[0] - 5
    client.put(f"{film}/shots", json=[{"first": 0}, {"first": 26}])
    assert wait_for_end(client, client.post(f"{film}/shots/0/preview").json())["state"] == "done"
    assert client.post(f"{film}/pictures", content=jpeg).status_code == 422, "a grey picture has no colours"
    assert client.post(f"{film}/pictures", content=b"no picture at all" * 9).status_code == 415
    assert client.post(f"{photo}/pictures", content=pil(tinted, "png")).status_code == 201


@pytest.mark.parametrize("name", ["source.mp4", "project.json", "reference-00000000.png", "studio.lock"])
def test_hints_can_use_only_pictures_uploaded_for_the_project(client: TestClient, film: str, name: str):
    for field in ("reference", "picture"):
        hints = {"version": 1, "frames": [{"frame": 2, field: name}]}
        assert client.put(f"{film}/hints", json=hints).status_code == 422
        assert client.post(f"{film}/frames/2/paint", json={"hints": hints}).status_code == 422
    for path in ("../x.png", "/etc/passwd", "..", "a/b.png"):
        hints = {"version": 1, "frames": [{"frame": 2, "reference": path}]}
        assert client.put(f"{film}/hints", json=hints).status_code == 422


def test_what_is_missing_of_a_damaged_film_stands_at_its_job(client: TestClient, tmp_path: Path):
    whole = make_film(tmp_path / "in.mkv", codec="ffv1", times=[40 * n for n in range(12)]).read_bytes()
    film = project_path(client.post("/api/projects?name=cut.mkv", content=whole[: len(whole) // 2]))
    job = wait_for_end(client, client.post(f"{film}/export").json())
    assert job["state"] == "done"
    assert "loss: the file is cut short" in job["note"]
