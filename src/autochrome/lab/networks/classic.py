"""The classic U-Net: two 3×3 convolutions per level. Small and fast on a CPU; the recipe `cifar-best` uses it."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autochrome.lab.networks.layers import AB_SCALE, Norm, input_channels, scale_inputs, with_norm
from autochrome.lab.types import ColorNetwork, NetworkOutput


class ClassicUNet(ColorNetwork):
    """A U-Net of few, plain layers.

    filters: channels of each level; each level has half the size of the level before.
    fold: blocks of fold × fold pixels become channels before the first level (pixel unshuffle) and pixels again after
    the last. A CPU spends most time at the full size, and colour hardly needs it.
    bins: channels of a second head over quantised colours, at half the size of the first level, for the loss `bins`;
    0: none. a*b* always come from the regression head.
    classes: labels that the deepest level classifies, for the loss `label`; 0: none. To know an object is to know half
    of its colour.
    dropout: fraction of the deepest level's channels that are set to 0 in training.
    mirror_average: after training, predict for the picture and its mirror image, and return the mean.
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
        mirror_average: bool = False,
    ) -> None:
        super().__init__()
        self.inputs, self.fold, self.mirror_average = tuple(inputs), fold, mirror_average
        self.multiple = fold * 2 ** (len(filters) - 1)
        self.first = _conv(input_channels(inputs) * fold**2, filters[0], norm)
        pairs = list(pairwise(filters))
        self.down = nn.ModuleList(_double_conv(a, b, norm) for a, b in pairs)
        self.up = nn.ModuleList(_double_conv(a + b, a, norm) for a, b in reversed(pairs))
        self.color = nn.Conv2d(filters[0], 2 * fold**2, 1)
        self.bin_head = nn.Conv2d(filters[1], bins, 1) if bins else None
        self.label_head = nn.Linear(filters[-1], classes) if classes else None
        self.dropout = nn.Dropout2d(dropout)

    def forward(self, luma: Tensor, hint: Tensor, mask: Tensor) -> NetworkOutput:
        output = self._predict(luma, hint, mask)
        if self.mirror_average and not self.training:
            mirrored = self._predict(luma.flip(3), hint.flip(3), mask.flip(3))
            output.ab = (output.ab + mirrored.ab.flip(3)) / 2
        return output

    def _predict(self, luma: Tensor, hint: Tensor, mask: Tensor) -> NetworkOutput:
        x = self.first(F.pixel_unshuffle(scale_inputs(luma, hint, mask, self.inputs), self.fold))
        skips = []
        for block in self.down:
            skips.append(x)
            x = block(F.max_pool2d(x, 2))
        x = self.dropout(x)
        class_logits = self.label_head(x.mean((2, 3))) if self.label_head else None
        for block, skip in zip(self.up, reversed(skips), strict=True):
            half_size = x
            x = block(torch.cat([F.interpolate(x, scale_factor=2.0), skip], 1))
        ab = F.pixel_shuffle(self.color(x), self.fold) * AB_SCALE
        return NetworkOutput(ab, self.bin_head(half_size) if self.bin_head else None, class_logits)


def _conv(channels: int, filters: int, norm: Norm) -> nn.Sequential:
    conv = nn.Conv2d(channels, filters, 3, padding=1, bias=norm not in ("batch", "instance"))
    return nn.Sequential(with_norm(conv, norm), nn.ReLU())


def _double_conv(channels: int, filters: int, norm: Norm) -> nn.Sequential:
    return nn.Sequential(_conv(channels, filters, norm), _conv(filters, filters, norm))
