"""The lab's nouns. Channels first, and physical units at every door, as in `autochrome.planes`."""

from dataclasses import dataclass, field

from torch import Tensor, nn


@dataclass(slots=True)
class Batch:
    """What a network is shown, and the truth it is held to. All over the same H×W pixels."""

    luma: Tensor  # (N, 1, H, W) L*, 0…100: what the network sees (perhaps faded, grainy, scratched)
    truth: Tensor  # (N, 3, H, W) L*a*b* of the real picture
    hint: Tensor  # (N, 2, H, W) a*b*, 0 where nothing is known
    mask: Tensor  # (N, 1, H, W) 0…1: how much the hint is to be believed


@dataclass(slots=True)
class Answer:
    """What a network says. `ab` may be smaller than the luma, `logits` smaller again."""

    ab: Tensor  # (N, 2, h, w) a*b*
    logits: Tensor | None = None  # (N, bins, h', w') over the quantised a*b* plane


@dataclass(slots=True)
class Critique:
    """What one critic (or one scale of several) says of pictures."""

    score: Tensor  # (N, …) logits: large is real; one number or a map of patches
    features: list[Tensor] = field(default_factory=list)  # inner maps, for feature matching


class ColorNetwork(nn.Module):
    """luma, hint, mask → Answer. A network without hints ignores the last two; all rescaling is inside."""

    inputs: tuple[str, ...] = ("luma",)  # which of luma, hint, mask it looks at; `export` reads this
    multiple: int = 1  # height and width must be multiples of this

    def forward(self, luma: Tensor, hint: Tensor, mask: Tensor) -> Answer:
        raise NotImplementedError


class Critic(nn.Module):
    """(N, 3, H, W) L*a*b* → one Critique a scale."""

    def forward(self, lab: Tensor) -> list[Critique]:
        raise NotImplementedError


class Loss(nn.Module):
    """batch, answer → a scalar that is less where the answer is better."""

    def forward(self, batch: Batch, answer: Answer) -> Tensor:
        raise NotImplementedError
