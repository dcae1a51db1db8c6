"""Layers that several network families share: input scaling, norms, attention, upsampling, initial weights.

Inside, networks and critics work with values of about −1…1: L* as `L/50 − 1`, a*b* divided by `AB_SCALE`.
"""

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from autochrome.color.lab import light_from_lightness, srgb_from_linear
from autochrome.lab.types import CHANNELS

AB_SCALE = 110.0
"""One unit inside a network is this many a*b* units. a*b* of sRGB colours are within ±108."""

Norm: TypeAlias = Literal["batch", "instance", "spectral", "none"]
Init: TypeAlias = Literal["torch", "normal", "thesis"]

NORMS: dict[str, Callable[[int], nn.Module]] = {
    "batch": nn.BatchNorm2d,
    "instance": lambda channels: nn.InstanceNorm2d(channels, affine=True),
    "spectral": lambda channels: nn.Identity(),  # applied to the weights: see `with_norm`
    "none": lambda channels: nn.Identity(),
}


def with_norm(conv: nn.Conv2d | nn.ConvTranspose2d, norm: Norm) -> nn.Sequential:
    """The convolution followed by its norm. "spectral" normalises the weights instead of the output."""
    layer = spectral_norm(conv) if norm == "spectral" else conv
    return nn.Sequential(layer, NORMS[norm](conv.out_channels))


def scale_inputs(luma: Tensor, hint: Tensor, mask: Tensor, inputs: Sequence[str]) -> Tensor:
    """L* 0…100, a*b*, mask 0…1 → those that `inputs` names, concatenated: (N, 1…4, H, W), about −1…1."""
    parts = {"luma": luma / 50 - 1, "hint": hint / AB_SCALE, "mask": mask}
    return torch.cat([parts[name] for name in inputs], 1)


def input_channels(inputs: Sequence[str]) -> int:
    """Number of channels of these inputs."""
    return sum(CHANNELS[name] for name in inputs)


def scale_lab(lab: Tensor) -> Tensor:
    """(N, 3, H, W) L*a*b* → the same scaled to about −1…1: the input of a critic."""
    return torch.cat([lab[:, :1] / 50 - 1, lab[:, 1:] / AB_SCALE], 1)


def grey_rgb(luma: Tensor) -> Tensor:
    """(N, 1, H, W) L* → (N, 3, H, W) grey sRGB 0…1 of that lightness: the input of a pretrained classifier."""
    grey: Tensor = srgb_from_linear(light_from_lightness(luma))
    return grey.expand(-1, 3, -1, -1)


class SelfAttention(nn.Module):
    """Self-attention over all pixels. It starts as the identity: `weight` is trained from zero."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = max(channels // 8, 1)
        self.query, self.key = (spectral_norm(nn.Conv2d(channels, inner, 1, bias=False)) for _ in range(2))
        self.value = spectral_norm(nn.Conv2d(channels, channels, 1, bias=False))
        self.weight = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) → the same shape; memory grows with (H·W)²."""
        query, key, value = (layer(x).flatten(2) for layer in (self.query, self.key, self.value))
        attention = (query.transpose(1, 2) @ key).softmax(-1)  # (N, HW, HW): a row per query
        attended: Tensor = (value @ attention.transpose(1, 2)).view_as(x)
        return x + self.weight * attended


class ShuffleUp(nn.Module):
    """Upsampling by 2 with pixel shuffle. ICNR initial weights and a small blur avoid checkerboard patterns."""

    def __init__(self, channels: int, out: int, norm: Norm, blur: bool = True) -> None:
        super().__init__()
        conv = nn.Conv2d(channels, 4 * out, 1, bias=False)
        _init_icnr(conv.weight)
        self.conv = with_norm(conv, norm)
        self.blur = blur

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) → (N, out, 2H, 2W)."""
        x = F.relu(F.pixel_shuffle(self.conv(x), 2))
        if not self.blur:
            return x
        return F.avg_pool2d(F.pad(x, (1, 0, 1, 0), mode="replicate"), 2, stride=1)


def _init_icnr(weight: Tensor) -> None:
    """ICNR: the four output pixels of one input pixel start equal, so the first output is smooth."""
    small = nn.init.kaiming_normal_(torch.empty(weight.shape[0] // 4, *weight.shape[1:]))
    with torch.no_grad():
        weight.copy_(small.repeat_interleave(4, 0))


def init_weights(module: nn.Module, init: Init) -> None:
    """Draw the initial weights of every convolution and dense layer in `module`.

    "thesis": uniform 0…0.02, as the original thesis was trained; all weights are positive, so every layer starts as a
    blur. "normal": mean 0, standard deviation 0.02, most likely what the thesis meant. "torch": PyTorch's own.
    """
    draw: dict[str, Callable[[Tensor], Tensor]] = {
        "thesis": lambda weight: nn.init.uniform_(weight, 0, 0.02),
        "normal": lambda weight: nn.init.normal_(weight, 0, 0.02),
    }
    if init == "torch":
        return
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            spectral = getattr(layer, "parametrizations", None)  # spectral norm stores the weight here
            with torch.no_grad():
                draw[init](spectral.weight.original if spectral else layer.weight)
