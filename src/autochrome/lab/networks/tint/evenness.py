"""Even colour on even areas: patches that no edge of luma explains are averaged away.

A domain transform (Gastal and Oliveira 2011): along each row, then along each column, colour flows from pixel to pixel
and is held up by changes of luma. So it stays on its thing, also where something alike lies behind.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

REACH = 0.35  # of the picture's side: so far away a pixel counts 1/e on an even area
EDGE = 5.0  # L*: behind such a change of luma a pixel counts 1/e
DOUBLINGS = 8  # colour flows at most 2 ** DOUBLINGS − 1 pixels


def even_out(ab: Tensor, weight: Tensor, luma: Tensor) -> Tensor:
    """(N, C, h, w) colours, averaged on even areas. weight: (N, 1, h, w), a pixel counts by it; luma: L*/50 − 1."""
    ones = torch.ones_like(luma[:1])
    side = (ones[..., :1].sum() + ones[..., :1, :].sum()) / 2
    sums = torch.cat([ab * weight, weight], 1)
    for dim in (3, 2):
        sums = _flow(sums, luma, side, dim)
    return sums[:, :-1] / sums[:, -1:]


def _flow(planes: Tensor, luma: Tensor, side: Tensor, dim: int) -> Tensor:
    """The sum of what each pixel has, and what flows to it along `dim` in both directions."""
    both, lumas = (torch.cat([x, x.flip(dim)]) for x in (planes, luma))
    length = luma.shape[dim] - 1
    change = (lumas.narrow(dim, 1, length) - lumas.narrow(dim, 0, length)).abs() * (50 / EDGE)
    kept = torch.exp(-change - 1 / (REACH * side))  # of what the pixel before has
    kept = torch.cat([torch.zeros_like(lumas.narrow(dim, 0, 1)), kept], dim)
    forward, backward = _accumulate(both, kept, dim).chunk(2)
    return forward + backward.flip(dim) - planes


def _accumulate(planes: Tensor, kept: Tensor, dim: int) -> Tensor:
    """y[i] = planes[i] + kept[i] · y[i − 1], by doubling: after k rounds y[i] has what came from 2ᵏ − 1 pixels."""
    for number in range(DOUBLINGS):
        step = 2**number
        planes = planes + kept * _shift(planes, step, dim)
        kept = kept * _shift(kept, step, dim)
    return planes


def _shift(x: Tensor, step: int, dim: int) -> Tensor:
    """x, moved by `step` pixels along `dim`; zeros come in."""
    before = (step, 0) if dim == 3 else (0, 0, step, 0)
    return F.pad(x, before).narrow(dim, 0, x.shape[dim])
