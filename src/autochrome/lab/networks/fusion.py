"""Encoder–decoder with a fusion layer: global features of the whole picture are joined to the local features.

The global features come from a classifier: a residual network or MobileNet v1, from scratch or from a weights file.
"""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from autochrome.lab.networks.layers import AB_SCALE, Norm, grey_rgb, with_norm
from autochrome.lab.networks.mobilenet import MobileNet
from autochrome.lab.networks.resnet_unet import ResNet
from autochrome.lab.types import ColorNetwork, NetworkOutput
from autochrome.lab.weights_file import load_pretrained


class GlobalFeatures(nn.Module):
    """(N, 1, H, W) L* → (N, `channels`, 1, 1): the mean of a classifier's deepest feature map."""

    def __init__(self, kind: Literal["resnet", "mobilenet"], weights: str, depth: int, width: float) -> None:
        super().__init__()
        self.net: ResNet | MobileNet
        if kind == "mobilenet":
            self.net = MobileNet(width, weights)
        else:
            self.net = ResNet(depth, int(64 * width))
            if weights != "none":
                load_pretrained(self.net, weights, ignore=("fc.",))
        self.channels = self.net.channels[-1]

    def forward(self, luma: Tensor) -> Tensor:
        grey = grey_rgb(luma)
        maps = self.net(grey[:, :1] * 2 - 1 if isinstance(self.net, MobileNet) else grey)
        deepest: Tensor = maps[-1]
        return deepest.mean((2, 3), keepdim=True)


class Fusion(ColorNetwork):
    """Local features at stride 8, joined with global features of the whole picture.

    encoder: channels of three pairs of 3×3 convolutions; each pair halves the size.
    fusion_width: channels of the fusion layer.
    decoder: channels of three convolutions; the size doubles after each.
    classifier: "resnet" (of this depth) or "mobilenet"; width: 1 is its published size; weights: a file, or "none" to
    train it from scratch. classes: labels that it classifies, for the loss `label`; 0: none.
    """

    def __init__(
        self,
        encoder: Sequence[int] = (64, 128, 256),
        fusion_width: int = 256,
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
        self.classifier = GlobalFeatures(classifier, weights, depth, width)
        self.label_head = nn.Linear(self.classifier.channels, classes) if classes else None
        layers: list[nn.Module] = []
        before = 1
        for filters in encoder:
            layers += [_conv(before, filters, 2, norm), _conv(filters, filters, 1, norm)]
            before = filters
        self.encoder = nn.Sequential(*layers)
        self.join = nn.Sequential(nn.Conv2d(before + self.classifier.channels, fusion_width, 1), nn.ReLU())
        layers, before = [], fusion_width
        for filters in decoder:
            layers += [_conv(before, filters, 1, norm), nn.Upsample(scale_factor=2)]
            before = filters
        self.decoder = nn.Sequential(*layers, nn.Conv2d(before, 2, 3, padding=1), nn.Tanh())

    def forward(self, luma: Tensor, hint: Tensor, mask: Tensor) -> NetworkOutput:
        local_features = self.encoder(luma / 50 - 1)
        global_features = self.classifier(luma)
        everywhere = global_features.expand(-1, -1, *local_features.shape[2:])
        x = self.join(torch.cat([local_features, everywhere], 1))
        class_logits = self.label_head(global_features.flatten(1)) if self.label_head else None
        return NetworkOutput(self.decoder(x) * AB_SCALE, class_logits=class_logits)


def _conv(channels: int, filters: int, stride: int, norm: Norm) -> nn.Sequential:
    return nn.Sequential(with_norm(nn.Conv2d(channels, filters, 3, stride, 1), norm), nn.ReLU())
