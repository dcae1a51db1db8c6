"""Other true colours for a sample, so that a network follows its hints instead of its own prediction."""

import math

import torch
from torch import Tensor

from autochrome.lab.data.random import uniform

COLOR_RADIUS = 10.0  # L*a*b* units: standard deviation of the colours within one object
OBJECT_RADIUS = 0.3  # standard deviation of an object's extent, as a fraction of the picture's sides


def recolor(ab: Tensor, generator: torch.Generator) -> Tensor:
    """(N, 2, H, W) a*b* → the same with the hue of the whole picture rotated and the chroma scaled by 0.5…1.3."""
    n = len(ab)
    angle = uniform(-math.pi, math.pi, (n, 1, 1), generator)
    gain = uniform(0.5, 1.3, (n, 1, 1, 1), generator)
    a, b = ab[:, 0], ab[:, 1]
    rotated = torch.stack([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], 1)
    return (rotated * gain).clamp(-105, 105)


def recolor_object(lab: Tensor, pixel: Tensor, generator: torch.Generator) -> Tensor:
    """(N, 3, H, W) L*a*b* → a*b* (N, 2, H, W) with another colour for the object at `pixel` (N, 2), row and column.

    The object is what is near the pixel and has a similar colour and lightness. A hint on one object (a red coat) must
    not change another one (the sky).
    """
    n, _, height, width = lab.shape
    which = torch.arange(n, device=lab.device)
    row, column = pixel.long().unbind(1)
    seed = lab[which, :, row, column].view(n, 3, 1, 1)
    y, x = torch.meshgrid(*(torch.arange(s, device=lab.device) for s in (height, width)), indexing="ij")
    distance = ((y - row.view(n, 1, 1)) / height) ** 2 + ((x - column.view(n, 1, 1)) / width) ** 2
    difference = (
        ((lab - seed) / COLOR_RADIUS).square().sum(1)
    )  # a strong edge in L* or colour ends the object
    weight = (1.5 * torch.exp(-(difference + distance / OBJECT_RADIUS**2) / 2)).clamp(max=1)[:, None]
    target = random_colors(n, generator)
    return lab[:, 1:] + weight * (target - seed[:, 1:, 0, 0])[..., None, None]


def random_colors(n: int, generator: torch.Generator) -> Tensor:
    """(n, 2) a*b* of any hue, with a chroma of 10…70."""
    angle, strength = uniform(-math.pi, math.pi, (n, 1), generator), uniform(10, 70, (n, 1), generator)
    return torch.cat([angle.cos(), angle.sin()], 1) * strength
