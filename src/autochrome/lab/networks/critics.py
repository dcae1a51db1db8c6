"""Critics: they see a coloured picture, (N, 3, H, W) L*a*b*, and say how real it looks.

All scores are logits, without bound: the losses in `adversarial` expect them so, and none may be squashed here.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autochrome.errors import RecipeError
from autochrome.lab.networks.layers import Init, Norm, SelfAttention, normed, scaled_lab, start
from autochrome.lab.types import Critic, Critique


class DenseCritic(Critic):
    """Convolution blocks, then two dense layers: one score a picture, of `size` × `size` pixels only."""

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
        start(self, init)

    def forward(self, lab: Tensor) -> list[Critique]:
        if lab.shape[-2:] != (self.size, self.size):
            raise RecipeError(
                f"This critic is built for {self.size} px, but saw {lab.shape[-2]}×{lab.shape[-1]}: "
                "set critic.size to the size of the training pictures."
            )
        x, features = scaled_lab(lab), []
        for block in self.blocks:
            x = block(x)
            features.append(x)
        return [Critique(self.head(x), features)]


class PlainCritic(DenseCritic):
    """The thesis's first (D1): 4×4 convolutions of stride 2, ReLU, a quarter dropped after each but the first."""

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
    """The thesis's second (D2), and its critic at 128 px: two 3×3 convolutions, then average pooling, in each block.

    `last_max` pools the last block by the maximum first, as the critic at 128 px does.
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
    """A score for every patch: 4×4 stride-2 blocks of growing width, one 3×3 block, and the matrix of scores.

    `attention` puts self-attention behind that block, counted from 1 (0: none).
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
            block = [normed(nn.Conv2d(before, after, kernel, stride, 1), "none" if i == 1 else norm)]
            attend = [SelfAttention(after)] if i == attention else []
            self.blocks.append(nn.Sequential(*block, nn.LeakyReLU(0.2), *attend))
            before = after
        self.score = nn.Conv2d(before, 1, 3, 1, 1)
        start(self, init)

    def forward(self, lab: Tensor) -> list[Critique]:
        x, features = scaled_lab(lab), []
        for block in self.blocks:
            x = block(x)
            features.append(x)
        return [Critique(self.score(x), features)]


class MultiScaleCritic(Critic):
    """`scales` patch critics: the first sees the picture as it is, each next one at half the size of the last."""

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

    def forward(self, lab: Tensor) -> list[Critique]:
        answers: list[Critique] = []
        for critic in self.critics:
            answers += critic(lab)
            lab = F.avg_pool2d(lab, 3, 2, 1, count_include_pad=False)
        return answers
