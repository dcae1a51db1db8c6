"""The U-Net of stride-2 convolutions: the thesis at 32 px (G2) and 128 px, the studio at 64 px, pix2pix.

Independent or dependent is a matter of `inputs`: `[luma]`, or `[luma, hint]` with the previous frame's colour as
the hint.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from autochrome.lab.networks.layers import (
    AB_SCALE,
    Init,
    Norm,
    SelfAttention,
    channels_of,
    normed,
    scaled,
    start,
)
from autochrome.lab.types import Answer, ColorNetwork


class UNet(ColorNetwork):
    """`down` and `up` are the filters of the 4×4 stride-2 blocks; the last step up, to a*b* and tanh, is one more.

    `dropout` is how many of the deepest blocks up drop half of their answer while training. `attention` puts
    self-attention behind the block down that many blocks from the top (0: none). `last_kernel` is 3 in the thesis,
    4 in pix2pix.
    """

    def __init__(
        self,
        down: Sequence[int] = (32, 64, 128, 256, 256),
        up: Sequence[int] = (256, 128, 64, 32),
        inputs: Sequence[str] = ("luma",),
        norm: Norm = "batch",
        dropout: int = 1,
        attention: int = 0,
        last_kernel: int = 3,
        init: Init = "torch",
    ) -> None:
        super().__init__()
        if len(up) != len(down) - 1:
            raise ValueError(f"{len(down)} blocks down need {len(down) - 1} up, not {len(up)}")
        self.inputs, self.multiple = tuple(inputs), 2 ** len(down)
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        before = channels_of(inputs)
        for i, filters in enumerate(down, 1):
            plain = i == 1 or (i == len(down) and norm == "instance")  # one pixel has no spread to norm
            conv = nn.Conv2d(before, filters, 4, 2, 1, bias=False)
            block = [normed(conv, "none" if plain else norm), nn.LeakyReLU(0.2)]
            self.down.append(nn.Sequential(*block, *([SelfAttention(filters)] if i == attention else [])))
            before = filters
        for i, (filters, skip) in enumerate(zip(up, reversed(down[:-1]), strict=True)):
            block = [normed(nn.ConvTranspose2d(before, filters, 4, 2, 1, bias=False), norm)]
            self.up.append(nn.Sequential(*block, nn.Dropout(0.5 if i < dropout else 0), nn.ReLU()))
            before = filters + skip
        odd = last_kernel % 2
        self.last = nn.ConvTranspose2d(before, 2, last_kernel, 2, 1, output_padding=odd, bias=False)
        start(self, init)

    def forward(self, luma: Tensor, hint: Tensor, mask: Tensor) -> Answer:
        x = scaled(luma, hint, mask, self.inputs)
        skips = []
        for block in self.down:
            x = block(x)
            skips.append(x)
        for block, skip in zip(self.up, reversed(skips[:-1]), strict=True):
            x = torch.cat([block(x), skip], 1)
        return Answer(torch.tanh(self.last(x)) * AB_SCALE)
