"""The a*b* plane divided into square bins: colour as a classification, so that rare and vivid colours count too."""

from functools import lru_cache

import torch
from torch import Tensor

from autochrome.color.lab import lab_from_srgb

BIN_SIZE = 12.0  # side of a bin, in a*b* units
NEAREST = 5  # number of bins that encode one colour
ENCODING_SIGMA = 5.0  # a*b* units: standard deviation of the weights of these bins
MAX_WEIGHT = 3.0  # largest weight of a rare bin


@lru_cache(maxsize=4)
def _centres(bin_size: float) -> Tensor:
    steps = torch.linspace(0, 1, 33)
    rgb = torch.stack(torch.meshgrid(steps, steps, steps, indexing="ij"), -1).view(-1, 3)
    ab: Tensor = lab_from_srgb(rgb)[:, 1:]
    squares = {(float(a), float(b)) for a, b in (ab / bin_size).round().tolist()}
    return torch.tensor(sorted(squares)) * bin_size


def bin_centres(bin_size: float = BIN_SIZE) -> Tensor:
    """(K, 2) a*b*: the centre of every bin that contains sRGB colours."""
    return _centres(float(bin_size)).clone()


def encode(ab: Tensor, centres: Tensor) -> tuple[Tensor, Tensor]:
    """(N, 2, h, w) a*b* → the nearest bins (N, 5, h, w) int64 and their weights, which sum to 1."""
    flat = ab.movedim(1, -1).reshape(-1, 2)
    distance, index = torch.cdist(flat, centres).topk(NEAREST, largest=False)
    weights = torch.softmax(-(distance**2) / (2 * ENCODING_SIGMA**2), 1)
    n, _, h, w = ab.shape
    return (x.view(n, h, w, NEAREST).movedim(-1, 1) for x in (index, weights))  # type: ignore[return-value]  # two of them


def rebalance(frequency: Tensor) -> Tensor:
    """(K,) frequency of each bin → (K,) weights ∝ 1/√frequency, at most 3, with a mean of 1 over the pixels."""
    weight = (frequency + 1e-4).rsqrt()
    weight = weight / (weight * frequency).sum() * frequency.sum()
    for _ in range(3):  # clamping moves the mean
        weight = weight.clamp(max=MAX_WEIGHT)
        weight = weight / (weight * frequency).sum() * frequency.sum()
    return weight.clamp(max=MAX_WEIGHT)


def mean_and_spread(
    logits: Tensor, centres: Tensor, temperature: float | Tensor = 1.0
) -> tuple[Tensor, Tensor]:
    """(N, K, h, w) → mean a*b* (N, 2, h, w), and its standard deviation in a*b* units (N, 1, h, w)."""
    # Not `softmax`: over channels it is the slowest operation of the decoder in ONNX Runtime.
    weights = torch.exp((logits.float() / temperature).clamp(-60, 60))
    ones, square = torch.ones_like(centres[:, :1]), centres.square().sum(1, keepdim=True)
    moments = torch.cat([centres, square, ones], 1).T[:, :, None, None]  # (4, K, 1, 1)
    sums = torch.nn.functional.conv2d(weights, moments)
    sums = sums[:, :3] / sums[:, 3:]
    mean = sums[:, :2]
    return mean, (sums[:, 2:] - mean.square().sum(1, keepdim=True)).clamp_min(0).sqrt()
