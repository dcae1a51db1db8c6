"""Edge-aware diffusion: colour spreads over smooth areas and stops where the lightness has an edge."""

import torch
from torch import Tensor
from torch.nn import functional as F

LUMA_SCALE = 2.5  # L*: a step of this size lets 1/e of the colour pass; measured, see docs/training.md
ROUNDS = 5  # the distance doubles each round: 1, 2, 4, 8, 16 pixels


def diffuse(ab: Tensor, luma: Tensor) -> Tensor:
    """(N, 2, h, w) a*b* and (N, 1, h, w) L*/50 − 1 → a*b*, evened out where the luma has no edge.

    Each pixel becomes the weighted mean of itself and its neighbours at the distance of the round. A neighbour's weight
    is the product of the weights of all steps on the way, so any edge between the two counts.
    """
    weights = {axis: _step_weights(luma, axis) for axis in (2, 3)}
    for round_number in range(ROUNDS):
        distance = 2**round_number
        for axis, weight in weights.items():
            ab_before, ab_after = _shifted(ab, distance, axis)
            weight_before, weight_after = _shifted(weight, distance, axis)
            ab = (ab + (weight * ab_after + weight_before * ab_before)) / (1 + weight + weight_before)
            weights[axis] = weight * weight_after
    return ab


def _step_weights(luma: Tensor, axis: int) -> Tensor:
    """(N, 1, h, w) 0…1: how much colour passes from each pixel to the next one; 0 at the last pixel."""
    _, following = _shifted(luma + 2, 1, axis)  # luma + 2 is 1…3, so 0 marks the outside
    return torch.exp((luma + 2 - following).abs() * (-50 / LUMA_SCALE)) * (following > 0).to(luma.dtype)


def _shifted(x: Tensor, distance: int, axis: int) -> tuple[Tensor, Tensor]:
    """x at the pixels `distance` before and after each pixel, both of the shape of x; 0 outside."""
    if axis == 2:
        padded = F.pad(x, (0, 0, distance, distance))
        return padded[:, :, : -2 * distance], padded[:, :, 2 * distance :]
    padded = F.pad(x, (distance, distance))
    return padded[..., : -2 * distance], padded[..., 2 * distance :]
