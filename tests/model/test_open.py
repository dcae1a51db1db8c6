"""Finding, opening and checking networks: what cannot be used is one sentence."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto

from autochrome.errors import AutochromeError, ModelOutputInvalid, ModelUnknown, ModelUnusable, UsageError
from autochrome.model import Card, InstalledModel, check_model, list_models, open_model
from autochrome.model import open as model_open
from autochrome.types import Hints
from tiny import Graph, plane, tint_card, tiny_tint

LUMA = np.random.default_rng(0).uniform(0, 100, (48, 80)).astype(np.float32)


def sentence(error: pytest.ExceptionInfo[AutochromeError]) -> str:
    text = str(error.value)
    assert text.endswith((".", ")."))
    assert "\n" not in text
    assert "onnxruntime" not in type(error.value).__module__
    return text


@pytest.fixture
def tint(tmp_path: Path) -> Path:
    return tiny_tint(tmp_path / "tiny.onnx")


def test_an_unknown_name_lists_those_that_exist(tint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_open, "_weights_folder", lambda: tint.parent)
    with pytest.raises(ModelUnknown) as error:
        open_model("nosuch")
    assert sentence(error) == (
        "There is no model 'nosuch'; give an ONNX file, or one of the installed names: tiny."
    )


def test_installed_networks_are_listed_and_opened_by_name(
    tint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_open, "_weights_folder", lambda: tint.parent)
    (only,) = list_models()
    assert isinstance(only, InstalledModel)
    assert (only.name, only.path, only.size) == ("tiny", tint, tint.stat().st_size)
    assert len(only.sha256) == 64
    assert only.card == tint_card() == open_model("tiny").card


def test_whatever_is_shipped_opens_and_colours() -> None:
    for installed in list_models():
        report = check_model(installed.path)
        assert report.usable, report.reason
        assert report.card == installed.card
        assert installed.card.licence != "unknown"


@pytest.mark.parametrize(
    ("inputs", "outputs", "kind", "words"),
    [
        (
            {"x": [1, 1, 32, 32]},
            {"y": [1, 2, 32, 32]},
            TensorProto.INT8,
            "its input 'x' is int8; export it with float32",
        ),
        (
            {"x": [4, 1, 32, 32]},
            {"y": [4, 2, 32, 32]},
            TensorProto.FLOAT,
            "its input 'x' takes a batch of 4",
        ),
        (
            {"x": [1, 7, 32, 32]},
            {"y": [1, 7, 32, 32]},
            TensorProto.FLOAT,
            r"the interface \(x 1×7×32×32\) → \(y 1×7×32×32\) is unknown",
        ),
        (
            {"x": [1, 1000]},
            {"y": [1, 1000]},
            TensorProto.FLOAT,
            r"the interface \(x 1×1000\) → .* is unknown; known contracts are tint",
        ),
    ],
    ids=["int8", "batch", "channels", "classifier"],
)
def test_doors_we_do_not_know(
    tmp_path: Path, inputs: dict[str, list[int]], outputs: dict[str, list[int]], kind: int, words: str
) -> None:
    g = Graph()
    (x, sx), (y, sy) = *inputs.items(), *outputs.items()
    if sx == sy:
        g.node("Identity", [x], y)
    else:
        g.node("Concat", [x, x], y, axis=1)
    path = g.save(tmp_path / "odd.onnx", inputs, outputs, kind=kind)
    with pytest.raises(ModelUnusable, match=rf"^odd\.onnx: {words}") as error:
        open_model(path)
    assert sentence(error)
    report = check_model(path)
    assert not report.usable
    assert report.reason == str(error.value)


@pytest.mark.parametrize("end", [0, 1, 100, 1000, -1])
def test_no_network_at_all(tint: Path, end: int) -> None:
    tint.write_bytes(tint.read_bytes()[:end])
    with pytest.raises(ModelUnusable, match=r"^tiny\.onnx") as error:
        open_model(tint)
    assert sentence(error)


@pytest.mark.parametrize("device", ["cpu", "openvino"])
def test_a_network_no_runtime_can_load(
    tmp_path: Path, device: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tiny_tint(tmp_path / "tiny.onnx")
    path.write_bytes(path.read_bytes().replace(b"AveragePool", b"OveragePool"))
    with pytest.raises(ModelUnusable, match=r"^tiny\.onnx: the runtime cannot load it") as error:
        open_model(path, device=device)
    assert sentence(error)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"contract": "tnit"}, "its card names an unknown contract 'tnit'; known are tint"),
        ({"features": {"f4": "in_f4", "f9": "in_f9"}}, r"features that the file does not have \(f9, in_f9\)"),
        ({"exact": ("f9",)}, r"features that the file does not have \(f9\)"),
    ],
)
def test_a_card_that_does_not_fit_its_file(tmp_path: Path, change: dict[str, object], words: str) -> None:
    path = tiny_tint(tmp_path / "tiny.onnx", card=tint_card(**change))
    with pytest.raises(ModelUnusable, match=words) as error:
        open_model(path)
    assert sentence(error)


def test_weights_ship_with_the_package() -> None:
    """The tests of every shipped model below would be empty without them."""
    assert "tint" in [installed.name for installed in list_models()]


@pytest.mark.parametrize("name", [installed.name for installed in list_models()])
def test_what_is_shipped_does_not_tell_where_it_was_made(name: str) -> None:
    assert b".py" not in model_open.find_model(name).read_bytes()


def test_an_unknown_field_in_the_card_is_named(tmp_path: Path) -> None:
    card = json.loads(tint_card().model_dump_json()) | {"flavour": "mint"}
    path = tiny_tint(tmp_path / "tiny.onnx", card=json.dumps(card))
    with pytest.raises(ModelUnusable, match=r"^tiny\.onnx: its card is invalid at 'flavour'"):
        open_model(path)


def answering(path: Path, nodes: str) -> Path:
    """A lab network that answers nonsense of one kind."""
    g = Graph()
    both = g.node("Concat", ["luma", "luma"], "ab" if nodes == "right" else None, axis=1)
    if nodes in ("nan", "inf"):
        g.node("Mul", [both, g.weight(np.float32(np.nan if nodes == "nan" else np.inf))], "ab")
    elif nodes == "channels":
        g.node("Concat", ["luma", "luma", "luma"], "ab", axis=1)
    elif nodes == "uneven":
        g.node("AveragePool", [both], "ab", kernel_shape=[2, 1], strides=[2, 1])
    elif nodes == "larger":
        g.node("Resize", [both, "", g.weight(np.array([1, 1, 2, 2], np.float32))], "ab", mode="nearest")
    elif nodes == "stride":
        g.node("AveragePool", [both], "ab", kernel_shape=[2, 2], strides=[2, 2])
    elif nodes == "flat":
        g.node("ReduceMean", [both], "ab", axes=[2, 3], keepdims=0)
    card = Card(name="lab", contract="lab-luma", multiple=8, stride=1)
    shape = [1, 2] if nodes == "flat" else [1, "C", "h", "w"]
    return g.save(path, {"luma": plane(1)}, {"ab": shape}, card)


@pytest.mark.parametrize(
    ("nodes", "words"),
    [
        ("nan", "returned NaN or infinity"),
        ("inf", "returned NaN or infinity"),
        ("channels", r"returned shape \(1, 3, 48, 80\) for a picture of 48×80"),
        ("uneven", r"returned shape \(1, 2, 24, 80\)"),
        ("larger", r"returned shape \(1, 2, 96, 160\)"),
        ("stride", r"returned shape \(1, 2, 24, 40\) .* at stride 1\.$"),
        ("flat", r"returned shape \(1, 2\)"),
    ],
)
def test_a_broken_answer_is_one_sentence(tmp_path: Path, nodes: str, words: str) -> None:
    path = answering(tmp_path / "broken.onnx", nodes)
    model = open_model(path)
    with pytest.raises(ModelOutputInvalid, match=rf"^broken\.onnx {words}") as error:
        model.paint(model.prepare(LUMA))
    assert sentence(error)
    assert not check_model(path).usable


def test_colour_beyond_the_limit_is_clipped(tmp_path: Path) -> None:
    model = open_model(answering(tmp_path / "loud.onnx", "right"))
    assert model.paint(model.prepare(LUMA), vivid=2).chroma.max() == 110


def test_a_report_says_how_a_file_can_be_used(tint: Path) -> None:
    report = check_model(tint)
    assert report.usable
    assert report.contract == "tint"
    assert report.sizes == "any size, padded to multiples of 32"
    assert report.hints == "chroma and mask"
    assert report.device == "cpu"
    assert report.card == tint_card()
    missing = check_model(tint.with_name("none.onnx"))
    assert not missing.usable
    assert "none.onnx" in missing.reason


@pytest.mark.parametrize("shape", [(), (3,), (2, 2, 3), (0, 5)])
def test_a_luma_of_the_wrong_shape(tint: Path, shape: tuple[int, ...]) -> None:
    with pytest.raises(UsageError, match=r"\(H, W\)"):
        open_model(tint).prepare(np.zeros(shape, np.float32))


def test_wrong_numbers_are_refused(tint: Path) -> None:
    model = open_model(tint)
    with pytest.raises(UsageError, match="luma plane holds NaN"):
        model.prepare(np.full((4, 4), np.nan, np.float32))
    prepared = model.prepare(LUMA)
    with pytest.raises(UsageError, match=r"The hints are \(5, 5\), but the picture is \(48, 80\)"):
        model.paint(prepared, Hints.none(5, 5))
    with pytest.raises(UsageError, match="hints hold NaN"):
        model.paint(prepared, Hints(np.full((48, 80, 2), np.nan, np.float32), np.ones((48, 80), np.float32)))
    for vivid in (-0.1, 2.1, float("nan")):
        with pytest.raises(UsageError, match="vivid is"):
            model.paint(prepared, vivid=vivid)
    with pytest.raises(UsageError, match="There is no contract 'x'"):
        open_model(tint, contract="x")


def test_listing_networks_loads_no_runtime(tint: Path) -> None:
    code = (
        "import sys; from autochrome.model import list_models; list_models();"
        "print(*{'onnxruntime', 'openvino', 'onnx', 'torch'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("name", [installed.name for installed in list_models()])
def test_what_is_no_photograph_stays_grey(name: str) -> None:
    """Empty frames of any lightness, a sheet that darkens towards its corners, and a title card."""
    network = open_model(name)
    row, column = np.mgrid[-1:1:256j, -1:1:384j].astype(np.float32)
    sheets = [np.full((256, 384), light, np.float32) for light in (10, 30, 50, 70, 90)]
    sheets.append(70 - 12 * (row**2 + column**2))
    title = np.full((256, 384), 5, np.float32)
    title[100:150, 60:320] = np.where(np.arange(260) % 40 < 25, 92, 5)
    for luma in (*sheets, title):
        chroma = network.paint(network.prepare(luma)).chroma
        assert np.hypot(*np.moveaxis(chroma, -1, 0)).mean() < 5
