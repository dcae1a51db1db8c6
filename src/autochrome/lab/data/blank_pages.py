"""What is no photograph: the border around a print, a title card, a page, an empty frame. It has no colour."""

import math

import torch
from torch import Tensor

from autochrome.color.lab import light_from_lightness
from autochrome.lab.data.degrade import chosen, uniform

EMPTY = 0.6  # share of the sheets on which no picture lies
BORDER = 0.3  # of the picture's sides: the widest border
CELLS = (2, 3, 4, 6, 10, 16)  # pixels: how large writing is


def on_sheets(linear: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """(N, 3, H, W) linear light → the same, for a share on a grey sheet: as a border around it, or all there is.

    A sheet is light or dark, even or graded, blank or written on.
    """
    if not share:
        return linear
    which = chosen(share, len(linear), generator)
    if not which.any():
        return linear
    pictures = linear[which]
    empty = chosen(EMPTY, len(pictures), generator).view(-1, 1, 1, 1)
    inside = _box(pictures, BORDER, generator) & ~empty
    laid = linear.clone()
    laid[which] = torch.where(inside, pictures, light_from_lightness(_sheet(pictures, generator)))
    return laid


def _sheet(like: Tensor, generator: torch.Generator) -> Tensor:
    """(N, 1, H, W) L* of paper; half of it has writing on it, two fifths are darker at one side."""
    n, _, height, width = like.shape
    shape = (n, 1, 1, 1)
    y, x = torch.meshgrid(
        *(torch.linspace(-1, 1, side, device=like.device) for side in (height, width)), indexing="ij"
    )
    angle, slope = uniform(-math.pi, math.pi, shape, generator), uniform(-40, 25, shape, generator)
    paper = uniform(0, 100, shape, generator) + slope.clamp(min=0) * (x * angle.cos() + y * angle.sin())
    cell = CELLS[int(torch.randint(len(CELLS), (), generator=generator, device=like.device))]
    signs = torch.rand((n, 1, height // cell + 1, width // cell + 1), generator=generator, device=like.device)
    signs[:, :, ::2] = 0  # between the lines
    ink = signs.repeat_interleave(cell, 2).repeat_interleave(cell, 3)[..., :height, :width] > 0.5
    ink = ink & _box(like, 0.45, generator) & chosen(0.5, n, generator).view(shape)
    return torch.where(ink, uniform(0, 100, shape, generator), paper).clamp(0, 100)


def _box(like: Tensor, most: float, generator: torch.Generator) -> Tensor:
    """(N, 1, H, W) bool: an upright box that leaves at most so much of the sides at each of them."""
    n, _, height, width = like.shape
    top, bottom, left, right = uniform(0, most, (4, n, 1, 1, 1), generator)
    y = (torch.arange(height, device=like.device).view(1, 1, height, 1) + 0.5) / height
    x = (torch.arange(width, device=like.device).view(1, 1, 1, width) + 0.5) / width
    inside: Tensor = (y > top) & (y < 1 - bottom) & (x > left) & (x < 1 - right)
    return inside
