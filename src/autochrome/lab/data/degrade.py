"""Making grey as old cameras did: film stocks, exposure, fading, grain, blur, scratches. L* in, L* out."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from autochrome.color.lab import lightness_from_light

SampleOptions = Any  # batches.SampleOptions; imported here it would be a circle


def uniform(low: float, high: float, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    return low + (high - low) * torch.rand(shape, generator=generator, device=generator.device)


def normal(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    return torch.randn(shape, generator=generator, device=generator.device)


def chosen(share: float, count: int, generator: torch.Generator) -> Tensor:
    """(count,) bool: each with this chance."""
    return torch.rand(count, generator=generator, device=generator.device) < share


def film_grey(linear: Tensor, real: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """(N, 3, H, W) linear light 0…1 and its L* (N, 1, H, W) → (N, 1, H, W) L*, for a share as another film sees it.

    Film before 1930 is blind to red, later film sees it a little too well: red is weighted 0…0.6, blue 0.02…0.6.
    """
    count = len(linear)
    which = chosen(share, count, generator)
    red, blue = uniform(0, 0.6, (count, 1), generator), uniform(0.02, 0.6, (count, 1), generator)
    green = uniform(0.25, 0.9, (count, 1), generator)
    weights = torch.cat([red, green, blue], 1)
    weights = weights / weights.sum(1, keepdim=True)
    if not which.any():
        return real
    light = torch.einsum("nchw,nc->nhw", linear[which], weights[which])
    luma = real.clone()
    luma[which] = lightness_from_light(light).unsqueeze(1)
    return luma


def weather(luma: Tensor, options: SampleOptions, generator: torch.Generator) -> Tensor:
    """(N, 1, H, W) L* → the same after a hundred years. Each trouble befalls its own share of the samples."""
    troubles = (
        (options.tone, _tone),
        (options.blur, _blur),
        (options.grain, _grain),
        (options.scratches, _scratches),
        (options.fade, _fade),
    )
    if not any(share for share, _ in troubles):
        return luma
    luma = luma.clone()
    for share, trouble in troubles:
        which = chosen(share, len(luma), generator)
        if which.any():
            luma[which] = trouble(luma[which], generator)
    return luma.clamp(0, 100)


def _tone(luma: Tensor, generator: torch.Generator) -> Tensor:
    shape = (len(luma), 1, 1, 1)
    gamma = torch.exp(uniform(-0.35, 0.35, shape, generator))
    contrast = torch.exp(uniform(-0.3, 0.3, shape, generator))
    bent = 100 * (luma.clamp(0.1, 100) / 100) ** gamma
    middle = bent.mean((1, 2, 3), keepdim=True)
    return ((bent - middle) * contrast + middle + uniform(-10, 10, shape, generator)).clamp(0, 100)


def _fade(luma: Tensor, generator: torch.Generator) -> Tensor:
    shape = (len(luma), 1, 1, 1)
    black, white = uniform(0, 25, shape, generator), uniform(70, 100, shape, generator)
    return black + luma.clamp(0, 100) / 100 * (white - black)


def _blur(luma: Tensor, generator: torch.Generator) -> Tensor:
    amount = uniform(0.2, 1, (len(luma), 1, 1, 1), generator)
    soft = F.avg_pool2d(F.pad(luma, (2, 2, 2, 2), mode="replicate"), 5, stride=1)
    return luma + amount * (soft - luma)


def _grain(luma: Tensor, generator: torch.Generator) -> Tensor:
    shape = (len(luma), 1, 1, 1)
    fine = normal(tuple(luma.shape), generator)
    coarse = 2 * F.avg_pool2d(F.pad(fine, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    size = uniform(0, 1, shape, generator)
    strength = uniform(0.5, 6, shape, generator)
    return luma + strength * (fine + size * (coarse - fine))


def _scratches(luma: Tensor, generator: torch.Generator) -> Tensor:
    """Up to four upright lines, and specks, black or white."""
    n, _, height, width = luma.shape
    at = torch.arange(width, device=luma.device).view(1, 1, 1, width)
    for _ in range(4):
        place, lean = (
            uniform(-0.5, 1.5, (n, 1, 1, 1), generator),
            uniform(-0.05, 0.05, (n, 1, 1, 1), generator),
        )
        rows = torch.arange(height, device=luma.device).view(1, 1, height, 1)
        line = ((at - place * width - lean * rows).abs() < 0.7).to(luma.dtype)
        luma = luma + line * uniform(-60, 60, (n, 1, 1, 1), generator)
    speck = uniform(0, 1, tuple(luma.shape), generator) > uniform(0.995, 1, (n, 1, 1, 1), generator)
    return torch.where(speck, uniform(0, 100, (n, 1, 1, 1), generator), luma)
