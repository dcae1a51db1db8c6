"""Strokes on things whose extent is known: a map gives each thing a colour of its own, black is unlabelled."""

import math

import torch
from torch import Tensor

from autochrome.lab.data.random import choose, uniform
from autochrome.lab.data.recolor import random_colors

SAME_THING = 12.0  # code values: colours of a map that are closer than this are one thing
_TRIES = 8  # to find a pixel of a thing
_MOST_DRAWN = 4  # things on one sample


def stroke_on_thing(maps: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """(N, 3, H, W) code values → the hint (N, 2, H, W), its mask and the thing it lies on, both (N, 1, H, W).

    Where no thing is found there is no stroke.
    """
    n, _, height, width = maps.shape
    row, column = _find_pixels(maps, generator)
    color = _colors_at(maps, row, column)
    thing = ((maps - color.view(n, 3, 1, 1)).abs().amax(1, keepdim=True) < SAME_THING).to(maps.dtype)
    thing = thing * _is_labelled(color).view(n, 1, 1, 1)
    mask = _draw_strokes(row, column, height, width, generator) * thing
    return random_colors(n, generator)[..., None, None] * mask, mask, thing


def draw_things(samples: Tensor, probability: float, generator: torch.Generator) -> Tensor:
    """Draw shaded ellipses and rectangles on some samples (N, 2, H, W, 3): a map and its picture. Each is a thing.

    Half of those that are drawn on lose some of the contrast behind, and the things of their map.
    """
    n, _, height, width, _ = samples.shape
    chosen = choose(probability, n, generator)
    maps, pictures = (plane.float() for plane in samples.unbind(1))
    detail = pictures.roll(1, 0).mean(3)
    detail -= detail.mean((1, 2), keepdim=True)
    behind = (chosen & choose(0.5, n, generator)).view(n, 1, 1, 1)
    mean, contrast = pictures.mean((1, 2), keepdim=True), uniform(0, 1, (n, 1, 1, 1), generator)
    pictures = torch.where(behind, mean + contrast * (pictures - mean), pictures)
    maps = torch.where(behind, 0, maps)
    for _ in range(_MOST_DRAWN):
        drawn = (chosen & choose(0.75, n, generator)).view(n, 1, 1)
        down, right, inside = _draw_shape(n, height, width, generator)
        level, slopes = uniform(20, 235, (n, 1, 1), generator), uniform(-30, 30, (2, n, 1, 1), generator)
        texture = uniform(0, 0.3, (n, 1, 1), generator) * detail
        shade = (level + slopes[0] * down + slopes[1] * right + texture).clamp(0, 255)
        color = uniform(2 * SAME_THING, 255, (n, 1, 1, 3), generator)
        inside = (inside & drawn)[..., None]
        pictures, maps = torch.where(inside, shade[..., None], pictures), torch.where(inside, color, maps)
    return torch.stack((maps, pictures), 1).round().to(samples.dtype)


def _draw_shape(n: int, height: int, width: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """An ellipse or a rectangle of any place, size and direction: (N, H, W) its two coordinates and what is inside.

    The coordinates run from −1 to 1 inside.
    """
    y, x = torch.meshgrid(
        *(torch.linspace(-1, 1, side, device=generator.device) for side in (height, width)), indexing="ij"
    )
    centre, axes = uniform(-0.7, 0.7, (2, n, 1, 1), generator), uniform(0.15, 0.6, (2, n, 1, 1), generator)
    angle = uniform(0, math.pi, (n, 1, 1), generator)
    y, x = y - centre[0], x - centre[1]
    down, right = (y * angle.cos() - x * angle.sin()) / axes[0], (y * angle.sin() + x * angle.cos()) / axes[1]
    oval = choose(0.5, n, generator).view(n, 1, 1)
    inside = torch.where(oval, down**2 + right**2, torch.maximum(down.abs(), right.abs())) < 1
    return down, right, inside


def _find_pixels(maps: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """The row and the column (N,) of a pixel of a thing in each map; of any pixel, if none is found in a few tries."""
    n, _, height, width = maps.shape
    size = torch.tensor([height, width], device=maps.device)
    pixel = uniform(0, 1, (n, 2), generator) * size
    for _ in range(_TRIES):
        labelled = _is_labelled(_colors_at(maps, *pixel.long().unbind(1)))
        pixel = torch.where(labelled, pixel, uniform(0, 1, (n, 2), generator) * size)
    row, column = pixel.long().unbind(1)
    return row, column


def _draw_strokes(row: Tensor, column: Tensor, height: int, width: int, generator: torch.Generator) -> Tensor:
    """(N, 1, H, W): a straight stroke of any direction around each pixel."""
    n = len(row)
    angle = uniform(0, math.pi, (n, 1, 1), generator)
    length, thickness = uniform(4, 60, (n, 1, 1), generator), uniform(3, 8, (n, 1, 1), generator)
    y, x = torch.meshgrid(*(torch.arange(s, device=row.device) for s in (height, width)), indexing="ij")
    down, right = y - row.view(n, 1, 1), x - column.view(n, 1, 1)
    along = (right * angle.cos() + down * angle.sin()).abs()
    across = (down * angle.cos() - right * angle.sin()).abs()
    return ((along <= length / 2) & (across <= thickness / 2)).float()[:, None]


def _colors_at(maps: Tensor, row: Tensor, column: Tensor) -> Tensor:
    found: Tensor = maps[torch.arange(len(maps), device=maps.device), :, row, column]
    return found


def _is_labelled(colors: Tensor) -> Tensor:
    """(N, 3) → (N, 1)."""
    return colors.amax(1, keepdim=True) >= SAME_THING
