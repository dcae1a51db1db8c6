"""Every loss is least at the truth, and the settings of single ones do what they say."""

import pytest
import torch

from autochrome.errors import RecipeError
from autochrome.evaluate.metrics import colorfulness as measured_colorfulness
from autochrome.evaluate.metrics import psnr
from autochrome.lab.losses.color import (
    LOSSES,
    Bins,
    Colorfulness,
    SmoothL1,
    Thing,
    TotalVariation,
    colorfulness,
    true_ab,
)
from autochrome.lab.networks.color_bins import bin_centres, encode
from autochrome.lab.rendering import rgb_from_lab_planes
from autochrome.lab.types import Batch, NetworkOutput

ON_AB = ("l1", "mse", "smooth_l1")


def batch(size: int = 32, mask: float = 0.0) -> Batch:
    draw = torch.Generator().manual_seed(2)
    coarse = torch.rand(3, 2, 4, 4, generator=draw) * 80 - 40
    ab = torch.nn.functional.interpolate(coarse, size=size, mode="nearest")
    luma = torch.rand(3, 1, size, size, generator=draw) * 100
    truth = torch.cat([luma, ab], 1)
    return Batch(luma, truth, ab, torch.full_like(luma, mask))


@pytest.mark.parametrize("name", ON_AB)
def test_the_truth_costs_nothing_and_grey_does(name: str) -> None:
    b = batch()
    at_quarter = true_ab(b, torch.zeros(3, 2, 8, 8))
    loss = LOSSES[name]()
    assert loss(b, NetworkOutput(at_quarter)).item() == pytest.approx(0, abs=1e-6)
    assert loss(b, NetworkOutput(at_quarter * 0)).item() > 0.01


def test_the_truth_is_shrunk_by_area() -> None:
    b = batch()
    small = true_ab(b, torch.zeros(3, 2, 8, 8))
    assert torch.allclose(small[0, :, 0, 0], b.truth[0, 1:, :4, :4].mean((1, 2)))


def test_errors_at_painted_places_count_more() -> None:
    b = batch()
    b.mask[..., :16] = 1
    ab = true_ab(b, torch.zeros(3, 2, 8, 8))
    left, right = ab.clone(), ab.clone()
    left[..., 0] += 10
    right[..., -1] += 10
    loss = SmoothL1(hint_weight=8)
    assert loss(b, NetworkOutput(left)).item() == pytest.approx(
        9 * loss(b, NetworkOutput(right)).item(), rel=1e-4
    )


def test_bins_are_least_where_the_right_ones_are_likely() -> None:
    b, centres = batch(), bin_centres(12)
    index, share = encode(true_ab(b, torch.zeros(3, 2, 4, 4)), centres)
    right = torch.full((3, len(centres), 4, 4), -9.0).scatter(1, index, share.log())
    loss = Bins().eval()
    at_truth = loss(b, NetworkOutput(true_ab(b, right), right))
    undecided = loss(b, NetworkOutput(true_ab(b, right), torch.zeros_like(right)))
    assert at_truth < 0.5 * undecided


def test_bins_learn_how_common_colours_are() -> None:
    b = batch()
    loss = Bins(momentum=0.5)
    before = loss.frequency.clone()
    loss(b, NetworkOutput(b.truth[:, 1:], torch.zeros(3, len(loss.centres), 4, 4)))
    assert loss.frequency.sum().item() == pytest.approx(1, abs=1e-4)
    assert not torch.equal(before, loss.frequency)
    still = loss.eval().frequency.clone()
    loss(b, NetworkOutput(b.truth[:, 1:], torch.zeros(3, len(loss.centres), 4, 4)))
    assert torch.equal(still, loss.frequency)


@pytest.mark.parametrize(("name", "missing"), [("bins", "distribution")])
def test_what_a_network_does_not_answer_is_said(name: str, missing: str) -> None:
    with pytest.raises(RecipeError, match=missing):
        LOSSES[name]()(batch(), NetworkOutput(torch.zeros(3, 2, 8, 8)))


def test_total_variation_is_nought_on_one_colour() -> None:
    loss = TotalVariation()
    assert loss(batch(), NetworkOutput(torch.full((3, 2, 8, 8), 30.0))).item() == 0
    assert loss(batch(), NetworkOutput(batch(8).truth[:, 1:])).item() > 0


def test_colourfulness_asks_for_more_colour_but_never_for_less() -> None:
    b, loss = batch(), Colorfulness()
    ab = b.truth[:, 1:]
    assert loss(b, NetworkOutput(ab * 0.5)).item() > 0.02
    assert loss(b, NetworkOutput(ab * 1.5)).item() == 0


def test_colour_that_nobody_can_see_does_not_count() -> None:
    b, loss = batch(), Colorfulness()
    far_out = torch.zeros_like(b.truth[:, 1:])
    far_out[:, :, 0, 0] = 1e4  # outside sRGB it is shown as the most that fits there
    assert loss(b, NetworkOutput(far_out)).item() > 0.5 * loss(b, NetworkOutput(far_out * 0)).item()


def test_colourfulness_is_the_measures() -> None:
    rgb = rgb_from_lab_planes(batch().truth[:, :1], batch().truth[:, 1:])
    wanted = [measured_colorfulness(255 * picture.movedim(0, 2).double().numpy()) for picture in rgb]
    assert torch.allclose(255 * colorfulness(rgb), torch.tensor(wanted, dtype=torch.float32), atol=0.3)


def test_steps_forgive_an_even_error_and_no_patch() -> None:
    b = batch()
    truth = true_ab(b, torch.zeros(3, 2, 8, 8))
    loss = LOSSES["gradient"]()
    assert loss(b, NetworkOutput(truth + 20)).item() == pytest.approx(0, abs=1e-6)
    patch = torch.zeros_like(truth)
    patch[..., 2:6, 2:6] = 20
    assert loss(b, NetworkOutput(truth + patch)).item() > 0.02
    undecided = torch.zeros(3, len(bin_centres(12)), 4, 4)
    assert loss(b, NetworkOutput(truth, undecided)).item() > 0.02, (
        "the mean of a distribution is held to it too"
    )


@pytest.mark.parametrize("name", [*ON_AB, "bins", "gradient", "total_variation", "colorfulness"])
def test_gradients_are_numbers(name: str) -> None:
    ab = torch.zeros(3, 2, 8, 8, requires_grad=True)
    logits = torch.zeros(3, len(bin_centres()), 4, 4, requires_grad=True)
    LOSSES[name]()(batch(mask=0.5), NetworkOutput(ab, logits)).backward()
    gradients = [x.grad for x in (ab, logits) if x.grad is not None]
    assert gradients
    assert all(g.isfinite().all() for g in gradients)


def test_decibels_are_those_of_the_measure() -> None:
    b = batch()
    luma, ab = b.truth[:, :1], b.truth[:, 1:] * 0.5
    painted, real = (
        rgb_from_lab_planes(luma, x).movedim(1, -1).double().numpy() * 255 for x in (ab, b.truth[:, 1:])
    )
    measured = sum(psnr(p, r) for p, r in zip(painted, real, strict=True)) / 3
    assert LOSSES["psnr"](target=99)(b, NetworkOutput(ab)).item() == pytest.approx(-measured, abs=1e-3)


def test_decibels_ask_for_no_more_than_enough_and_learn_everywhere() -> None:
    b = batch()
    b.truth[0, 1:], b.truth[1, :1] = 0, 0  # a grey picture, and a black one
    ab = torch.zeros(3, 2, 32, 32, requires_grad=True)
    value = LOSSES["psnr"](target=30)(b, NetworkOutput(ab))
    assert value.item() > -30
    value.backward()
    assert ab.grad.isfinite().all()
    assert ab.grad[2].any()


def test_a_thing_weighs_as_much_as_all_else_however_small() -> None:
    b = batch()
    b.mask[..., :4, :4] = 1
    b.thing = torch.zeros_like(b.mask)
    b.thing[..., :8, :8] = 1
    right = torch.where(b.thing > 0, 3.0, -3.0)
    missed, leaked = right.clone(), right.clone()
    missed[b.thing > 0] = -3
    leaked[b.thing == 0] = 3
    loss = Thing()
    at_truth, at_missed, at_leaked = (
        loss(b, NetworkOutput(b.truth[:, 1:], thing_logits=x)).item() for x in (right, missed, leaked)
    )
    assert at_truth < 0.1
    assert at_missed == pytest.approx(at_leaked, rel=0.05)
    b.mask *= 0
    assert loss(b, NetworkOutput(b.truth[:, 1:], thing_logits=missed)).item() == 0
    b.thing = None
    with pytest.raises(RecipeError, match="thing_maps"):
        loss(b, NetworkOutput(b.truth[:, 1:], thing_logits=missed))
