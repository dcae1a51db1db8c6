"""The thing that is painted: found by embeddings, the closest paint gives the colour, and far away it counts less."""

import pytest
import torch

from autochrome.lab.networks.layers import AB_SCALE
from autochrome.lab.networks.tint import Tint
from autochrome.lab.networks.tint.things import CHANNELS, ThingHead

SIDE = 64  # pixels; 16 at stride 4
RED, BLUE = (60.0, 40.0), (10.0, -60.0)


@pytest.fixture
def head() -> ThingHead:
    torch.manual_seed(2)
    return ThingHead((8, 8, 16, 16)).eval()


@pytest.fixture
def halves() -> torch.Tensor:
    """(1, CHANNELS, 16, 16): two things, left and right."""
    embedding = torch.zeros(1, CHANNELS, 16, 16)
    embedding[..., 8:] = 1
    return embedding


def paint(*strokes: tuple[slice, slice, tuple[float, float]]) -> tuple[torch.Tensor, torch.Tensor]:
    hint, mask = torch.zeros(1, 2, SIDE, SIDE), torch.zeros(1, 1, SIDE, SIDE)
    for rows, columns, color in strokes:
        hint[..., rows, columns] = torch.tensor(color).view(1, 2, 1, 1)
        mask[..., rows, columns] = 1
    return hint, mask


def find(
    head: ThingHead, embedding: torch.Tensor, hint: torch.Tensor, mask: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    logits, ab = head(embedding, hint, mask)
    return logits[0, 0], ab[0] * AB_SCALE


@torch.no_grad()
def test_what_is_like_the_paint_belongs_to_it(head: ThingHead, halves: torch.Tensor) -> None:
    logits, ab = find(head, halves, *paint((slice(20, 26), slice(8, 14), RED)))
    assert logits[:, :8].min() > 0
    assert logits[:, 8:].max() < -10
    assert torch.allclose(ab[:, :, :8], torch.tensor(RED).view(2, 1, 1), atol=0.5)


@torch.no_grad()
def test_each_of_two_strokes_gives_its_thing_its_colour(head: ThingHead, halves: torch.Tensor) -> None:
    strokes = (slice(20, 26), slice(8, 14), RED), (slice(40, 44), slice(40, 60), BLUE)
    logits, ab = find(head, halves, *paint(*strokes))
    assert logits.min() > 0
    assert torch.allclose(ab[:, :, :8], torch.tensor(RED).view(2, 1, 1), atol=0.5)
    assert torch.allclose(ab[:, :, 8:], torch.tensor(BLUE).view(2, 1, 1), atol=0.5)


@torch.no_grad()
def test_the_farther_away_the_less_it_belongs(head: ThingHead) -> None:
    nothing = [torch.zeros(1, channels, side, side) for channels, side in ((8, 16), (8, 8), (16, 4), (16, 2))]
    same = head.embed(nothing, torch.zeros(1, 1, 16, 16))
    assert (same.flatten(2).std(2)[:, :-2] < 0.1).all(), "only the place differs"
    logits, _ = find(head, same, *paint((slice(0, 8), slice(0, 8), RED)))
    assert (logits[0, 1:] < logits[0, :-1] + 1e-3).all()
    assert logits[0, 0] - logits[-1, -1] > 1


@torch.no_grad()
def test_without_paint_nothing_belongs(head: ThingHead, halves: torch.Tensor) -> None:
    logits, _ = find(head, halves, *paint())
    assert logits.max() < -20
    assert logits.isfinite().all()


def test_only_what_finds_things_learns_from_them() -> None:
    torch.manual_seed(1)
    network = Tint(widths=(8, 8, 16, 16), encoder_width=0.125, bin_size=40.0).train()
    hint, mask = paint((slice(20, 26), slice(8, 14), RED))
    luma = torch.rand(1, 1, SIDE, SIDE) * 100
    output = network(luma, hint, mask)
    assert output.thing_logits.shape == (1, 1, 16, 16)
    network.things.eval()
    assert network(luma, hint, mask).thing_logits is None
