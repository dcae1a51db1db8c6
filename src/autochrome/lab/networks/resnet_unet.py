"""U-Net on a residual encoder (ResNet-34 or -101): the DeOldify line.

The encoder carries the layer names that ResNet weights are published under, so any such file starts it; its last layer,
`fc`, names classes and is left out by name. The decoder enlarges by pixel shuffle with a blur, attends to the whole
picture once, and keeps its weights bounded by spectral norm.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autochrome.lab.networks.layers import (
    AB_SCALE,
    Norm,
    SelfAttention,
    ShuffleUp,
    grey_rgb,
    load_weights,
    normed,
)
from autochrome.lab.types import Answer, ColorNetwork

DEPTHS: dict[int, tuple[tuple[int, int, int, int], int]] = {
    18: ((2, 2, 2, 2), 1),
    34: ((3, 4, 6, 3), 1),
    101: ((3, 4, 23, 3), 4),
}
"""Depth → blocks a stage, and how much wider a block's answer is than its inside (4: the three-layer kind)."""

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of sRGB 0…1, as published weights expect


class Residual(nn.Module):
    """Two 3×3 convolutions, or 1×1, 3×3, 1×1 when `widen` is 4, around a shortcut."""

    def __init__(self, channels: int, inner: int, stride: int, widen: int) -> None:
        super().__init__()
        out = inner * widen
        shapes = [(channels, inner, 3, stride), (inner, out, 3, 1)]
        if widen > 1:
            shapes = [(channels, inner, 1, 1), (inner, inner, 3, stride), (inner, out, 1, 1)]
        for i, (before, after, kernel, step) in enumerate(shapes, 1):
            self.add_module(f"conv{i}", nn.Conv2d(before, after, kernel, step, kernel // 2, bias=False))
            self.add_module(f"bn{i}", nn.BatchNorm2d(after))
        self.count = len(shapes)
        if stride > 1 or channels != out:
            self.downsample = nn.Sequential(
                nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out)
            )
        else:
            self.downsample = nn.Sequential()

    def forward(self, x: Tensor) -> Tensor:
        shortcut = self.downsample(x)
        for i in range(1, self.count + 1):
            x = self.get_submodule(f"bn{i}")(self.get_submodule(f"conv{i}")(x))
            x = F.relu(x + shortcut if i == self.count else x)
        return x


class ResNet(nn.Module):
    """(N, 3, H, W) sRGB 0…1 → maps at strides 2, 4, 8, 16, 32; `channels` are their widths."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, depth: int = 34, width: int = 64) -> None:
        super().__init__()
        blocks, widen = DEPTHS[depth]
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(DEVIATION).view(1, 3, 1, 1), persistent=False)
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.channels, before = [width], width
        for stage, count in enumerate(blocks, 1):
            inner = width * 2 ** (stage - 1)
            strides = [1 if stage == 1 else 2] + [1] * (count - 1)
            befores = [before] + [inner * widen] * (count - 1)
            pairs = zip(befores, strides, strict=True)
            self.add_module(f"layer{stage}", nn.Sequential(*(Residual(b, inner, s, widen) for b, s in pairs)))
            before = inner * widen
            self.channels.append(before)

    def forward(self, rgb: Tensor) -> list[Tensor]:
        x = F.relu(self.bn1(self.conv1((rgb - self.mean) / self.deviation)))
        maps = [x]
        x = F.max_pool2d(x, 3, 2, 1)
        for stage in range(1, 5):
            x = self.get_submodule(f"layer{stage}")(x)
            maps.append(x)
        return maps


class Up(nn.Module):
    """Twice the size, joined with the encoder's map of that size, two 3×3 convolutions."""

    def __init__(self, channels: int, skip: int, out: int, norm: Norm, attend: bool) -> None:
        super().__init__()
        self.enlarge = ShuffleUp(channels, channels // 2, norm)
        self.skip_norm = nn.BatchNorm2d(skip)
        self.convs = nn.Sequential(
            normed(nn.Conv2d(channels // 2 + skip, out, 3, padding=1), norm),
            nn.ReLU(),
            normed(nn.Conv2d(out, out, 3, padding=1), norm),
            nn.ReLU(),
            SelfAttention(out) if attend else nn.Identity(),
        )

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        answer: Tensor = self.convs(torch.cat([self.enlarge(x), F.relu(self.skip_norm(skip))], 1))
        return answer


class ResNetUNet(ColorNetwork):
    """`depth` 18, 34 or 101; `decoder` the widths of the four steps up from stride 32 to stride 2.

    `encoder` is a weights file ("none": from nothing). `attention` is the step up, 1…4, that attends to the whole
    picture (0: none of them). It sees the lightness as grey sRGB: published encoders know pictures that way.
    """

    def __init__(
        self,
        depth: int = 34,
        width: int = 64,
        decoder: Sequence[int] = (512, 384, 256, 128),
        norm: Norm = "spectral",
        attention: int = 2,
        encoder: str = "none",
    ) -> None:
        super().__init__()
        if depth not in DEPTHS:
            raise ValueError(f"depth is one of {', '.join(map(str, DEPTHS))}, not {depth}")
        self.inputs, self.multiple = ("luma",), 32
        self.encoder = ResNet(depth, width)
        if encoder != "none":
            load_weights(self.encoder, encoder, left_out=("fc.",))
        *skips, deepest = self.encoder.channels
        self.middle = nn.Sequential(
            nn.BatchNorm2d(deepest),
            nn.ReLU(),
            normed(nn.Conv2d(deepest, deepest, 3, padding=1), norm),
            nn.ReLU(),
        )
        self.up, before = nn.ModuleList(), deepest
        for i, (skip, out) in enumerate(zip(reversed(skips), decoder, strict=True), 1):
            self.up.append(Up(before, skip, out, norm, attend=i == attention))
            before = out
        self.enlarge = ShuffleUp(before, before // 2, norm)
        self.last = nn.Sequential(
            normed(nn.Conv2d(before // 2 + 1, before // 2, 3, padding=1), norm),
            nn.ReLU(),
            nn.Conv2d(before // 2, 2, 1),
        )

    def forward(self, luma: Tensor, hint: Tensor, mask: Tensor) -> Answer:
        *skips, x = self.encoder(grey_rgb(luma))
        x = self.middle(x)
        for block, skip in zip(self.up, reversed(skips), strict=True):
            x = block(x, skip)
        x = self.last(torch.cat([self.enlarge(x), luma / 50 - 1], 1))
        return Answer(torch.tanh(x) * AB_SCALE)
