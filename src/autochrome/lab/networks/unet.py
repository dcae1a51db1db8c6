"""The U-Net of stride-2 convolutions: the thesis at 32 px (G2) and 128 px, the studio at 64 px, pix2pix.

The thesis's independent network has the inputs `[luma]`; its dependent one has `[luma, hint]`, where the hint is the
colour of the previous frame.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from autochrome.lab.networks.layers import (
    AB_SCALE,
    Init,
    Norm,
    SelfAttention,
    init_weights,
    input_channels,
    scale_inputs,
    with_norm,
)
from autochrome.lab.types import ColorNetwork, NetworkOutput


class UNet(ColorNetwork):
    """Blocks of 4×4 convolutions with stride 2, down and up, with skip connections.

    down, up: channels of the blocks; one more block up predicts a*b*, with tanh.
    dropout: number of the deepest blocks up with a dropout of 0.5 in training.
    attention: self-attention after the block down of this number, from 1; 0: none.
    last_kernel: kernel size of the last block; 3 in the thesis, 4 in pix2pix.
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
        before = input_channels(inputs)
        for i, filters in enumerate(down, 1):
            without_norm = i == 1 or (i == len(down) and norm == "instance")  # one pixel has no variance
            conv = nn.Conv2d(before, filters, 4, 2, 1, bias=False)
            block = [with_norm(conv, "none" if without_norm else norm), nn.LeakyReLU(0.2)]
            self.down.append(nn.Sequential(*block, *([SelfAttention(filters)] if i == attention else [])))
            before = filters
        for i, (filters, skip) in enumerate(zip(up, reversed(down[:-1]), strict=True)):
            block = [with_norm(nn.ConvTranspose2d(before, filters, 4, 2, 1, bias=False), norm)]
            self.up.append(nn.Sequential(*block, nn.Dropout(0.5 if i < dropout else 0), nn.ReLU()))
            before = filters + skip
        odd = last_kernel % 2
        self.last = nn.ConvTranspose2d(before, 2, last_kernel, 2, 1, output_padding=odd, bias=False)
        init_weights(self, init)

    def forward(self, luma: Tensor, hint: Tensor, mask: Tensor) -> NetworkOutput:
        x = scale_inputs(luma, hint, mask, self.inputs)
        skips = []
        for block in self.down:
            x = block(x)
            skips.append(x)
        for block, skip in zip(self.up, reversed(skips[:-1]), strict=True):
            x = torch.cat([block(x), skip], 1)
        return NetworkOutput(torch.tanh(self.last(x)) * AB_SCALE)
