"""Losses on logits, against torch's own words for the same thing."""

import pytest
import torch
from torch.nn import functional as F

from autochrome.lab.losses.adversarial import ADVERSARIAL, feature_matching
from autochrome.lab.types import CriticOutput


def critiques(*scores: float) -> list[CriticOutput]:
    return [CriticOutput(torch.tensor([[s]], requires_grad=True)) for s in scores]


@pytest.fixture(params=list(ADVERSARIAL))
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


def test_the_critic_is_right_when_real_is_high_and_fake_low(kind: str) -> None:
    loss = ADVERSARIAL[kind]
    right, wrong = critiques(1.0), critiques(-1.0)
    assert loss.critic(right, wrong) < loss.critic(wrong, right)


def test_the_generator_wants_what_the_critic_does_not(kind: str) -> None:
    loss = ADVERSARIAL[kind]
    assert loss.generator(critiques(1.0)) < loss.generator(critiques(-1.0))


def test_a_generator_that_is_far_off_still_learns(kind: str) -> None:
    """The trap: a sigmoid fed to a loss on logits flattens exactly where the generator has most to learn."""
    scores = critiques(-20.0)
    ADVERSARIAL[kind].generator(scores).backward()
    assert scores[0].score.grad.abs().item() >= 0.9


def test_binary_cross_entropy_is_the_one_on_logits() -> None:
    real, fake = torch.randn(4, 1, 3, 3), torch.randn(4, 1, 3, 3)
    one, zero = torch.ones_like(real), torch.zeros_like(real)
    bce = F.binary_cross_entropy_with_logits
    loss = ADVERSARIAL["bce"]
    torch.testing.assert_close(
        loss.critic([CriticOutput(real)], [CriticOutput(fake)]), bce(real, one) + bce(fake, zero)
    )
    torch.testing.assert_close(loss.generator([CriticOutput(fake)]), bce(fake, one))


def test_least_squares_aims_at_one_and_zero() -> None:
    loss = ADVERSARIAL["lsgan"]
    assert loss.critic(critiques(1.0), critiques(0.0)) == 0
    assert loss.critic(critiques(0.0), critiques(2.0)) == 5
    assert loss.generator(critiques(3.0)) == 4


def test_hinge_is_content_beyond_its_margin() -> None:
    loss = ADVERSARIAL["hinge"]
    assert loss.critic(critiques(1.5), critiques(-1.5)) == 0
    assert loss.critic(critiques(0.0), critiques(0.0)) == 2


def test_scales_count_alike_whatever_their_size(kind: str) -> None:
    loss = ADVERSARIAL[kind]
    large, small = CriticOutput(torch.full((2, 1, 8, 8), 0.3)), CriticOutput(torch.full((2, 1, 2, 2), -0.7))
    separate = (loss.generator([large]) + loss.generator([small])) / 2
    torch.testing.assert_close(loss.generator([large, small]), separate)


def test_feature_matching_is_nothing_between_equals_and_teaches_only_the_maker() -> None:
    real = [torch.randn(2, 4, 3, 3, requires_grad=True) for _ in range(2)]
    fake = [(r.detach() + 0.5).requires_grad_() for r in real]
    score = torch.zeros(2, 1)
    same = feature_matching([CriticOutput(score, real)], [CriticOutput(score, real)])
    assert same == 0
    loss = feature_matching([CriticOutput(score, real)], [CriticOutput(score, fake)])
    assert loss.item() == pytest.approx(0.5)
    loss.backward()
    assert all(r.grad is None for r in real)
    assert all(f.grad.any() for f in fake)
