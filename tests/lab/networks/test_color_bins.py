"""Colour as a choice between bins: what is encoded comes back, and rare colours count more, but not endlessly."""

import pytest
import torch

from autochrome.color.lab import lab_from_srgb
from autochrome.lab.networks.color_bins import MAX_WEIGHT, bin_centres, encode, mean_and_spread, rebalance


def test_every_colour_of_srgb_is_near_a_bin() -> None:
    centres = bin_centres(12)
    rgb = torch.rand(4000, 3, generator=torch.Generator().manual_seed(0))
    distance = torch.cdist(lab_from_srgb(rgb)[:, 1:], centres).amin(1)
    assert distance.max() <= 12 / 2**0.5 + 1e-3  # half of a square's diagonal


def test_no_bin_stands_where_srgb_has_no_colour() -> None:
    assert not (bin_centres(12) == torch.tensor([-96.0, -96.0])).all(1).any()


def test_a_grey_picture_has_a_bin_of_its_own() -> None:
    assert (bin_centres(12) == 0).all(1).sum() == 1


def test_a_colour_is_shared_by_its_nearest_bins_and_comes_back_from_them() -> None:
    centres = bin_centres(12)
    rgb = torch.rand(2, 3, 3, 3, generator=torch.Generator().manual_seed(1)) * 0.6 + 0.2
    ab = lab_from_srgb(rgb)[..., 1:].movedim(-1, 1)
    index, share = encode(ab, centres)
    assert torch.allclose(share.sum(1), torch.ones(2, 3, 3))
    back = (centres[index] * share[..., None]).sum(1).movedim(-1, 1)
    assert (back - ab).norm(dim=1).max() < 5


def test_rare_bins_weigh_more_up_to_a_limit() -> None:
    share = torch.softmax(torch.linspace(0, 12, 50), 0)
    weight = rebalance(share)
    assert (weight.diff() <= 1e-6).all()  # the more often, the less
    assert weight.max() <= MAX_WEIGHT
    assert (weight * share).sum() == pytest.approx(1, abs=0.15)


def test_mean_and_spread_of_a_known_distribution() -> None:
    centres = torch.tensor([[10.0, 0.0], [-10.0, 0.0], [0.0, 0.0]])
    sure = torch.tensor([30.0, 0.0, 0.0]).view(1, 3, 1, 1)
    mean, spread = mean_and_spread(sure, centres)
    assert mean.flatten().tolist() == pytest.approx([10, 0], abs=1e-3)
    assert spread.item() == pytest.approx(0, abs=0.1)
    torn = torch.tensor([0.0, 0.0, -30.0]).view(1, 3, 1, 1)
    mean, spread = mean_and_spread(torn, centres)
    assert mean.flatten().tolist() == pytest.approx([0, 0], abs=1e-3)
    assert spread.item() == pytest.approx(10, abs=0.1)


def test_a_low_temperature_goes_to_the_likeliest() -> None:
    centres = torch.tensor([[40.0, 0.0], [-40.0, 0.0]])
    logits = torch.tensor([1.0, 0.0]).view(1, 2, 1, 1)
    warm, cold = (mean_and_spread(logits, centres, t)[0][0, 0, 0, 0] for t in (1.0, 0.1))
    assert 0 < warm < cold <= 40
