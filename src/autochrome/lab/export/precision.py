"""Smaller ONNX graphs: weights in 16 bits, convolutions in 8 bits."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from autochrome.lab.export.trace import OnnxModel, silence
from autochrome.types import Floats

Feeds: TypeAlias = Mapping[str, Floats]  # name of an input → its values

SMALL = 64  # tensors with fewer numbers are left as they are: scales, shapes, biases of thin layers
_LEARNT = "module."  # prefix of the names of trained weights
_LARGEST_HALF = 6e4  # 16-bit floats end at 65504
_FAINT = 1e-3  # if all numbers are below, they lose digits in 16 bits (quantisation steps are so small)


def store_weights_as_fp16(model: OnnxModel) -> OnnxModel:
    """Store weights in 16 bits. They are widened when the file is opened, and all arithmetic stays float32."""
    for tensor in list(model.graph.initializer):
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < SMALL:
            continue
        largest = np.abs(values).max()
        if largest > _LARGEST_HALF or 0 < largest < _FAINT:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
        widen = helper.make_node("Cast", [f"{name}_half"], [name], name=f"widen_{name}", to=TensorProto.FLOAT)
        model.graph.node.insert(0, widen)
    return model


def quantize(
    model: OnnxModel, examples: Sequence[Feeds], layers: Iterable[str] = ("",), leave: Iterable[str] = ()
) -> OnnxModel:
    """Convolutions in 8 bits, with value ranges from the examples.

    A convolution is quantised if its weights were trained and their name contains one of `layers` and none of `leave`.
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
            self._feeds = iter(examples)

        def get_next(self) -> Feeds | None:
            return next(self._feeds, None)

    layers, leave = tuple(layers), tuple(leave)

    def stays_float(weights: str) -> bool:
        wanted = weights.startswith(_LEARNT) and any(name in weights for name in layers)
        return not wanted or any(name in weights for name in leave)

    if all(stays_float(node.input[1]) for node in model.graph.node if node.op_type == "Conv"):
        return model
    with TemporaryDirectory() as folder, silence("root"):
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
            nodes_to_exclude=[n.name for n in nodes if n.op_type == "Conv" and stays_float(n.input[1])],
            calibrate_method=CalibrationMethod.MinMax,
        )
        return onnx.load(done)
