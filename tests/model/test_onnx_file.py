"""Our reading of the ONNX format, against the `onnx` package."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from autochrome.errors import AutochromeError, InputUnreadable, ModelUnknown, ModelUnusable
from autochrome.model.onnx_file import cut, interface, load
from tiny import Graph, plane, tiny_tint

SLOW, QUICK = ["f4", "f8"], ["ab", "confidence", "local_ab", "local_weight"]


@pytest.fixture(scope="module")
def tint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_tint(tmp_path_factory.mktemp("tint") / "tint.onnx")


def test_doors_are_what_onnx_says(tint: Path) -> None:
    doors, truth = interface(load(tint), "tint"), onnx.load(tint)
    for ours, theirs in ((doors.inputs, truth.graph.input), (doors.outputs, truth.graph.output)):
        assert [p.name for p in ours] == [v.name for v in theirs]
        assert [p.kind for p in ours] == [v.type.tensor_type.elem_type for v in theirs]
        assert [p.shape for p in ours] == [
            tuple(d.dim_value or None for d in v.type.tensor_type.shape.dim) for v in theirs
        ]
    assert doors.input("hint").channels == 2
    assert doors.input("vivid").channels is None


def test_weights_listed_among_the_inputs_are_no_doors(tmp_path: Path) -> None:
    weight = numpy_helper.from_array(np.ones((2, 1, 1, 1), np.float32), "w")
    ports = [
        helper.make_tensor_value_info(n, TensorProto.FLOAT, s)
        for n, s in {"x": plane(1), "w": [2, 1, 1, 1]}.items()
    ]
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, plane(2))
    graph = helper.make_graph([helper.make_node("Conv", ["x", "w"], ["y"])], "old", ports, [out], [weight])
    data = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 8)], ir_version=3
    ).SerializeToString()
    assert [p.name for p in interface(data, "old").inputs] == ["x"]


@pytest.mark.parametrize(
    ("outputs", "inputs"), [(SLOW, {"luma"}), (QUICK, {"in_f4", "in_f8", "hint", "mask", "vivid"})]
)
def test_a_half_is_a_valid_file_with_only_its_own_doors(
    tint: Path, outputs: list[str], inputs: set[str]
) -> None:
    half = onnx.load_from_string(cut(load(tint), outputs, "tint"))
    onnx.checker.check_model(half, full_check=True)
    assert {v.name for v in half.graph.input} == inputs
    assert [v.name for v in half.graph.output] == outputs


def test_the_halves_share_nothing_and_lose_nothing(tint: Path) -> None:
    whole = onnx.load(tint).graph
    slow, quick = (onnx.load_from_string(cut(load(tint), outputs, "tint")).graph for outputs in (SLOW, QUICK))
    for part in ("node", "initializer", "input", "output"):
        rows = [[row.SerializeToString() for row in getattr(graph, part)] for graph in (slow, quick, whole)]
        assert sorted(rows[0] + rows[1]) == sorted(rows[2])


@pytest.mark.parametrize("garbage", [b"not a network at all", b"\x00" * 64, b"\xff" * 64, b"GIF89a", b"{}"])
def test_other_files_are_named_as_no_onnx(tmp_path: Path, garbage: bytes) -> None:
    path = tmp_path / "x.onnx"
    path.write_bytes(garbage)
    with pytest.raises(ModelUnusable, match=r"^x\.onnx is not an ONNX file"):
        interface(load(path), path.name)


def test_a_file_cut_short_is_noticed_wherever_it_ends(tint: Path) -> None:
    data = tint.read_bytes()
    whole = interface(data, "t")
    for end in range(0, len(data), 7):
        try:
            rest = interface(data[:end], "t")
        except ModelUnusable:
            continue
        assert whole.metadata
        assert not rest.metadata  # cut between two fields: what is left is a file, without its card


def test_mutated_bytes_give_only_clean_errors(tint: Path) -> None:
    data = tint.read_bytes()
    random = np.random.default_rng(0)
    clean = 0
    for _ in range(400):
        broken = bytearray(data)
        for at in random.integers(0, len(data), random.integers(1, 6)):
            broken[at] = random.integers(0, 256)
        try:
            interface(bytes(broken), "t")
            cut(bytes(broken), QUICK, "t")
        except AutochromeError:
            clean += 1
    assert clean > 10


def test_missing_empty_and_forbidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelUnknown, match="There is no model file"):
        load(tmp_path / "none.onnx")
    (tmp_path / "empty.onnx").touch()
    with pytest.raises(ModelUnusable, match=r"empty\.onnx is empty"):
        load(tmp_path / "empty.onnx")
    with pytest.raises(InputUnreadable, match="cannot be opened"):
        load(tmp_path)


def test_a_graph_of_one_part_is_cut_to_itself(tmp_path: Path) -> None:
    g = Graph()
    g.conv("luma", 1, 2, out="ab")
    path = g.save(tmp_path / "one.onnx", {"luma": plane(1)}, {"ab": plane(2)})
    assert onnx.load_from_string(cut(load(path), ["ab"], "one")) == onnx.load(path)
