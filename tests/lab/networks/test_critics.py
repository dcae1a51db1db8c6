"""Every family in CRITICS is held to the same promises by being in the dict; then the facts of single ones."""

import pytest
import torch
from torch import nn

from autochrome.errors import RecipeError
from autochrome.lab.networks import CRITICS, build_critic
from autochrome.lab.types import Critic

SMALL: dict[str, list[dict]] = {
    "plain": [{"filters": (4, 8, 8), "dense": 16}],
    "pooled": [{"filters": (4, 8), "dense": 16}, {"filters": (4, 8), "dense": 16, "last_max": True}],
    "patch": [{"filters": (4, 8)}, {"filters": (4, 8), "norm": "spectral", "attention": 2, "init": "normal"}],
    "multi_scale": [{"filters": (4, 8)}],
}
CASES = [(family, config) for family in CRITICS for config in SMALL.get(family, [{}])]


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]}-{len(case[1])}")
def critic(request: pytest.FixtureRequest) -> Critic:
    torch.manual_seed(3)
    family, config = request.param
    return build_critic(family, **config)


def pictures(count: int = 4, size: int = 32) -> torch.Tensor:
    draw = torch.Generator().manual_seed(5)
    lab = torch.rand(count, 3, size, size, generator=draw)
    return lab * torch.tensor([100, 160, 160]).view(1, 3, 1, 1) - torch.tensor([0, 80, 80]).view(1, 3, 1, 1)


def test_it_says_something_of_every_picture(critic: Critic) -> None:
    answers = critic(pictures())
    assert answers
    for answer in answers:
        assert answer.score.shape[:2] == (4, 1)
        assert answer.score.isfinite().all()
        assert answer.features
        assert all(f.shape[0] == 4 for f in answer.features)


def test_scores_are_logits_without_bound(critic: Critic) -> None:
    """The trap: a sigmoid at the end, and then a loss on logits. A sigmoid never says less than 0 or more than 1."""
    with torch.no_grad():
        for parameter in critic.parameters():
            parameter *= 10
        scores = torch.cat([c.score.flatten() for _ in range(4) for c in critic.train()(pictures(8))])
    assert scores.min() < 0 or scores.max() > 1
    assert scores.max() - scores.min() > 0


def test_every_weight_learns(critic: Critic) -> None:
    with torch.no_grad():
        for (
            parameter
        ) in critic.parameters():  # attention begins at 0, and nothing behind it can learn at once
            parameter += 0.01 * torch.randn_like(parameter)
    sum(c.score.square().sum() for c in critic.train()(pictures())).backward()
    still = [name for name, p in critic.named_parameters() if p.grad is None or not p.grad.any()]
    assert [name for name in still if name.endswith("weight")] == []


def test_the_generator_can_learn_from_it(critic: Critic) -> None:
    lab = pictures().requires_grad_()
    sum(c.score.sum() for c in critic(lab)).backward()
    assert lab.grad.abs().sum((0, 2, 3)).min() > 0  # L, a and b all matter to it


def test_at_rest_it_repeats_itself_and_ignores_its_neighbours(critic: Critic) -> None:
    lab = pictures()
    critic.train()(lab)
    critic.eval()
    with torch.no_grad():
        together, again, alone = critic(lab), critic(lab), critic(lab[:1])
    for a, b, c in zip(together, again, alone, strict=True):
        assert torch.equal(a.score, b.score)
        torch.testing.assert_close(a.score[:1], c.score, atol=1e-4, rtol=1e-4)


def test_the_same_seed_builds_the_same_critic(critic: Critic, request: pytest.FixtureRequest) -> None:
    family, config = request.node.callspec.params["critic"]
    torch.manual_seed(3)
    again = build_critic(family, **config)
    values = zip(critic.state_dict().values(), again.state_dict().values(), strict=True)
    assert all(torch.equal(a, b) for a, b in values)


def kinds(module: nn.Module, *wanted: type[nn.Module]) -> list[nn.Module]:
    return [m for m in module.modules() if isinstance(m, wanted)]


def test_the_thesis_critics_have_the_layers_of_the_thesis() -> None:
    plain = build_critic("plain")
    assert [(c.out_channels, c.kernel_size, c.stride) for c in kinds(plain, nn.Conv2d)] == [
        (32, (4, 4), (2, 2)),
        (64, (4, 4), (2, 2)),
        (128, (4, 4), (2, 2)),
    ]
    assert [d.p for d in kinds(plain, nn.Dropout)] == [0, 0.25, 0.25, 0.5]
    assert [line.out_features for line in kinds(plain, nn.Linear)] == [256, 1]
    pooled = build_critic("pooled")
    assert [c.out_channels for c in kinds(pooled, nn.Conv2d)] == [32, 32, 64, 64]
    assert [d.p for d in kinds(pooled, nn.Dropout)] == [0.25, 0.25, 0.5]
    assert [line.out_features for line in kinds(pooled, nn.Linear)] == [512, 1]


def test_the_critic_at_128_px_pools_its_last_block_twice() -> None:
    critic = build_critic("pooled", size=128, filters=(128, 64, 32), dropout=0.3, last_max=True)
    assert [type(p).__name__ for p in kinds(critic, nn.AvgPool2d, nn.MaxPool2d)] == [
        "AvgPool2d",
        "AvgPool2d",
        "MaxPool2d",
        "AvgPool2d",
    ]
    assert kinds(critic, nn.Linear)[0].in_features == 32 * 8 * 8


def test_a_dense_critic_names_the_size_it_is_built_for() -> None:
    with pytest.raises(RecipeError, match="32 px"):
        build_critic("plain")(pictures(size=64))


def test_the_patch_critic_answers_with_a_matrix() -> None:
    (answer,) = build_critic("patch", filters=(4, 8, 8))(pictures(size=64))
    assert answer.score.shape == (4, 1, 8, 8)


def test_three_scales_see_three_sizes() -> None:
    answers = build_critic("multi_scale", filters=(4, 8))(pictures(size=64))
    assert [a.score.shape[-1] for a in answers] == [16, 8, 4]
