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
    ways = {axis: _way(light, axis) for axis in (2, 3)}
    for power in range(FARTHER):
        for axis, way in ways.items():
            before, after = _beside(colour, 2**power, axis)
            back, onward = _beside(way, 2**power, axis)
            colour = (colour + (way * after + back * before)) / (1 + way + back)
            ways[axis] = way * onward
    return colour


def _way(light: Tensor, axis: int) -> Tensor:
    """(N, 1, h, w) 0…1: how freely colour goes from each place to the next one; from the last to nowhere."""
    _, next_one = _beside(light + 2, 1, axis)  # L*/50 − 1, and nothing lies so far from it as what is outside
    return torch.exp((light + 2 - next_one).abs() * (-50 / FLOW)) * (next_one > 0).to(light.dtype)


def _beside(x: Tensor, by: int, axis: int) -> tuple[Tensor, Tensor]:
    """What lies so many places before, and farther on, both as large as x; 0 where that is outside."""
    if axis == 2:
        padded = F.pad(x, (0, 0, by, by))
        return padded[:, :, : -2 * by], padded[:, :, 2 * by :]
    padded = F.pad(x, (by, by))
    return padded[..., : -2 * by], padded[..., 2 * by :]
