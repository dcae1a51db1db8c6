"""What generator and critic learn from each other. Scores are logits; several critics or scales count alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from autochrome.lab.types import CriticOutput


@dataclass(frozen=True, slots=True)
class Adversarial:
    """Three punishments, each of a tensor of logits → one number for every logit; less is better."""

    not_real: Callable[[Tensor], Tensor]  # critic: a real picture's score is too low
    not_fake: Callable[[Tensor], Tensor]  # critic: a made picture's score is too high
    not_fooled: Callable[[Tensor], Tensor]  # generator: the critic saw through it

    def critic(self, real: Sequence[CriticOutput], fake: Sequence[CriticOutput]) -> Tensor:
        """The critic's loss, a scalar: both mistakes added, the mean over pictures, patches and scales."""
        return _mean(self.not_real, real) + _mean(self.not_fake, fake)

    def generator(self, fake: Sequence[CriticOutput]) -> Tensor:
        """The generator's loss, a scalar."""
        return _mean(self.not_fooled, fake)


def _mean(punish: Callable[[Tensor], Tensor], critiques: Sequence[CriticOutput]) -> Tensor:
    return torch.stack([punish(critique.score.float()).mean() for critique in critiques]).mean()


def _too_low(score: Tensor) -> Tensor:
    return F.softplus(-score)  # −log sigmoid: binary cross entropy against "real"


ADVERSARIAL: dict[str, Adversarial] = {
    "bce": Adversarial(_too_low, F.softplus, _too_low),
    "lsgan": Adversarial(lambda s: (s - 1) ** 2, lambda s: s**2, lambda s: (s - 1) ** 2),
    "hinge": Adversarial(lambda s: F.relu(1 - s), lambda s: F.relu(1 + s), lambda s: -s),
}


def feature_matching(real: Sequence[CriticOutput], fake: Sequence[CriticOutput]) -> Tensor:
    """Mean distance between the critic's inner maps of the real and of the made picture, a scalar.

    Every layer of every scale counts alike. Nothing flows back through the real side.
    """
    pairs = [
        (r, f) for a, b in zip(real, fake, strict=True) for r, f in zip(a.features, b.features, strict=True)
    ]
    return torch.stack([F.l1_loss(f.float(), r.detach().float()) for r, f in pairs]).mean()
