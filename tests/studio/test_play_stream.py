"""A shot that is played over HTTP: the records of the stream, its end, and its errors."""

import io
import struct
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from autochrome.media.stills.pyramid import encode_image
from film_inputs import film_of
from studiohelp import project_path

SHOT = range(14, 44)
MARK = {"frame": 20, "points": [{"x": 0.5, "y": 0.5, "color": "#c83c28", "radius": 0.1}]}


class Record(NamedTuple):
    frame: int
    state: int  # 0 draft, 1 settled, 2 error
    content: bytes

    @property
    def picture(self) -> np.ndarray:
        return np.asarray(Image.open(io.BytesIO(self.content)).convert("RGB"))


@pytest.fixture
def film(client: TestClient, tmp_path: Path) -> str:
    """The path of a film of two shots."""
    content = film_of(tmp_path / "in.mkv", len(SHOT) - 16, len(SHOT), codec="ffv1").read_bytes()
    path = project_path(client.post("/api/projects?name=in.mkv", content=content))
    client.put(f"{path}/shots", json=[{"first": 0}, {"first": 14}])
    client.put(f"{path}/hints", json={"version": 1, "frames": [MARK]})
    return path


def play(client: TestClient, path: str, first: int, last: int) -> list[Record]:
    response = client.get(f"{path}/frames/{first}/play?last={last}&width=320")
    assert response.status_code == 200, response.text
    records, data = [], response.content
    while data:
        frame, state, length = struct.unpack_from("<III", data)
        records.append(Record(frame, state, data[12 : 12 + length]))
        data = data[12 + length :]
    return records


def test_played_frames_are_the_frames_of_the_editor(
    client: TestClient, film: str, monkeypatch: pytest.MonkeyPatch
):
    for module in ("play_stream", "routes.films"):
        monkeypatch.setattr(
            f"autochrome.studio.{module}.encode_image", lambda image, **_: encode_image(image, "png")
        )
    records = play(client, film, 16, 1000)
    assert {record.frame for record in records} == set(SHOT[2:]), "to the end of the shot, not farther"
    final = {record.frame: record for record in records if record.state == 1}
    assert set(final) == set(SHOT[2:])
    for number in (16, 20, 43):
        frame = client.get(f"{film}/frames/{number}?width=320").content
        assert np.array_equal(final[number].picture, np.asarray(Image.open(io.BytesIO(frame)))), number
    assert [record.frame for record in play(client, film, 20, 22) if record.state == 1] == [20, 21, 22]


def test_what_cannot_be_played_is_said(client: TestClient, film: str):
    assert client.get(f"{film}/frames/999/play?last=1000").status_code == 404
    assert client.get(f"{film}/frames/3/play").status_code == 422
