"""Other likely colours for a place: group_bins, from the right place, and only where a network has them."""

from pathlib import Path

import numpy as np
import pytest

from autochrome.errors import UsageError
from autochrome.model import ColorSuggester, open_model, runtimes
from autochrome.model.likely_colors import MERGE_DISTANCE, group_bins
from autochrome.types import Hints
from tiny import Graph, plane, tint_card, tiny_tint

PALETTE = ((0.0, 0.0), (60.0, 40.0), (-50.0, 30.0), (10.0, -70.0))
GRID = np.array([(a, b) for a in range(-60, 61, 12) for b in range(-60, 61, 12)], np.float32)


def mixture(*peaks: tuple[float, float, float], width: float = 8.0) -> np.ndarray:
    """(K,) shares over GRID: hills at (a, b) of some weight each."""
    hills = [w * np.exp(-((GRID - (a, b)) ** 2).sum(1) / (2 * width**2)) for a, b, w in peaks]
    return np.sum(hills, 0) / np.sum(hills)


def test_two_hills_are_two_colours() -> None:
    one, other, *rest = group_bins(mixture((30, 30, 2), (-40, 20, 1)), GRID, 6)
    assert np.hypot(one.ab[0] - 30, one.ab[1] - 30) < 6
    assert np.hypot(other.ab[0] + 40, other.ab[1] - 20) < 6
    assert one.share > 1.5 * other.share
    assert all(colour.share < 0.2 * other.share for colour in rest)


@pytest.mark.parametrize("count", [1, 3, 6, 200])
def test_few_group_bins_and_the_likeliest_first(count: int) -> None:
    shares = np.random.default_rng(count).dirichlet(np.full(len(GRID), 0.3))
    found = group_bins(shares, GRID, count)
    assert 1 <= len(found) <= count
    assert [c.share for c in found] == sorted((c.share for c in found), reverse=True)
    assert sum(c.share for c in found) <= 1 + 1e-6
    colours = np.array([c.ab for c in found])
    gaps = np.hypot(*(colours[:, None] - colours[None]).T) + 1e3 * np.eye(len(found))
    assert gaps.min() > MERGE_DISTANCE / 3


def telling(path: Path, *, halves: bool, palette: tuple[tuple[float, float], ...] = PALETTE) -> Path:
    """A network whose distribution at stride 8 is told by lightness alone: one colour each in 0…25…50…75…100."""
    g = Graph()
    if halves:
        g.node("AveragePool", ["luma"], "f8", kernel_shape=[8, 8], strides=[8, 8])
    small = "in_f8" if halves else g.node("AveragePool", ["luma"], kernel_shape=[8, 8], strides=[8, 8])
    middles = g.weight(np.array([12.5, 37.5, 62.5, 87.5], np.float32).reshape(1, 4, 1, 1))
    gap = g.node("Sub", [small, middles])
    g.node(
        "Softmax", [g.node("Mul", [g.node("Mul", [gap, gap]), g.weight(np.float32(-1))])], "likely", axis=1
    )
    believed = g.node("Mul", [g.node("Mul", ["hint", "mask"]), "vivid"])
    g.node("AveragePool", [believed], "ab", kernel_shape=[4, 4], strides=[4, 4])
    features = {"f8": "in_f8"} if halves else {}
    inputs = {"luma": plane(1), "hint": plane(2), "mask": plane(1), "vivid": [1]}
    outputs = {"ab": plane(2, 4), "likely": [1, 4, "H8", "W8"]}
    if halves:
        inputs, outputs = inputs | {"in_f8": plane(1, 8)}, outputs | {"f8": plane(1, 8)}
    return g.save(path, inputs, outputs, tint_card(features=features, palette=palette))


def quarters(height: int = 70, width: int = 101) -> np.ndarray:
    """(H, W) L*: top left 12, top right 37, bottom left 62, bottom right 87."""
    luma = np.zeros((height, width), np.float32)
    luma[:35, :50], luma[:35, 50:], luma[35:, :50], luma[35:, 50:] = 12, 37, 62, 87
    return luma


@pytest.fixture(params=[True, False], ids=["halves", "whole"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return telling(tmp_path / "telling.onnx", halves=request.param)


@pytest.mark.parametrize("device", ["cpu", "openvino"])
def test_the_colour_of_the_place_that_was_asked_for(file: Path, device: str) -> None:
    model = open_model(file, device=device)
    prepared = model.prepare(quarters())
    places = ((0.0, 0.0), (0.99, 0.1), (0.1, 1.0), (1.0, 1.0))
    for (x, y), wanted in zip(places, PALETTE, strict=True):
        (only,) = model.likely_colors(prepared, None, x, y)
        assert np.allclose(only.ab, wanted, atol=1e-3)
        assert only.share == pytest.approx(1, abs=1e-3)
    assert model.likely_colors(prepared, Hints.none(70, 101), 0.5, 0.5, count=1)


def test_painting_does_not_work_it_out(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []
    graph = runtimes._OnnxRuntime
    run = graph.run

    def listen(self: object, outputs: list[str], feeds: dict[str, np.ndarray]) -> object:
        asked.append(tuple(outputs))
        return run(self, outputs, feeds)

    monkeypatch.setattr(graph, "run", listen)
    model = open_model(file, device="cpu")
    prepared = model.prepare(quarters())
    model.paint(prepared)
    assert all("likely" not in outputs for outputs in asked)
    model.likely_colors(prepared, None, 0.5, 0.5)
    assert asked[-1] == ("likely",)


@pytest.mark.parametrize("x", [-0.1, 1.1, float("nan")])
def test_a_place_outside_is_refused(file: Path, x: float) -> None:
    model = open_model(file)
    with pytest.raises(UsageError, match="outside the picture"):
        model.likely_colors(model.prepare(quarters()), None, x, 0.5)


def test_networks_that_do_not_say(tmp_path: Path) -> None:
    for path in (tiny_tint(tmp_path / "a.onnx"), telling(tmp_path / "b.onnx", halves=True, palette=())):
        model = open_model(path)
        assert model.likely_colors(model.prepare(quarters()), None, 0.5, 0.5) == []
        assert isinstance(model, ColorSuggester)


def test_the_shipped_network_offers_a_choice() -> None:
    model = open_model("tint")
    luma = np.random.default_rng(1).uniform(20, 80, (64, 64)).astype(np.float32)
    prepared = model.prepare(luma)
    found = model.likely_colors(prepared, None, 0.3, 0.6)
    assert len(found) >= 2
    assert sum(c.share for c in found) > 0.5
    assert np.abs([c.ab for c in found]).max() <= 110
