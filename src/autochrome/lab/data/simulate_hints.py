"""Simulated hints: painted points and strokes, a large region, or the colour of another frame.

a*b* (N, 2, H, W) in; hint (N, 2, H, W) and mask (N, 1, H, W) out.
"""

import math

import torch
from torch import Tensor

from autochrome.lab.data.options import SampleOptions
from autochrome.lab.data.random import choose, uniform
from autochrome.lab.data.recolor import recolor, recolor_object
from autochrome.lab.data.warp import noise_mask, warp_chroma

STROKES = 0.06  # fraction of the points that are long vertical strokes; as many are long horizontal ones


def simulate_hints(
    truth: Tensor, seam: Tensor, options: SampleOptions, generator: torch.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Hints for a batch; some samples also get other true colours.

    truth: (N, 3, H, W) L*a*b*. seam: (N,) the column from which on a sample gets no points. Returns the truth, the hint
    and the mask.
    """
    n = len(truth)
    kind = torch.rand(n, generator=generator, device=truth.device)
    with_points = kind < options.points
    with_region = (kind >= options.points) & (kind < options.points + options.region)
    with_frame = kind >= 1 - options.warped
    height, width = truth.shape[2:]
    first = uniform(0, 1, (n, 2), generator) * torch.stack([torch.full_like(seam, height), seam], 1)
    left = torch.arange(width, device=truth.device) < seam.view(-1, 1, 1, 1)
    recolored = choose(options.recolor, n, generator)
    ab = truth[:, 1:].clone()
    if (chosen := recolored & with_points).any():
        changed = recolor_object(truth[chosen], first[chosen], generator)
        ab[chosen] = torch.where(left[chosen], changed, ab[chosen])
    if (chosen := recolored & with_frame).any():
        ab[chosen] = recolor(truth[chosen, 1:], generator)
    truth = torch.cat([truth[:, :1], ab.clamp(-110, 110)], 1)
    ab = truth[:, 1:]
    hint, mask = torch.zeros_like(ab), torch.zeros_like(truth[:, :1])
    if with_points.any():
        painted = paint_points(ab[with_points], options.max_points, first[with_points], generator)
        hint[with_points], mask[with_points] = (plane * left[with_points] for plane in painted)
    if with_region.any():
        hint[with_region], mask[with_region] = reveal_region(ab[with_region], generator)
    if with_frame.any():
        hint[with_frame], mask[with_frame] = warp_chroma(ab[with_frame], options.max_shift, generator)
    hint, mask = _swap_hints(hint, mask, options.wrong_hints, generator)
    return truth, hint * (mask > 0), mask


def _swap_hints(
    hint: Tensor, mask: Tensor, probability: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Some samples get the hints of the next sample of the batch, with a mask of at most 0.25."""
    swapped = choose(probability, len(hint), generator).view(-1, 1, 1, 1)
    hint = torch.where(swapped, hint.roll(1, 0), hint)
    mask = torch.where(swapped, mask.roll(1, 0).clamp(max=0.25), mask)
    return hint, mask


def paint_points(
    ab: Tensor, max_points: int, first: Tensor, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """1…max_points points and strokes, few more often than many.

    Each shows the true colour of its pixels, or their mean. The first one covers the pixel `first`, (N, 2): row and
    column.
    """
    n, _, height, width = ab.shape
    count = torch.exp(uniform(0, math.log(max_points + 0.99), (n, 1), generator)).floor()
    used = (torch.arange(max_points, device=ab.device).view(1, -1) < count).to(ab.dtype)  # (N, K)
    heights, widths = _stroke_sizes((n, max_points), generator)
    rows = _random_spans(height, heights, first[:, :1], generator) * used[..., None]  # (N, K, H)
    columns = _random_spans(width, widths, first[:, 1:], generator)  # (N, K, W)
    overlap = torch.einsum("nkh,nkw->nhw", rows, columns)[:, None]
    mask = (overlap > 0).to(ab.dtype)
    area = rows.sum(2) * columns.sum(2) + 1e-6
    mean = torch.einsum("nkh,nchw,nkw->nck", rows, ab, columns) / area[:, None]
    flat = torch.einsum("nck,nkh,nkw->nchw", mean, rows, columns) / overlap.clamp_min(1)
    use_mean = uniform(0, 1, (n, 1, 1, 1), generator) < 0.5
    return torch.where(use_mean, flat, ab) * mask, mask


def _stroke_sizes(shape: tuple[int, int], generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Heights and widths in pixels, each of `shape`. Most are points of 2…6 pixels; some are long in one direction."""
    heights, widths = (uniform(2, 6, shape, generator) for _ in range(2))
    kind = uniform(0, 1, shape, generator)
    heights = torch.where(kind < STROKES, heights * uniform(2, 10, shape, generator), heights)
    widths = torch.where(kind > 1 - STROKES, widths * uniform(2, 10, shape, generator), widths)
    return heights, widths


def _random_spans(side: int, length: Tensor, first: Tensor, generator: torch.Generator) -> Tensor:
    """(N, K) lengths → (N, K, side): 1 in a span of that length at a random position, else 0.

    The first span of each sample lies around the pixel `first` (N, 1).
    """
    space = (side - length).clamp_min(0)
    start = uniform(0, 1, tuple(length.shape), generator) * space
    around = torch.minimum((first - length[:, :1] / 2).clamp_min(0), space[:, :1])
    start = torch.cat([around, start[:, 1:]], 1).floor()[..., None]
    pixel = torch.arange(side, device=length.device)
    return ((pixel >= start) & (pixel < start + length.round()[..., None])).to(length.dtype)


def reveal_region(ab: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """The true colour in one large region with a smooth outline: from a fifth to nearly all of the picture."""
    mask = noise_mask(ab, uniform(-0.8, 0.6, (len(ab), 1, 1, 1), generator), generator)
    return ab * mask, mask
