"""What the studio shows of a film is what it exports: the frame with marks, the preview of the shot, and the export."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import av
import cv2
import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from autochrome.color.lab import lab_from_srgb
from autochrome.hints.file import HintsFile
from autochrome.media.stills.pyramid import encode_image
from autochrome.options import FilmOptions
from autochrome.studio.jobs.specs import ExportFilm, Preview
from autochrome.studio.jobs.worker import export_film, preview
from film_inputs import texture
from filmmaking import make_film
from studiohelp import project_path
from tolerances import TOLERANCES

HEIGHT, WIDTH = 240, 320
FRAMES = 64  # more than the shot memory settles at once


class Clip(NamedTuple):
    lights: list[np.ndarray]  # of every frame
    shots: list[int]  # first frames


def soft(height: int, width: int, seed: int) -> np.ndarray:
    """A texture of which a film with half the chroma samples keeps the colours."""
    return cv2.resize(texture(height // 3, width // 3, seed), (width, height), interpolation=cv2.INTER_CUBIC)


def pan() -> Clip:
    """A camera that moves to the right, with the grain of film."""
    wide, random = soft(HEIGHT, WIDTH + FRAMES, 1), np.random.default_rng(0)
    moved = [wide[:, n : n + WIDTH].astype(float) for n in range(FRAMES)]
    return Clip([np.clip(m + random.normal(0, 1, m.shape), 0, 255).astype(np.uint8) for m in moved], [0])


def ball() -> Clip:
    """A bright ball that crosses a dark ground."""
    ground, rows, columns = soft(HEIGHT, WIDTH, 2) // 2, *np.mgrid[:HEIGHT, :WIDTH]
    away = [np.hypot(columns - 40 - 3.5 * n, rows - 120 - 30 * np.sin(n / 9)) for n in range(FRAMES)]
    return Clip([(ground + 90 / (1 + np.exp((a - 40) / 2))).astype(np.uint8) for a in away], [0])


def two_shots() -> Clip:
    """A made film: a pan, then a ball."""
    return Clip(pan().lights[:50] + ball().lights[:14], [0, 50])


CLIPS: dict[str, Callable[[], Clip]] = {"pan": pan, "ball": ball, "two shots": two_shots}


def marks() -> dict[str, Any]:
    """Two key frames that disagree."""
    red = {"path": [[0.4, 0.4], [0.4, 0.6]], "color": "#a04030", "width": 0.2}
    blue = {"path": [[0.6, 0.4], [0.6, 0.6]], "color": "#3050a0", "width": 0.2}
    return {"version": 1, "frames": [{"frame": 20, "strokes": [red]}, {"frame": 44, "strokes": [blue]}]}


def decoded(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as film:
        frames = film.decode(video=0)
        return [f.reformat(format="rgb24", interpolation="BILINEAR").to_ndarray() for f in frames]


def pixels(response: Any) -> np.ndarray:
    assert response.status_code == 200, response.text
    return np.asarray(Image.open(io.BytesIO(response.content)).convert("RGB"))


def ab(rgb: np.ndarray) -> np.ndarray:
    return lab_from_srgb(rgb.astype(np.float32) / np.float32(255))[..., 1:]


def assert_same_colors(one: np.ndarray, other: np.ndarray, what: str) -> None:
    """Both are compared at half their size, because four pixels of the film share one sample of chroma."""
    halves = [
        cv2.resize(ab(rgb), (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA) for rgb in (one, other)
    ]
    distance = np.linalg.norm(halves[0] - halves[1], axis=-1)
    mean, most = float(distance.mean()), float(np.percentile(distance, 99))
    print(what, mean, most)
    assert mean <= TOLERANCES["frame in the studio against export, mean"], f"{what}: {mean:.2f}"
    assert most <= TOLERANCES["frame in the studio against export, 99 %"], f"{what}: {most:.2f}"


@pytest.mark.parametrize("name", CLIPS)
def test_frame_preview_and_export_are_one(
    client: TestClient, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
):
    clip = CLIPS[name]()
    source = make_film(
        tmp_path / "in.mkv",
        codec="ffv1",
        size=(HEIGHT, WIDTH),
        times=range(len(clip.lights)),
        lights=clip.lights,
        sound=None,
    )
    path = project_path(client.post("/api/projects?name=in.mkv", content=source.read_bytes()))
    assert client.put(f"{path}/shots", json=[{"first": n} for n in clip.shots]).status_code == 200
    monkeypatch.setattr(
        "autochrome.studio.routes.films.encode_image", lambda image: encode_image(image, "png")
    )
    request = {"hints": marks(), "width": WIDTH}
    wanted = [0, 19, 20, 32, 44, 50, 63]
    shown = {n: pixels(client.post(f"{path}/frames/{n}/paint", json=request)) for n in wanted}
    plain = pixels(client.get(f"{path}/frames/20?width={WIDTH}"))
    assert np.percentile(np.linalg.norm(ab(shown[20]) - ab(plain), axis=-1), 90) > 5, "the marks count"

    options = FilmOptions(model=str(tiny_model), codec="ffv1")
    spec = {"source": source, "options": options, "hints": HintsFile(**marks()), "cuts": tuple(clip.shots)}
    export_film(ExportFilm(target=tmp_path / "out.mkv", **spec), lambda done, note: None)
    exported = decoded(tmp_path / "out.mkv")
    stops = [*clip.shots[1:], len(clip.lights)]
    previewed: list[np.ndarray] = []
    for first, stop in zip(clip.shots, stops, strict=True):
        target = tmp_path / f"{first}.mp4"
        preview(Preview(target=target, first=first, last=stop - 1, **spec), lambda done, note: None)
        previewed += decoded(target)
    assert len(previewed) == len(exported) == len(clip.lights)
    for number in wanted:
        assert_same_colors(shown[number], exported[number], f"frame {number}, shown and exported")
        assert_same_colors(previewed[number], exported[number], f"frame {number}, preview and export")
