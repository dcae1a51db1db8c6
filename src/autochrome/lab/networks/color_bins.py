"""The a*b* plane cut into squares: colour as a choice between bins, so that the rare and bright ones count too."""

from functools import lru_cache

import torch
from torch import Tensor

from autochrome.color.lab import lab_from_srgb

GRID = 12.0  # a*b* units a bin is wide
NEAREST = 5  # bins that share in describing one colour
SOFT = 5.0  # a*b* units: how softly they share it
BOLDEST = 3.0  # times: a rare colour counts no more than this


@lru_cache(maxsize=4)
def _centres(cell: float) -> Tensor:
    steps = torch.linspace(0, 1, 33)
    rgb = torch.stack(torch.meshgrid(steps, steps, steps, indexing="ij"), -1).view(-1, 3)
    ab: Tensor = lab_from_srgb(rgb)[:, 1:]
    squares = {(float(a), float(b)) for a, b in (ab / cell).round().tolist()}
    return torch.tensor(sorted(squares)) * cell


def bin_centres(cell: float = GRID) -> Tensor:
    """(K, 2) a*b*: the middle of every square of the grid that sRGB reaches."""
    return _centres(float(cell)).clone()


def encode(ab: Tensor, centres: Tensor) -> tuple[Tensor, Tensor]:
    """(N, 2, h, w) a*b* → the nearest bins (N, 5, h, w) int64 and their shares, which sum to 1."""
    flat = ab.movedim(1, -1).reshape(-1, 2)
    distance, index = torch.cdist(flat, centres).topk(NEAREST, largest=False)
    share = torch.softmax(-(distance**2) / (2 * SOFT**2), 1)
    n, _, h, w = ab.shape
    return (x.view(n, h, w, NEAREST).movedim(-1, 1) for x in (index, share))  # type: ignore[return-value]  # two of them


def rebalance(share: Tensor) -> Tensor:
    """(K,) how often each bin occurs → (K,) weights: the square root of rarity, at most 3, 1 in the mean."""
    weight = (share + 1e-4).rsqrt()
    weight = weight / (weight * share).sum() * share.sum()
    for _ in range(3):  # clamping moves the mean
        weight = weight.clamp(max=BOLDEST)
        weight = weight / (weight * share).sum() * share.sum()
    return weight.clamp(max=BOLDEST)


def mean_and_spread(
    logits: Tensor, centres: Tensor, temperature: float | Tensor = 1.0
) -> tuple[Tensor, Tensor]:
    """(N, K, h, w) → mean a*b* (N, 2, h, w), and its standard deviation in a*b* units (N, 1, h, w)."""
    # Not `softmax`: over channels it is the slowest thing of the whole quick half in ONNX Runtime.
    likely = torch.exp((logits.float() / temperature).clamp(-60, 60))
    ones, square = torch.ones_like(centres[:, :1]), centres.square().sum(1, keepdim=True)
    moments = torch.cat([centres, square, ones], 1).T[:, :, None, None]  # (4, K, 1, 1)
    found = torch.nn.functional.conv2d(likely, moments)
    found = found[:, :3] / found[:, 3:]
    mean = found[:, :2]
    return mean, (found[:, 2:] - mean.square().sum(1, keepdim=True)).clamp_min(0).sqrt()
