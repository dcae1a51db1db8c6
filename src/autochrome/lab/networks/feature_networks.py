"""Pretrained networks whose feature maps tell how similar two pictures are.

The weights file decides which one: SqueezeNet 1.0 or a ResNet under their published names, MobileNet v1 and
MobileNetEdgeTPU as `networks.mobilenet` and `networks.edgetpu` read them, or a classifier that was trained in the lab.
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autochrome.errors import CheckpointError
from autochrome.lab.networks.edgetpu import MobileNetEdgeTPU
from autochrome.lab.networks.mobilenet import MobileNet
from autochrome.lab.networks.resnet_unet import DEPTHS, DEVIATION, MEAN, ResNet
from autochrome.lab.weights_file import load_pretrained, read_weights


class Fire(nn.Module):
    """SqueezeNet's block: reduce the channels, then expand them by 1×1 and 3×3 convolutions side by side."""

    def __init__(self, channels: int, squeezed: int, expanded: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, squeezed, 1)
        self.expand1x1 = nn.Conv2d(squeezed, expanded, 1)
        self.expand3x3 = nn.Conv2d(squeezed, expanded, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.squeeze(x))
        return F.relu(torch.cat([self.expand1x1(x), self.expand3x3(x)], 1))


class SqueezeNet(nn.Module):
    """(N, 3, H, W) sRGB 0…1 → feature maps at strides 2, 4, 8, 16."""

    mean: Tensor
    deviation: Tensor
    outputs = (1, 5, 10, 12)  # indices of the layers whose feature maps are returned

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(DEVIATION).view(1, 3, 1, 1), persistent=False)
        widths = ((96, 16, 64), (128, 16, 64), (128, 32, 128), (256, 32, 128), (256, 48, 192), (384, 48, 192))
        fires = [Fire(*w) for w in (*widths, (384, 64, 256), (512, 64, 256))]
        pools = [nn.MaxPool2d(3, 2, ceil_mode=True) for _ in range(3)]
        layers = [
            nn.Conv2d(3, 96, 7, 2),
            nn.ReLU(),
            pools[0],
            *fires[:3],
            pools[1],
            *fires[3:7],
            pools[2],
            fires[7],
        ]
        self.features = nn.ModuleList(layers)

    def forward(self, rgb: Tensor) -> list[Tensor]:
        x, maps = (rgb - self.mean) / self.deviation, []
        for i, layer in enumerate(self.features):
            x = layer(x)
            if i in self.outputs:
                maps.append(x)
        return maps


class ColorMobileNet(nn.Module):
    """(N, 3, H, W) sRGB 0…1 → the feature maps of a MobileNet at strides 4, 8, 16, 32."""

    def __init__(self, net: MobileNet | MobileNetEdgeTPU) -> None:
        super().__init__()
        self.net = net

    def forward(self, rgb: Tensor) -> tuple[Tensor, ...]:
        maps: tuple[Tensor, ...] = self.net(rgb * 2 - 1)
        return maps


def open_features(file: str) -> nn.Module:
    """The network of a weights file, frozen: (N, 3, H, W) sRGB 0…1 → a list of feature maps.

    Pictures need at least 32 pixels on either side.
    """
    weights = read_weights(Path(file))
    network: nn.Module
    if "features.3.squeeze.weight" in weights:
        network = SqueezeNet()
        load_pretrained(network, file, ignore=("classifier.",))
    elif "conv_dw_1.weight" in weights:
        network = ColorMobileNet(MobileNet(weights=file, in_channels=3))
    elif "layer00.weight" in weights:
        network = ColorMobileNet(MobileNetEdgeTPU(weights=file, in_channels=3))
    elif "layer1.0.conv1.weight" in weights:
        network = _make_resnet(weights, file)
        load_pretrained(network, file, ignore=("fc.",))
    else:
        raise CheckpointError(
            f"{file} is not SqueezeNet 1.0, MobileNet v1, MobileNetEdgeTPU or a ResNet: give weights of one of them."
        )
    return network.eval().requires_grad_(False)


def _make_resnet(weights: dict[str, Tensor], file: str) -> ResNet:
    """A ResNet without weights, of the depth and width that the names and shapes in `weights` show."""
    stages = [{n.split(".")[1] for n in weights if n.startswith(f"layer{i}.")} for i in range(1, 5)]
    shape = tuple(map(len, stages)), 4 if "layer1.0.conv3.weight" in weights else 1
    for depth, known in DEPTHS.items():
        if known == shape:
            return ResNet(depth, len(weights["conv1.weight"]))
    raise CheckpointError(
        f"{file} is a ResNet of an unsupported depth; supported are {', '.join(map(str, DEPTHS))}."
    )
