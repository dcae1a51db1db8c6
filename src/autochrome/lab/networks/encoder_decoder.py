"""Encoder and decoder without skips: the smallest idea of a colour network, and the first of the thesis line (G1)."""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from autochrome.lab.networks.layers import AB_SCALE, Init, Norm, channels_of, normed, scaled, start
from autochrome.lab.types import Answer, ColorNetwork


class EnlargedConv(nn.Conv2d):
    """Every pixel doubled both ways, then a 3×3 convolution.

    Three rows of the large map are two of the small one. While training the same sums are made there, by a 4×4
    kernel: four multiplications a pixel instead of nine.
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
    """Down twice, up twice, 3×3 convolutions, ReLU, tanh at the end.

    `filters` are the widths of all layers but the last, which answers a*b*. Every second layer is normed, and the last
    too, as in the original (a norm before tanh is odd: it fixes the spread of the answer over a batch).
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
            raise ValueError(f"it takes eight filters, not {len(filters)}")
        self.inputs, self.multiple = tuple(inputs), 4
        widths = [channels_of(inputs), *filters, 2]
        strides = (1, 2, 2, 1, 1, 1, 1, 1, 1)
        enlarged, unnormed = (5, 6), (0, 2, 7)
        layers: list[nn.Module] = []
        for i, stride in enumerate(strides):
            into, out = widths[i : i + 2]
            conv = EnlargedConv(into, out) if i in enlarged else nn.Conv2d(into, out, 3, stride, 1)
            layers += [normed(conv, "none" if i in unnormed else norm), nn.ReLU()]
        layers[-1] = nn.Tanh()
        self.layers = nn.Sequential(*layers)
        start(self, init)

    def forward(self, luma: Tensor, hint: Tensor, mask: Tensor) -> Answer:
        return Answer(self.layers(scaled(luma, hint, mask, self.inputs)) * AB_SCALE)
