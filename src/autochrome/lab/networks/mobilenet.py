"""MobileNet v1 without its classifier: what a picture means, at strides 4, 8, 16 and 32.

Batch norm is folded into the convolutions when published weights are read: a network that is trained on in small steps
wants no running statistics, and a runtime wants fewer layers.
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
MAPS = (3, 5, 11, 12)
"""The blocks whose answers are kept: strides 4, 8, 16, 32."""
NEAR = 3
"""So many blocks look at edges and steps; what comes after them asks what they were edges of."""

BN_EPS = 1e-3  # of the published weights


class MobileNet(nn.Module):
    """(N, 1, H, W) grey −1…1, sides multiples of 32 → four maps at strides 4, 8, 16, 32, `channels` wide.

    With `seen` 3 it sees sRGB instead of grey.
    """

    def __init__(self, width: float = 1.0, weights: str = "none", seen: int = 1) -> None:
        super().__init__()
        wide = [round(width * out) for _, out, _ in BLOCKS]
        first = round(width * BLOCKS[0][0])
        self.channels = tuple(wide[i - 1] for i in MAPS)
        self.edges = wide[NEAR - 1]  # channels of what `near` hands on
        self.conv1 = nn.Conv2d(seen, first, 3, 2)
        for i, (before, out, (_, _, stride)) in enumerate(zip([first, *wide], wide, BLOCKS, strict=False), 1):
            self.add_module(f"conv_dw_{i}", nn.Conv2d(before, before, 3, stride, groups=before))
            self.add_module(f"conv_pw_{i}", nn.Conv2d(before, out, 1))
        for layer in self.children():
            assert isinstance(layer, nn.Conv2d)
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            assert layer.bias is not None
            nn.init.zeros_(layer.bias)
        if weights != "none":
            self.load_state_dict(folded(weights, self))

    def forward(self, grey: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        map4, edges = self.near(grey)
        return map4, *self.far(edges)

    def near(self, grey: Tensor) -> tuple[Tensor, Tensor]:
        """The first blocks: the map at stride 4, and what `far` goes on from, at stride 8."""
        x = F.relu6(self.conv1(F.pad(grey, (0, 1, 0, 1))))
        for i in range(1, NEAR + 1):
            x = self._across(i, self._around(i, x))
        return x, self._around(NEAR + 1, x)

    def far(self, edges: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The rest: the maps at strides 8, 16, 32."""
        x, maps = self._across(NEAR + 1, edges), []
        for i in range(NEAR + 2, len(BLOCKS) + 1):
            x = self._across(i, self._around(i, x))
            if i in MAPS:
                maps.append(x)
        return maps[0], maps[1], maps[2]

    def _around(self, block: int, x: Tensor) -> Tensor:
        """A block's look at its neighbours, each channel for itself."""
        return F.relu6(depthwise(x, self.get_submodule(f"conv_dw_{block}")))

    def _across(self, block: int, x: Tensor) -> Tensor:
        """A block's look across the channels."""
        return F.relu6(self.get_submodule(f"conv_pw_{block}")(x))


def depthwise(x: Tensor, conv: nn.Module) -> Tensor:
    """A 3×3 depthwise convolution, at stride 2 padded on the right and below only, as TensorFlow does.

    While gradients are wanted a stride of 2 is worked out at stride 1 and thinned: on a CPU the backward pass of a
    strided depthwise convolution costs ten times as much.
    """
    assert isinstance(conv, nn.Conv2d)
    if conv.stride == (1, 1):
        return F.conv2d(x, conv.weight, conv.bias, padding=1, groups=conv.groups)
    if torch.is_grad_enabled() and conv.weight.requires_grad:
        return F.conv2d(x, conv.weight, conv.bias, padding=1, groups=conv.groups)[:, :, 1::2, 1::2]
    return F.conv2d(F.pad(x, (0, 1, 0, 1)), conv.weight, conv.bias, stride=2, groups=conv.groups)


def folded(file: str, network: MobileNet) -> dict[str, Tensor]:
    """Published weights with batch norm folded and the colour kernel summed to grey. Every layer must be there."""
    if not Path(file).is_file():
        raise CheckpointError(
            f"{file}: no such weights file; give MobileNet v1 as safetensors, or encoder=none."
        )
    try:
        given = load_file(file)
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{file} is not a readable safetensors file; it may be cut short.") from error
    layers = [name for name, _ in network.named_children()]
    statistics = ("weight", "bias", "running_mean", "running_var")
    wanted = {f"{x}.weight" for x in layers} | {f"{x}_bn.{s}" for x in layers for s in statistics}
    odd = sorted(wanted ^ given.keys())
    if odd:
        raise CheckpointError(
            f"{file} is not the MobileNet v1 we know: {odd[0]!r} is missing or not expected."
        )
    result = {}
    for name in layers:
        weight = given[f"{name}.weight"].float()
        if name == "conv1" and network.conv1.in_channels == 1:
            weight = weight.sum(1, keepdim=True)
        gamma, beta, mean, var = (given[f"{name}_bn.{s}"].float() for s in statistics)
        scale = gamma / (var + BN_EPS).sqrt()
        result[f"{name}.weight"] = weight * scale.view(-1, 1, 1, 1)
        result[f"{name}.bias"] = beta - mean * scale
    wrong = [k for k, v in network.state_dict().items() if v.shape != result[k].shape]
    if wrong:
        raise CheckpointError(f"{file} has another width: {wrong[0]!r} is {tuple(result[wrong[0]].shape)}.")
    return result
