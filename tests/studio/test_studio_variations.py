"""Variations over HTTP: points of the machine and a small picture of each, for a photograph and for a frame."""

from base64 import b64decode
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from autochrome.studio.app import create_app
from autochrome.studio.limits import THUMBNAIL_SIDE
from autochrome.studio.service import Studio
from filmmaking import make_film
from studiohelp import BASE, project_path
from tiny import tiny_tint

STROKE = {"path": [[0.1, 0.1], [0.4, 0.1]], "color": "#3c62b8", "width": 0.05}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A studio whose network says which colours are likely."""
    model = tiny_tint(tmp_path / "likely.onnx", likely=True)
    studio = Studio(tmp_path / "studio", model=str(model))
    with TestClient(create_app(studio), base_url=BASE) as client:
        yield client
    studio.close()


def picture_in(variation: dict[str, Any]) -> np.ndarray:
    kind, _, data = variation["picture"].partition(",")
    assert kind == "data:image/jpeg;base64"
    return np.asarray(Image.open(BytesIO(b64decode(data))))


def test_a_photograph_gets_the_colours_of_an_adopted_variation(client: TestClient, jpeg: bytes):
    path = project_path(client.post("/api/projects?name=boat.jpg", content=jpeg))
    client.put(f"{path}/hints", json={"version": 1, "strokes": [STROKE]})
    first, one, other = client.get(f"{path}/variations?count=2").json()
    side = THUMBNAIL_SIDE
    picture = picture_in(one)
    assert picture.shape == (side, side, 3)
    assert not first["points"]
    assert one["points"] != other["points"]
    assert {point["by"] for point in one["points"]} == {"machine"}
    saved = client.put(f"{path}/hints", json={"version": 1, "strokes": [STROKE], "points": one["points"]})
    assert saved.status_code == 200, saved.text
    view = client.get(f"{path}/view?pixels={side}x{side}").content
    shown = np.asarray(Image.open(BytesIO(view)))
    assert np.abs(shown.astype(int) - picture).mean() < 5  # both are JPEG, and the colours are strong
    # The points of the machine that are saved do not count: the same number gives the same variations.
    assert client.get(f"{path}/variations?count=2").json()[1]["points"] == one["points"]
    assert client.get(f"{path}/variations?count=2&seed=7").json()[1]["points"] != one["points"]


def test_a_frame_of_a_film_has_variations(client: TestClient, tmp_path: Path):
    make_film(tmp_path / "film.mp4", size=(96, 128))
    path = project_path(
        client.post("/api/projects?name=film.mp4", content=(tmp_path / "film.mp4").read_bytes())
    )
    variations = client.get(f"{path}/variations?count=2&frame=5").json()
    assert len(variations) == 3
    assert picture_in(variations[0]).shape[:2] == (96, 128)
    key = {"frame": 5, "points": variations[1]["points"]}
    assert client.put(f"{path}/hints", json={"version": 1, "frames": [key]}).status_code == 200
    assert client.get(f"{path}/variations?frame=99").status_code == 404


def test_a_network_without_other_colours_says_so(open_studio: Any, jpeg: bytes):
    client = open_studio()
    path = project_path(client.post("/api/projects?name=boat.jpg", content=jpeg))
    response = client.get(f"{path}/variations")
    assert response.status_code == 422
    assert "no variations" in response.json()["error"]["message"]
