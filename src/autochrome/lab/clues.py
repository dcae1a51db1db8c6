"""Simulated hints: what people paint, and what motion carries along. a*b* (N, 2, H, W) in; hint and mask out."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from autochrome.lab.greys import normal, uniform

SMOOTH = 5  # places a side of the coarse noise that movement and holes are made of


def point_out(ab: Tensor, most: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """1…most points and strokes, few more often than many; the colour below, or the mean colour below the stroke."""
    n, _, height, width = ab.shape
    count = torch.exp(uniform(0, math.log(most + 0.99), (n, 1), generator)).floor()
    real = (torch.arange(most, device=ab.device).view(1, -1) < count).to(ab.dtype)  # (N, K)
    # Most are points of 2…6 pixels, one in eight is a stroke, long in one direction.
    high, wide = (uniform(2, 6, (n, most), generator) for _ in range(2))
    stroke = uniform(0, 1, (n, most), generator)
    high = torch.where(stroke < 0.06, high * uniform(2, 10, (n, most), generator), high)
    wide = torch.where(stroke > 0.94, wide * uniform(2, 10, (n, most), generator), wide)
    rows = _window(height, high, generator) * real[..., None]  # (N, K, H)
    columns = _window(width, wide, generator)  # (N, K, W)
    many = torch.einsum("nkh,nkw->nhw", rows, columns)[:, None]
    mask = (many > 0).to(ab.dtype)
    area = rows.sum(2) * columns.sum(2) + 1e-6
    mean = torch.einsum("nkh,nchw,nkw->nck", rows, ab, columns) / area[:, None]
    flat = torch.einsum("nck,nkh,nkw->nchw", mean, rows, columns) / many.clamp_min(1)
    even = uniform(0, 1, (n, 1, 1, 1), generator) < 0.5
    return torch.where(even, flat, ab) * mask, mask


def _window(side: int, length: Tensor, generator: torch.Generator) -> Tensor:
    """(N, K) lengths → (N, K, side): 1 along a stretch of that length somewhere."""
    start = uniform(0, 1, tuple(length.shape), generator) * (side - length).clamp_min(0)
    at = torch.arange(side, device=length.device)
    return ((at >= start.floor()[..., None]) & (at < (start.floor() + length.round())[..., None])).to(
        length.dtype
    )


def region(ab: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """One large region, bounded by smooth noise: a fifth to nearly all of the picture."""
    mask = _blotches(ab, uniform(-0.8, 0.6, (len(ab), 1, 1, 1), generator), generator)
    return ab * mask, mask


def carry(ab: Tensor, moved: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """The whole picture's colour a smooth way off, noisy, perhaps paler, with holes, and not always fully believed."""
    n, _, height, width = ab.shape
    flow = _noise(n, 2, height, width, generator)
    flow = flow / flow.abs().amax((1, 2, 3), keepdim=True) * uniform(0, moved, (n, 1, 1, 1), generator)
    y, x = torch.meshgrid(*(torch.arange(s, device=ab.device) + 0.5 for s in (height, width)), indexing="ij")
    grid = torch.stack([(x + flow[:, 0]) / width, (y + flow[:, 1]) / height], -1) * 2 - 1
    colour = F.grid_sample(ab, grid, padding_mode="border", align_corners=False)
    colour = colour * uniform(0.85, 1.05, (n, 1, 1, 1), generator)
    colour = colour + normal(tuple(ab.shape), generator) * uniform(0, 3, (n, 1, 1, 1), generator)
    mask = 1 - _blotches(ab, uniform(0.3, 2.5, (n, 1, 1, 1), generator), generator)
    believed = uniform(0.5, 1.5, (n, 1, 1, 1), generator).clamp(max=1)
    return colour * mask, mask * believed


def recolour(ab: Tensor, which: Tensor, generator: torch.Generator) -> Tensor:
    """The samples `which` (N,) with all their colours turned about the grey axis and made paler or stronger."""
    n = len(ab)
    angle = uniform(-math.pi, math.pi, (n, 1, 1), generator)
    gain = uniform(0.5, 1.3, (n, 1, 1), generator)
    a, b = ab[:, 0], ab[:, 1]
    turned = torch.stack([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], 1)
    return torch.where(which.view(-1, 1, 1, 1), (turned * gain[:, None]).clamp(-105, 105), ab)


def _noise(n: int, channels: int, height: int, width: int, generator: torch.Generator) -> Tensor:
    """Smooth noise, about −2…2."""
    coarse = normal((n, channels, SMOOTH, SMOOTH), generator)
    return F.interpolate(coarse, (height, width), mode="bicubic", align_corners=True)


def _blotches(like: Tensor, level: Tensor, generator: torch.Generator) -> Tensor:
    """(N, 1, H, W) 0 or 1: where smooth noise stands above `level` (N, 1, 1, 1)."""
    n, _, height, width = like.shape
    return (_noise(n, 1, height, width, generator) > level).to(like.dtype)
