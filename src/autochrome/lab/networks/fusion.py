"""Encoder–decoder with a fusion layer: what the picture shows, as one description, is joined to every place of it.

The description comes from a classifier that sees the whole picture: a residual network or MobileNet v1, from nothing
or from given weights.
"""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from autochrome.lab.networks.layers import AB_SCALE, Norm, grey_rgb, load_weights, normed
from autochrome.lab.networks.mobilenet import MobileNet
from autochrome.lab.networks.resnet_unet import ResNet
from autochrome.lab.types import Answer, ColorNetwork


class Describer(nn.Module):
    """(N, 1, H, W) L* → (N, `channels`, 1, 1): the mean of a classifier's deepest map."""

    def __init__(self, kind: Literal["resnet", "mobilenet"], weights: str, depth: int, width: float) -> None:
        super().__init__()
        self.net: ResNet | MobileNet
        if kind == "mobilenet":
            self.net = MobileNet(width, weights)
        else:
            self.net = ResNet(depth, int(64 * width))
            if weights != "none":
                load_weights(self.net, weights, left_out=("fc.",))
        self.channels = self.net.channels[-1]

    def forward(self, luma: Tensor) -> Tensor:
        grey = grey_rgb(luma)
        maps = self.net(grey[:, :1] * 2 - 1 if isinstance(self.net, MobileNet) else grey)
        deepest: Tensor = maps[-1]
        return deepest.mean((2, 3), keepdim=True)


class Fusion(ColorNetwork):
    """`encoder` are the widths of three pairs of 3×3 convolutions, each pair halving the size; `joined` the width of
    the fusion layer; `decoder` the widths of three more convolutions, the size doubled after each.

    `classifier` is "resnet" or "mobilenet", `width` 1 its published size, `weights` a file for it ("none": it learns
    along with the rest). `classes` lets it name so many labels, for the loss `label`.
    """

    def __init__(
        self,
        encoder: Sequence[int] = (64, 128, 256),
        joined: int = 256,
        decoder: Sequence[int] = (128, 64, 32),
        norm: Norm = "batch",
        classifier: Literal["resnet", "mobilenet"] = "resnet",
        weights: str = "none",
        depth: int = 18,
        width: float = 1.0,
        classes: int = 0,
    ) -> None:
        super().__init__()
        self.inputs, self.multiple = ("luma",), 32
        self.classifier = Describer(classifier, weights, depth, width)
        self.naming = nn.Linear(self.classifier.channels, classes) if classes else None
        layers: list[nn.Module] = []
        before = 1
        for filters in encoder:
            layers += [_conv(before, filters, 2, norm), _conv(filters, filters, 1, norm)]
            before = filters
        self.encoder = nn.Sequential(*layers)
        self.join = nn.Sequential(nn.Conv2d(before + self.classifier.channels, joined, 1), nn.ReLU())
        layers, before = [], joined
        for filters in decoder:
            layers += [_conv(before, filters, 1, norm), nn.Upsample(scale_factor=2)]
            before = filters
        self.decoder = nn.Sequential(*layers, nn.Conv2d(before, 2, 3, padding=1), nn.Tanh())

    def forward(self, luma: Tensor, hint: Tensor, mask: Tensor) -> Answer:
        places = self.encoder(luma / 50 - 1)
        picture = self.classifier(luma)
        x = self.join(torch.cat([places, picture.expand(-1, -1, *places.shape[2:])], 1))
        named = self.naming(picture.flatten(1)) if self.naming else None
        return Answer(self.decoder(x) * AB_SCALE, classes=named)


def _conv(channels: int, filters: int, stride: int, norm: Norm) -> nn.Sequential:
    return nn.Sequential(normed(nn.Conv2d(channels, filters, 3, stride, 1), norm), nn.ReLU())
