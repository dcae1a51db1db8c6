"""Read the decoder of `tint` out of its ONNX file, and write another decoder into it.

So a network can be tuned from the file that ships with the package: no checkpoint and no new trace is needed, and the
encoder stays the same to the bit.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from autochrome.errors import ModelUnusable
from autochrome.lab.export.trace import OnnxModel
from autochrome.lab.networks.tint.decoder import Decoder
from autochrome.lab.networks.tint.hint_propagation import HEADS
from autochrome.types import Floats

_MARK = ".decoder."  # of the names of its weights: part3/module.network.decoder.ab_head.bias
_HALF = "_half"  # end of the names of weights that are stored in 16 bits
_COVERAGE, _DISTANCE = "attention.coverage_weight", "attention.log_distance_weight"
_FOLDED = (_COVERAGE, _DISTANCE)
"""The exporter computes with these two, and stores results that have no name of ours. They are never trained."""


def read_decoder(path: Path) -> Decoder:
    """The decoder of an exported `tint`, on the CPU. A file of another kind raises ModelUnusable."""
    graph = onnx.load(path).graph
    weights = {name: torch.from_numpy(values.copy()) for name, values in _named_weights(graph)}
    weights |= _folded_weights(graph)
    try:
        widths = [len(weights[f"blocks.{i}.conv1.bias"]) for i in range(4)]
        decoder = Decoder(widths, len(weights["bin_head.bias"]))
        decoder.load_state_dict(weights, strict=True)
    except (KeyError, RuntimeError):
        raise ModelUnusable(
            f"{path.name}: the weights of its decoder cannot be read; adapt needs a `tint` of this version, "
            "exported in fp32 or fp16."
        ) from None
    return decoder


def replace_decoder(path: Path, before: Mapping[str, Tensor], after: Mapping[str, Tensor]) -> OnnxModel:
    """The model in the file with the weights `after` wherever it holds those `before`.

    Equal numbers are looked for, not names: the exporter stores some weights twice, in another shape.
    """
    model = onnx.load(path)
    changed = {
        before[name].detach().numpy().ravel().tobytes(): after[name].detach().numpy().ravel()
        for name in before
        if not torch.equal(before[name], after[name])
    }
    found = set()
    for tensor in model.graph.initializer:
        old = numpy_helper.to_array(tensor)
        key = old.astype(np.float32).ravel().tobytes()
        if old.dtype.kind == "f" and key in changed:
            new = changed[key].reshape(old.shape).astype(old.dtype)
            tensor.CopyFrom(numpy_helper.from_array(new, tensor.name))
            found.add(key)
    if len(found) < len(changed):
        raise ModelUnusable(f"{path.name}: {len(changed) - len(found)} weights of its decoder are not found.")
    return model


def _named_weights(graph: Any) -> Iterator[tuple[str, Floats]]:
    """The names inside the decoder, and the values, of the weights that kept their names."""
    for tensor in graph.initializer:
        _, mark, name = tensor.name.partition(_MARK)
        if mark and "shifts" not in name:
            yield name.removesuffix(_HALF), numpy_helper.to_array(tensor).astype(np.float32)


def _folded_weights(graph: Any) -> dict[str, Tensor]:
    """The two weights of the attention, each (HEADS,): the one is multiplied with a logarithm, the other is not."""
    values = {tensor.name: tensor for tensor in graph.initializer}
    kinds = {output: node.op_type for node in graph.node for output in node.output}
    found = {}
    for node in graph.node:
        for name, other in (node.input, reversed(node.input)) if node.op_type == "Mul" else ():
            if name in values and tuple(values[name].dims) == (1, HEADS, 1, 1):
                weight = torch.from_numpy(numpy_helper.to_array(values[name]).astype(np.float32).ravel())
                if kinds.get(other) == "Log":
                    found[_COVERAGE] = weight
                else:
                    found[_DISTANCE] = weight.log()
    return found


def trained_parameters(decoder: Decoder) -> dict[str, torch.nn.Parameter]:
    """The parameters that may change, by name."""
    return {name: value for name, value in decoder.named_parameters() if name not in _FOLDED}
