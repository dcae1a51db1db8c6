"""Tiny networks made by code, with the same doors as the real ones."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from autochrome.model import CARD_KEY, Card

_MULTIPLE = 32
PALETTE = ((0.0, 0.0), (40.0, 30.0), (-40.0, 30.0), (5.0, -45.0), (8.0, 50.0))
"""a*b* of the colours of a tiny network's distribution: grey, red, green, blue, yellow."""


class Graph:
    """Rows of nodes and weights; `save` makes a file of them."""

    def __init__(self, seed: int = 0) -> None:
        self.random = np.random.default_rng(seed)
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def weight(self, value: np.ndarray) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(self, kind: str, inputs: Sequence[str], out: str | None = None, **attributes: object) -> str:
        out = out or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [out], **attributes))
        return out

    def conv(
        self, x: str, ci: int, co: int, *, kernel: int = 3, stride: int = 1, out: str | None = None
    ) -> str:
        """Random weights that neither blow up nor die away; a kernel as wide as its stride covers each pixel once."""
        shape = (co, ci, kernel, kernel)
        weight = self.random.normal(size=shape) / np.sqrt(ci * kernel * kernel)
        edge = 0 if kernel == stride else kernel // 2
        return self.node(
            "Conv", [x, self.weight(weight.astype(np.float32))], out, strides=[stride] * 2, pads=[edge] * 4
        )

    def scaled(self, x: str, factor: float, shift: float = 0.0, out: str | None = None) -> str:
        x = self.node("Mul", [x, self.weight(np.float32(factor))], None if shift else out)
        return self.node("Add", [x, self.weight(np.float32(shift))], out) if shift else x

    def save(
        self,
        path: Path,
        inputs: dict[str, Sequence[int | str]],
        outputs: dict[str, Sequence[int | str]],
        card: Card | str | None = None,
        kind: int = TensorProto.FLOAT,
    ) -> Path:
        def ports(doors: dict[str, Sequence[int | str]]) -> list[onnx.ValueInfoProto]:
            return [helper.make_tensor_value_info(name, kind, list(shape)) for name, shape in doors.items()]

        graph = helper.make_graph(self.nodes, "tiny", ports(inputs), ports(outputs), self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
        if card is not None:
            text = card if isinstance(card, str) else card.model_dump_json()
            helper.set_model_props(model, {CARD_KEY: text})
        onnx.checker.check_model(model)
        onnx.save(model, path)
        return path


def plane(channels: int, scale: int = 1) -> list[int | str]:
    """(1, C, H, W), both sides free; `scale` only gives the sides of smaller planes other names."""
    return [1, channels, f"H{scale}", f"W{scale}"]


def tint_card(**changes: object) -> Card:
    card = Card(
        name="tiny",
        version="0",
        summary="Random weights behind the doors of the real network; for tests.",
        contract="tint",
        multiple=_MULTIPLE,
        stride=4,
        hints=3,
        features={"f4": "in_f4", "f8": "in_f8"},
        licence="Apache-2.0",
        training="none: random weights",
    )
    return card.model_copy(update=changes)


def tiny_tint(
    path: Path,
    seed: int = 0,
    card: Card | str | None = None,
    vivid_shape: Sequence[int] = (1,),
    likely: bool = False,
    embedding: bool = False,
) -> Path:
    """A file that keeps the `tint` contract. Colour follows luma, turns to hints near them, grows with vivid.

    likely: it also has a distribution over the colours of PALETTE, which follows luma and turns to hints near them.
    embedding: it has one, and hints about one thing need it.
    """
    if likely:
        card = (card or tint_card()).model_copy(update={"palette": PALETTE})
    g = Graph(seed)
    grey = g.scaled("luma", 0.02, 0.2)
    g.node("Relu", [g.conv(grey, 1, 8, kernel=4, stride=4)], "f4")
    g.node("Relu", [g.conv("f4", 8, 8, kernel=2, stride=2)], "f8")

    wide = g.weight(np.array([1, 1, 2, 2], np.float32))
    coarse = g.node("Resize", ["in_f8", "", wide], mode="nearest")
    own = g.scaled(g.conv(g.node("Add", ["in_f4", coarse]), 8, 2), 12)
    own = g.node("Mul", [own, "vivid"])
    # A hint is the mean colour of what is painted near by; beyond that the network's own colour stands.
    believed = g.node("Mul", ["hint", "mask"])
    near = {"kernel_shape": [12, 12], "strides": [4, 4], "pads": [4] * 4, "count_include_pad": 1}
    there = g.node("AveragePool", ["mask"], **near)
    colour = g.node(
        "Div", [g.node("AveragePool", [believed], **near), g.scaled(there, 1.0, 1e-6)], "local_ab"
    )
    limits = [g.weight(np.float32(0)), g.weight(np.float32(1))]
    sure = g.node("Clip", [g.scaled(there, 16), *limits], "sure" if embedding else "local_weight")
    if embedding:
        card = card or tint_card(features={"f4": "in_f4", "f8": "in_f8", "embedding": "in_embedding"})
        g.scaled("in_f4", 0, 1, out="embedding")
        g.node("Mul", [sure, g.node("ReduceMean", ["in_embedding"], axes=[1])], "local_weight")
    doubt = g.scaled(sure, -1, 1)
    g.node("Add", [g.node("Mul", [colour, sure]), g.node("Mul", [own, doubt])], "ab")
    g.scaled(sure, 0.5, 0.5, out="confidence")
    if likely:
        wider = {"kernel_shape": [24, 24], "strides": [8, 8], "pads": [8] * 4, "count_include_pad": 1}
        hinted = g.scaled(g.node("AveragePool", [believed], **wider), 0.2)
        alike = g.weight(np.array(PALETTE, np.float32).reshape(-1, 2, 1, 1) / 10)
        own_logits = g.scaled(g.conv("in_f8", 8, len(PALETTE), kernel=1), 4)
        g.node("Softmax", [g.node("Add", [own_logits, g.node("Conv", [hinted, alike])])], "likely", axis=1)
    return g.save(
        path,
        {
            "luma": plane(1),
            "in_f4": plane(8, 4),
            "in_f8": plane(8, 8),
            "hint": plane(2),
            "mask": plane(1),
            "vivid": vivid_shape,
        }
        | ({"in_embedding": plane(8, 4)} if embedding else {}),
        {
            "f4": plane(8, 4),
            "f8": plane(8, 8),
            "ab": plane(2, 4),
            "confidence": plane(1, 4),
            "local_ab": plane(2, 4),
            "local_weight": plane(1, 4),
        }
        | ({"likely": plane(len(PALETTE), 8)} if likely else {})
        | ({"embedding": plane(8, 4)} if embedding else {}),
        tint_card() if card is None else card,
    )
