"""One optimizer step: losses of the network, of the critic, or of both."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from autochrome.errors import RecipeError
from autochrome.lab.losses.color import LOSSES
from autochrome.lab.recipe import OptimizerSettings, Phase
from autochrome.lab.rendering import full_size_ab
from autochrome.lab.training.critic_trainer import Autocast, CriticTrainer
from autochrome.lab.training.distributed import ProcessGroup
from autochrome.lab.training.schedule import make_optimizer
from autochrome.lab.types import Batch, ColorNetwork, Critic, NetworkOutput

Losses: TypeAlias = dict[str, Tensor]
"""Detached losses by name. `total` is the weighted sum that the network is trained with."""


def make_losses(settings: Mapping[str, float | dict[str, Any]]) -> dict[str, tuple[float, nn.Module]]:
    """Name → (weight, loss)."""
    made: dict[str, tuple[float, nn.Module]] = {}
    for name, value in settings.items():
        config = dict(value) if isinstance(value, dict) else {"weight": value}
        weight = float(config.pop("weight", 1.0))
        if name not in LOSSES:
            raise RecipeError(f"There is no loss {name!r}; there are: {', '.join(sorted(LOSSES))}.")
        try:
            made[name] = (weight, LOSSES[name](**config))
        except TypeError as e:
            raise RecipeError(f"The loss {name!r} does not have these settings: {e}.") from e
    return made


def split_batch(batch: Batch, group: ProcessGroup, parts: int) -> list[Batch]:
    """The rows of a whole batch that belong to this process, in `parts` smaller batches."""
    tensors = {f.name: getattr(batch, f.name) for f in fields(batch) if getattr(batch, f.name) is not None}
    split = (group.split(tensor, parts) for tensor in tensors.values())
    return [Batch(**dict(zip(tensors, rows, strict=True))) for rows in zip(*split, strict=True)]


class Stepper:
    """The losses and optimizers of one phase, and the step that they take together."""

    def __init__(
        self,
        phase: Phase,
        network: ColorNetwork,
        critic: Critic | None,
        group: ProcessGroup,
        autocast: Autocast,
    ) -> None:
        self._phase, self._network, self._group, self._autocast = phase, network, group, autocast
        device = next(network.parameters()).device
        self._losses = {k: (w, m.to(device)) for k, (w, m) in make_losses(phase.losses).items()}
        self._statistics = [
            b for _, loss in self._losses.values() for b in loss.buffers() if b.is_floating_point()
        ]
        self._critic_trainer: CriticTrainer | None = None
        self._optimizers: dict[str, Optimizer] = {}
        self._clip: dict[str, float | None] = {}
        adversarial = phase.adversarial
        if adversarial is None or adversarial.train != "critic":
            self._add_optimizer("network", network, phase.optimizer)
        if adversarial is not None and critic is not None:
            self._critic_trainer = CriticTrainer(critic, adversarial, phase.accumulate, autocast)
            if self._critic_trainer.is_trained:
                self._add_optimizer("critic", critic, adversarial.optimizer)

    def _add_optimizer(self, name: str, network: nn.Module, settings: OptimizerSettings) -> None:
        self._optimizers[name] = make_optimizer(network, settings)
        self._clip[name] = settings.clip

    def set_rate(self, factor: float) -> None:
        """Set every learning rate to this fraction of its peak."""
        for optimizer in self._optimizers.values():
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * factor

    def state(self) -> dict[str, Any]:
        """The state of optimizers and losses, to resume in the middle of a phase."""
        losses = {name: dict(loss.named_buffers()) for name, (_, loss) in self._losses.items()}
        return {"losses": losses, **{name: o.state_dict() for name, o in self._optimizers.items()}}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Continue from `state()`."""
        for name, optimizer in self._optimizers.items():
            optimizer.load_state_dict(state[name])
        for name, (_, loss) in self._losses.items():
            for key, buffer in loss.named_buffers():
                buffer.copy_(state["losses"][name][key])

    def step(self, batch: Batch) -> Losses:
        """Train on one whole batch: gradients of all its parts, then one optimizer step.

        Returns the mean losses over parts and processes, and the 2-norm of each network's gradient.
        """
        for optimizer in self._optimizers.values():
            optimizer.zero_grad(set_to_none=True)
        losses: Losses = {}
        parts = split_batch(batch, self._group, self._phase.accumulate)
        for part in parts:
            for name, value in self._backward(part).items():
                losses[name] = losses.get(name, torch.zeros_like(value)) + value / len(parts)
        for name, optimizer in self._optimizers.items():
            losses[f"{name}_gradient"] = self._optimize(name, optimizer)
        for statistic in self._statistics:
            statistic.copy_(self._group.mean(statistic))
        means = self._group.mean(torch.stack(list(losses.values())))
        return dict(zip(losses, means, strict=True))

    def _backward(self, batch: Batch) -> Losses:
        """Compute the gradients of one part. The critic's come first: they judge the network before its step."""
        trains_network = "network" in self._optimizers
        output = self._run_network(batch, with_gradients=trains_network)
        weighted: dict[str, tuple[float, Tensor]] = {}
        if trains_network:
            weighted = {k: (weight, loss(batch, output)) for k, (weight, loss) in self._losses.items()}
        losses: Losses = {}
        if self._critic_trainer:
            fake = torch.cat((batch.truth[:, :1], full_size_ab(output, batch)), 1)
            if self._critic_trainer.is_trained:
                losses["critic"] = self._critic_trainer.backward(batch.truth, fake.detach())
            if trains_network:
                weighted |= self._critic_trainer.network_losses(batch.truth, fake)
        if trains_network:
            total = torch.stack([weight * value for weight, value in weighted.values()]).sum()
            (total / self._phase.accumulate).backward()
            losses |= {"total": total.detach(), **{k: value.detach() for k, (_, value) in weighted.items()}}
        return losses

    def _run_network(self, batch: Batch, *, with_gradients: bool) -> NetworkOutput:
        """The output of the network as float32."""
        with torch.set_grad_enabled(with_gradients), self._autocast():
            output = self._network(batch.luma, batch.hint, batch.mask)
        logits = (output.logits, output.class_logits, output.thing_logits)
        others = (None if x is None else x.float() for x in logits)
        return NetworkOutput(output.ab.float(), *others)

    def _optimize(self, name: str, optimizer: Optimizer) -> Tensor:
        """Average the gradients over processes, clip them, take the step; returns the 2-norm of the gradient."""
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        self._group.average_gradients(parameters)
        norm = nn.utils.clip_grad_norm_(parameters, self._clip[name] or float("inf"))
        optimizer.step()
        return norm.detach()
