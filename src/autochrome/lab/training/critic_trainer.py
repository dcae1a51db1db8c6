"""Adversarial training: the losses of the critic and what they mean for the network."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeAlias

import torch
from torch import Tensor

from autochrome.errors import RecipeError
from autochrome.lab.losses.adversarial import ADVERSARIAL, feature_matching
from autochrome.lab.recipe import AdversarialSettings
from autochrome.lab.types import Critic

Autocast: TypeAlias = Callable[[], AbstractContextManager[Any]]


class CriticTrainer:
    """The critic of a phase: its own loss, and the losses that it gives to the network."""

    def __init__(
        self, critic: Critic, settings: AdversarialSettings, accumulate: int, autocast: Autocast
    ) -> None:
        if settings.kind not in ADVERSARIAL:
            raise RecipeError(f"There is no adversarial kind {settings.kind!r}: {', '.join(ADVERSARIAL)}.")
        self._critic, self._settings, self._accumulate, self._autocast = (
            critic,
            settings,
            accumulate,
            autocast,
        )
        self._losses = ADVERSARIAL[settings.kind]
        self.is_trained = settings.train != "generator"
        critic.train(self.is_trained).requires_grad_(self.is_trained)

    def backward(self, real: Tensor, fake: Tensor) -> Tensor:
        """Compute the critic's loss and its gradients. Both pictures are (N, 3, H, W) L*a*b*."""
        self._critic.requires_grad_(True)
        with self._autocast():
            of_real, of_fake = self._critic(real), self._critic(fake)
        loss = self._losses.critic(of_real, of_fake)
        (loss / self._accumulate).backward()
        return loss.detach()

    def network_losses(self, real: Tensor, fake: Tensor) -> dict[str, tuple[float, Tensor]]:
        """Name → (weight, loss) for the network: they fall as the critic takes `fake` for real.

        The critic itself gets no gradients here.
        """
        self._critic.requires_grad_(False)
        with self._autocast():
            of_fake = self._critic(fake)
        losses = {"fooling": (self._settings.weight, self._losses.generator(of_fake))}
        if self._settings.feature_matching:
            with torch.no_grad(), self._autocast():
                of_real = self._critic(real)
            losses["matching"] = (self._settings.feature_matching, feature_matching(of_real, of_fake))
        self._critic.requires_grad_(self.is_trained)
        return losses
