"""The types of the lab. Tensors are channels first, in physical units as in `autochrome.types`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

CHANNELS = {"luma": 1, "hint": 2, "mask": 1}
"""Input of a network → its channels."""

NO_LABEL = -1
"""The class number of a picture that belongs to no class."""


@dataclass(slots=True)
class Batch:
    """Training samples: the inputs of a network, and the ground truth. All tensors have the same height and width."""

    luma: Tensor  # (N, 1, H, W) L*, 0…100: the network's input; it may be degraded (faded, grainy, scratched)
    truth: Tensor  # (N, 3, H, W) L*a*b* of the original picture
    hint: Tensor  # (N, 2, H, W) a*b*, −110…110; 0 where the mask is 0
    mask: Tensor  # (N, 1, H, W) 0…1: how much the hint counts
    label: Tensor | None = None  # (N,) int64: the class number of each picture, or NO_LABEL
    thing: Tensor | None = None  # (N, 1, H, W) 0 or 1: the thing that the hint lies on


@dataclass(slots=True)
class NetworkOutput:
    """The prediction of a network. `ab` may be smaller than the luma, and `logits` smaller than `ab`."""

    ab: Tensor  # (N, 2, h, w) a*b*, about −110…110
    logits: Tensor | None = None  # (N, bins, h', w') over the quantised a*b* plane
    class_logits: Tensor | None = None  # (N, classes) over the labels, if the network has a classifier
    thing_logits: Tensor | None = None  # (N, 1, h, w): whether a pixel belongs to the thing that is painted


@dataclass(slots=True)
class CriticOutput:
    """The output of one critic, or of one scale of a multi-scale critic."""

    score: Tensor  # (N, …) logits: large means real; one number or a map of patches
    features: list[Tensor] = field(default_factory=list)  # its inner feature maps, for feature matching


@dataclass(frozen=True, slots=True)
class ExportPart:
    """One graph of an exported network. An input with the name of an earlier part's output receives that output."""

    module: (
        nn.Module
    )  # called with `inputs` and then `scalars`, in order; returns a tensor or a tuple of tensors
    inputs: dict[str, tuple[int, int]]  # name → (channels, stride in pixels of the luma)
    outputs: tuple[str, ...]  # the last part has "ab", and may have "confidence" and "likely"; see `UNHINTED`
    scalars: tuple[str, ...] = ()  # further inputs that are one number, such as "vivid"

    def run(self, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Run the part on the tensors of these names; returns its outputs by name."""
        result = self.module(*(tensors[name] for name in (*self.inputs, *self.scalars)))
        outputs = result if isinstance(result, tuple) else (result,)
        return dict(zip(self.outputs, outputs, strict=True))


class ColorNetwork(nn.Module):
    """luma, hint, mask → NetworkOutput. A network without hints ignores the last two; it scales its inputs itself."""

    inputs: tuple[str, ...] = ("luma",)  # which of luma, hint, mask it uses; the exporter reads this
    multiple: int = 1  # height and width must be multiples of this
    contract: str = ""  # a row of `autochrome.model.CONTRACTS`; "": the lab's row for its inputs
    int8_layers: tuple[str, ...] = ("",)  # parts of the names of convolutions that int8 may quantise; "": all
    palette: tuple[tuple[float, float], ...] = ()  # a*b* of the colours of its output "likely"

    def forward(self, luma: Tensor, hint: Tensor, mask: Tensor) -> NetworkOutput:
        raise NotImplementedError

    def export_parts(self) -> list[ExportPart]:
        """The graphs of its ONNX file, in the order they run.

        One graph is enough. A network with more has the encoder first, then perhaps a decoder for pictures without
        hints (the names of its outputs end in `UNHINTED`), perhaps what makes `LAID`, and last the decoder with hints.
        """
        return [ExportPart(_WholeNetwork(self), {name: (CHANNELS[name], 1) for name in self.inputs}, ("ab",))]


class _WholeNetwork(nn.Module):
    """A network as one graph that takes only the inputs it uses."""

    def __init__(self, network: ColorNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, *planes: Tensor) -> Tensor:
        by_name = dict(zip(self.network.inputs, planes, strict=True))
        luma = by_name["luma"]
        zeros = torch.zeros_like(luma)
        hint = by_name.get("hint", torch.cat((zeros, zeros), 1))
        output: NetworkOutput = self.network(luma, hint, by_name.get("mask", zeros))
        return output.ab


class Critic(nn.Module):
    """(N, 3, H, W) L*a*b* → one CriticOutput for each scale."""

    def forward(self, lab: Tensor) -> list[CriticOutput]:
        raise NotImplementedError


class Loss(nn.Module):
    """batch, output → a scalar that is smaller when the output is better."""

    def forward(self, batch: Batch, output: NetworkOutput) -> Tensor:
        raise NotImplementedError
