"""Every row of the contract table, on a random-weight file with the same doors: recognised, fed and read rightly.

The files are one random 1×1 convolution, so numpy can say what must come out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from skimage.color import lab2rgb, rgb2lab

from autochrome.errors import ModelOutputInvalid
from autochrome.model import CONTRACTS, Card, open_model
from autochrome.types import Hints
from tiny import Graph, plane, tiny_tint
from tolerances import TOLERANCES

MEAN, DEVIATION = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
SIDE = 64  # of the files with a fixed size
SIZES = [(1, 1), (7, 300), (33, 65), (64, 64)]


@dataclass
class Net:
    """How to make a file of one contract, and what it should answer."""

    inputs: dict[str, int]  # name → channels
    answers: int
    scale: float  # brings random weights into the range of the answer
    sees: Callable[[np.ndarray, Hints], np.ndarray]  # → (H, W, C): what the network must be shown
    reads: Callable[[np.ndarray], np.ndarray] = lambda answer: answer  # → (H, W, 2)
    shift: float = 0.0
    card: str | None = None  # contracts that cannot be recognised carry a card
    output: str = "output"

    def save(self, path: Path, side: int | None) -> tuple[Path, np.ndarray]:
        g = Graph(seed=3)
        weight = g.random.normal(size=(self.answers, sum(self.inputs.values()), 1, 1)).astype(np.float32)
        weight *= self.scale / np.abs(weight).sum(1, keepdims=True)
        both = (
            g.node("Concat", list(self.inputs), axis=1) if len(self.inputs) > 1 else next(iter(self.inputs))
        )
        bias = g.weight(np.full(self.answers, self.shift, np.float32))
        g.node("Conv", [both, g.weight(weight), bias], self.output)

        def sides(channels: int) -> list[int | str]:
            return [1, channels, side, side] if side else plane(channels)

        card = Card(name="x", contract=self.card, output="rgb") if self.card else None
        doors = {name: sides(channels) for name, channels in self.inputs.items()}
        return g.save(path, doors, {self.output: sides(self.answers)}, card), weight[:, :, 0, 0]

    def expected(self, weight: np.ndarray, luma: np.ndarray, hints: Hints) -> np.ndarray:
        return self.reads(self.sees(luma, hints) @ weight.T + self.shift)


def stack(*planes: np.ndarray) -> np.ndarray:
    return np.concatenate([p[..., None] if p.ndim == 2 else p for p in planes], -1)


def grey(luma: np.ndarray) -> np.ndarray:
    return lab2rgb(np.stack((luma, luma * 0, luma * 0), -1))


def told(hints: Hints) -> np.ndarray:
    return hints.chroma * (hints.mask[..., None] > 0)


def chroma(rgb: np.ndarray) -> np.ndarray:
    return rgb2lab(np.clip(rgb, 0, 1))[..., 1:]


NETS = {
    "lab-luma": Net({"luma": 1}, 2, 0.6, lambda luma, hints: luma[..., None], output="ab"),
    "lab-pair": Net(
        {"luma": 1, "hint": 2}, 2, 0.6, lambda luma, hints: stack(luma, told(hints)), output="ab"
    ),
    "lab-hint": Net(
        {"luma": 1, "hint": 2, "mask": 1},
        2,
        0.6,
        lambda luma, hints: stack(luma, told(hints), hints.mask),
        output="ab",
    ),
    "ddcolor": Net({"input": 3}, 2, 80, lambda luma, hints: grey(luma)),
    "deoldify": Net(
        {"input": 3}, 3, 0.5, lambda luma, hints: grey(luma) * 255, lambda a: chroma(a / 255), shift=90
    ),
    "deoldify-raw": Net(
        {"input": 3},
        3,
        1.5,
        lambda luma, hints: (grey(luma) - MEAN) / DEVIATION,
        lambda a: chroma(a * DEVIATION + MEAN),
        card="deoldify-raw",
    ),
    "eccv16": Net({"input": 1}, 2, 0.6, lambda luma, hints: luma[..., None]),
    "siggraph17": Net(
        {"input_A": 1, "input_B": 2, "mask_B": 1},
        2,
        0.6,
        lambda luma, hints: stack(luma, told(hints), hints.mask),
    ),
    "siggraph17-stacked": Net({"input": 4}, 2, 0.6, lambda luma, hints: stack(luma, told(hints), hints.mask)),
}


def picture(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 100, (height, width)).astype(np.float32)


def some_hints(height: int, width: int) -> Hints:
    random = np.random.default_rng(1)
    mask = (random.uniform(size=(height, width)) > 0.5).astype(np.float32)
    return Hints(random.uniform(-60, 60, (height, width, 2)).astype(np.float32), mask)


def test_every_row_of_the_table_has_its_network() -> None:
    assert {*NETS, "tint"} == set(CONTRACTS)


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("side", [None, SIDE], ids=["free", "fixed"])
def test_a_file_is_recognised_by_its_doors(tmp_path: Path, name: str, side: int | None) -> None:
    path, _ = NETS[name].save(tmp_path / "net.onnx", side)
    card = open_model(path).card
    assert card.contract == name
    if NETS[name].card is None:
        assert card.hints == CONTRACTS[name].hints


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("hinted", [False, True], ids=["alone", "hinted"])
def test_a_network_sees_and_answers_in_physical_units(tmp_path: Path, name: str, hinted: bool) -> None:
    path, weight = NETS[name].save(tmp_path / "net.onnx", SIDE)
    model = open_model(path)
    luma = picture(SIDE, SIDE)
    hints = some_hints(SIDE, SIDE) if hinted else Hints.none(SIDE, SIDE)
    painted = model.paint(model.prepare(luma), hints if hinted else None)
    expected = NETS[name].expected(weight, luma, hints)
    assert np.abs(expected).max() > 5
    assert painted.chroma.dtype == np.float32
    np.testing.assert_allclose(
        painted.chroma, np.clip(expected, -110, 110), atol=TOLERANCES["contract arithmetic"]
    )


@pytest.mark.parametrize("name", ["tint", *NETS])
@pytest.mark.parametrize("side", [None, SIDE], ids=["free", "fixed"])
def test_pictures_of_any_size(tmp_path: Path, name: str, side: int | None) -> None:
    if name == "tint":
        path, stride = tiny_tint(tmp_path / "net.onnx"), 4
    else:
        path, stride = NETS[name].save(tmp_path / "net.onnx", side)[0], 1
    model = open_model(path)
    for height, width in SIZES:
        painted = model.paint(model.prepare(picture(height, width)), some_hints(height, width))
        fixed = CONTRACTS[name].fixed if stride == 4 else side or CONTRACTS[name].fixed
        expected = (fixed, fixed) if fixed else (-(-height // stride), -(-width // stride))
        assert painted.chroma.shape == (*expected, 2)
        assert np.isfinite(painted.chroma).all()
        assert np.abs(painted.chroma).max() <= 110


@pytest.mark.parametrize("name", ["tint", *NETS])
def test_a_mask_of_zeros_is_no_hints_and_no_vividness_is_grey(tmp_path: Path, name: str) -> None:
    path = tiny_tint(tmp_path / "n.onnx") if name == "tint" else NETS[name].save(tmp_path / "n.onnx", SIDE)[0]
    model = open_model(path)
    prepared = model.prepare(picture(33, 65))
    alone = model.paint(prepared)
    unbelieved = Hints(some_hints(33, 65).chroma * np.nan, np.zeros((33, 65), np.float32))
    assert (model.paint(prepared, unbelieved).chroma == alone.chroma).all()
    assert (model.paint(prepared).chroma == alone.chroma).all()
    assert not model.paint(prepared, vivid=0).chroma.any()
    half, double = (model.paint(prepared, vivid=v).chroma for v in (0.5, 2))
    assert np.abs(half).mean() < np.abs(alone.chroma).mean() < np.abs(double).mean()
    hinted = model.paint(prepared, some_hints(33, 65)).chroma
    assert (hinted != alone.chroma).any() == (model.card.hints > 0)


def test_a_bare_deoldify_generator_is_not_silently_grey(tmp_path: Path) -> None:
    net = NETS["deoldify-raw"]
    bare = Net(net.inputs, 3, 0.01, net.sees)
    path, _ = bare.save(tmp_path / "generator.onnx", SIDE)
    model = open_model(path)
    with pytest.raises(ModelOutputInvalid, match=r"^generator\.onnx returned RGB near 0 .*deoldify-raw"):
        model.paint(model.prepare(picture(SIDE, SIDE)))
    told_so = open_model(path, contract="deoldify-raw")
    assert told_so.card.contract == "deoldify-raw"
    assert np.isfinite(told_so.paint(told_so.prepare(picture(SIDE, SIDE))).chroma).all()


def test_a_hint_reaches_the_place_where_it_was_painted(tmp_path: Path) -> None:
    model = open_model(tiny_tint(tmp_path / "t.onnx"))
    prepared = model.prepare(picture(90, 130))
    hints = Hints.none(90, 130)
    hints.mask[40:44, 80:84] = 1
    hints.chroma[40:44, 80:84] = (40, -30)
    alone, painted = model.paint(prepared), model.paint(prepared, hints)
    assert painted.confidence is not None
    np.testing.assert_allclose(painted.chroma[10, 20], (40, -30), atol=0.1)
    assert painted.confidence[10, 20] == painted.confidence.max() == 1
    changed = np.argwhere(np.abs(painted.chroma - alone.chroma).max(-1) > 1e-3)
    assert (np.abs(changed - (10, 20)) <= 2).all()
