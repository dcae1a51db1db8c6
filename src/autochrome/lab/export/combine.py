"""Several ONNX graphs in one file, without connections between them.

`onnx.compose.merge_graphs` only connects graphs, and refuses two with an input of the same name; so the merge itself is
written here.
"""

from collections.abc import Sequence
from typing import Any

import onnx
from onnx import compose, numpy_helper

from autochrome.lab.export.precision import SMALL
from autochrome.lab.export.trace import OnnxModel

_INPUT_FROM_OUTPUT = "{}_in"
"""The name of an input that receives an earlier graph's output: one name cannot be both."""


def combine_graphs(models: Sequence[OnnxModel]) -> tuple[OnnxModel, dict[str, str]]:
    """One model with all graphs, which share weights but no node.

    Also returns name of an output of an earlier graph → name of the input of a later graph that receives it.
    """
    links: dict[str, str] = {}
    combined = onnx.ModelProto()
    combined.CopyFrom(models[0])
    whole = combined.graph
    del whole.node[:], whole.initializer[:], whole.input[:], whole.output[:]
    for i, model in enumerate(models):
        outputs = {port.name for port in whole.output}
        graph = _with_own_names(model.graph, f"part{i}/", outputs, links)
        whole.node.extend(graph.node)
        whole.initializer.extend(graph.initializer)
        inputs = {port.name for port in whole.input}
        whole.input.extend(port for port in graph.input if port.name not in inputs)
        whole.output.extend(graph.output)
        domains = {node.domain for node in graph.node} - {known.domain for known in combined.opset_import}
        combined.opset_import.extend(known for known in model.opset_import if known.domain in domains)
    _share_weights(whole)
    onnx.checker.check_model(combined)
    return combined, links


def _with_own_names(graph: Any, prefix: str, outputs: set[str], links: dict[str, str]) -> Any:
    """A copy whose inner names have a prefix. Inputs that are named like an earlier output are renamed, see `links`."""
    copy = compose.add_prefix_graph(graph, prefix, rename_inputs=False, rename_outputs=False)
    renamed = {port.name: _INPUT_FROM_OUTPUT.format(port.name) for port in copy.input if port.name in outputs}
    links.update(renamed)
    for port in copy.input:
        port.name = renamed.get(port.name, port.name)
    for node in copy.node:
        node.input[:] = [renamed.get(name, name) for name in node.input]
    return copy


def _share_weights(graph: Any) -> None:
    """Keep weights that are equal only once."""
    first: dict[tuple[Any, ...], str] = {}
    replaced: dict[str, str] = {}
    for i, tensor in reversed(list(enumerate(graph.initializer))):
        values = numpy_helper.to_array(tensor)
        if values.size < SMALL:
            continue
        content = tensor.data_type, values.shape, values.tobytes()
        replaced[tensor.name] = first.setdefault(content, tensor.name)
        if replaced[tensor.name] != tensor.name:
            del graph.initializer[i]
    for node in graph.node:
        node.input[:] = [replaced.get(name, name) for name in node.input]
