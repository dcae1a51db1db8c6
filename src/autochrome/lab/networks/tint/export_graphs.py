"""The graphs of `tint` in an ONNX file, and the names of their inputs and outputs.

luma → `EARLY_OUTPUTS` → `LATE_OUTPUTS`. Then, without hints: base_ab, base_confidence, vivid → ab, confidence. With
hints that reach the whole picture: the features, hint, mask, vivid → ab, confidence, likely. With hints on one thing:
the features → embedding; the features, embedding, hint, mask, vivid → local_ab, local_weight.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from torch import Tensor, nn
from torch.nn import functional as F

from autochrome.lab.networks.tint.hint_propagation import HEAD_CHANNELS, HEADS
from autochrome.lab.networks.tint.things import CHANNELS
from autochrome.lab.types import ExportPart
from autochrome.model import EMBEDDING, LAID, UNHINTED

FEATURES = ("features4", "features8", "features16", "features32", "descriptors", "luma4")
STRIDES = (4, 8, 16, 32, 16, 4)  # of these
EARLY_OUTPUTS = ("features4", "early8", "luma4")
LATE_OUTPUTS = (
    *("features8", "features16", "features32", "descriptors"),
    *("base_ab", "base_confidence"),  # see `Tint.predict_unhinted`
)
EMBEDDED = ("features4", "features8", "features16", "features32", "luma4")
RESULT = ("ab", "confidence")
MIN_CHANNELS = 72
"""Channels of a map in a file: OpenVINO passes maps of 16 to 64 channels ten times more slowly."""

GraphFunction: TypeAlias = Callable[..., tuple[Tensor, ...]]


class Graph(nn.Module):
    """A method of a network as a module of its own, for the exporter."""

    def __init__(self, network: nn.Module, function: GraphFunction) -> None:
        super().__init__()
        self.network, self.function = network, function

    def forward(self, *planes: Tensor) -> tuple[Tensor, ...]:
        return self.function(*planes)


def make_parts(
    network: nn.Module, functions: Sequence[GraphFunction], widths: Sequence[int], early_channels: int
) -> list[ExportPart]:
    """The parts of the file.

    functions: of the early stages, the late stages, the result without hints, the embedding, the hints on one thing,
    and the result with hints.
    """
    early, late, unhinted, embedding, laid, hinted = (Graph(network, function) for function in functions)
    channels = (file_channels(widths[0]), *widths[1:], HEADS * HEAD_CHANNELS, 1)
    features = dict(zip(FEATURES, zip(channels, STRIDES, strict=True), strict=True))
    early_inputs = {
        "features4": features["features4"],
        "early8": (file_channels(early_channels), 8),
        "luma4": features["luma4"],
    }
    base = {"base_ab": (2, 4), "base_confidence": (1, 4)}
    hints = {"hint": (2, 1), "mask": (1, 1)}
    unhinted_result = tuple(name + UNHINTED for name in RESULT)
    return [
        ExportPart(early, {"luma": (1, 1)}, EARLY_OUTPUTS),
        ExportPart(late, early_inputs, LATE_OUTPUTS),
        ExportPart(unhinted, base, unhinted_result, ("vivid",)),
        ExportPart(embedding, {name: features[name] for name in EMBEDDED}, (EMBEDDING,)),
        ExportPart(laid, features | {EMBEDDING: (file_channels(CHANNELS), 4)} | hints, LAID, ("vivid",)),
        ExportPart(hinted, features | hints, (*RESULT, "likely"), ("vivid",)),
    ]


def file_channels(channels: int) -> int:
    """Channels of a map in a file, for this number in the network."""
    return max(channels, MIN_CHANNELS)


def pad_channels(x: Tensor) -> Tensor:
    """The map with zeros as additional channels, as the file has it."""
    return F.pad(x, (0, 0, 0, 0, 0, file_channels(x.shape[1]) - x.shape[1]))


def unpad_channels(x: Tensor, channels: int) -> Tensor:
    """The first `channels` channels. It reshapes first: runtimes may store the channels of a pixel together."""
    n, _, h, w = x.shape
    return x.flatten(2)[:, :channels].reshape(n, channels, h, w)
