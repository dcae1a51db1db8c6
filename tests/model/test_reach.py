"""A hint about one thing leaves the rest of the picture as it is; a hint about the whole picture is painted anew."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autochrome.model import open_model
from autochrome.model.network import OnnxModel
from autochrome.types import OUTLINED, Hints
from tiny import Graph, plane, tiny_tint

LUMA = np.random.default_rng(3).uniform(0, 100, (64, 96)).astype(np.float32)


def square(reach: float | None) -> Hints:
    hints = Hints.none(*LUMA.shape)
    hints.mask[24:40, 40:56] = 1
    hints.chroma[:] = (35, -45)
    return hints if reach is None else hints.with_reach(reach)


@pytest.fixture
def model(tmp_path: Path):
    return open_model(tiny_tint(tmp_path / "tiny.onnx"), device="cpu")


def test_a_hint_about_one_thing_changes_nothing_else(model) -> None:
    prepared = model.prepare(LUMA)
    alone, near = model.paint(prepared), model.paint(prepared, square(0.0))
    far = np.ones(alone.chroma.shape[:2], bool)
    far[2:14, 6:18] = False  # where the hints of the tiny model reach, and a soft edge
    np.testing.assert_array_equal(near.chroma[far], alone.chroma[far])
    np.testing.assert_allclose(near.chroma[7:9, 11:13], np.broadcast_to((35, -45), (2, 2, 2)), atol=0.1)
    assert (near.confidence >= alone.confidence - 1e-6).all()


def test_a_whole_picture_hint_is_the_hint_without_reach(model) -> None:
    prepared = model.prepare(LUMA)
    np.testing.assert_array_equal(
        model.paint(prepared, square(1.0)).chroma, model.paint(prepared, square(None)).chroma
    )


def test_an_outlined_hint_colours_its_own_pixels_and_nothing_else(model) -> None:
    prepared = model.prepare(LUMA)
    alone, laid = model.paint(prepared), model.paint(prepared, square(OUTLINED))
    inside, far = np.zeros((2, *alone.chroma.shape[:2]), bool)
    inside[6:10, 10:14] = True
    far[4:12, 8:16] = True
    np.testing.assert_array_equal(laid.chroma[~far], alone.chroma[~far])
    np.testing.assert_allclose(laid.chroma[inside], np.broadcast_to((35, -45), (16, 2)), atol=0.01)
    assert (laid.confidence[inside] == 1).all()
    assert not model.paint(prepared, square(OUTLINED), vivid=0).chroma.any()


def test_vivid_0_is_grey_whatever_the_reach(model) -> None:
    assert not model.paint(model.prepare(LUMA), square(0.0), vivid=0).chroma.any()


def test_a_mask_of_zeros_equals_no_hints(model) -> None:
    prepared, hints = model.prepare(LUMA), square(0.0)
    hints.mask[:] = 0
    np.testing.assert_array_equal(model.paint(prepared, hints).chroma, model.paint(prepared).chroma)


def test_the_embedding_of_a_picture_is_computed_when_it_is_needed_and_once(
    tmp_path: Path, model, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[tuple[str, ...]] = []
    add_features = OnnxModel._add_features

    def counted(self: OnnxModel, state: Any, outputs: tuple[str, ...]) -> None:
        runs.append(outputs)
        add_features(self, state, outputs)

    monkeypatch.setattr(OnnxModel, "_add_features", counted)
    embedding = open_model(tiny_tint(tmp_path / "embedding.onnx", embedding=True), device="cpu")
    prepared = embedding.prepare(LUMA)
    embedding.paint(prepared)
    embedding.paint(prepared, square(1.0))
    assert ("embedding",) not in runs
    laid = [embedding.paint(prepared, square(0.0)).chroma for _ in range(3)]
    assert runs.count(("embedding",)) == 1
    for chroma in laid:
        np.testing.assert_array_equal(chroma, model.paint(model.prepare(LUMA), square(0.0)).chroma)


def test_a_model_that_cannot_lay_hints_takes_them_for_the_whole_picture(tmp_path: Path) -> None:
    g = Graph()
    painted = g.node("Mul", ["hint", "mask"])
    g.node("AveragePool", [painted], "ab", kernel_shape=[4, 4], strides=[4, 4])
    file = g.save(
        tmp_path / "plain.onnx",
        {"luma": plane(1), "hint": plane(2), "mask": plane(1)},
        {"ab": plane(2, 4)},
    )
    model = open_model(file, device="cpu")
    prepared = model.prepare(LUMA)
    np.testing.assert_array_equal(
        model.paint(prepared, square(0.0)).chroma, model.paint(prepared, square(None)).chroma
    )
