"""Even colour on one thing: patches that no edge explains are averaged away.

A domain transform (Gastal and Oliveira 2011): along each row, then along each column, colour flows from pixel to pixel.
A change of luma holds it up. How much, the network learns for each pixel (`EdgeHead`): the edge of a thing more than a
fold in it, or a shadow on it. So colour stays on its thing, also where something alike lies behind.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

EDGE = 5.0  # L*: behind such a change of luma a pixel counts 1/e, where the factor is 1
DOUBLINGS = 8  # colour flows at most 2 ** DOUBLINGS − 1 pixels
STEEPNESS = 4.0  # logarithm of an edge / output of the convolution: makes it learn as fast as the rest
MOST = 6.0  # of this logarithm, up or down


class EdgeHead(nn.Module):
    """Feature maps (N, C, h, w) → edges (N, 4, h, w): how much each pixel holds up what flows through it.

    The first two planes are for flow along rows, the others along columns: a factor on the change of luma, and what is
    added to it. Before training they are 1 and 0.2.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, 4, 3, padding=1)
        nn.init.zeros_(self.conv.weight)
        assert self.conv.bias is not None
        with torch.no_grad():
            self.conv.bias.copy_(torch.tensor([1, 0.2, 1, 0.2]).log() / STEEPNESS)

    def forward(self, x: Tensor) -> Tensor:
        edges: Tensor = (self.conv(x).float() * STEEPNESS).clamp(-MOST, MOST).exp()
        return edges


def even_out(ab: Tensor, weight: Tensor, luma: Tensor, edges: Tensor) -> Tensor:
    """(N, C, h, w) colours, averaged between the edges. weight: (N, 1, h, w), a pixel counts by it; luma: L*/50 − 1."""
    sums = torch.cat([ab * weight, weight], 1)
    for dim, own in ((3, edges[:, :2]), (2, edges[:, 2:])):
        sums = _flow(sums, _passed_on(luma, own, dim), dim)
    return sums[:, :-1] / sums[:, -1:]


def _passed_on(luma: Tensor, edges: Tensor, dim: int) -> Tensor:
    """The share 0…1 that each pixel but the last passes on to the next one along `dim`."""
    length = luma.shape[dim] - 1
    before, after = (torch.cat([luma, edges], 1).narrow(dim, start, length) for start in (0, 1))
    change = (after[:, :1] - before[:, :1]).abs() * (50 / EDGE)
    factor, added = ((before + after) / 2)[:, 1:].split(1, 1)
    return torch.exp(-change * factor - added)


def _flow(planes: Tensor, passed_on: Tensor, dim: int) -> Tensor:
    """The sum of what each pixel has, and what flows to it along `dim` in both directions."""
    nothing = torch.zeros_like(planes[:, :1].narrow(dim, 0, 1))  # comes to the first pixel
    both = torch.cat([planes, planes.flip(dim)])
    kept = torch.cat([torch.cat([nothing, x], dim) for x in (passed_on, passed_on.flip(dim))])
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
