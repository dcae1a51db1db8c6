"""Photographs in the studio: upload, views, strokes, export, restart."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from autochrome.color.lab import lab_from_srgb
from conftest import Ran
from pictures import COLOR, COLOR16, pil, png
from studiohelp import OpenStudio, project_path, wait_for_end

BLUE = "#3060c0"
STROKE = {"version": 1, "strokes": [{"path": [[0.2, 0.7], [0.8, 0.7]], "color": BLUE, "width": 0.2}]}


def pixels(response: object) -> np.ndarray:
    assert response.status_code == 200, response.text
    return np.asarray(Image.open(io.BytesIO(response.content)).convert("RGB"))


def chroma(rgb: np.ndarray) -> np.ndarray:
    return lab_from_srgb(rgb / 255)[..., 1:]


def paint(client: TestClient, photo: str, hints: dict, **fields: object) -> np.ndarray:
    return pixels(client.post(f"{photo}/paint", json={"hints": hints, **fields}))


def test_the_bytes_decide_the_kind_and_the_name_is_cleaned(client: TestClient, jpeg: bytes):
    project = client.post("/api/projects?name=..%2F..%2Fetc%2Fboat.png", content=jpeg).json()
    assert (project["name"], project["kind"], project["suffix"]) == ("boat.png", "photo", ".jpg")
    assert (project["width"], project["height"]) == (512, 512)
    assert client.get("/api/projects").json() == [project]
    assert client.get(f"/api/projects/{project['id']}").json() == project


def test_the_view_before_is_the_original(client: TestClient, photo: str, jpeg: bytes):
    truth = np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB")).astype(int)
    whole = pixels(client.get(f"{photo}/view?side=before&pixels=512x512")).astype(int)
    assert np.abs(whole - truth).mean() < 3  # it was compressed as JPEG again
    part = pixels(client.get(f"{photo}/view?side=before&x=0.25&y=0.5&width=0.125&height=0.25&pixels=64x128"))
    assert np.abs(part.astype(int) - truth[256:384, 128:192]).mean() < 3


def test_a_view_outside_of_the_picture_is_moved_inside(client: TestClient, photo: str):
    inside = client.get(f"{photo}/view?x=0.5&y=0.5&width=0.5&height=0.5&pixels=64x64").content
    assert client.get(f"{photo}/view?x=0.9&y=1&width=0.5&height=0.5&pixels=64x64").content == inside


def test_a_stroke_changes_the_pixels_to_its_colour_and_nothing_is_saved(client: TestClient, photo: str):
    view = {"pixels": [256, 256]}
    plain, painted = paint(client, photo, {"version": 1}, view=view), paint(client, photo, STROKE, view=view)
    expected = chroma(np.array([0x30, 0x60, 0xC0]))
    area = np.s_[174:184, 80:176]
    assert np.linalg.norm(chroma(painted[area]).mean((0, 1)) - expected) < 25
    assert np.linalg.norm(chroma(plain[area]).mean((0, 1)) - expected) > 40
    assert np.array_equal(pixels(client.get(f"{photo}/view?pixels=256x256")), plain)
    assert client.get(photo).json()["revision"] == 0


def test_a_zoomed_view_has_the_same_colours(client: TestClient, photo: str):
    whole = paint(client, photo, STROKE, view={"pixels": [512, 512]})
    part = paint(
        client, photo, STROKE, view={"x": 0.25, "y": 0.5, "width": 0.5, "height": 0.25, "pixels": [256, 128]}
    )
    assert np.abs(whole[256:384, 128:384].astype(int) - part).mean() < 4


def test_settings_can_be_tried(client: TestClient, photo: str):
    grey = paint(client, photo, {"version": 1}, settings={"vivid": 0})
    assert np.ptp(grey.astype(int), axis=-1).max() < 6
    wrong = client.post(f"{photo}/paint", json={"settings": {"vivd": 1}})
    assert (wrong.status_code, wrong.json()["error"]["kind"]) == (422, "UsageError")
    assert "vivd" in wrong.json()["error"]["message"]


def test_saved_hints_and_settings_change_the_views(client: TestClient, photo: str):
    before = pixels(client.get(f"{photo}/view?pixels=128x128"))
    assert client.put(f"{photo}/hints", json=STROKE).json()["revision"] == 1
    assert client.get(f"{photo}/hints").json() == STROKE
    after = pixels(client.get(f"{photo}/view?pixels=128x128"))
    assert np.abs(before.astype(int) - after)[84:96].mean() > 5
    assert np.array_equal(after, paint(client, photo, STROKE, view={"pixels": [128, 128]}))
    project = client.patch(photo, json={"name": "ship", "settings": {"vivid": 0.5}}).json()
    assert (project["name"], project["settings"], project["revision"]) == ("ship", {"vivid": 0.5}, 2)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"version": 1, "points": [{"x": 2, "y": 0, "color": BLUE}]}, "points.0.x"),
        ({"version": 1, "points": [{"x": 0, "y": 0, "color": "redd"}]}, "color"),
        ({"version": 2}, "version"),
        ({"version": 1, "dots": []}, "dots"),
        ({"version": 1, "points": [{"x": 0, "y": 0, "color": BLUE}] * 2001}, "2001"),
    ],
)
def test_wrong_hints_are_reported_and_not_saved(client: TestClient, photo: str, body: dict, text: str):
    response = client.put(f"{photo}/hints", json=body)
    assert response.status_code == 422
    assert text in response.json()["error"]["message"]
    assert client.get(f"{photo}/hints").json() == {"version": 1}


def test_doubt_colours_pixel_and_thumbnails(client: TestClient, photo: str):
    client.put(f"{photo}/hints", json=STROKE)
    doubt = pixels(client.get(f"{photo}/doubt"))[..., 0]
    height, width = doubt.shape
    assert doubt[int(0.7 * height), width // 2] < 20, "a stroke is certain"
    assert doubt[height // 10, width // 2] > 100
    found = client.get(f"{photo}/colors?x=0.5&y=0.7").json()
    shares = [each["share"] for each in found]
    assert shares == sorted(shares, reverse=True)
    assert 0 < sum(shares) <= 1.001
    likeliest = np.array([int(found[0]["color"][k : k + 2], 16) for k in (1, 3, 5)])
    assert np.linalg.norm(chroma(likeliest) - chroma(np.array([0x30, 0x60, 0xC0]))) < 30
    pixel = client.get(f"{photo}/pixel?x=0.5&y=0.7").json()
    assert pixel["before"][1:3] == pixel["before"][3:5] == pixel["before"][5:7]
    assert pixel["after"] != pixel["before"]
    sides = [pixels(client.get(f"{photo}/thumbnail?side={side}")) for side in ("before", "after")]
    assert [side.shape for side in sides] == [(240, 240, 3)] * 2
    assert np.ptp(sides[1].astype(int), axis=-1).max() > 20


def test_export_is_what_the_command_line_writes(
    client: TestClient, photo: str, autochrome, tiny_model: Path, tmp_path: Path, jpeg: bytes
):
    client.put(f"{photo}/hints", json=STROKE)
    client.patch(photo, json={"settings": {"vivid": 1.3, "format": "png"}})
    assert client.get(f"{photo}/export").status_code == 404
    job = client.post(f"{photo}/export").json()
    assert wait_for_end(client, job)["state"] == "done"
    project = client.get(photo).json()
    done = {"ready": True, "name": "boat-color.png", "revision": 2, "notes": [], "losses": []}
    assert project["export"] == done
    (tmp_path / "boat.jpg").write_bytes(jpeg)
    (tmp_path / "hints.json").write_bytes(client.get(f"{photo}/hints").content)
    target = tmp_path / "out.png"
    options = ("--hints", tmp_path / "hints.json", "--vivid", "1.3", "--model", tiny_model)
    ran: Ran = autochrome("photo", tmp_path / "boat.jpg", "-o", target, *options)
    assert ran.code == 0
    response = client.get(f"{photo}/export")
    assert response.content == target.read_bytes()
    part = client.get(f"{photo}/export", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, target.read_bytes()[10:20])


def test_everything_is_still_there_after_a_restart(open_studio: OpenStudio, jpeg: bytes):
    client = open_studio()
    photo = project_path(client.post("/api/projects?name=a.jpg", content=jpeg))
    client.put(f"{photo}/hints", json=STROKE)
    assert wait_for_end(client, client.post(f"{photo}/export").json())["state"] == "done"
    before = [client.get(path).content for path in (photo, f"{photo}/hints", f"{photo}/export", "/api/jobs")]
    client = open_studio()
    assert [
        client.get(path).content for path in (photo, f"{photo}/hints", f"{photo}/export", "/api/jobs")
    ] == before


def test_delete_removes_all_files(client: TestClient, photo: str, tmp_path: Path):
    assert client.delete(photo).status_code == 204
    assert client.get(photo).status_code == 404
    assert client.get("/api/projects").json() == []
    assert not list((tmp_path / "studio" / "projects").iterdir())
    assert not list((tmp_path / "studio" / "incoming").iterdir())


def test_colorize_answers_the_file_in_colour_and_keeps_nothing(
    client: TestClient, jpeg: bytes, autochrome, tiny_model: Path, tmp_path: Path
):
    (tmp_path / "a.jpg").write_bytes(jpeg)
    autochrome("photo", tmp_path / "a.jpg", "-o", tmp_path / "b.jpg", "--vivid", 1.5, "--model", tiny_model)
    response = client.post("/api/colorize?vivid=1.5", content=jpeg)
    assert response.headers["content-type"] == "image/jpeg"
    assert response.content == (tmp_path / "b.jpg").read_bytes()
    assert client.post("/api/colorize?format=png", content=jpeg).content.startswith(b"\x89PNG")
    assert not list((tmp_path / "studio" / "incoming").iterdir())
    assert client.get("/api/projects").json() == []


def test_every_format_can_be_uploaded_and_shown(client: TestClient):
    for kind in ("png", "tiff", "webp", "avif", "bmp", "gif"):
        photo = project_path(client.post(f"/api/projects?name=a.{kind}", content=pil(COLOR, kind)))
        assert pixels(client.get(f"{photo}/view?pixels=37x29")).shape == (29, 37, 3)


def test_the_settings_are_the_options_of_the_command_line(client: TestClient):
    info = client.get("/api/knobs").json()
    assert info["model"] == "tiny"
    assert {"vivid", "size", "model", "format"} <= info["photo"]["properties"].keys()
    assert "max_megapixels" not in info["photo"]["properties"]
    assert {card["name"] for card in info["models"]} >= {"tiny"}


def test_an_export_says_what_its_format_cannot_hold(client: TestClient):
    photo = project_path(client.post("/api/projects?name=deep.png", content=png(COLOR16)))
    client.patch(photo, json={"settings": {"format": "jpg"}})
    assert wait_for_end(client, client.post(f"{photo}/export").json())["state"] == "done"
    assert client.get(photo).json()["export"]["notes"] == ["16 bits a channel: JPEG stores 8"]
