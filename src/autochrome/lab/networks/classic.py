"""The classic U-Net: two plain 3×3 convolutions a level. Small and quick on a CPU; `cifar-best` is one."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autochrome.lab.networks.layers import AB_SCALE, Norm, channels_of, normed, scaled
from autochrome.lab.types import Answer, ColorNetwork


class ClassicUNet(ColorNetwork):
    """`filters` is the width of each level, every next at half the size of the one before.

    `fold` lays squares of that many pixels into the channels before the first level, and out again behind the last: the
    full size is where a CPU spends its time, and colour hardly needs it. `bins` adds a second head over so many
    quantised colours, at half the size of the first level, for the losses that teach a distribution; a*b* always
    comes from the regression head. `classes` lets the deepest level name so many labels, for the loss `label`: what
    a thing is, is half of what colour it has. `dropout` takes that share of the deepest level's maps away while it
    learns. With `mirrored` it looks twice when it has learnt, the second time in a mirror, and answers the mean.
    """

    def __init__(
        self,
        filters: Sequence[int] = (24, 64, 128, 192),
        inputs: Sequence[str] = ("luma",),
        norm: Norm = "batch",
        fold: int = 1,
        bins: int = 0,
        classes: int = 0,
        dropout: float = 0.0,
        mirrored: bool = False,
    ) -> None:
        super().__init__()
        self.inputs, self.fold, self.mirrored = tuple(inputs), fold, mirrored
        self.multiple = fold * 2 ** (len(filters) - 1)
        self.first = _conv(channels_of(inputs) * fold**2, filters[0], norm)
        pairs = list(pairwise(filters))
        self.down = nn.ModuleList(_twice(a, b, norm) for a, b in pairs)
        self.up = nn.ModuleList(_twice(a + b, a, norm) for a, b in reversed(pairs))
        self.color = nn.Conv2d(filters[0], 2 * fold**2, 1)
        self.likely = nn.Conv2d(filters[1], bins, 1) if bins else None
        self.naming = nn.Linear(filters[-1], classes) if classes else None
        self.dropout = nn.Dropout2d(dropout)

    def forward(self, luma: Tensor, hint: Tensor, mask: Tensor) -> Answer:
        answer = self._look(luma, hint, mask)
        if self.mirrored and not self.training:
            other = self._look(luma.flip(3), hint.flip(3), mask.flip(3))
            answer.ab = (answer.ab + other.ab.flip(3)) / 2
        return answer

    def _look(self, luma: Tensor, hint: Tensor, mask: Tensor) -> Answer:
        x = self.first(F.pixel_unshuffle(scaled(luma, hint, mask, self.inputs), self.fold))
        skips = []
        for block in self.down:
            skips.append(x)
            x = block(F.max_pool2d(x, 2))
        x = self.dropout(x)
        named = self.naming(x.mean((2, 3))) if self.naming else None
        for block, skip in zip(self.up, reversed(skips), strict=True):
            half = x
            x = block(torch.cat([F.interpolate(x, scale_factor=2.0), skip], 1))
        ab = F.pixel_shuffle(self.color(x), self.fold) * AB_SCALE
        return Answer(ab, self.likely(half) if self.likely else None, named)


def _conv(channels: int, filters: int, norm: Norm) -> nn.Sequential:
    conv = nn.Conv2d(channels, filters, 3, padding=1, bias=norm not in ("batch", "instance"))
    return nn.Sequential(normed(conv, norm), nn.ReLU())


def _twice(channels: int, filters: int, norm: Norm) -> nn.Sequential:
    return nn.Sequential(_conv(channels, filters, norm), _conv(filters, filters, norm))
