"""Colour that flows over what has no edge."""

import torch
from torch import Tensor
from torch.nn import functional as F

FLOW = 2.5  # L*: a step in lightness that leaves 1/e of what a neighbour says; measured, see docs/training.md
FARTHER = 5  # times: the last step is 16 places


def flowed(colour: Tensor, light: Tensor) -> Tensor:
    """(N, 2, h, w) → the same, evened out where light has no edge: a surface has one colour.

    Each place takes the mean of itself and the places beside it, each worth what `FLOW` L* leave of it, then of those
    twice as far, `FARTHER` times; an edge anywhere on the way counts.
    """
    ways = [_way(light, axis) for axis in (2, 3)]
    for power in range(FARTHER):
        step = 2**power
        for axis, way in zip((2, 3), ways, strict=True):
            back = _moved(way, -step, axis)
            around = way * _moved(colour, step, axis) + back * _moved(colour, -step, axis)
            colour = (colour + around) / (1 + way + back)
        ways = [way * _moved(way, step, axis) for axis, way in zip((2, 3), ways, strict=True)]
    return colour


def _way(light: Tensor, axis: int) -> Tensor:
    """(N, 1, h, w) 0…1: how freely colour goes from each place to the next one; from the last to nowhere."""
    next_one = _moved(light + 2, 1, axis)  # L*/50 − 1, and nothing lies so far from it as what is outside
    return torch.exp((light + 2 - next_one).abs() * (-50 / FLOW)) * (next_one > 0).to(light.dtype)


def _moved(x: Tensor, by: int, axis: int) -> Tensor:
    """What lies so many places farther on, as large as before; 0 where that is outside."""
    ends = [0, 0, 0, 0]
    ends[2 * (3 - axis) + (by > 0)] = abs(by)
    padded = F.pad(x, ends)
    kept = slice(by, None) if by > 0 else slice(None, by)
    return padded[:, :, kept] if axis == 2 else padded[..., kept]
