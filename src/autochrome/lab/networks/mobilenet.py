"""MobileNet v1 without its classifier: feature maps at strides 4, 8, 16 and 32.

When published weights are read, batch norm is folded into the convolutions: fine-tuning in small steps needs no running
statistics, and fewer layers run faster.
"""

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from autochrome.errors import CheckpointError

# Block → (channels in, channels out, stride) at width 1. The published block 13 and the classifier are not used.
BLOCKS: tuple[tuple[int, int, int], ...] = (
    (32, 64, 1),
    (64, 128, 2),
    (128, 128, 1),
    (128, 256, 2),
    (256, 256, 1),
    (256, 512, 2),
    *((512, 512, 1),) * 5,
    (512, 1024, 2),
)
OUTPUT_BLOCKS = (3, 5, 11, 12)
"""The blocks whose outputs are the feature maps at strides 4, 8, 16, 32."""
EARLY_BLOCKS = 3
"""Number of blocks in the early stages, which detect edges; the late stages recognise objects."""

BN_EPS = 1e-3  # of the published weights


class MobileNet(nn.Module):
    """(N, 1, H, W) grey −1…1 → four feature maps at strides 4, 8, 16, 32 with `channels` channels.

    Height and width must be multiples of 32. width: factor on all channels. in_channels: 1 for grey, 3 for sRGB.
    """

    def __init__(self, width: float = 1.0, weights: str = "none", in_channels: int = 1) -> None:
        super().__init__()
        wide = [round(width * out) for _, out, _ in BLOCKS]
        first = round(width * BLOCKS[0][0])
        self.channels = tuple(wide[i - 1] for i in OUTPUT_BLOCKS)
        self.early_channels = wide[EARLY_BLOCKS - 1]  # channels of the second output of `early_stages`
        self.conv1 = nn.Conv2d(in_channels, first, 3, 2)
        for i, (before, out, (_, _, stride)) in enumerate(zip([first, *wide], wide, BLOCKS, strict=False), 1):
            self.add_module(f"conv_dw_{i}", nn.Conv2d(before, before, 3, stride, groups=before))
            self.add_module(f"conv_pw_{i}", nn.Conv2d(before, out, 1))
        for layer in self.children():
            assert isinstance(layer, nn.Conv2d)
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            assert layer.bias is not None
            nn.init.zeros_(layer.bias)
        if weights != "none":
            self.load_state_dict(fold_batch_norm(weights, self))

    def forward(self, grey: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        features4, early8 = self.early_stages(grey)
        return features4, *self.late_stages(early8)

    def early_stages(self, grey: Tensor) -> tuple[Tensor, Tensor]:
        """The first blocks: the features at stride 4, and the input of `late_stages` at stride 8."""
        x = F.relu6(self.conv1(F.pad(grey, (0, 1, 0, 1))))
        for i in range(1, EARLY_BLOCKS + 1):
            x = self._pointwise(i, self._depthwise(i, x))
        return x, self._depthwise(EARLY_BLOCKS + 1, x)

    def late_stages(self, early8: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The other blocks: the features at strides 8, 16, 32."""
        x, maps = self._pointwise(EARLY_BLOCKS + 1, early8), []
        for i in range(EARLY_BLOCKS + 2, len(BLOCKS) + 1):
            x = self._pointwise(i, self._depthwise(i, x))
            if i in OUTPUT_BLOCKS:
                maps.append(x)
        return maps[0], maps[1], maps[2]

    def _depthwise(self, block: int, x: Tensor) -> Tensor:
        """The depthwise 3×3 convolution of a block."""
        return F.relu6(depthwise(x, self.get_submodule(f"conv_dw_{block}")))

    def _pointwise(self, block: int, x: Tensor) -> Tensor:
        """The pointwise 1×1 convolution of a block."""
        return F.relu6(self.get_submodule(f"conv_pw_{block}")(x))


def depthwise(x: Tensor, conv: nn.Module) -> Tensor:
    """A depthwise convolution; at stride 2 it is padded more at the right and bottom, as in TensorFlow.

    In training a stride of 2 is computed at stride 1 and subsampled: on a CPU the backward pass of a strided depthwise
    convolution takes ten times as long.
    """
    assert isinstance(conv, nn.Conv2d)
    half = conv.kernel_size[0] // 2
    if conv.stride == (1, 1):
        return F.conv2d(x, conv.weight, conv.bias, padding=half, groups=conv.groups)
    if torch.is_grad_enabled() and conv.weight.requires_grad:
        return F.conv2d(x, conv.weight, conv.bias, padding=half, groups=conv.groups)[:, :, 1::2, 1::2]
    padded = F.pad(x, (half - 1, half, half - 1, half))
    return F.conv2d(padded, conv.weight, conv.bias, stride=2, groups=conv.groups)


def fold_batch_norm(file: str, network: MobileNet) -> dict[str, Tensor]:
    """Published weights with batch norm folded in, and the first kernel summed over RGB for a grey input."""
    if not Path(file).is_file():
        raise CheckpointError(
            f"{file}: there is no such weights file; give MobileNet v1 as safetensors, or encoder=none."
        )
    try:
        tensors = load_file(file)
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{file} cannot be read as safetensors; it may be truncated.") from error
    layers = [name for name, _ in network.named_children()]
    statistics = ("weight", "bias", "running_mean", "running_var")
    expected = {f"{x}.weight" for x in layers} | {f"{x}_bn.{s}" for x in layers for s in statistics}
    wrong = sorted(expected ^ tensors.keys())
    if wrong:
        raise CheckpointError(
            f"{file} is not MobileNet v1 as published: {wrong[0]!r} is missing or not expected."
        )
    result = {}
    for name in layers:
        weight = tensors[f"{name}.weight"].float()
        if name == "conv1" and network.conv1.in_channels == 1:
            weight = weight.sum(1, keepdim=True)
        gamma, beta, mean, var = (tensors[f"{name}_bn.{s}"].float() for s in statistics)
        scale = gamma / (var + BN_EPS).sqrt()
        result[f"{name}.weight"] = weight * scale.view(-1, 1, 1, 1)
        result[f"{name}.bias"] = beta - mean * scale
    mismatch = [k for k, v in network.state_dict().items() if v.shape != result[k].shape]
    if mismatch:
        name = mismatch[0]
        raise CheckpointError(
            f"{file} has another width: {name!r} has the shape {tuple(result[name].shape)}."
        )
    return result
