"""Grey pages: the border around a print, a title card, a page of text, an empty frame. A page has no colour."""

import math

import torch
from torch import Tensor

from autochrome.color.lab import light_from_lightness
from autochrome.lab.data.random import choose, uniform

EMPTY_PAGES = 0.6  # fraction of the pages that show no picture
MAX_BORDER = 0.3  # widest border, as a fraction of the picture's sides
MAX_MARGIN = 0.45  # widest margin around text, as a fraction of the page's sides
GLYPH_SIZES = (2, 3, 4, 6, 10, 16)  # pixels: size of one block of the simulated text


def place_on_pages(linear: Tensor, probability: float, generator: torch.Generator) -> Tensor:
    """(N, 3, H, W) linear RGB → the same; some pictures get a page as a border or are replaced by a page.

    A page is light or dark, even or graded, blank or with text.
    """
    if not probability:
        return linear
    chosen = choose(probability, len(linear), generator)
    if not chosen.any():
        return linear
    pictures = linear[chosen]
    empty = choose(EMPTY_PAGES, len(pictures), generator).view(-1, 1, 1, 1)
    inside = _random_box(pictures, MAX_BORDER, generator) & ~empty
    result = linear.clone()
    result[chosen] = torch.where(inside, pictures, light_from_lightness(_page_luma(pictures, generator)))
    return result


def _page_luma(like: Tensor, generator: torch.Generator) -> Tensor:
    """(N, 1, H, W) L* of pages. About half have text; about two fifths have a brightness gradient."""
    n, _, height, width = like.shape
    shape = (n, 1, 1, 1)
    y, x = torch.meshgrid(
        *(torch.linspace(-1, 1, side, device=like.device) for side in (height, width)), indexing="ij"
    )
    angle, slope = uniform(-math.pi, math.pi, shape, generator), uniform(-40, 25, shape, generator)
    paper = uniform(0, 100, shape, generator) + slope.clamp(min=0) * (x * angle.cos() + y * angle.sin())
    size = GLYPH_SIZES[int(torch.randint(len(GLYPH_SIZES), (), generator=generator, device=like.device))]
    blocks = torch.rand(
        (n, 1, height // size + 1, width // size + 1), generator=generator, device=like.device
    )
    blocks[:, :, ::2] = 0  # space between the lines
    text = blocks.repeat_interleave(size, 2).repeat_interleave(size, 3)[..., :height, :width] > 0.5
    text = text & _random_box(like, MAX_MARGIN, generator) & choose(0.5, n, generator).view(shape)
    return torch.where(text, uniform(0, 100, shape, generator), paper).clamp(0, 100)


def _random_box(like: Tensor, max_margin: float, generator: torch.Generator) -> Tensor:
    """(N, 1, H, W) bool: a rectangle; each margin is at most this fraction of the side."""
    n, _, height, width = like.shape
    top, bottom, left, right = uniform(0, max_margin, (4, n, 1, 1, 1), generator)
    y = (torch.arange(height, device=like.device).view(1, 1, height, 1) + 0.5) / height
    x = (torch.arange(width, device=like.device).view(1, 1, 1, width) + 0.5) / width
    inside: Tensor = (y > top) & (y < 1 - bottom) & (x > left) & (x < 1 - right)
    return inside
