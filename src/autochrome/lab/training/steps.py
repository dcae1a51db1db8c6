"""One optimizer step: the generator's losses, the critic's, and both together."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from autochrome.errors import RecipeError
from autochrome.lab.losses.adversarial import ADVERSARIAL, feature_matching
from autochrome.lab.losses.color import LOSSES
from autochrome.lab.recipe import AdversarialSettings, OptimizerSettings, Phase
from autochrome.lab.training.distributed import Place
from autochrome.lab.training.schedule import make_optimizer
from autochrome.lab.training.validation import full_size
from autochrome.lab.types import Answer, Batch, ColorNetwork, Critic

Autocast: TypeAlias = Callable[[], AbstractContextManager[Any]]
Terms: TypeAlias = dict[str, Tensor]
"""Detached losses by name; `total` is what the generator went downhill on."""


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
            raise RecipeError(f"The loss {name!r} does not take these settings: {e}.") from e
    return made


def portion(batch: Batch, place: Place, portions: int) -> list[Batch]:
    """This process's rows of a whole batch, to be worked through one after the other."""
    planes = [
        batch.luma,
        batch.truth,
        batch.hint,
        batch.mask,
        *([] if batch.label is None else [batch.label]),
    ]
    return [Batch(*x) for x in zip(*(place.share(x, portions) for x in planes), strict=True)]


class Opponent:
    """The critic's side of a phase: it learns to tell, and says how well the generator fools it."""

    def __init__(
        self, critic: Critic, settings: AdversarialSettings, portions: int, autocast: Autocast
    ) -> None:
        if settings.kind not in ADVERSARIAL:
            raise RecipeError(f"There is no adversarial kind {settings.kind!r}: {', '.join(ADVERSARIAL)}.")
        self.critic, self.settings, self.portions, self.autocast = critic, settings, portions, autocast
        self.game = ADVERSARIAL[settings.kind]
        self.learns = settings.train != "generator"
        critic.train(self.learns).requires_grad_(self.learns)

    def learn(self, real: Tensor, fake: Tensor) -> Tensor:
        """(N, 3, H, W) L*a*b* both: the critic's loss, its gradients left in place."""
        self.critic.requires_grad_(True)
        with self.autocast():
            seen, painted = self.critic(real), self.critic(fake)
        loss = self.game.critic(seen, painted)
        (loss / self.portions).backward()
        return loss.detach()

    def fooled(self, real: Tensor, fake: Tensor) -> dict[str, tuple[float, Tensor]]:
        """How far the critic is from believing it, (weight, loss) by name. It learns nothing itself here."""
        self.critic.requires_grad_(False)
        with self.autocast():
            critiques = self.critic(fake)
        found = {"fooling": (self.settings.weight, self.game.generator(critiques))}
        if self.settings.matching:
            with torch.no_grad(), self.autocast():
                wanted = self.critic(real)
            found["matching"] = (self.settings.matching, feature_matching(wanted, critiques))
        self.critic.requires_grad_(self.learns)
        return found


class Stepper:
    """Everything that learns in one phase, and how it takes a step."""

    def __init__(
        self, phase: Phase, network: ColorNetwork, critic: Critic | None, place: Place, autocast: Autocast
    ) -> None:
        self.phase, self.network, self.place, self.autocast = phase, network, place, autocast
        device = next(network.parameters()).device
        self.losses = {k: (w, m.to(device)) for k, (w, m) in make_losses(phase.losses).items()}
        self._memories = [b for _, m in self.losses.values() for b in m.buffers() if b.is_floating_point()]
        against = phase.adversarial
        self.opponent: Opponent | None = None
        self.optimizers: dict[str, Optimizer] = {}
        self._clip: dict[str, float | None] = {}
        if against is None or against.train != "critic":
            self._add("network", network, phase.optimizer)
        if against is not None and critic is not None:
            self.opponent = Opponent(critic, against, phase.accumulate, autocast)
            if self.opponent.learns:
                self._add("critic", critic, against.optimizer)

    def _add(self, name: str, network: nn.Module, settings: OptimizerSettings) -> None:
        self.optimizers[name] = make_optimizer(network, settings)
        self._clip[name] = settings.clip

    def state(self) -> dict[str, Any]:
        """What must be kept to go on in the middle: the optimizers, and what losses remember."""
        losses = {name: dict(loss.named_buffers()) for name, (_, loss) in self.losses.items()}
        return {"losses": losses, **{name: o.state_dict() for name, o in self.optimizers.items()}}

    def load(self, state: Mapping[str, Any]) -> None:
        """The inverse of `state`."""
        for name, optimizer in self.optimizers.items():
            optimizer.load_state_dict(state[name])
        for name, (_, loss) in self.losses.items():
            for key, buffer in loss.named_buffers():
                buffer.copy_(state["losses"][name][key])

    def step(self, batch: Batch) -> Terms:
        """Learn from one whole batch. The critic looks first, at what the generator paints now."""
        terms: Terms = {}
        for optimizer in self.optimizers.values():
            optimizer.zero_grad(set_to_none=True)
        parts = portion(batch, self.place, self.phase.accumulate)
        for part in parts:
            for name, value in self._work(part).items():
                terms[name] = terms.get(name, torch.zeros_like(value)) + value / len(parts)
        for name, optimizer in self.optimizers.items():
            terms[f"{name}_gradient"] = self._descend(name, optimizer)
        for memory in self._memories:
            memory.copy_(self.place.average(memory))
        names = list(terms)
        return dict(zip(names, self.place.average(torch.stack([terms[n] for n in names])), strict=True))

    def _work(self, batch: Batch) -> Terms:
        """Gradients of one portion, for whoever learns."""
        learns = "network" in self.optimizers
        with torch.set_grad_enabled(learns), self.autocast():
            answer = self.network(batch.luma, batch.hint, batch.mask)
        more = (None if x is None else x.float() for x in (answer.logits, answer.classes, answer.gist))
        answer = Answer(answer.ab.float(), *more)
        terms: Terms = {}
        values = (
            {k: (weight, loss(batch, answer)) for k, (weight, loss) in self.losses.items()} if learns else {}
        )
        if self.opponent:
            painted = torch.cat((batch.truth[:, :1], full_size(answer, batch)), 1)
            if self.opponent.learns:
                terms["critic"] = self.opponent.learn(batch.truth, painted.detach())
            if learns:
                values |= self.opponent.fooled(batch.truth, painted)
        if learns:
            total = torch.stack([weight * value for weight, value in values.values()]).sum()
            (total / self.phase.accumulate).backward()
            terms |= {"total": total.detach(), **{k: value.detach() for k, (_, value) in values.items()}}
        return terms

    def _descend(self, name: str, optimizer: Optimizer) -> Tensor:
        """Share the gradients, clip them and step; the length of the gradient comes back."""
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        self.place.average_gradients(parameters)
        length = nn.utils.clip_grad_norm_(parameters, self._clip[name] or float("inf"))
        optimizer.step()
        return length.detach()
