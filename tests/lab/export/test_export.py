"""An exported network predicts as the trained one, at any size, in every precision, in one graph or two."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import Tensor, nn

from autochrome.errors import CheckpointError, ExportMismatch, UsageError
from autochrome.lab.export import export as exporting
from autochrome.lab.export.examples import run_parts
from autochrome.lab.export.export import export
from autochrome.lab.export.trace import to_onnx
from autochrome.lab.networks import NETWORKS
from autochrome.lab.networks.edgetpu import MobileNetEdgeTPU
from autochrome.lab.recipe_files import load_recipe
from autochrome.lab.training.run import train
from autochrome.lab.training.run_networks import open_run
from autochrome.lab.training.run_options import RunOptions
from autochrome.lab.types import ColorNetwork, ExportPart, NetworkOutput
from autochrome.model import open_model
from autochrome.types import Hints
from small import RECIPE


class Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 32, 8, 8)

    def forward(self, luma: Tensor) -> Tensor:
        return torch.relu(self.conv(luma / 50 - 1))


class Decoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(35, 3, 3, padding=1)

    def forward(self, deep: Tensor, hint: Tensor, mask: Tensor, vivid: Tensor) -> tuple[Tensor, Tensor]:
        hints = nn.functional.avg_pool2d(torch.cat((hint / 110, mask), 1), 8)
        output = self.conv(torch.cat((deep, hints), 1))
        return output[:, :2] * 60 * vivid, output[:, 2:].sigmoid()


class TwoParts(ColorNetwork):
    inputs, multiple, contract = ("luma", "hint", "mask"), 16, "tint"

    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.decoder = Encoder(), Decoder()

    def forward(self, luma: Tensor, hint: Tensor, mask: Tensor) -> NetworkOutput:
        return NetworkOutput(self.decoder(self.encoder(luma), hint, mask, luma.new_ones(1))[0])

    def export_parts(self) -> list[ExportPart]:
        return [
            ExportPart(self.encoder, {"luma": (1, 1)}, ("deep",)),
            ExportPart(
                self.decoder,
                {"deep": (32, 8), "hint": (2, 1), "mask": (1, 1)},
                ("ab", "confidence"),
                ("vivid",),
            ),
        ]


RUNS = {
    "one": ["phases.one.epochs=4"],
    "two": ["phases.one.epochs=4", "network={family: two_parts}"],
    "tint": [
        "network={family: tint, widths: [8, 16, 16, 16], encoder_width: 0.25, bin_size: 40}",
        "phases.one.epochs=1",
        "data.size=32",
    ],
}
"""Name of a run → its changes of the small recipe."""


@pytest.fixture(scope="module")
def runs(shard: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A run of a network in one graph, one of a network in two, and one of the network that ships, in four."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "small.yaml").write_text(RECIPE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(NETWORKS, "two_parts", TwoParts)
        made = {}
        for name, network in RUNS.items():
            recipe = load_recipe(folder / "small.yaml", network)
            made[name] = train(recipe, folder / name, RunOptions((str(shard),), (str(shard),), "cpu"))
    return made


@pytest.fixture(autouse=True)
def two_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(NETWORKS, "two_parts", TwoParts)


@pytest.fixture(scope="module", autouse=True)
def trace_once() -> Iterator[None]:
    """Tracing is slow, and the same part with the same weights gives the same graph."""
    graphs: dict[tuple[tuple[str, ...], bytes], onnx.ModelProto] = {}

    def cached(part: ExportPart, example: Mapping[str, Tensor], multiple: int) -> onnx.ModelProto:
        weights = b"".join(t.numpy().tobytes() for t in part.module.state_dict().values())
        key = (type(part.module).__name__, *part.outputs), weights
        if key not in graphs:
            graphs[key] = to_onnx(part, example, multiple)
        return deepcopy(graphs[key])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exporting, "to_onnx", cached)
        yield


@pytest.mark.parametrize(("name", "stride"), [("one", 1), ("two", 8), ("tint", 4)])
def test_predictions_are_the_same_at_another_size(runs, tmp_path, name, stride):
    done = export(runs[name], tmp_path / "net.onnx")
    assert done.distance < 0.01
    _, network = open_run(runs[name])
    random = np.random.default_rng(0)
    luma = random.uniform(0, 100, (64, 96)).astype(np.float32)
    hints = Hints(random.uniform(-60, 60, (64, 96, 2)).astype(np.float32), np.ones((64, 96), np.float32))
    planes = {"luma": luma[None], "hint": hints.chroma.transpose(2, 0, 1), "mask": hints.mask[None]}
    inputs = {name: torch.from_numpy(plane)[None] for name, plane in planes.items()}
    ab = run_parts(network.export_parts(), inputs | {"vivid": torch.ones(1)})["ab"]
    expected = ab[0].permute(1, 2, 0).numpy().clip(-110, 110)
    model = open_model(done.path, device="cpu")
    np.testing.assert_allclose(model.paint(model.prepare(luma), hints).chroma, expected, atol=0.01)
    assert (model.card.name, model.card.stride) == ("small", stride)
    assert model.card.figures["grey_psnr"] == pytest.approx(
        model.card.figures["psnr"] - model.card.figures["gain"], abs=1e-3
    )


def test_two_graphs_share_no_nodes(runs, tmp_path):
    path = export(runs["two"], tmp_path / "net.onnx").path
    graph = onnx.load(path).graph
    assert [p.name for p in graph.input] == ["luma", "deep_in", "hint", "mask", "vivid"]
    assert [p.name for p in graph.output] == ["deep", "ab", "confidence"]
    names: dict[str, set[str]] = {"part0/": set(), "part1/": set()}
    for node in graph.node:
        names[node.name[:6]] |= {*node.input, *node.output}
    assert not names["part0/"] & names["part1/"] - {""}
    model = open_model(path, device="cpu")
    assert model.card.features == {"deep": "deep_in"}
    prepared = model.prepare(np.full((16, 16), 50, np.float32))
    normal, vivid = (model.paint(prepared, vivid=v).chroma for v in (1.0, 2.0))
    np.testing.assert_allclose(vivid, 2 * normal, atol=1e-3)


def test_the_file_has_no_source_paths(runs, tmp_path):
    content = export(runs["two"], tmp_path / "net.onnx").path.read_bytes()
    assert str(Path(exporting.__file__).parents[1]).encode() not in content
    assert b".py" not in content


@pytest.mark.parametrize("name", ["one", "two"])
def test_smaller_precisions_make_smaller_files(runs, tmp_path, shard, name):
    sizes = {}
    for precision in ("fp32", "fp16", "int8"):
        pictures = [str(shard)] if precision == "int8" else []
        done = export(runs[name], tmp_path / f"{precision}.onnx", precision, pictures)
        sizes[precision] = sum(numpy_bytes(done.path))
        assert done.distance < exporting.LIMITS[precision]
    assert sizes["fp16"] < 0.6 * sizes["fp32"]
    kinds = {node.op_type for node in onnx.load(tmp_path / "int8.onnx").graph.node}
    assert {"QuantizeLinear", "DequantizeLinear"} <= kinds
    assert sizes["int8"] < 0.6 * sizes["fp32"]


def numpy_bytes(path: Path) -> list[int]:
    return [onnx.numpy_helper.to_array(t).nbytes for t in onnx.load(path).graph.initializer]


def test_layers_can_be_excluded_from_int8(runs, tmp_path, shard):
    done = export(runs["one"], tmp_path / "net.onnx", "int8", [str(shard)], leave=["network.down"])
    assert "QuantizeLinear" not in {node.op_type for node in onnx.load(done.path).graph.node}


def test_tint_in_int8(runs, tmp_path, shard):
    """Only the weights of its int8 layers are in 8 bits."""
    done = export(runs["tint"], tmp_path / "net.onnx", "int8", [str(shard)])
    assert done.distance < exporting.LIMITS["int8"]
    graph = onnx.load(done.path).graph
    eight = {t.name.partition(".")[2] for t in graph.initializer if t.data_type == onnx.TensorProto.INT8}
    assert {name.removesuffix("_quantized") for name in eight if name.endswith("weight_quantized")} == {
        f"network.{name}" for name in int8_weights()
    }


def int8_weights() -> set[str]:
    decoder = {f"decoder.blocks.{i}.{half}.weight" for i in (1, 2, 3) for half in ("conv1", "conv2")}
    layers = MobileNetEdgeTPU(0.125).blocks.named_parameters()
    late = {
        f"encoder.blocks.{name}"
        for name, p in layers
        if int(name.split(".")[0]) in range(9, 20) and p.ndim > 1
    }
    return decoder | late


def test_a_file_that_predicts_otherwise_is_not_written(runs, tmp_path, monkeypatch):
    class Drifts(Decoder):
        """Computes one thing when it is traced, another when it runs."""

        def forward(self, *planes: Tensor) -> tuple[Tensor, Tensor]:
            ab, confidence = super().forward(*planes)
            return (ab + 9 if torch.compiler.is_exporting() else ab), confidence

    def drifting(self: TwoParts) -> list[ExportPart]:
        encoder, decoder = export_parts(self)
        module = Drifts()
        module.load_state_dict(decoder.module.state_dict())
        return [encoder, ExportPart(module, decoder.inputs, decoder.outputs, decoder.scalars)]

    export_parts = TwoParts.export_parts
    monkeypatch.setattr(TwoParts, "export_parts", drifting)
    with pytest.raises(ExportMismatch, match="not written"):
        export(runs["two"], tmp_path / "net.onnx")
    assert list(tmp_path.iterdir()) == []


def test_missing_inputs_are_errors(runs, tmp_path):
    with pytest.raises(UsageError, match="--data"):
        export(runs["one"], tmp_path / "net.onnx", "int8")
    with pytest.raises(CheckpointError, match=r"recipe\.yaml"):
        export(tmp_path, tmp_path / "net.onnx")
