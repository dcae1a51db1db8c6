"""ONNX graphs as the exporter needs them: out of torch, smaller, and side by side in one file. [home of onnx]"""

import logging
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from autochrome.lab.types import Part
from autochrome.types import Floats

OPSET = 18
_GIVEN = "{}_given"
"""What an earlier part's answer is called where a later part takes it in."""
_LEARNT = "module."  # so begin the names of a module's own weights
_FAINT = 1e-3  # numbers that are all smaller lose digits in 16 bits
_SMALL = 64  # weights of fewer numbers stay as they are: scales, shapes, biases of thin layers

Model: TypeAlias = Any  # onnx.ModelProto; the library has no annotations
Feeds: TypeAlias = Mapping[str, Floats]


class _Planes(nn.Module):
    """Any module with its inputs as one row, so that one way of naming them serves all."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, *planes: Tensor) -> Any:
        return self.module(*planes)


@contextmanager
def _quiet(*loggers: str) -> Iterator[None]:
    """The exporters talk about themselves: warnings and log lines that tell a user nothing."""
    before = {name: logging.getLogger(name).level for name in loggers}
    for name in loggers:
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def from_torch(part: Part, example: Mapping[str, Tensor], multiple: int) -> Model:
    """One part as an ONNX model, for pictures whose sides are any multiples of `multiple`."""
    names = [*part.inputs, *part.numbers]
    rows, columns = (torch.export.Dim(side, min=1, max=4096) for side in ("rows", "columns"))
    steps = [multiple // stride for _, stride in part.inputs.values()]
    free: list[dict[int, Any]] = [{2: step * rows, 3: step * columns} for step in steps]
    free += [{} for _ in part.numbers]
    with _quiet("torch.onnx", "onnxscript", "onnx_ir"):
        program = torch.onnx.export(
            _Planes(part.module).eval(),
            tuple(example[name] for name in names),
            None,
            input_names=names,
            output_names=list(part.outputs),
            dynamic_shapes=(tuple(free),),
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    del model.graph.value_info[:]  # shapes of inner maps: a third of a small file, and nobody reads them
    graph = model.graph
    for noted in (graph, *graph.node, *graph.input, *graph.output):
        del noted.metadata_props[
            :
        ]  # where in the source it was traced, with the paths of the machine that did it
    return model


def store_as_half(model: Model) -> Model:
    """Weights at half the bytes; they are widened once when the file is opened, and the sums stay float32."""
    for tensor in list(model.graph.initializer):
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < _SMALL:
            continue
        largest = np.abs(values).max()
        if largest > 6e4 or 0 < largest < _FAINT:  # the faint ones: the steps of what is kept in 8 bits
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
        widen = helper.make_node("Cast", [f"{name}_half"], [name], name=f"widen_{name}", to=TensorProto.FLOAT)
        model.graph.node.insert(0, widen)
    return model


def quantize(
    model: Model, examples: Sequence[Feeds], take: Iterable[str] = ("",), leave: Iterable[str] = ()
) -> Model:
    """Convolutions in 8 bits, their ranges taken from these examples.

    Those whose weights have one of the words of `take` in their name, and none of `leave`; what was not learnt stays.
    """
    from onnxruntime.quantization import (
        CalibrationDataReader,
        CalibrationMethod,
        QuantFormat,
        QuantType,
        quantize_static,
    )
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Examples(CalibrationDataReader):  # type: ignore[misc]  # its base has no types
        def __init__(self) -> None:
            self.rest = iter(examples)

        def get_next(self) -> Feeds | None:
            return next(self.rest, None)

    words, left = tuple(take), tuple(leave)

    def stays(name: str) -> bool:
        learnt = name.startswith(_LEARNT) and any(word in name for word in words)
        return not learnt or any(word in name for word in left)

    if all(stays(node.input[1]) for node in model.graph.node if node.op_type == "Conv"):
        return model
    with TemporaryDirectory() as folder, _quiet("root"):
        plain, prepared, done = (str(Path(folder) / f"{n}.onnx") for n in ("plain", "prepared", "done"))
        onnx.save(model, plain)
        quant_pre_process(plain, prepared, skip_symbolic_shape=True)
        nodes = onnx.load(prepared).graph.node
        quantize_static(
            prepared,
            done,
            Examples(),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv"],
            per_channel=True,
            weight_type=QuantType.QInt8,
            activation_type=QuantType.QUInt8,
            nodes_to_exclude=[n.name for n in nodes if n.op_type == "Conv" and stays(n.input[1])],
            calibrate_method=CalibrationMethod.MinMax,
        )
        return onnx.load(done)


def side_by_side(models: Sequence[Model]) -> tuple[Model, dict[str, str]]:
    """One file with all graphs, which share weights but no node; and how later ones call what earlier ones answer."""
    answered: set[str] = set()
    links: dict[str, str] = {}
    whole = onnx.ModelProto()
    whole.CopyFrom(models[0])
    del whole.graph.node[:], whole.graph.initializer[:], whole.graph.input[:], whole.graph.output[:]
    for i, model in enumerate(models):
        graph = _renamed(model.graph, f"part{i}/", answered, links)
        whole.graph.node.extend(graph.node)
        whole.graph.initializer.extend(graph.initializer)
        known = {port.name for port in whole.graph.input}
        whole.graph.input.extend(port for port in graph.input if port.name not in known)
        whole.graph.output.extend(graph.output)
        answered |= {port.name for port in graph.output}
        spoken = {node.domain for node in graph.node} - {known.domain for known in whole.opset_import}
        whole.opset_import.extend(domain for domain in model.opset_import if domain.domain in spoken)
    _share_weights(whole.graph)
    onnx.checker.check_model(whole)
    return whole, links


def _share_weights(graph: Any) -> None:
    """Graphs that use the same weights keep them once."""
    first: dict[tuple[Any, ...], str] = {}
    same: dict[str, str] = {}
    for i, tensor in reversed(list(enumerate(graph.initializer))):
        values = numpy_helper.to_array(tensor)
        if values.size < _SMALL:
            continue
        content = tensor.data_type, values.shape, values.tobytes()
        same[tensor.name] = first.setdefault(content, tensor.name)
        if same[tensor.name] != tensor.name:
            del graph.initializer[i]
    for node in graph.node:
        node.input[:] = [same.get(name, name) for name in node.input]


def _renamed(graph: Any, prefix: str, answered: set[str], links: dict[str, str]) -> Any:
    """A copy whose inner names carry a prefix, and whose taken-in answers have names of their own."""
    copy = onnx.GraphProto()
    copy.CopyFrom(graph)
    doors = {port.name for port in (*copy.input, *copy.output)}
    taken = {port.name: _GIVEN.format(port.name) for port in copy.input if port.name in answered}
    links.update(taken)

    def new(name: str) -> str:
        return taken.get(name, name) if name in doors or not name else prefix + name

    for node in copy.node:
        node.name = prefix + node.name
        node.input[:] = [new(name) for name in node.input]
        node.output[:] = [new(name) for name in node.output]
    for tensor in copy.initializer:
        tensor.name = new(tensor.name)
    for port in (*copy.input, *copy.output):
        port.name = new(port.name)
    return copy
