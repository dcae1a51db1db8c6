"""Simulated hints: what people paint, and what motion carries along. a*b* (N, 2, H, W) in; hint and mask out."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from autochrome.lab.data.degrade import normal, uniform

LIKE = 10.0  # L*a*b* units: how much one thing differs within itself
NEAR = 0.3  # of the picture's sides: how far one thing reaches
SMOOTH = 5  # places a side of the coarse noise that movement and holes are made of


def point_out(ab: Tensor, most: int, first: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """1…most points and strokes, few more often than many; the colour below, or the mean colour below the stroke.

    The first of them covers the pixel `first` (N, 2), row and column.
    """
    n, _, height, width = ab.shape
    count = torch.exp(uniform(0, math.log(most + 0.99), (n, 1), generator)).floor()
    real = (torch.arange(most, device=ab.device).view(1, -1) < count).to(ab.dtype)  # (N, K)
    # Most are points of 2…6 pixels, one in eight is a stroke, long in one direction.
    high, wide = (uniform(2, 6, (n, most), generator) for _ in range(2))
    stroke = uniform(0, 1, (n, most), generator)
    high = torch.where(stroke < 0.06, high * uniform(2, 10, (n, most), generator), high)
    wide = torch.where(stroke > 0.94, wide * uniform(2, 10, (n, most), generator), wide)
    rows = _window(height, high, first[:, :1], generator) * real[..., None]  # (N, K, H)
    columns = _window(width, wide, first[:, 1:], generator)  # (N, K, W)
    many = torch.einsum("nkh,nkw->nhw", rows, columns)[:, None]
    mask = (many > 0).to(ab.dtype)
    area = rows.sum(2) * columns.sum(2) + 1e-6
    mean = torch.einsum("nkh,nchw,nkw->nck", rows, ab, columns) / area[:, None]
    flat = torch.einsum("nck,nkh,nkw->nchw", mean, rows, columns) / many.clamp_min(1)
    even = uniform(0, 1, (n, 1, 1, 1), generator) < 0.5
    return torch.where(even, flat, ab) * mask, mask


def _window(side: int, length: Tensor, first: Tensor, generator: torch.Generator) -> Tensor:
    """(N, K) lengths → (N, K, side): 1 along a stretch of that length somewhere, the first about `first` (N, 1)."""
    room = (side - length).clamp_min(0)
    start = uniform(0, 1, tuple(length.shape), generator) * room
    about = torch.minimum((first - length[:, :1] / 2).clamp_min(0), room[:, :1])
    start = torch.cat([about, start[:, 1:]], 1).floor()[..., None]
    at = torch.arange(side, device=length.device)
    return ((at >= start) & (at < start + length.round()[..., None])).to(length.dtype)


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


def recolour(ab: Tensor, generator: torch.Generator) -> Tensor:
    """All colours of a picture turned about the grey axis, and paler or stronger."""
    n = len(ab)
    angle = uniform(-math.pi, math.pi, (n, 1, 1), generator)
    gain = uniform(0.5, 1.3, (n, 1, 1, 1), generator)
    a, b = ab[:, 0], ab[:, 1]
    turned = torch.stack([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], 1)
    return (turned * gain).clamp(-105, 105)


def dye(lab: Tensor, first: Tensor, generator: torch.Generator) -> Tensor:
    """(N, 3, H, W) L*a*b* → a*b* in which whatever is like the pixel `first` (N, 2), and near it, has another colour.

    A person who says that this coat is red says nothing about the sky.
    """
    n, _, height, width = lab.shape
    which = torch.arange(n, device=lab.device)
    row, column = first.long().unbind(1)
    seed = lab[which, :, row, column].view(n, 3, 1, 1)
    y, x = torch.meshgrid(*(torch.arange(s, device=lab.device) for s in (height, width)), indexing="ij")
    far = ((y - row.view(n, 1, 1)) / height) ** 2 + ((x - column.view(n, 1, 1)) / width) ** 2
    unlike = ((lab - seed) / LIKE).square().sum(1)  # a strong edge in L* or colour ends it
    like = (1.5 * torch.exp(-(unlike + far / NEAR**2) / 2)).clamp(max=1)[:, None]
    angle, strength = uniform(-math.pi, math.pi, (n, 1), generator), uniform(10, 70, (n, 1), generator)
    other = torch.cat([angle.cos(), angle.sin()], 1) * strength
    return lab[:, 1:] + like * (other - seed[:, 1:, 0, 0])[..., None, None]


def _noise(n: int, channels: int, height: int, width: int, generator: torch.Generator) -> Tensor:
    """Smooth noise, about −2…2."""
    coarse = normal((n, channels, SMOOTH, SMOOTH), generator)
    return F.interpolate(coarse, (height, width), mode="bicubic", align_corners=True)


def _blotches(like: Tensor, level: Tensor, generator: torch.Generator) -> Tensor:
    """(N, 1, H, W) 0 or 1: where smooth noise stands above `level` (N, 1, 1, 1)."""
    n, _, height, width = like.shape
    return (_noise(n, 1, height, width, generator) > level).to(like.dtype)
