"""U-Net with a ResNet encoder (ResNet-34 or -101), as in DeOldify.

The encoder has the layer names under which ResNet weights are published, so any such file can start it; the classifier
`fc` in the file is ignored. The decoder upsamples by pixel shuffle with a blur, has self-attention once, and uses
spectral norm.
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
    with_norm,
)
from autochrome.lab.types import ColorNetwork, NetworkOutput
from autochrome.lab.weights_file import load_pretrained

DEPTHS: dict[int, tuple[tuple[int, int, int, int], int]] = {
    18: ((2, 2, 2, 2), 1),
    34: ((3, 4, 6, 3), 1),
    101: ((3, 4, 23, 3), 4),
}
"""Depth → blocks per stage, and the expansion: output channels of a block ÷ its inner channels."""

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of sRGB 0…1, as published weights expect


class ResidualBlock(nn.Module):
    """A residual block: two 3×3 convolutions, or a bottleneck of 1×1, 3×3, 1×1 if `expansion` is 4."""

    def __init__(self, channels: int, inner: int, stride: int, expansion: int) -> None:
        super().__init__()
        out = inner * expansion
        shapes = [(channels, inner, 3, stride), (inner, out, 3, 1)]
        if expansion > 1:
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
    """(N, 3, H, W) sRGB 0…1 → feature maps at strides 2, 4, 8, 16, 32; `channels` lists their channels."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, depth: int = 34, width: int = 64) -> None:
        super().__init__()
        blocks, expansion = DEPTHS[depth]
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(DEVIATION).view(1, 3, 1, 1), persistent=False)
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.channels, before = [width], width
        for stage, count in enumerate(blocks, 1):
            inner = width * 2 ** (stage - 1)
            strides = [1 if stage == 1 else 2] + [1] * (count - 1)
            befores = [before] + [inner * expansion] * (count - 1)
            pairs = zip(befores, strides, strict=True)
            self.add_module(
                f"layer{stage}", nn.Sequential(*(ResidualBlock(b, inner, s, expansion) for b, s in pairs))
            )
            before = inner * expansion
            self.channels.append(before)

    def forward(self, rgb: Tensor) -> list[Tensor]:
        x = F.relu(self.bn1(self.conv1((rgb - self.mean) / self.deviation)))
        maps = [x]
        x = F.max_pool2d(x, 3, 2, 1)
        for stage in range(1, 5):
            x = self.get_submodule(f"layer{stage}")(x)
            maps.append(x)
        return maps


class UpBlock(nn.Module):
    """Upsampling by 2, concatenation with the encoder's features of that size, two 3×3 convolutions."""

    def __init__(self, channels: int, skip: int, out: int, norm: Norm, attend: bool) -> None:
        super().__init__()
        self.enlarge = ShuffleUp(channels, channels // 2, norm)
        self.skip_norm = nn.BatchNorm2d(skip)
        self.convs = nn.Sequential(
            with_norm(nn.Conv2d(channels // 2 + skip, out, 3, padding=1), norm),
            nn.ReLU(),
            with_norm(nn.Conv2d(out, out, 3, padding=1), norm),
            nn.ReLU(),
            SelfAttention(out) if attend else nn.Identity(),
        )

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        output: Tensor = self.convs(torch.cat([self.enlarge(x), F.relu(self.skip_norm(skip))], 1))
        return output


class ResNetUNet(ColorNetwork):
    """A U-Net whose encoder is a ResNet. The encoder's input is grey sRGB, as published weights expect.

    depth: 18, 34 or 101; width: channels of its first stage (64 as published).
    decoder: channels of the four blocks up, from stride 32 to stride 2.
    attention: number of the block up, 1…4, with self-attention; 0: none.
    encoder: a weights file, or "none" to train from scratch.
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
            raise ValueError(f"depth must be one of {', '.join(map(str, DEPTHS))}, not {depth}")
        self.inputs, self.multiple = ("luma",), 32
        self.encoder = ResNet(depth, width)
        if encoder != "none":
            load_pretrained(self.encoder, encoder, ignore=("fc.",))
        *skips, deepest = self.encoder.channels
        self.middle = nn.Sequential(
            nn.BatchNorm2d(deepest),
            nn.ReLU(),
            with_norm(nn.Conv2d(deepest, deepest, 3, padding=1), norm),
            nn.ReLU(),
        )
        self.up, before = nn.ModuleList(), deepest
        for i, (skip, out) in enumerate(zip(reversed(skips), decoder, strict=True), 1):
            self.up.append(UpBlock(before, skip, out, norm, attend=i == attention))
            before = out
        self.enlarge = ShuffleUp(before, before // 2, norm)
        self.last = nn.Sequential(
            with_norm(nn.Conv2d(before // 2 + 1, before // 2, 3, padding=1), norm),
            nn.ReLU(),
            nn.Conv2d(before // 2, 2, 1),
        )

    def forward(self, luma: Tensor, hint: Tensor, mask: Tensor) -> NetworkOutput:
        *skips, x = self.encoder(grey_rgb(luma))
        x = self.middle(x)
        for block, skip in zip(self.up, reversed(skips), strict=True):
            x = block(x, skip)
        x = self.last(torch.cat([self.enlarge(x), luma / 50 - 1], 1))
        return NetworkOutput(torch.tanh(x) * AB_SCALE)
