"""Which pixels belong to the thing that a person has painted on.

Each pixel has an embedding: what it is a part of, as a vector. It is a fact of the picture and knows nothing of hints.
A pixel belongs to a painted thing if its embedding is close to that of the paint, and it is not far away.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autochrome.lab.networks.layers import AB_SCALE
from autochrome.lab.networks.tint.hint_propagation import upsample_bilinear

LEARNT = 32
CHANNELS = LEARNT + 2  # of an embedding: what is learnt, and the place
SHARPNESS = 2.0  # of the choice among painted cells: the closest one decides
STRIDE, CELL = 4, 16  # pixels: of an embedding; the paint inside a cell has one embedding
CELLS_PER_PAINTED = 4  # at most one in so many cells counts, those with the most paint
NO_PAINT = 50.0  # subtracted from the score of a cell without paint


class ThingHead(nn.Module):
    """The encoder's features → embeddings → the thing that is painted.

    widths: channels of the features at strides 4, 8, 16, 32.
    """

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__()
        inputs = (widths[0] + 1, *widths[1:])  # and the luma
        self.scale = nn.ModuleList(nn.BatchNorm2d(channels, affine=False) for channels in inputs)
        self.coarsest = nn.Conv2d(inputs[3], LEARNT, 1)
        self.levels = nn.ModuleList(
            _two_convs(channels, inner)
            for channels, inner in zip(
                (inputs[0], inputs[1] + LEARNT, inputs[2] + LEARNT), (32, 64, 64), strict=True
            )
        )
        self.offset = nn.Parameter(torch.tensor(2.0))  # score of the paint itself
        self.log_distance_weight = nn.Parameter(torch.tensor(1.0))  # of a distance² in sides of the picture

    def embed(self, features: Sequence[Tensor], luma4: Tensor) -> Tensor:
        """Features at strides 4, 8, 16, 32 → (N, CHANNELS, h, w) at stride 4; the last two channels are its place."""
        maps = (torch.cat([features[0], luma4], 1), *features[1:])
        x4, x8, x16, x32 = (scale(x) for scale, x in zip(self.scale, maps, strict=True))
        x = upsample_bilinear(self.coarsest(x32))
        x = upsample_bilinear(self.levels[2](torch.cat([x16, x], 1)))
        x = upsample_bilinear(self.levels[1](torch.cat([x8, x], 1)))
        place = _places(luma4) * (self.log_distance_weight / 2).exp()
        return torch.cat([self.levels[0](x4) + x, place.expand(len(x), -1, -1, -1)], 1)

    def forward(self, embedding: Tensor, hint: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """At stride 4: whether a pixel belongs to the paint, as logits (N, 1, h, w); the colour of the closest paint.

        hint (N, 2, H, W) a*b*; mask (N, 1, H, W). The colour is (N, 2, h, w) a*b*/110.
        """
        n, channels, h, w = embedding.shape
        coverage = F.avg_pool2d(mask, CELL)
        key = F.avg_pool2d(embedding * F.avg_pool2d(mask, STRIDE), CELL // STRIDE)
        paint = F.avg_pool2d(hint * mask / AB_SCALE, CELL)
        cells = (torch.cat([key, paint], 1) / (coverage + 1e-6)).flatten(2)  # (N, channels + 2, cells)
        coverage, chosen = coverage.flatten(2).topk(1 + cells.shape[2] // CELLS_PER_PAINTED, 2)
        key, paint = cells.gather(2, chosen.expand(-1, channels + 2, -1)).split((channels, 2), 1)
        no_paint = (coverage <= 0).to(key.dtype)
        painted = (1 - no_paint).sum(2, keepdim=True).clamp_min(1)

        # offset − |query − key|², but the square of the query, which is the same for all cells, comes last
        query = embedding.flatten(2)
        of_key = key.square().sum(1, keepdim=True) + NO_PAINT * no_paint
        score = SHARPNESS * (query.transpose(1, 2) @ (2 * key) - of_key)  # (N, h·w, cells)
        best = score.amax(2, keepdim=True)
        share = (score - best).exp()
        total = share.sum(2, keepdim=True)
        closest = (best + (total / painted).log()) / SHARPNESS
        logits = self.offset + closest.transpose(1, 2) - query.square().sum(1, keepdim=True)
        ab = (share @ paint.transpose(1, 2) / total).transpose(1, 2)
        return logits.reshape(n, 1, h, w), ab.reshape(n, 2, h, w)


def _two_convs(inputs: int, inner: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, inner, 3, padding=1), nn.ReLU(), nn.Conv2d(inner, LEARNT, 1))


def _places(like: Tensor) -> Tensor:
    """(1, 2, h, w): row and column of each pixel; the unit is the mean side of the picture."""
    row, column = (torch.ones_like(like[:1, :1]).cumsum(axis) for axis in (2, 3))
    return torch.cat([row, column], 1) * 2 / (row[..., -1:, -1:] + column[..., -1:, -1:])
