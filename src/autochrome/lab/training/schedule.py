"""Which parameters are trained in a phase, how fast, and for how long."""

import math
from collections.abc import Iterable, Sequence

from torch import nn
from torch.optim import AdamW, Optimizer

from autochrome.errors import RecipeError
from autochrome.lab.recipe import OptimizerSettings, Phase


def make_optimizer(network: nn.Module, settings: OptimizerSettings) -> Optimizer:
    """AdamW over the parameters that are not frozen.

    The longest prefix in `settings.groups` that fits a parameter's name sets its learning rate.
    """
    groups: dict[tuple[float, bool], list[nn.Parameter]] = {}
    names = [n for n, _ in network.named_parameters()]
    for prefix in settings.groups:
        _check_prefix(names, prefix, "optimizer.groups")
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            fitting = [p for p in settings.groups if name.startswith(p)]
            rate = settings.groups[max(fitting, key=len)] if fitting else settings.lr
            groups.setdefault((rate, parameter.ndim > 1), []).append(parameter)
    if not groups:
        raise RecipeError("All parameters are frozen: this phase has nothing to train.")
    return AdamW(
        [
            {"params": p, "lr": rate, "peak": rate, "weight_decay": settings.weight_decay if decays else 0.0}
            for (rate, decays), p in groups.items()
        ],
        betas=settings.betas,
    )


def freeze(network: nn.Module, prefixes: Iterable[str]) -> None:
    """Put the network in training mode, but freeze the parameters and batch norms with one of these prefixes."""
    prefixes = tuple(prefixes)
    names = [n for n, _ in network.named_parameters()]
    for prefix in prefixes:
        _check_prefix(names, prefix, "freeze")
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(not name.startswith(prefixes) if prefixes else True)
    network.train()
    for name, module in network.named_modules():
        if name and prefixes and name.startswith(prefixes):
            module.eval()


def _check_prefix(names: list[str], prefix: str, setting: str) -> None:
    if not any(n.startswith(prefix) for n in names):
        some = ", ".join(sorted({n.split(".")[0] for n in names}))
        raise RecipeError(f"{setting}: no parameter name starts with {prefix!r}; the network has {some}.")


def rate_factor(phase: Phase, done: float) -> float:
    """The fraction of the peak learning rate after the fraction `done` (0…1) of the phase."""
    if done < phase.warmup:
        return max(done / phase.warmup, 0.01)
    if phase.schedule == "constant":
        return 1.0
    rest = (done - phase.warmup) / (1 - phase.warmup)
    return 0.5 * (1 + math.cos(math.pi * min(rest, 1.0)))


def phase_steps(phase: Phase, steps_per_epoch: int) -> int | None:
    """The length of a phase in steps; None if the phase has its length in minutes."""
    if phase.steps is not None:
        return phase.steps
    return None if phase.epochs is None else max(1, round(phase.epochs * steps_per_epoch))


def phase_minutes(phases: Sequence[Phase], minutes: float | None) -> list[float | None]:
    """The length of each phase in minutes. If the whole run has `minutes`, each phase gets a part of them."""
    if minutes is None:
        return [p.minutes for p in phases]
    for key in ("epochs", "steps", "minutes"):
        lengths = [getattr(p, key) for p in phases]
        if None not in lengths:
            return [minutes * x / sum(lengths) for x in lengths]
    return [minutes / len(phases)] * len(phases)
