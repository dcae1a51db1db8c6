"""Encoder and decoder without skip connections: the first generator of the thesis (G1)."""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from autochrome.lab.networks.layers import (
    AB_SCALE,
    Init,
    Norm,
    init_weights,
    input_channels,
    scale_inputs,
    with_norm,
)
from autochrome.lab.types import ColorNetwork, NetworkOutput


class UpsampledConv(nn.Conv2d):
    """Upsampling by 2 (nearest), then a 3×3 convolution.

    In training the same result is computed on the small map by a transposed 4×4 convolution: 4 multiplications per
    pixel instead of 9.
    """

    def __init__(self, channels: int, filters: int) -> None:
        super().__init__(channels, filters, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return super().forward(F.interpolate(x, scale_factor=2.0))
        wide = F.pad(self.weight.flip(2, 3).transpose(0, 1), (1, 1, 1, 1))
        kernel = wide[..., :-1, :-1] + wide[..., 1:, :-1] + wide[..., :-1, 1:] + wide[..., 1:, 1:]
        return F.conv_transpose2d(x, kernel, self.bias, stride=2, padding=1)


class EncoderDecoder(ColorNetwork):
    """Downsample twice, upsample twice; 3×3 convolutions, ReLU, tanh at the end.

    filters: channels of all layers except the last, which predicts a*b*. Every second layer has a norm, and the last
    one too, as in the original (a norm before tanh is unusual: it fixes the spread of the output over a batch).
    """

    def __init__(
        self,
        filters: Sequence[int] = (32, 64, 128, 128, 256, 128, 64, 32),
        inputs: Sequence[str] = ("luma",),
        norm: Norm = "batch",
        init: Init = "torch",
    ) -> None:
        super().__init__()
        if len(filters) != 8:
            raise ValueError(f"filters needs 8 numbers, not {len(filters)}")
        self.inputs, self.multiple = tuple(inputs), 4
        widths = [input_channels(inputs), *filters, 2]
        strides = (1, 2, 2, 1, 1, 1, 1, 1, 1)
        upsampled, without_norm = (5, 6), (0, 2, 7)
        layers: list[nn.Module] = []
        for i, stride in enumerate(strides):
            before, after = widths[i : i + 2]
            conv = UpsampledConv(before, after) if i in upsampled else nn.Conv2d(before, after, 3, stride, 1)
            layers += [with_norm(conv, "none" if i in without_norm else norm), nn.ReLU()]
        layers[-1] = nn.Tanh()
        self.layers = nn.Sequential(*layers)
        init_weights(self, init)

    def forward(self, luma: Tensor, hint: Tensor, mask: Tensor) -> NetworkOutput:
        return NetworkOutput(self.layers(scale_inputs(luma, hint, mask, self.inputs)) * AB_SCALE)
