"""Random tensors from a seeded generator, on the generator's device."""

import torch
from torch import Tensor


def uniform(low: float, high: float, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Numbers low…high, evenly distributed."""
    return low + (high - low) * torch.rand(shape, generator=generator, device=generator.device)


def normal(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Numbers of mean 0 and standard deviation 1, normally distributed."""
    return torch.randn(shape, generator=generator, device=generator.device)


def choose(probability: float, count: int, generator: torch.Generator) -> Tensor:
    """(count,) bool: each is true with this probability, independently."""
    return torch.rand(count, generator=generator, device=generator.device) < probability
