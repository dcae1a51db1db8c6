"""The decoder of `tint`: a light U-Net over the encoder's features, with hints at every level."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autochrome.lab.networks.layers import AB_SCALE
from autochrome.lab.networks.tint.evenness import EdgeHead
from autochrome.lab.networks.tint.features import Features
from autochrome.lab.networks.tint.hint_propagation import (
    HEADS,
    KERNEL_SIZE,
    HintAttention,
    HintLevel,
    LocalPropagation,
    upsample_nearest,
)

HINT_CHANNELS = 4  # of `HintLevel.channels`


@dataclass(slots=True)
class DecoderOutput:
    """The decoder's prediction before vividness is applied. a*b* are in units of 110."""

    ab: Tensor  # (N, 2, h, w) at stride 4: the network's own colour
    hint_ab: Tensor  # (N, 2, h, w) at stride 4: colour of the hints that reaches each pixel, times its weight
    hint_weight: Tensor  # (N, 1, h, w) 0…1: how much of the result is hint colour
    logits: Tensor  # (N, bins, h/2, w/2) at stride 8
    edges: Tensor  # (N, 4, h, w) at stride 4: see `EdgeHead`


class ResidualBlock(nn.Module):
    """x plus two 3×3 convolutions of x; it starts as the identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.conv2.weight)
        assert self.conv2.bias is not None
        nn.init.zeros_(self.conv2.bias)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.conv2(F.relu(self.conv1(x))))


class Decoder(nn.Module):
    """Features and hints → DecoderOutput. `widths`: channels at strides 4, 8, 16, 32, in this order everywhere."""

    def __init__(self, widths: Sequence[int], bins: int) -> None:
        super().__init__()
        # At stride 4 the hints come with what LocalPropagation carried; at 8 and 16 with what HintAttention carried.
        inputs = (HINT_CHANNELS + 3, HINT_CHANNELS + 3 * HEADS, HINT_CHANNELS + 3 * HEADS, HINT_CHANNELS)
        self.attention = HintAttention(widths[1])
        self.hint_convs = nn.ModuleList(
            nn.Conv2d(c, w, 3, padding=1) for c, w in zip(inputs, widths, strict=True)
        )
        self.top_down = nn.ModuleList(
            nn.Conv2d(a, b, 1) for a, b in zip(widths[1:], widths[:-1], strict=True)
        )  # from the coarser level
        self.blocks = nn.ModuleList(ResidualBlock(w) for w in widths)
        self.local = LocalPropagation()
        self.kernel8 = nn.Conv2d(widths[1], KERNEL_SIZE * KERNEL_SIZE, 1)
        self.kernel4 = nn.Conv2d(widths[0], KERNEL_SIZE * KERNEL_SIZE, 1)
        self.bin_head = nn.Conv2d(widths[1], bins, 1)
        self.ab_head = nn.Conv2d(widths[0], 2, 1)
        self.edge_head = EdgeHead(widths[0])
        self.source_head = nn.Conv2d(widths[0], 3 + HEADS, 1)  # own colour, local 4, local 8, attention heads

    def forward(self, features: Features, hint: Tensor, mask: Tensor) -> DecoderOutput:
        """hint: (N, 2, H, W) a*b*; mask: (N, 1, H, W)."""
        f4, f8, f16, f32, descriptors, luma4 = features
        coverage = F.avg_pool2d(mask, 4)
        level4 = HintLevel(F.avg_pool2d(hint * mask / AB_SCALE, 4), coverage, luma4 * coverage)
        level8, level16, level32 = (level4.pooled(factor) for factor in (2, 4, 8))
        attended = self.attention(descriptors, f8, level16, level8.coverage, F.avg_pool2d(luma4, 2))
        x = self.blocks[3](F.relu(f32 + self.hint_convs[3](level32.channels())))
        x = self._merge(2, x, f16, self._hint_features(2, level16, F.avg_pool2d(attended, 2)))
        x = self._merge(1, x, f8, self._hint_features(1, level8, attended))
        logits = self.bin_head(x)
        local8 = self.local(self.kernel8(x), level8)
        x = self._merge(0, x, f4, self._hint_features(0, level4, upsample_nearest(local8)))
        local4 = self.local(self.kernel4(x), level4)
        sources = [local4, upsample_nearest(local8), *upsample_nearest(attended).split(3, 1)]
        return self._mix_sources(x, logits, sources)

    def forward_unhinted(self, features: Features) -> DecoderOutput:
        """`forward` without hints, in half the time: without hints each of `hint_convs` returns its bias."""
        bias = [conv.bias.view(1, -1, 1, 1) for conv in self.hint_convs if isinstance(conv.bias, Tensor)]
        x = self.blocks[3](F.relu(features.features32 + bias[3]))
        x = self._merge(2, x, features.features16, bias[2])
        x = self._merge(1, x, features.features8, bias[1])
        logits = self.bin_head(x)
        zeros = features.features4.new_zeros(1, 1, 1, 1)
        x = self._merge(0, x, features.features4, bias[0])
        return DecoderOutput(self.ab_head(x), zeros, zeros, logits, self.edge_head(x))

    def _hint_features(self, i: int, level: HintLevel, propagated: Tensor) -> Tensor:
        """The hints of a level, and what was propagated to it, as feature maps."""
        maps: Tensor = self.hint_convs[i](torch.cat([level.channels(), propagated], 1))
        return maps

    def _merge(self, i: int, x: Tensor, lateral: Tensor, hints: Tensor) -> Tensor:
        """One level up: the coarser level, the encoder's features and the hints."""
        merged: Tensor = self.blocks[i](F.relu(lateral + upsample_nearest(self.top_down[i](x)) + hints))
        return merged

    def _mix_sources(self, x: Tensor, logits: Tensor, sources: list[Tensor]) -> DecoderOutput:
        """Weigh the network's own colour against the hint colours that reached each pixel.

        Each source is (N, 3, h, w): a*b* times weight, and weight. A source counts more where its weight is larger.
        """
        reach = torch.cat([source[:, 2:] for source in sources], 1)
        score = self.source_head(x) + torch.cat([torch.zeros_like(reach[:, :1]), torch.log(reach + 1e-6)], 1)
        share = score.softmax(1)
        hint_ab = torch.stack(
            [
                share[:, i : i + 1] * source[:, :2] / (source[:, 2:] + 1e-4)
                for i, source in enumerate(sources, 1)
            ]
        )
        return DecoderOutput(self.ab_head(x), hint_ab.sum(0), 1 - share[:, :1], logits, self.edge_head(x))
