"""Parts of the studio alone: turns at the bench, likely colours, networks by name, things kept ready."""

import asyncio
import threading
from pathlib import Path

import numpy as np
import pytest

from autochrome.color.lab import lab_from_srgb
from autochrome.errors import ModelUnknown
from autochrome.model import open_model
from autochrome.model.likely_colors import LikelyColor
from autochrome.model.network import OnnxModel
from autochrome.studio.color_suggestions import colors_around, doubt_map, suggest
from autochrome.studio.errors import Superseded
from autochrome.studio.executors import Bench
from autochrome.studio.networks import Networks
from autochrome.studio.open_photo import Desks


def ab_of(color: str) -> np.ndarray:
    return lab_from_srgb(np.frombuffer(bytes.fromhex(color[1:]), np.uint8) / 255)[1:]


def test_of_the_strokes_that_wait_the_newest_is_painted():
    async def story() -> list[object]:
        bench, go = Bench(), threading.Event()
        busy = [asyncio.create_task(bench.paint(key, go.wait)) for key in ("a", "b")]
        await asyncio.sleep(0.05)
        tasks = [asyncio.create_task(bench.paint("c", lambda n=n: n)) for n in range(3)]
        other = asyncio.create_task(bench.paint("d", lambda: "other"))
        await asyncio.sleep(0.05)
        go.set()
        answers = await asyncio.gather(*tasks, other, *busy, return_exceptions=True)
        bench.close()
        return answers

    first, second, third, other, *_ = asyncio.run(story())
    assert isinstance(first, Superseded)
    assert isinstance(second, Superseded)
    assert (third, other) == (2, "other")


def test_colours_around_are_those_around():
    chroma = np.zeros((60, 80, 2), np.float32)
    chroma[:, :40] = (40, 20)
    chroma[:, 40:] = (-30, 30)
    near, far = colors_around(chroma, 0.1, 0.5)[0], colors_around(chroma, 0.9, 0.5)[0]
    assert np.allclose(near[0], (40, 20), atol=1)
    assert np.allclose(far[0], (-30, 30), atol=1)
    assert near[1] > 0.7


class Knowing:
    """Stands for a network that says what it holds likely."""

    def likely_colors(self, prepared, hints, x, y, count=6) -> list[LikelyColor]:
        return [LikelyColor((50.0, 40.0), 0.5), LikelyColor((-20.0, -30.0), 0.3)]


def test_what_the_network_holds_likely_comes_first(tiny_model: Path):
    luma = np.full((64, 64), 50, np.float32)
    chroma = np.full((64, 64, 2), (0.0, 45.0), np.float32)
    prepared = open_model(tiny_model).prepare(luma)
    found = suggest(Knowing(), prepared, chroma, 0.5, 0.5)
    assert [round(share, 1) for _, share in found] == [0.5, 0.3, 0.2]
    for (color, _), wanted in zip(found, [(50, 40), (-20, -30), (0, 45)], strict=True):
        assert np.linalg.norm(ab_of(color) - wanted) < 3
    assert len(suggest(open_model(tiny_model), prepared, chroma, 0.5, 0.5)) == 1


@pytest.mark.parametrize("light", [2.0, 97.0])
def test_a_suggested_colour_keeps_its_chroma_where_the_picture_is_dark_or_bright(
    light: float, tiny_model: Path
):
    prepared = open_model(tiny_model).prepare(np.full((64, 64), light, np.float32))
    color, _ = suggest(Knowing(), prepared, np.zeros((64, 64, 2), np.float32), 0.5, 0.5)[0]
    assert np.linalg.norm(ab_of(color) - (50, 40)) < 3


def test_the_map_of_doubt_is_white_where_nothing_is_certain():
    sure = np.zeros((10, 20), np.float32)
    sure[:, 10:] = 1
    doubt = doubt_map(sure)
    assert doubt.shape == (40, 80)
    assert (doubt[:, :30] == 255).all()
    assert (doubt[:, 50:] == 0).all()


def test_networks_are_names(tiny_model: Path):
    networks = Networks(str(tiny_model))
    assert networks.default == "tiny"
    assert networks.file("tiny") == str(tiny_model.resolve())
    assert networks.open("tiny") is networks.open("tiny")
    assert networks.open("tiny").card.name == "tiny"
    with pytest.raises(ModelUnknown, match="choose one of"):
        networks.open(str(tiny_model))


def test_a_network_has_heard_a_hint_before_the_first_stroke(monkeypatch: pytest.MonkeyPatch):
    heard, paint = [], OnnxModel.paint

    def listening(self, prepared, hints=None, vivid=1.0):
        heard.append(hints is not None and hints.present)
        return paint(self, prepared, hints, vivid)

    monkeypatch.setattr(OnnxModel, "paint", listening)
    networks = Networks()
    networks.open(networks.default)
    assert heard == [True]


class Thing:
    size = 10


def test_things_are_made_once_and_the_oldest_goes():
    desks, made = Desks[Thing](25), []

    def make() -> Thing:
        made.append(1)
        return Thing()

    threads = [threading.Thread(target=desks.get, args=("a", make)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    for key in ("b", "c", "a"):
        desks.get(key, make)
    assert len(made) == 4, "a was the oldest when there was no more room"
    desks.forget("a")
    desks.get("a", make)
    assert len(made) == 5
