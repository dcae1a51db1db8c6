"""The pieces every family is built from: scaling at the door, norms, attention, upsampling, first weights.

Networks and critics see numbers of about −1…1: L* as `L/50 − 1`, a*b* divided by `AB_SCALE`. Nobody outside knows.
"""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from autochrome.color.lab import light_from_lightness, srgb_from_linear
from autochrome.errors import CheckpointError
from autochrome.lab.weights_file import read_weights

AB_SCALE = 110.0
"""a*b* of sRGB stay within ±108; one unit inside a network is this many outside."""

Norm: TypeAlias = Literal["batch", "instance", "spectral", "none"]
Init: TypeAlias = Literal["torch", "normal", "thesis"]

NORMS: dict[str, Callable[[int], nn.Module]] = {
    "batch": nn.BatchNorm2d,
    "instance": lambda channels: nn.InstanceNorm2d(channels, affine=True),
    "spectral": lambda channels: nn.Identity(),  # it sits on the weights: see `normed`
    "none": lambda channels: nn.Identity(),
}


def normed(conv: nn.Conv2d | nn.ConvTranspose2d, norm: Norm) -> nn.Sequential:
    """The convolution with its norm; "spectral" bounds the weights instead of the answer."""
    layer = spectral_norm(conv) if norm == "spectral" else conv
    return nn.Sequential(layer, NORMS[norm](conv.out_channels))


def scaled(luma: Tensor, hint: Tensor, mask: Tensor, inputs: Sequence[str]) -> Tensor:
    """What `inputs` names of L* 0…100, a*b* and mask 0…1 → (N, 1…4, H, W), about −1…1."""
    parts = {"luma": luma / 50 - 1, "hint": hint / AB_SCALE, "mask": mask}
    return torch.cat([parts[name] for name in inputs], 1)


def channels_of(inputs: Sequence[str]) -> int:
    return sum({"luma": 1, "hint": 2, "mask": 1}[name] for name in inputs)


def scaled_lab(lab: Tensor) -> Tensor:
    """(N, 3, H, W) L*a*b* → the same, about −1…1: what a critic sees."""
    return torch.cat([lab[:, :1] / 50 - 1, lab[:, 1:] / AB_SCALE], 1)


def grey_rgb(luma: Tensor) -> Tensor:
    """(N, 1, H, W) L* → (N, 3, H, W) the sRGB grey of that lightness, 0…1: what a given classifier sees."""
    grey: Tensor = srgb_from_linear(light_from_lightness(luma))
    return grey.expand(-1, 3, -1, -1)


class SelfAttention(nn.Module):
    """Every place looks at every other one. Starts as the identity: `weight` is learnt from zero."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = max(channels // 8, 1)
        self.query, self.key = (spectral_norm(nn.Conv2d(channels, inner, 1, bias=False)) for _ in range(2))
        self.value = spectral_norm(nn.Conv2d(channels, channels, 1, bias=False))
        self.weight = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) → the same shape; memory grows with (H·W)²."""
        query, key, value = (layer(x).flatten(2) for layer in (self.query, self.key, self.value))
        attention = (query.transpose(1, 2) @ key).softmax(-1)  # (N, HW, HW): row = the place that looks
        seen: Tensor = (value @ attention.transpose(1, 2)).view_as(x)
        return x + self.weight * seen


class ShuffleUp(nn.Module):
    """Twice the size by pixel shuffle. ICNR first weights and a small blur keep the chequerboard away."""

    def __init__(self, channels: int, out: int, norm: Norm, blur: bool = True) -> None:
        super().__init__()
        conv = nn.Conv2d(channels, 4 * out, 1, bias=False)
        _same_over_each_square(conv.weight)
        self.conv = normed(conv, norm)
        self.blur = blur

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) → (N, out, 2H, 2W)."""
        x = F.relu(F.pixel_shuffle(self.conv(x), 2))
        if not self.blur:
            return x
        return F.avg_pool2d(F.pad(x, (1, 0, 1, 0), mode="replicate"), 2, stride=1)


def _same_over_each_square(weight: Tensor) -> None:
    """ICNR: the four pixels made from one start equal, so the first picture is smooth."""
    small = nn.init.kaiming_normal_(torch.empty(weight.shape[0] // 4, *weight.shape[1:]))
    with torch.no_grad():
        weight.copy_(small.repeat_interleave(4, 0))


def start(module: nn.Module, init: Init) -> None:
    """First weights of every convolution and dense layer in `module`.

    "thesis" draws them from 0…0.02, so all are positive and every layer begins as a blur: odd, but that is how the
    original was trained. "normal" (mean 0, deviation 0.02) is what it most likely meant. "torch" leaves them.
    """
    draw: dict[str, Callable[[Tensor], Tensor]] = {
        "thesis": lambda weight: nn.init.uniform_(weight, 0, 0.02),
        "normal": lambda weight: nn.init.normal_(weight, 0, 0.02),
    }
    if init == "torch":
        return
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            bounded = getattr(layer, "parametrizations", None)  # where spectral norm keeps the weight itself
            with torch.no_grad():
                draw[init](bounded.weight.original if bounded else layer.weight)


def load_weights(module: nn.Module, file: str, left_out: Collection[str] = ()) -> None:
    """Fill `module` from a safetensors file. Every name and shape must fit; only names under `left_out` may be over."""
    given = read_weights(Path(file))
    given = {name: value for name, value in given.items() if not name.startswith(tuple(left_out))}
    wanted = {k: v for k, v in module.state_dict().items() if not k.endswith("num_batches_tracked")}
    given = {name: value for name, value in given.items() if not name.endswith("num_batches_tracked")}
    wrong = sorted(wanted.keys() ^ given.keys()) or [
        k for k, v in wanted.items() if v.shape != given[k].shape
    ]
    if wrong:
        raise CheckpointError(
            f"{file} does not fit this network: {len(wrong)} layers are missing, unknown or of another shape, "
            f"the first is {wrong[0]!r}; give a file made for the same layers."
        )
    module.load_state_dict(given | {k: v for k, v in module.state_dict().items() if k not in wanted})
