"""Degradations of old photographs: film stock, exposure, fading, grain, blur, scratches. L* in, L* out."""

import torch
from torch import Tensor
from torch.nn import functional as F

from autochrome.color.lab import lightness_from_light
from autochrome.lab.data.options import SampleOptions
from autochrome.lab.data.random import choose, normal, uniform


def film_stock_luma(linear: Tensor, luma: Tensor, probability: float, generator: torch.Generator) -> Tensor:
    """(N, 3, H, W) linear RGB 0…1 and its L* (N, 1, H, W) → (N, 1, H, W) L*; some as another film stock records it.

    Film before 1930 does not record red; later film records it a little too strongly. So red gets a weight of 0…0.6,
    green 0.25…0.9 and blue 0.02…0.6, before the three are scaled to a sum of 1.
    """
    count = len(linear)
    chosen = choose(probability, count, generator)
    red, blue = uniform(0, 0.6, (count, 1), generator), uniform(0.02, 0.6, (count, 1), generator)
    green = uniform(0.25, 0.9, (count, 1), generator)
    weights = torch.cat([red, green, blue], 1)
    weights = weights / weights.sum(1, keepdim=True)
    if not chosen.any():
        return luma
    exposure = torch.einsum("nchw,nc->nhw", linear[chosen], weights[chosen])
    result = luma.clone()
    result[chosen] = lightness_from_light(exposure).unsqueeze(1)
    return result


def degrade(luma: Tensor, options: SampleOptions, generator: torch.Generator) -> Tensor:
    """(N, 1, H, W) L* → the same with degradations. Each degradation applies to its own fraction of the samples."""
    degradations = (
        (options.tone, _change_tone),
        (options.blur, _blur),
        (options.grain, _add_grain),
        (options.scratches, _add_scratches),
        (options.fade, _fade),
    )
    if not any(probability for probability, _ in degradations):
        return luma
    luma = luma.clone()
    for probability, apply in degradations:
        chosen = choose(probability, len(luma), generator)
        if chosen.any():
            luma[chosen] = apply(luma[chosen], generator)
    return luma.clamp(0, 100)


def _change_tone(luma: Tensor, generator: torch.Generator) -> Tensor:
    """Another gamma, contrast and brightness."""
    shape = (len(luma), 1, 1, 1)
    gamma = torch.exp(uniform(-0.35, 0.35, shape, generator))
    contrast = torch.exp(uniform(-0.3, 0.3, shape, generator))
    curved = 100 * (luma.clamp(0.1, 100) / 100) ** gamma
    mean = curved.mean((1, 2, 3), keepdim=True)
    return ((curved - mean) * contrast + mean + uniform(-10, 10, shape, generator)).clamp(0, 100)


def _fade(luma: Tensor, generator: torch.Generator) -> Tensor:
    """Black becomes L* 0…25, white L* 70…100."""
    shape = (len(luma), 1, 1, 1)
    black, white = uniform(0, 25, shape, generator), uniform(70, 100, shape, generator)
    return black + luma.clamp(0, 100) / 100 * (white - black)


def _blur(luma: Tensor, generator: torch.Generator) -> Tensor:
    """A mix of the picture and its mean over 5×5 pixels."""
    amount = uniform(0.2, 1, (len(luma), 1, 1, 1), generator)
    soft = F.avg_pool2d(F.pad(luma, (2, 2, 2, 2), mode="replicate"), 5, stride=1)
    return luma + amount * (soft - luma)


def _add_grain(luma: Tensor, generator: torch.Generator) -> Tensor:
    """Noise of 0.5…6 L*, fine or coarse."""
    shape = (len(luma), 1, 1, 1)
    fine = normal(tuple(luma.shape), generator)
    coarse = 2 * F.avg_pool2d(F.pad(fine, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    coarseness = uniform(0, 1, shape, generator)
    strength = uniform(0.5, 6, shape, generator)
    return luma + strength * (fine + coarseness * (coarse - fine))


def _add_scratches(luma: Tensor, generator: torch.Generator) -> Tensor:
    """Up to four nearly vertical lines, and specks; both are lighter or darker than the picture."""
    n, _, height, width = luma.shape
    column = torch.arange(width, device=luma.device).view(1, 1, 1, width)
    for _ in range(4):
        start, slope = (
            uniform(-0.5, 1.5, (n, 1, 1, 1), generator),
            uniform(-0.05, 0.05, (n, 1, 1, 1), generator),
        )
        row = torch.arange(height, device=luma.device).view(1, 1, height, 1)
        line = ((column - start * width - slope * row).abs() < 0.7).to(luma.dtype)
        luma = luma + line * uniform(-60, 60, (n, 1, 1, 1), generator)
    speck = uniform(0, 1, tuple(luma.shape), generator) > uniform(0.995, 1, (n, 1, 1, 1), generator)
    return torch.where(speck, uniform(0, 100, (n, 1, 1, 1), generator), luma)
