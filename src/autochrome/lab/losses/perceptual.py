"""How alike two pictures look to a network that knows things: a loss to learn from, and a distance to measure with.

The network comes from a weights file that is given: SqueezeNet 1.0 or a ResNet under their published names, MobileNet
v1 as `networks.mobilenet` reads it, or a classifier the lab trained itself. Which one it is, the names in the file say.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from autochrome.errors import CheckpointError, RecipeError
from autochrome.lab.networks.layers import load_weights
from autochrome.lab.networks.mobilenet import MobileNet
from autochrome.lab.networks.resnet_unet import DEPTHS, DEVIATION, MEAN, ResNet
from autochrome.lab.training.validation import as_rgb, full_size
from autochrome.lab.types import Answer, Batch, Loss
from autochrome.lab.weights_file import read_weights

Bytes: TypeAlias = NDArray[np.uint8]


class Fire(nn.Module):
    """SqueezeNet's block: few channels, then many by 1×1 and by 3×3, side by side."""

    def __init__(self, channels: int, squeezed: int, expanded: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, squeezed, 1)
        self.expand1x1 = nn.Conv2d(squeezed, expanded, 1)
        self.expand3x3 = nn.Conv2d(squeezed, expanded, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.squeeze(x))
        return F.relu(torch.cat([self.expand1x1(x), self.expand3x3(x)], 1))


class SqueezeNet(nn.Module):
    """(N, 3, H, W) sRGB 0…1 → what it sees before each halving and at its end: strides 2, 4, 8, 16."""

    mean: Tensor
    deviation: Tensor
    taps = (1, 5, 10, 12)

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(DEVIATION).view(1, 3, 1, 1), persistent=False)
        widths = ((96, 16, 64), (128, 16, 64), (128, 32, 128), (256, 32, 128), (256, 48, 192), (384, 48, 192))
        fires = [Fire(*w) for w in (*widths, (384, 64, 256), (512, 64, 256))]
        halve = [nn.MaxPool2d(3, 2, ceil_mode=True) for _ in range(3)]
        layers = [
            nn.Conv2d(3, 96, 7, 2),
            nn.ReLU(),
            halve[0],
            *fires[:3],
            halve[1],
            *fires[3:7],
            halve[2],
            fires[7],
        ]
        self.features = nn.ModuleList(layers)

    def forward(self, rgb: Tensor) -> list[Tensor]:
        x, maps = (rgb - self.mean) / self.deviation, []
        for i, layer in enumerate(self.features):
            x = layer(x)
            if i in self.taps:
                maps.append(x)
        return maps


class ColourMobileNet(nn.Module):
    """(N, 3, H, W) sRGB 0…1 → MobileNet v1's maps at strides 4, 8, 16, 32."""

    def __init__(self, weights: str) -> None:
        super().__init__()
        self.net = MobileNet(weights=weights, seen=3)

    def forward(self, rgb: Tensor) -> tuple[Tensor, ...]:
        maps: tuple[Tensor, ...] = self.net(rgb * 2 - 1)
        return maps


def open_features(file: str) -> nn.Module:
    """The network of a weights file, at rest: (N, 3, H, W) sRGB 0…1 → a list of maps. It never learns.

    Pictures need 32 pixels on either side.
    """
    weights = read_weights(Path(file))
    network: nn.Module
    if "features.3.squeeze.weight" in weights:
        network = SqueezeNet()
        load_weights(network, file, left_out=("classifier.",))
    elif "conv_dw_1.weight" in weights:
        network = ColourMobileNet(file)
    elif "layer1.0.conv1.weight" in weights:
        network = _resnet_like(weights, file)
        load_weights(network, file, left_out=("fc.",))
    else:
        raise CheckpointError(
            f"{file} is no SqueezeNet 1.0, MobileNet v1 or ResNet: give weights of one of them."
        )
    return network.eval().requires_grad_(False)


def _resnet_like(weights: dict[str, Tensor], file: str) -> ResNet:
    """An empty ResNet of the depth and width that the names and shapes of `weights` show."""
    stages = [{n.split(".")[1] for n in weights if n.startswith(f"layer{i}.")} for i in range(1, 5)]
    shape = tuple(map(len, stages)), 4 if "layer1.0.conv3.weight" in weights else 1
    for depth, known in DEPTHS.items():
        if known == shape:
            return ResNet(depth, len(weights["conv1.weight"]))
    raise CheckpointError(f"{file} is a ResNet of unknown depth; known are {', '.join(map(str, DEPTHS))}.")


def distances(network: nn.Module, one: Tensor, other: Tensor) -> Tensor:
    """(N, 3, H, W) sRGB 0…1 twice → (N,) distances, 0 for the same picture, at most 2.

    At every place of every map the channels are brought to length 1, so that all maps count alike; then the squared
    difference, the mean over places, the mean over maps.
    """
    found = []
    for a, b in zip(network(one), network(other), strict=True):
        gap = (F.normalize(a, dim=1, eps=1e-6) - F.normalize(b, dim=1, eps=1e-6)).square().sum(1)
        found.append(gap.mean((1, 2)))
    return torch.stack(found).mean(0)


class Perceptual(Loss):
    """The mean distance between the coloured picture and the real one, in the eyes of the network in `file`.

    `side`: both are shrunk to that many pixels first, which costs less and judges what they look like from afar.
    """

    def __init__(self, file: str | None = None, side: int | None = None) -> None:
        super().__init__()
        self.side = side
        if file is None:
            raise RecipeError(
                "The perceptual loss needs a network to see with: --set features=WEIGHTS.safetensors."
            )
        self.network = open_features(file)

    def forward(self, batch: Batch, answer: Answer) -> Tensor:
        truth, ab = batch.truth, full_size(answer, batch)
        if self.side:
            truth, ab = (F.interpolate(x, size=(self.side, self.side), mode="area") for x in (truth, ab))
        painted, real = as_rgb(truth[:, :1], ab), as_rgb(truth[:, :1], truth[:, 1:])
        return distances(self.network, painted, real).mean()


def perceptual_distance(file: str) -> Callable[[Bytes, Bytes], float]:
    """A function of two (H, W, 3) uint8 sRGB pictures: how far apart the network in `file` sees them, 0…2."""
    network = open_features(file)

    @torch.no_grad()
    def distance(one: Bytes, other: Bytes) -> float:
        a, b = (torch.from_numpy(x.copy()).permute(2, 0, 1)[None].float() / 255 for x in (one, other))
        return float(distances(network, a, b))

    return distance
