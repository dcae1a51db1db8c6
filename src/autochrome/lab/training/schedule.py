"""How fast what learns: parameter groups, the rate over time, and the moving average of the weights."""

import math
from collections.abc import Iterable, Sequence
from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer

from autochrome.errors import RecipeError
from autochrome.lab.recipe import OptimizerSettings, Phase


def make_optimizer(network: nn.Module, settings: OptimizerSettings) -> Optimizer:
    """AdamW over what is not frozen; the longest fitting prefix in `groups` decides a parameter's rate."""
    groups: dict[tuple[float, bool], list[nn.Parameter]] = {}
    names = [n for n, _ in network.named_parameters()]
    for prefix in settings.groups:
        _require(names, prefix, "optimizer.groups")
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            fitting = [p for p in settings.groups if name.startswith(p)]
            rate = settings.groups[max(fitting, key=len)] if fitting else settings.lr
            groups.setdefault((rate, parameter.ndim > 1), []).append(parameter)
    if not groups:
        raise RecipeError("Everything is frozen: there is nothing left to learn in this phase.")
    return AdamW(
        [
            {"params": p, "lr": rate, "peak": rate, "weight_decay": settings.weight_decay if decays else 0.0}
            for (rate, decays), p in groups.items()
        ],
        betas=settings.betas,
    )


def freeze(network: nn.Module, prefixes: Iterable[str]) -> None:
    """Let everything learn but parameters whose name starts with one of these; their batch norms stand still too."""
    prefixes = tuple(prefixes)
    names = [n for n, _ in network.named_parameters()]
    for prefix in prefixes:
        _require(names, prefix, "freeze")
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(not name.startswith(prefixes) if prefixes else True)
    network.train()
    for name, module in network.named_modules():
        if name and prefixes and name.startswith(prefixes):
            module.eval()


def _require(names: list[str], prefix: str, where: str) -> None:
    if not any(n.startswith(prefix) for n in names):
        some = ", ".join(sorted({n.split(".")[0] for n in names}))
        raise RecipeError(f"{where}: no parameter's name starts with {prefix!r}; the network has {some}.")


def rate_factor(phase: Phase, done: float) -> float:
    """The share of the peak learning rate when the share `done` (0…1) of the phase is over."""
    if done < phase.warmup:
        return max(done / phase.warmup, 0.01)
    if phase.schedule == "constant":
        return 1.0
    rest = (done - phase.warmup) / (1 - phase.warmup)
    return 0.5 * (1 + math.cos(math.pi * min(rest, 1.0)))


def set_rate(optimizer: Optimizer, factor: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * factor


class Average:
    """The moving average of a network's weights: what is scored, kept and shipped."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = deepcopy(network).eval().requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Young averages forget quickly, so that the first weights weigh nothing after a while."""
        decay = min(self.decay, (1 + step) / (10 + step))
        mine: list[Tensor] = list(self.network.parameters())
        torch._foreach_lerp_(mine, [p.detach() for p in network.parameters()], 1 - decay)
        for own, other in zip(self.network.buffers(), network.buffers(), strict=True):
            own.copy_(other)


def phase_minutes(phases: Sequence[Phase], minutes: float | None) -> list[float | None]:
    """The clock of each phase: its own, or its part of the whole sitting's."""
    if minutes is None:
        return [p.minutes for p in phases]
    for key in ("epochs", "steps", "minutes"):
        lengths = [getattr(p, key) for p in phases]
        if None not in lengths:
            return [minutes * x / sum(lengths) for x in lengths]
    return [minutes / len(phases)] * len(phases)
