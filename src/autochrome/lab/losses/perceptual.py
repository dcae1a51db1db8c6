"""The perceptual distance of two pictures: how much the feature maps of a pretrained network differ.

It serves as a loss and as a metric. The network comes from a weights file, see `networks.feature_networks`.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from autochrome.errors import RecipeError
from autochrome.lab.networks.feature_networks import open_features
from autochrome.lab.rendering import full_size_ab, rgb_from_lab_planes
from autochrome.lab.types import Batch, Loss, NetworkOutput

Bytes: TypeAlias = NDArray[np.uint8]


def feature_distances(network: nn.Module, first: Tensor, second: Tensor) -> Tensor:
    """Two times (N, 3, H, W) sRGB 0…1 → (N,) distances: 0 for equal pictures, at most 2.

    At every pixel of every map the channels are scaled to length 1, so that all maps have the same weight. The distance
    is the squared difference, averaged over the pixels and then over the maps.
    """
    distances = []
    for a, b in zip(network(first), network(second), strict=True):
        difference = (F.normalize(a, dim=1, eps=1e-6) - F.normalize(b, dim=1, eps=1e-6)).square().sum(1)
        distances.append(difference.mean((1, 2)))
    return torch.stack(distances).mean(0)


class Perceptual(Loss):
    """The mean perceptual distance between the coloured picture and the original, by the network in `file`.

    side: both are shrunk to this size in pixels first, which costs less; None: full size. gain: a factor on the colour
    of pictures without hints, as `--vivid` will apply one.
    """

    def __init__(self, file: str | None = None, side: int | None = None, gain: float = 1.0) -> None:
        super().__init__()
        self.side, self.gain = side, gain
        if file is None:
            raise RecipeError(
                "The loss 'perceptual' needs a pretrained network: --set features=WEIGHTS.safetensors."
            )
        self.network = open_features(file)

    def forward(self, batch: Batch, output: NetworkOutput) -> Tensor:
        truth = batch.truth
        hinted = batch.mask.amax((1, 2, 3), keepdim=True) > 0
        ab = full_size_ab(output, batch) * torch.where(hinted, 1.0, self.gain)
        if self.side:
            truth, ab = (F.interpolate(x, size=(self.side, self.side), mode="area") for x in (truth, ab))
        predicted = rgb_from_lab_planes(truth[:, :1], ab)
        real = rgb_from_lab_planes(truth[:, :1], truth[:, 1:])
        return feature_distances(self.network, predicted, real).mean()


def perceptual_distance(file: str) -> Callable[[Bytes, Bytes], float]:
    """A function of two (H, W, 3) uint8 sRGB pictures that returns their distance, 0…2, by the network in `file`."""
    network = open_features(file)

    @torch.no_grad()
    def distance(first: Bytes, second: Bytes) -> float:
        a, b = (torch.from_numpy(x.copy()).permute(2, 0, 1)[None].float() / 255 for x in (first, second))
        return float(feature_distances(network, a, b))

    return distance
