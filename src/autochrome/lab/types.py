"""The lab's nouns. Channels first, and physical units at every door, as in `autochrome.types`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn


@dataclass(slots=True)
class Batch:
    """What a network is shown, and the truth it is held to. All over the same H×W pixels."""

    luma: Tensor  # (N, 1, H, W) L*, 0…100: what the network sees (perhaps faded, grainy, scratched)
    truth: Tensor  # (N, 3, H, W) L*a*b* of the real picture
    hint: Tensor  # (N, 2, H, W) a*b*, 0 where nothing is known
    mask: Tensor  # (N, 1, H, W) 0…1: how much the hint is to be believed
    label: Tensor | None = (
        None  # (N,) int64: the number of the folder the picture lies in, where one is known
    )


@dataclass(slots=True)
class Answer:
    """What a network says. `ab` may be smaller than the luma, `logits` smaller again."""

    ab: Tensor  # (N, 2, h, w) a*b*
    logits: Tensor | None = None  # (N, bins, h', w') over the quantised a*b* plane
    classes: Tensor | None = None  # (N, K) logits: what the picture shows, where a network says so
    gist: Tensor | None = None  # (N, 2, h'', w'') a*b* of large places, from a part that learns alone


@dataclass(slots=True)
class Critique:
    """What one critic (or one scale of several) says of pictures."""

    score: Tensor  # (N, …) logits: large is real; one number or a map of patches
    features: list[Tensor] = field(default_factory=list)  # inner maps, for feature matching


@dataclass(frozen=True, slots=True)
class Part:
    """One graph of an exported network. An input that an earlier part answers bears that answer's name."""

    module: nn.Module  # called with its inputs in this order; answers a tensor, or a tuple of them
    inputs: dict[str, tuple[int, int]]  # name → (channels, pixels of the luma that one of its own covers)
    outputs: tuple[
        str, ...
    ]  # the last part answers "ab", and perhaps "confidence" and "likely"; see `UNHINTED` too
    numbers: tuple[str, ...] = ()  # further inputs, after those, that are one number: "vivid"

    def answer(self, known: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """What it answers, by name, to what is known by name."""
        said = self.module(*(known[name] for name in (*self.inputs, *self.numbers)))
        return dict(zip(self.outputs, said if isinstance(said, tuple) else (said,), strict=True))


class ColorNetwork(nn.Module):
    """luma, hint, mask → Answer. A network without hints ignores the last two; all rescaling is inside."""

    inputs: tuple[str, ...] = ("luma",)  # which of luma, hint, mask it looks at; `export` reads this
    multiple: int = 1  # height and width must be multiples of this
    contract: str = ""  # a row of `autochrome.model.CONTRACTS`; "": the lab's row for its inputs
    sturdy: tuple[str, ...] = ("",)  # words in the names of the convolutions that int8 may take; "" is in all
    palette: tuple[tuple[float, float], ...] = ()  # a*b* of the colours that "likely" gives shares of

    def forward(self, luma: Tensor, hint: Tensor, mask: Tensor) -> Answer:
        raise NotImplementedError

    def export_parts(self) -> list[Part]:
        """The graphs of its ONNX file: one; or what looks at the picture, perhaps what paints unless hints are given
        (its answers' names end in `UNHINTED`), and what paints."""
        channels = {"luma": 1, "hint": 2, "mask": 1}
        return [Part(_Whole(self), {name: (channels[name], 1) for name in self.inputs}, ("ab",))]


class _Whole(nn.Module):
    """A network as one graph, asked with no more than it looks at."""

    def __init__(self, network: ColorNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, *planes: Tensor) -> Tensor:
        given = dict(zip(self.network.inputs, planes, strict=True))
        luma = given["luma"]
        nothing = torch.zeros_like(luma)
        hint = given.get("hint", torch.cat((nothing, nothing), 1))
        answer: Answer = self.network(luma, hint, given.get("mask", nothing))
        return answer.ab


class Critic(nn.Module):
    """(N, 3, H, W) L*a*b* → one Critique a scale."""

    def forward(self, lab: Tensor) -> list[Critique]:
        raise NotImplementedError


class Loss(nn.Module):
    """batch, answer → a scalar that is less where the answer is better."""

    def forward(self, batch: Batch, answer: Answer) -> Tensor:
        raise NotImplementedError
