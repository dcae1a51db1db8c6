"""MobileNetEdgeTPU without its classifier: feature maps at strides 4, 8, 16 and 32, for a grey picture.

Its early blocks are plain 3×3 convolutions, which lose less on grey pictures than depthwise ones. The maps are brought
to mean 0 and deviation 1 by fixed numbers: as they come, their scales differ by a factor of 30, and a decoder from
nothing does not learn on them.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn
from torch.nn import functional as F

from autochrome.errors import CheckpointError
from autochrome.lab.networks.mobilenet import depthwise


@dataclass(frozen=True, slots=True)
class BlockShape:
    """One block: widen to `inner` channels, filter, narrow to `out` channels."""

    inner: int
    out: int
    stride: int = 1
    kernel: int = 3
    fused: bool = False  # one dense convolution widens and filters
    adds: bool = True  # the input is added to the output


STEM = (32, 16)  # channels of the first two layers; the first has stride 2
BLOCKS = (
    BlockShape(128, 32, 2, fused=True, adds=False),
    *(BlockShape(128, 32, fused=True),) * 3,
    BlockShape(256, 48, 2, fused=True, adds=False),
    *(BlockShape(192, 48, fused=True),) * 3,
    BlockShape(384, 96, 2, adds=False),
    *(BlockShape(384, 96),) * 3,
    BlockShape(768, 96, adds=False),
    *(BlockShape(384, 96),) * 3,
    BlockShape(768, 160, 2, kernel=5, adds=False),
    *(BlockShape(640, 160, kernel=5),) * 3,
    BlockShape(1280, 192, adds=False),
)
OUTPUT_BLOCKS = (3, 7, 15, 20)
"""Indices of the blocks whose outputs are the feature maps at strides 4, 8, 16, 32."""
EARLY_BLOCKS = 5
"""Number of blocks in the early stages, which detect edges; the late stages recognise objects."""


class Block(nn.Module):
    """One block of `BLOCKS`. Its layers have the numbers that they have in the published list of layers."""

    def __init__(self, before: int, shape: BlockShape, number: int) -> None:
        super().__init__()
        self.shape = shape
        inner, k = shape.inner, shape.kernel
        if shape.fused:
            layers = [nn.Conv2d(before, inner, k, shape.stride)]
        else:
            layers = [nn.Conv2d(before, inner, 1), nn.Conv2d(inner, inner, k, shape.stride, groups=inner)]
        layers.append(nn.Conv2d(inner, shape.out, 1))
        self.names = [f"layer{number + i:02}" for i in range(len(layers))]
        for name, layer in zip(self.names, layers, strict=True):
            self.add_module(name, layer)

    def forward(self, x: Tensor) -> Tensor:
        widen, *between, narrow = (self.get_submodule(name) for name in self.names)
        y = F.relu(dense(x, widen) if self.shape.fused else widen(x))
        for layer in between:
            y = F.relu(depthwise(y, layer))
        y = narrow(y)
        out: Tensor = x + y if self.shape.adds else y
        return out


def dense(x: Tensor, conv: nn.Module) -> Tensor:
    """A 3×3 convolution; at stride 2 it is padded at the right and bottom only, as in TensorFlow."""
    assert isinstance(conv, nn.Conv2d)
    if conv.stride == (1, 1):
        return F.conv2d(x, conv.weight, conv.bias, padding=1)
    return F.conv2d(F.pad(x, (0, 1, 0, 1)), conv.weight, conv.bias, stride=2)


class Standardize(nn.Module):
    """(map − mean) · scale for each channel, with fixed numbers."""

    mean: Tensor
    scale: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("scale", torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.mean.view(1, -1, 1, 1)) * self.scale.view(1, -1, 1, 1)

    def measure(self, x: Tensor) -> None:
        """Take the numbers that bring this map to mean 0 and deviation 1."""
        self.mean.copy_(x.mean((0, 2, 3)))
        self.scale.copy_(1 / x.std((0, 2, 3)).clamp_min(1e-3))


class MobileNetEdgeTPU(nn.Module):
    """(N, 1, H, W) grey −1…1 → four feature maps at strides 4, 8, 16, 32 with `channels` channels.

    Height and width must be multiples of 32. width: factor on all channels. weights: a file as `read_published` reads
    it, or "none". in_channels: 1 for grey, 3 for sRGB.
    """

    def __init__(self, width: float = 1.0, weights: str = "none", in_channels: int = 1) -> None:
        super().__init__()
        first, before = (max(1, round(width * channels)) for channels in STEM)
        self.layer00 = nn.Conv2d(in_channels, first, 3, 2)
        self.layer01 = nn.Conv2d(first, before, 1)
        self.blocks = nn.ModuleList()
        number = 2
        for shape in BLOCKS:
            inner, out = round(width * shape.inner), round(width * shape.out)
            scaled = BlockShape(inner, out, shape.stride, shape.kernel, shape.fused, shape.adds)
            self.blocks.append(Block(before, scaled, number))
            number += (
                2 if shape.fused else 3
            ) + shape.adds  # in the published list an addition has a number too
            before = out
        self.channels = tuple(round(width * BLOCKS[i].out) for i in OUTPUT_BLOCKS)
        self.early_channels = round(width * BLOCKS[EARLY_BLOCKS - 1].out)
        self.standardize = nn.ModuleList(Standardize(channels) for channels in self.channels)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                assert layer.bias is not None
                nn.init.zeros_(layer.bias)
        if weights != "none":
            self._load(weights)
        self._measure_maps()

    def forward(self, grey: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        features4, early8 = self.early_stages(grey)
        return features4, *self.late_stages(early8)

    def early_stages(self, grey: Tensor) -> tuple[Tensor, Tensor]:
        """The features at stride 4, and the input of `late_stages` at stride 8."""
        features4 = self._run(0, OUTPUT_BLOCKS[0] + 1, self.layer01(F.relu(dense(grey, self.layer00))))
        early8 = self._run(OUTPUT_BLOCKS[0] + 1, EARLY_BLOCKS, features4)
        return self.standardize[0](features4), early8

    def late_stages(self, early8: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The features at strides 8, 16, 32."""
        x, start, maps = early8, EARLY_BLOCKS, []
        for i, standardize in zip(OUTPUT_BLOCKS[1:], self.standardize[1:], strict=True):
            x = self._run(start, i + 1, x)
            maps.append(standardize(x))
            start = i + 1
        return maps[0], maps[1], maps[2]

    def _run(self, start: int, stop: int, x: Tensor) -> Tensor:
        """Blocks start … stop − 1."""
        for block in self.blocks[start:stop]:
            x = block(x)
        return x

    def _load(self, file: str) -> None:
        """Take over published weights; for a grey input the first kernel is summed over RGB."""
        layers = {name.split(".")[-1]: m for name, m in self.named_modules() if isinstance(m, nn.Conv2d)}
        found = {name: tensors for name, *tensors in read_published(file) if name in layers}
        for name, layer in layers.items():
            if name not in found:
                raise CheckpointError(f"{file} is not MobileNetEdgeTPU as published: {name!r} is missing.")
            weight, bias = found[name]
            if name == "layer00" and layer.in_channels == 1:
                weight = weight.sum(1, keepdim=True)
            if weight.shape != layer.weight.shape:
                raise CheckpointError(
                    f"{file} has another width: {name!r} has the shape {tuple(weight.shape)}."
                )
            assert layer.bias is not None
            with torch.no_grad():
                layer.weight.copy_(weight)
                layer.bias.copy_(bias)

    @torch.no_grad()
    def _measure_maps(self) -> None:
        """Measure the maps on noise with the spectrum of photographs."""
        maps = self(photo_like_noise(4, 128).expand(-1, self.layer00.in_channels, -1, -1))
        for standardize, x in zip(self.standardize, maps, strict=True):
            assert isinstance(standardize, Standardize)
            standardize.measure(x)


def read_published(file: str) -> Iterator[tuple[str, Tensor, Tensor]]:
    """Name, weights and bias of each layer. The weights are in 8 bits; the metadata lists scale and zero point."""
    if not Path(file).is_file():
        raise CheckpointError(
            f"{file}: there is no such weights file; give MobileNetEdgeTPU as safetensors, or encoder=none."
        )
    try:
        with safe_open(file, "pt") as tensors:
            for layer in json.loads((tensors.metadata() or {}).get("layers", "[]")):
                if "name" in layer:
                    name = layer["name"]
                    weight = (tensors.get_tensor(f"{name}.weight").float() - layer["zero"]) * layer["scale"]
                    yield name, weight, tensors.get_tensor(f"{name}.bias").float()
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{file} cannot be read as safetensors; it may be truncated.") from error


def photo_like_noise(count: int, side: int) -> Tensor:
    """(N, 1, side, side) −1…1: noise whose amplitude falls with the frequency, as in photographs; always the same."""
    generator = torch.Generator().manual_seed(0)
    spectrum = torch.fft.rfft2(torch.randn(count, 1, side, side, generator=generator))
    row, column = torch.fft.fftfreq(side)[:, None], torch.fft.rfftfreq(side)[None]
    noise = torch.fft.irfft2(spectrum / (row.square() + column.square()).sqrt().clamp_min(1 / side))
    noise = noise / noise.std((2, 3), keepdim=True)
    grey: Tensor = (0.5 * noise).clamp(-1, 1)
    return grey
