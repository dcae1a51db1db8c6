"""Critics: (N, 3, H, W) L*a*b* of a colour picture → a score of how real it looks.

All scores are logits without bound, as the losses in `adversarial` expect; no critic ends with a sigmoid.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autochrome.errors import RecipeError
from autochrome.lab.networks.layers import Init, Norm, SelfAttention, init_weights, scale_lab, with_norm
from autochrome.lab.types import Critic, CriticOutput


class DenseCritic(Critic):
    """Convolution blocks, then two dense layers: one score per picture. Pictures must be size × size pixels."""

    def __init__(
        self, blocks: Sequence[nn.Module], size: int, dense: int, dropout: float, init: Init
    ) -> None:
        super().__init__()
        self.size = size
        self.blocks = nn.ModuleList(blocks)
        with torch.no_grad():
            flat = nn.Sequential(*blocks)(torch.zeros(1, 3, size, size)).numel()
        self.head = nn.Sequential(
            nn.Flatten(),
            nn.Linear(flat, dense),
            nn.LeakyReLU(0.2),
            nn.BatchNorm1d(dense),
            nn.Dropout(dropout),
            nn.Linear(dense, 1),
        )
        init_weights(self, init)

    def forward(self, lab: Tensor) -> list[CriticOutput]:
        if lab.shape[-2:] != (self.size, self.size):
            raise RecipeError(
                f"This critic is built for {self.size} px, but the pictures are {lab.shape[-2]}×{lab.shape[-1]}: "
                "set critic.size to the size of the training crops."
            )
        x, features = scale_lab(lab), []
        for block in self.blocks:
            x = block(x)
            features.append(x)
        return [CriticOutput(self.head(x), features)]


class PlainCritic(DenseCritic):
    """The thesis's first critic (D1): 4×4 convolutions of stride 2, ReLU, dropout 0.25 after each but the first."""

    def __init__(
        self,
        size: int = 32,
        filters: Sequence[int] = (32, 64, 128),
        dense: int = 256,
        dropout: float = 0.5,
        init: Init = "torch",
    ) -> None:
        blocks, before = [], 3
        for i, after in enumerate(filters):
            conv = nn.Conv2d(before, after, 4, 2, 1)
            blocks.append(nn.Sequential(conv, nn.ReLU(), nn.Dropout(0.25 if i else 0)))
            before = after
        super().__init__(blocks, size, dense, dropout, init)


class PooledCritic(DenseCritic):
    """The thesis's second critic (D2), also at 128 px: blocks of two 3×3 convolutions and average pooling.

    last_max: the last block has max pooling before its average pooling, as in the critic at 128 px.
    """

    def __init__(
        self,
        size: int = 32,
        filters: Sequence[int] = (32, 64),
        dense: int = 512,
        dropout: float = 0.5,
        last_max: bool = False,
        init: Init = "torch",
    ) -> None:
        blocks, before = [], 3
        for i, after in enumerate(filters, 1):
            convs = [
                nn.Conv2d(before, after, 3, 1, 1),
                nn.ReLU(),
                nn.Conv2d(after, after, 3, 1, 1),
                nn.ReLU(),
            ]
            pools = [nn.MaxPool2d(2)] if last_max and i == len(filters) else []
            blocks.append(nn.Sequential(*convs, *pools, nn.AvgPool2d(2), nn.Dropout(0.25)))
            before = after
        super().__init__(blocks, size, dense, dropout, init)


class PatchCritic(Critic):
    """A map of scores, one per patch: blocks of 4×4 convolutions with stride 2, a 3×3 block, and the score layer.

    attention: self-attention after the block of this number, from 1; 0: none.
    """

    def __init__(
        self,
        filters: Sequence[int] = (64, 128, 256),
        norm: Norm = "instance",
        attention: int = 0,
        init: Init = "torch",
    ) -> None:
        super().__init__()
        self.blocks, before = nn.ModuleList(), 3
        for i, after in enumerate((*filters, filters[-1]), 1):
            kernel, stride = (4, 2) if i <= len(filters) else (3, 1)
            block = [with_norm(nn.Conv2d(before, after, kernel, stride, 1), "none" if i == 1 else norm)]
            attention_layer = [SelfAttention(after)] if i == attention else []
            self.blocks.append(nn.Sequential(*block, nn.LeakyReLU(0.2), *attention_layer))
            before = after
        self.score = nn.Conv2d(before, 1, 3, 1, 1)
        init_weights(self, init)

    def forward(self, lab: Tensor) -> list[CriticOutput]:
        x, features = scale_lab(lab), []
        for block in self.blocks:
            x = block(x)
            features.append(x)
        return [CriticOutput(self.score(x), features)]


class MultiScaleCritic(Critic):
    """Several patch critics: the first one on the full picture, each next one on a picture of half the size."""

    def __init__(
        self,
        scales: int = 3,
        filters: Sequence[int] = (64, 128, 256),
        norm: Norm = "instance",
        attention: int = 0,
        init: Init = "torch",
    ) -> None:
        super().__init__()
        self.critics = nn.ModuleList(PatchCritic(filters, norm, attention, init) for _ in range(scales))

    def forward(self, lab: Tensor) -> list[CriticOutput]:
        outputs: list[CriticOutput] = []
        for critic in self.critics:
            outputs += critic(lab)
            lab = F.avg_pool2d(lab, 3, 2, 1, count_include_pad=False)
        return outputs
