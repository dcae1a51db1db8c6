"""The colour of another frame as hints: shifted by smooth motion, noisy, and with holes."""

import torch
from torch import Tensor
from torch.nn import functional as F

from autochrome.lab.data.random import normal, uniform

NOISE_GRID = 5  # points per side of the coarse noise that motion and holes are made from


def warp_chroma(ab: Tensor, max_shift: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """(N, 2, H, W) a*b* → hint and mask (N, 1, H, W), as from a neighbouring frame.

    The colour is shifted by at most `max_shift` pixels, noisy and perhaps paler. The mask has holes; some masks are
    below 1 everywhere.
    """
    n, _, height, width = ab.shape
    flow = smooth_noise(n, 2, height, width, generator)
    flow = flow / flow.abs().amax((1, 2, 3), keepdim=True) * uniform(0, max_shift, (n, 1, 1, 1), generator)
    y, x = torch.meshgrid(*(torch.arange(s, device=ab.device) + 0.5 for s in (height, width)), indexing="ij")
    grid = torch.stack([(x + flow[:, 0]) / width, (y + flow[:, 1]) / height], -1) * 2 - 1
    warped = F.grid_sample(ab, grid, padding_mode="border", align_corners=False)
    warped = warped * uniform(0.85, 1.05, (n, 1, 1, 1), generator)
    warped = warped + normal(tuple(ab.shape), generator) * uniform(0, 3, (n, 1, 1, 1), generator)
    mask = 1 - noise_mask(ab, uniform(0.3, 2.5, (n, 1, 1, 1), generator), generator)
    strength = uniform(0.5, 1.5, (n, 1, 1, 1), generator).clamp(max=1)
    return warped * mask, mask * strength


def smooth_noise(n: int, channels: int, height: int, width: int, generator: torch.Generator) -> Tensor:
    """(n, channels, height, width) smooth noise, about −2…2."""
    coarse = normal((n, channels, NOISE_GRID, NOISE_GRID), generator)
    return F.interpolate(coarse, (height, width), mode="bicubic", align_corners=True)


def noise_mask(like: Tensor, threshold: Tensor, generator: torch.Generator) -> Tensor:
    """(N, 1, H, W) 0 or 1: 1 where smooth noise exceeds `threshold` (N, 1, 1, 1)."""
    n, _, height, width = like.shape
    return (smooth_noise(n, 1, height, width, generator) > threshold).to(like.dtype)
