"""EfficientNet-Lite2, a classifier of ImageNet: its features and its class scores.

It only judges: no encoder, teacher or loss may use it, so that it stays independent of what it measures. The layers are
those of the published network: inverted residuals with ReLU6, without squeeze-and-excitation.
"""

import re
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autochrome.errors import CheckpointError

SIDE = 260  # pixels: the size of the pictures that it was trained on
BN_EPS = 1e-3  # of the published weights
CLASSES, FEATURES = 1000, 1280


class Stage(NamedTuple):
    """Blocks of one kind; only the first has the stride and changes the number of channels."""

    blocks: int
    channels: int
    kernel: int
    stride: int
    expansion: int = 6


STEM = 32  # channels
STAGES = (
    Stage(1, 16, 3, 1, expansion=1),
    Stage(3, 24, 3, 2),
    Stage(3, 48, 5, 2),
    Stage(4, 88, 3, 2),
    Stage(4, 120, 5, 1),
    Stage(5, 208, 5, 2),
    Stage(1, 352, 3, 1),
)
_LAYERS_IN_A_BLOCK = {"expand_conv": "expand.0", "bn0": "expand.1", "depthwise_conv": "depthwise.0"} | {
    "bn1": "depthwise.1",
    "project_conv": "project.0",
    "bn2": "project.1",
}
_OTHER_LAYERS = {
    "conv_stem": "stem.0",
    "bn0": "stem.1",
    "conv_head": "head.0",
    "bn1": "head.1",
    "fc": "classes",
}


class SameConv(nn.Conv2d):
    """A convolution padded as in TensorFlow: at stride 2 the right and the bottom get the odd pixel."""

    def forward(self, x: Tensor) -> Tensor:
        sides = []
        for size, kernel, stride in zip(
            x.shape[:1:-1], self.kernel_size[::-1], self.stride[::-1], strict=True
        ):
            missing = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            sides += [missing // 2, missing - missing // 2]
        return super().forward(F.pad(x, sides))


def conv_norm(before: int, out: int, kernel: int = 1, stride: int = 1, groups: int = 1) -> nn.Sequential:
    """A convolution without bias, and batch norm."""
    conv = SameConv(before, out, kernel, stride, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(out, eps=BN_EPS))


class InvertedResidual(nn.Module):
    """Expand the channels, one depthwise convolution, project back; the input is added if the shape is the same."""

    def __init__(self, before: int, stage: Stage, stride: int) -> None:
        super().__init__()
        wide = before * stage.expansion
        self.expand = conv_norm(before, wide) if stage.expansion > 1 else None
        self.depthwise = conv_norm(wide, wide, stage.kernel, stride, groups=wide)
        self.project = conv_norm(wide, stage.channels)
        self.residual = stride == 1 and before == stage.channels

    def forward(self, x: Tensor) -> Tensor:
        inner = F.relu6(self.expand(x)) if self.expand else x
        out: Tensor = self.project(F.relu6(self.depthwise(inner)))
        return x + out if self.residual else out


class EfficientNetLite2(nn.Module):
    """(N, 3, 260, 260) sRGB 0…255 → features (N, 1280) and class scores (N, 1000), before softmax."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = conv_norm(3, STEM, 3, 2)
        blocks: list[nn.Module] = []
        channels = STEM
        for stage in STAGES:
            for i in range(stage.blocks):
                blocks.append(InvertedResidual(channels, stage, stage.stride if i == 0 else 1))
                channels = stage.channels
        self.blocks = nn.Sequential(*blocks)
        self.head = conv_norm(channels, FEATURES)
        self.classes = nn.Linear(FEATURES, CLASSES)

    def forward(self, rgb: Tensor) -> tuple[Tensor, Tensor]:
        x = self.blocks(F.relu6(self.stem((rgb - 127) / 128)))
        features = F.relu6(self.head(x)).mean((2, 3))
        return features, self.classes(features)


def own_name(published: str) -> str:
    """The name of a published tensor in this network: `_blocks.3._bn1.bias` → `blocks.3.depthwise.1.bias`."""
    inside = re.fullmatch(r"_blocks\.(\d+)\._(\w+)\.(\w+)", published)
    if inside and inside[2] in _LAYERS_IN_A_BLOCK:
        return f"blocks.{inside[1]}.{_LAYERS_IN_A_BLOCK[inside[2]]}.{inside[3]}"
    layer, _, rest = published.removeprefix("_").partition(".")
    return f"{_OTHER_LAYERS.get(layer, layer)}.{rest}"


def open_efficientnet_lite2(file: str) -> EfficientNetLite2:
    """The network with the published weights in `file` (a .pth file), frozen."""
    network = EfficientNetLite2()
    try:
        published = torch.load(file, map_location="cpu", weights_only=True)
        network.load_state_dict({own_name(name): value for name, value in published.items()})
    except (OSError, RuntimeError, ValueError) as error:
        raise CheckpointError(f"{file} does not have the weights of EfficientNet-Lite2: {error}.") from error
    return network.eval().requires_grad_(False)
