"""From torch modules to ONNX graphs."""

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from autochrome.lab.types import ExportPart

OPSET = 18

OnnxModel: TypeAlias = Any  # onnx.ModelProto; the library has no annotations


class _WithInputList(nn.Module):
    """A module with its inputs as one list, so that all modules can be traced in the same way."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, *inputs: Tensor) -> Any:
        return self.module(*inputs)


@contextmanager
def silence(*loggers: str) -> Iterator[None]:
    """Hide warnings, and log lines below ERROR, of the exporters: none of them helps a user."""
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


def to_onnx(part: ExportPart, example: Mapping[str, Tensor], multiple: int) -> OnnxModel:
    """One part as an ONNX model, for pictures whose sides are any multiples of `multiple`."""
    names = [*part.inputs, *part.scalars]
    rows, columns = (torch.export.Dim(side, min=1, max=4096) for side in ("rows", "columns"))
    pixels = [multiple // stride for _, stride in part.inputs.values()]
    dynamic: list[dict[int, Any]] = [{2: n * rows, 3: n * columns} for n in pixels]
    dynamic += [{} for _ in part.scalars]
    with silence("torch.onnx", "onnxscript", "onnx_ir"):
        program = torch.onnx.export(
            _WithInputList(part.module).eval(),
            tuple(example[name] for name in names),
            None,
            input_names=names,
            output_names=list(part.outputs),
            dynamic_shapes=(tuple(dynamic),),
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    return _without_notes(program.model_proto)


def _without_notes(model: OnnxModel) -> OnnxModel:
    """Remove the shapes of inner tensors (a third of a small file), and source paths of the machine that traced it."""
    graph = model.graph
    del graph.value_info[:]
    for noted in (graph, *graph.node, *graph.input, *graph.output):
        del noted.metadata_props[:]
    return model
