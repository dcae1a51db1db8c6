"""A film in the studio: shots, frames, a mark that follows its thing, export, cancel."""

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
from studiohelp import Open, address, ended

ROOM = np.asarray(Image.fromarray(skimage.data.coffee()).convert("L"))
STREET = np.asarray(Image.fromarray(skimage.data.chelsea()).convert("L"))
BLUE = np.array([0x20, 0x40, 0xE0])
MARK = {"frame": 2, "strokes": [{"path": [[0.5, 0.4], [0.5, 0.6]], "color": "#2040e0", "width": 0.3}]}
HINTS = {"version": 1, "frames": [MARK]}


def pan(picture: np.ndarray, frames: int) -> list[np.ndarray]:
    """A camera that moves two pixels a frame to the right."""
    return [picture[60:156, 100 + 2 * n : 228 + 2 * n] for n in range(frames)]


@pytest.fixture(scope="session")
def reel(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Two shots of 26 and 14 frames, 128×96."""
    lights = pan(ROOM, 26) + pan(STREET, 14)
    path = tmp_path_factory.mktemp("film") / "reel.mp4"
    return make_film(
        path, size=(96, 128), times=range(40), lights=lights, sound=None, options={"crf": "10"}
    ).read_bytes()


@pytest.fixture
def film(web: TestClient, reel: bytes) -> str:
    return address(web.post("/api/projects?name=reel.mp4", content=reel))


def pixels(answer: object) -> np.ndarray:
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGB"))


def far_from_blue(rgb: np.ndarray, x: float) -> float:
    """How far the colour around (x, the middle) is from the mark's, in a*b*."""
    height, width = rgb.shape[:2]
    there = rgb[int(0.45 * height) : int(0.55 * height), int((x - 0.04) * width) : int((x + 0.04) * width)]
    ab = lab_from_srgb(there / 255)[..., 1:].mean((0, 1))
    return float(np.linalg.norm(ab - lab_from_srgb(BLUE / 255)[1:]))


def test_a_film_is_known_and_its_shots_are_found(web: TestClient, film: str):
    project = web.get(film).json()
    assert (project["kind"], project["width"], project["height"]) == ("film", 128, 96)
    assert project["film"] == {"seconds": 1.6, "fps": 25.0, "frames": 40, "shots": None}
    assert web.get(f"{film}/shots").json() == []
    assert ended(web, web.post(f"{film}/shots", json={"detect": True}).json())["state"] == "done"
    shots = web.get(f"{film}/shots").json()
    assert [(shot["first"], shot["last"]) for shot in shots] == [(0, 25), (26, 39)]
    assert all(0 <= shot["doubt"] <= 1 for shot in shots)
    halves = web.put(f"{film}/shots", json=[{"first": 0}, {"first": 10}, {"first": 26}]).json()
    assert [shot["first"] for shot in halves] == [0, 10, 26]
    assert halves[1]["doubt"] == shots[0]["doubt"]
    joined = web.put(f"{film}/shots", json=[]).json()
    assert [(shot["first"], shot["last"], shot["end"]) for shot in joined] == [(0, 39, 1.6)]
    assert web.put(f"{film}/shots", json=[{"first": 40}]).status_code == 422


def test_a_mark_follows_its_thing_through_the_shot_and_not_into_the_next(web: TestClient, film: str):
    web.put(f"{film}/shots", json=[{"first": 0}, {"first": 26}])
    tried = pixels(web.post(f"{film}/frames/2/paint", json={"hints": HINTS, "width": 128}))
    before = pixels(web.get(f"{film}/frames/22?width=128"))
    assert web.put(f"{film}/hints", json=HINTS).status_code == 200
    after = pixels(web.get(f"{film}/frames/22?width=128"))
    there = 0.5 - 20 * 2 / 128  # the camera has moved on
    assert far_from_blue(tried, 0.5) < 30
    assert far_from_blue(before, there) > 40
    assert far_from_blue(after, there) < 30
    assert far_from_blue(pixels(web.get(f"{film}/frames/30?width=128")), 0.5) > 40
    grey = pixels(web.get(f"{film}/frames/22?side=before&width=128")).astype(int)
    assert np.ptp(grey, axis=-1).max() < 6
    assert web.get(f"{film}/colors?x=0.5&y=0.5&frame=2").json()
    assert pixels(web.get(f"{film}/thumbnail?side=after")).shape == (96, 128, 3)


def test_what_is_not_there(web: TestClient, film: str, photo: str):
    assert web.get(f"{film}/frames/40").status_code == 404
    assert web.get(f"{photo}/frames/0").status_code == 404
    assert web.get(f"{photo}/shots").status_code == 404
    assert web.get(f"{film}/view").status_code == 409
    assert web.post(f"{film}/shots/0/preview").status_code == 404
    late = {"version": 1, "frames": [MARK | {"frame": 40}]}
    assert web.put(f"{film}/hints", json=late).status_code == 422
    for settings in ({"cuts": "/etc/passwd"}, {"dependent": "/etc/passwd"}, {"method": "thesis"}):
        assert web.patch(film, json={"settings": settings}).status_code == 422


def test_a_preview_of_a_shot_can_be_played(web: TestClient, film: str, tmp_path: Path):
    web.put(f"{film}/shots", json=[{"first": 0}, {"first": 26}])
    assert web.get(f"{film}/shots/1/preview").status_code == 404
    assert ended(web, web.post(f"{film}/shots/1/preview").json())["state"] == "done"
    (tmp_path / "p.mp4").write_bytes(web.get(f"{film}/shots/1/preview").content)
    with av.open(str(tmp_path / "p.mp4")) as played:
        assert sum(1 for _ in played.decode(video=0)) == 14
    web.put(f"{film}/hints", json=HINTS)
    assert web.get(f"{film}/shots/1/preview").status_code == 404, "it would not look like that any more"


def test_export_is_what_the_command_line_writes(
    web: TestClient, film: str, autochrome, tiny_model: Path, tmp_path: Path, reel: bytes
):
    web.put(f"{film}/hints", json=HINTS)
    web.patch(film, json={"settings": {"vivid": 1.2}})
    assert ended(web, web.post(f"{film}/export").json())["state"] == "done"
    source, target, hints = (tmp_path / name for name in ("reel.mp4", "out.mp4", "hints.json"))
    source.write_bytes(reel)
    hints.write_bytes(web.get(f"{film}/hints").content)
    ran: Ran = autochrome(
        "film", source, "-o", target, "--hints", hints, "--vivid", "1.2", "--model", tiny_model
    )
    assert ran.code == 0
    assert web.get(f"{film}/export").content == target.read_bytes()


def test_a_cancelled_export_leaves_no_half_film_and_goes_on(open_studio: Open, tmp_path: Path, reel: bytes):
    web = open_studio()
    long = make_film(
        tmp_path / "long.mp4", size=(96, 128), times=range(720), lights=pan(ROOM, 60) * 12, sound=None
    )
    film = address(web.post("/api/projects?name=long.mp4", content=long.read_bytes()))
    web.patch(film, json={"settings": {"every": 1}})
    job = web.post(f"{film}/export").json()
    until = time.monotonic() + 30
    while web.get(f"/api/jobs/{job['id']}").json()["done"] < 0.05 and time.monotonic() < until:
        time.sleep(0.05)
    assert web.post(f"/api/jobs/{job['id']}/cancel").json()["state"] == "cancelled"
    assert web.get(f"{film}/export").status_code == 404
    assert not list((tmp_path / "studio").rglob("export.mp4"))
    web = open_studio()
    assert web.get(f"/api/jobs/{job['id']}").json()["state"] == "cancelled"
    assert ended(web, web.post(f"/api/jobs/{job['id']}/again").json())["state"] == "done"
    assert web.get(f"{film}/export").content[4:8] == b"ftyp"
    left = [path.name for path in (tmp_path / "studio").rglob("export/*")]
    assert left == ["export.mp4"]


def test_a_reference_tells_a_shot_its_colours(web: TestClient, film: str, photo: str, jpeg: bytes):
    tinted = np.stack((ROOM * 0.9, ROOM * 0.6, ROOM * 0.3), axis=-1).astype(np.uint8)[60:156, 100:228]
    name = web.post(f"{film}/pictures", content=pil(tinted, "png")).json()["name"]
    hints = {"version": 1, "frames": [{"frame": 2, "reference": name}]}
    before = pixels(web.get(f"{film}/frames/8?width=128"))
    tried = pixels(web.post(f"{film}/frames/8/paint", json={"hints": hints, "width": 128}))
    assert web.put(f"{film}/hints", json=hints).status_code == 200
    after = pixels(web.get(f"{film}/frames/8?width=128"))
    assert np.array_equal(tried, after)
    wanted = lab_from_srgb(tinted / 255)[..., 1:].mean((0, 1))
    far = [
        float(np.linalg.norm(lab_from_srgb(x / 255)[..., 1:].mean((0, 1)) - wanted)) for x in (before, after)
    ]
    assert far[1] < far[0] - 5
    web.put(f"{film}/shots", json=[{"first": 0}, {"first": 26}])
    assert ended(web, web.post(f"{film}/shots/0/preview").json())["state"] == "done"
    assert web.post(f"{film}/pictures", content=jpeg).status_code == 422, "grey tells no colours"
    assert web.post(f"{film}/pictures", content=b"no picture at all" * 9).status_code == 415
    assert web.post(f"{photo}/pictures", content=pil(tinted, "png")).status_code == 404


@pytest.mark.parametrize("name", ["source.mp4", "project.json", "reference-00000000.png", "studio.lock"])
def test_only_pictures_that_were_brought_can_be_named(web: TestClient, film: str, name: str):
    for field in ("reference", "picture"):
        hints = {"version": 1, "frames": [{"frame": 2, field: name}]}
        assert web.put(f"{film}/hints", json=hints).status_code == 422
        assert web.post(f"{film}/frames/2/paint", json={"hints": hints}).status_code == 422
    for path in ("../x.png", "/etc/passwd", "..", "a/b.png"):
        hints = {"version": 1, "frames": [{"frame": 2, "reference": path}]}
        assert web.put(f"{film}/hints", json=hints).status_code == 422
