"""A photograph in the studio: brought, looked at, painted, exported, found again."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from autochrome.color.lab import lab_from_srgb
from conftest import Ran
from pictures import COLOR, pil
from studiohelp import Open, address, ended

BLUE = "#3060c0"
STROKE = {"version": 1, "strokes": [{"path": [[0.2, 0.7], [0.8, 0.7]], "color": BLUE, "width": 0.2}]}


def pixels(answer: object) -> np.ndarray:
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGB"))


def chroma(rgb: np.ndarray) -> np.ndarray:
    return lab_from_srgb(rgb / 255)[..., 1:]


def paint(web: TestClient, photo: str, hints: dict, **question: object) -> np.ndarray:
    return pixels(web.post(f"{photo}/paint", json={"hints": hints, **question}))


def test_a_photo_is_known_by_its_bytes_and_named_by_a_plain_name(web: TestClient, jpeg: bytes):
    project = web.post("/api/projects?name=..%2F..%2Fetc%2Fboat.png", content=jpeg).json()
    assert (project["name"], project["kind"], project["suffix"]) == ("boat.png", "photo", ".jpg")
    assert (project["width"], project["height"]) == (512, 512)
    assert web.get("/api/projects").json() == [project]
    assert web.get(f"/api/projects/{project['id']}").json() == project


def test_before_is_the_picture_itself(web: TestClient, photo: str, jpeg: bytes):
    truth = np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB")).astype(int)
    whole = pixels(web.get(f"{photo}/view?side=before&pixels=512x512")).astype(int)
    assert np.abs(whole - truth).mean() < 3  # it was packed as JPEG once more
    part = pixels(web.get(f"{photo}/view?side=before&x=0.25&y=0.5&width=0.125&height=0.25&pixels=64x128"))
    assert np.abs(part.astype(int) - truth[256:384, 128:192]).mean() < 3


def test_a_window_that_juts_out_is_moved_inside(web: TestClient, photo: str):
    inside = web.get(f"{photo}/view?x=0.5&y=0.5&width=0.5&height=0.5&pixels=64x64").content
    assert web.get(f"{photo}/view?x=0.9&y=1&width=0.5&height=0.5&pixels=64x64").content == inside


def test_a_stroke_turns_the_pixels_to_its_colour_and_nothing_is_kept(web: TestClient, photo: str):
    view = {"pixels": [256, 256]}
    plain, painted = paint(web, photo, {"version": 1}, view=view), paint(web, photo, STROKE, view=view)
    wanted = chroma(np.array([0x30, 0x60, 0xC0]))
    there = np.s_[174:184, 80:176]
    assert np.linalg.norm(chroma(painted[there]).mean((0, 1)) - wanted) < 25
    assert np.linalg.norm(chroma(plain[there]).mean((0, 1)) - wanted) > 40
    assert np.array_equal(pixels(web.get(f"{photo}/view?pixels=256x256")), plain)
    assert web.get(photo).json()["revision"] == 0


def test_a_zoomed_view_shows_the_same_colours(web: TestClient, photo: str):
    whole = paint(web, photo, STROKE, view={"pixels": [512, 512]})
    part = paint(
        web, photo, STROKE, view={"x": 0.25, "y": 0.5, "width": 0.5, "height": 0.25, "pixels": [256, 128]}
    )
    assert np.abs(whole[256:384, 128:384].astype(int) - part).mean() < 4


def test_settings_can_be_tried(web: TestClient, photo: str):
    grey = paint(web, photo, {"version": 1}, settings={"vivid": 0})
    assert np.ptp(grey.astype(int), axis=-1).max() < 6
    wrong = web.post(f"{photo}/paint", json={"settings": {"vivd": 1}})
    assert (wrong.status_code, wrong.json()["error"]["kind"]) == (422, "UsageError")
    assert "vivd" in wrong.json()["error"]["message"]


def test_hints_and_settings_are_kept_and_change_what_is_shown(web: TestClient, photo: str):
    before = pixels(web.get(f"{photo}/view?pixels=128x128"))
    assert web.put(f"{photo}/hints", json=STROKE).json()["revision"] == 1
    assert web.get(f"{photo}/hints").json() == STROKE
    after = pixels(web.get(f"{photo}/view?pixels=128x128"))
    assert np.abs(before.astype(int) - after)[84:96].mean() > 5
    assert np.array_equal(after, paint(web, photo, STROKE, view={"pixels": [128, 128]}))
    project = web.patch(photo, json={"name": "ship", "settings": {"vivid": 0.5}}).json()
    assert (project["name"], project["settings"], project["revision"]) == ("ship", {"vivid": 0.5}, 2)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"version": 1, "points": [{"x": 2, "y": 0, "color": BLUE}]}, "points.0.x"),
        ({"version": 1, "points": [{"x": 0, "y": 0, "color": "red"}]}, "color"),
        ({"version": 2}, "version"),
        ({"version": 1, "dots": []}, "dots"),
        ({"version": 1, "points": [{"x": 0, "y": 0, "color": BLUE}] * 2001}, "2001"),
    ],
)
def test_wrong_hints_are_named_and_not_kept(web: TestClient, photo: str, body: dict, words: str):
    answer = web.put(f"{photo}/hints", json=body)
    assert answer.status_code == 422
    assert words in answer.json()["error"]["message"]
    assert web.get(f"{photo}/hints").json() == {"version": 1}


def test_doubt_colours_pixel_and_thumbnails(web: TestClient, photo: str):
    web.put(f"{photo}/hints", json=STROKE)
    doubt = pixels(web.get(f"{photo}/doubt"))[..., 0]
    height, width = doubt.shape
    assert doubt[int(0.7 * height), width // 2] < 20, "what a person said is certain"
    assert doubt[height // 10, width // 2] > 100
    found = web.get(f"{photo}/colors?x=0.5&y=0.7").json()
    shares = [each["share"] for each in found]
    assert shares == sorted(shares, reverse=True)
    assert 0 < sum(shares) <= 1.001
    first = np.array([int(found[0]["color"][k : k + 2], 16) for k in (1, 3, 5)])
    assert np.linalg.norm(chroma(first) - chroma(np.array([0x30, 0x60, 0xC0]))) < 30
    pixel = web.get(f"{photo}/pixel?x=0.5&y=0.7").json()
    assert pixel["before"][1:3] == pixel["before"][3:5] == pixel["before"][5:7]
    assert pixel["after"] != pixel["before"]
    sides = [pixels(web.get(f"{photo}/thumbnail?side={side}")) for side in ("before", "after")]
    assert [side.shape for side in sides] == [(240, 240, 3)] * 2
    assert np.ptp(sides[1].astype(int), axis=-1).max() > 20


def test_export_is_what_the_command_line_writes(
    web: TestClient, photo: str, autochrome, tiny_model: Path, tmp_path: Path, jpeg: bytes
):
    web.put(f"{photo}/hints", json=STROKE)
    web.patch(photo, json={"settings": {"vivid": 1.3, "format": "png"}})
    assert web.get(f"{photo}/export").status_code == 404
    job = web.post(f"{photo}/export").json()
    assert ended(web, job)["state"] == "done"
    project = web.get(photo).json()
    assert project["export"] == {"ready": True, "name": "boat-color.png", "revision": 2}
    (tmp_path / "boat.jpg").write_bytes(jpeg)
    (tmp_path / "hints.json").write_bytes(web.get(f"{photo}/hints").content)
    target = tmp_path / "out.png"
    words = ("--hints", tmp_path / "hints.json", "--vivid", "1.3", "--model", tiny_model)
    ran: Ran = autochrome("photo", tmp_path / "boat.jpg", "-o", target, *words)
    assert ran.code == 0
    answer = web.get(f"{photo}/export")
    assert answer.content == target.read_bytes()
    part = web.get(f"{photo}/export", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, target.read_bytes()[10:20])


def test_after_a_restart_everything_is_there(open_studio: Open, jpeg: bytes):
    web = open_studio()
    photo = address(web.post("/api/projects?name=a.jpg", content=jpeg))
    web.put(f"{photo}/hints", json=STROKE)
    assert ended(web, web.post(f"{photo}/export").json())["state"] == "done"
    said = [web.get(path).content for path in (photo, f"{photo}/hints", f"{photo}/export", "/api/jobs")]
    web = open_studio()
    assert [
        web.get(path).content for path in (photo, f"{photo}/hints", f"{photo}/export", "/api/jobs")
    ] == said


def test_delete_leaves_nothing(web: TestClient, photo: str, tmp_path: Path):
    assert web.delete(photo).status_code == 204
    assert web.get(photo).status_code == 404
    assert web.get("/api/projects").json() == []
    assert not list((tmp_path / "studio" / "projects").iterdir())
    assert not list((tmp_path / "studio" / "incoming").iterdir())


def test_one_call_gives_colour_and_keeps_nothing(
    web: TestClient, jpeg: bytes, autochrome, tiny_model: Path, tmp_path: Path
):
    (tmp_path / "a.jpg").write_bytes(jpeg)
    autochrome("photo", tmp_path / "a.jpg", "-o", tmp_path / "b.jpg", "--vivid", 1.5, "--model", tiny_model)
    answer = web.post("/api/colorize?vivid=1.5", content=jpeg)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.content == (tmp_path / "b.jpg").read_bytes()
    assert web.post("/api/colorize?format=png", content=jpeg).content.startswith(b"\x89PNG")
    assert not list((tmp_path / "studio" / "incoming").iterdir())
    assert web.get("/api/projects").json() == []


def test_every_kind_of_picture_can_be_brought_and_seen(web: TestClient):
    for kind in ("png", "tiff", "webp", "avif", "bmp", "gif"):
        photo = address(web.post(f"/api/projects?name=a.{kind}", content=pil(COLOR, kind)))
        assert pixels(web.get(f"{photo}/view?pixels=37x29")).shape == (29, 37, 3)


def test_knobs_are_those_of_the_options(web: TestClient):
    knobs = web.get("/api/knobs").json()
    assert knobs["model"] == "tiny"
    assert {"vivid", "size", "model", "format"} <= knobs["photo"]["properties"].keys()
    assert "max_megapixels" not in knobs["photo"]["properties"]
    assert {card["name"] for card in knobs["models"]} >= {"tiny"}
