"""Samples: the truth stays the truth, the same seed gives the same batch, and every kind of hint is what it claims."""

import pytest
import torch
from pydantic import ValidationError
from skimage import data

from autochrome.color.lab import lab_from_srgb
from autochrome.lab.data.batches import make_batch
from autochrome.lab.data.options import SampleOptions

PLAIN = SampleOptions(flip=0)
EVERYTHING = SampleOptions(
    blank_page=0.3, film_stock=0.5, tone=0.5, fade=0.5, grain=0.5, blur=0.5, scratches=0.5,
    points=0.4, region=0.2, warped=0.4, wrong_hints=0.3, recolor=0.5, side_by_side=0.4,
)  # fmt: skip


def pictures(count: int = 6, frames: int = 1, size: int = 64) -> torch.Tensor:
    """(N, P, size, size, 3) uint8: pieces of a colour photograph."""
    whole = torch.from_numpy(data.astronaut())
    pieces = [whole[i * 40 : i * 40 + size, 100 : 100 + size] for i in range(count * frames)]
    return torch.stack(pieces).view(count, frames, size, size, 3)


def draw(seed: int = 7) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_without_settings_the_picture_is_as_it_is() -> None:
    batch = make_batch(pictures(), PLAIN, draw())
    wanted = lab_from_srgb(pictures()[:, 0].float() / 255).permute(0, 3, 1, 2)
    assert torch.allclose(batch.truth, wanted, atol=1e-3)
    assert torch.equal(batch.luma, batch.truth[:, :1])
    assert not batch.mask.any()
    assert not batch.hint.any()


def test_the_same_seed_gives_the_same_batch_and_another_another() -> None:
    one, same, other = (make_batch(pictures(), EVERYTHING, draw(seed)) for seed in (1, 1, 2))
    for name in ("luma", "truth", "hint", "mask"):
        assert torch.equal(getattr(one, name), getattr(same, name))
    assert not torch.equal(one.luma, other.luma)


def test_everything_keeps_its_range() -> None:
    for seed in range(4):
        batch = make_batch(pictures(12), EVERYTHING, draw(seed))
        assert batch.luma.min() >= 0
        assert batch.luma.max() <= 100
        assert batch.mask.min() >= 0
        assert batch.mask.max() <= 1
        assert batch.truth[:, 1:].abs().max() <= 110
        assert not batch.hint[(batch.mask == 0).expand_as(batch.hint)].any()
        assert all(getattr(batch, name).isfinite().all() for name in ("luma", "truth", "hint", "mask"))


def test_right_of_a_seam_is_another_picture_of_which_nothing_is_said() -> None:
    plain = make_batch(pictures(12), PLAIN, draw()).truth
    batch = make_batch(pictures(12), SampleOptions(flip=0, side_by_side=1, points=1, recolor=1), draw())
    other = (batch.truth == plain.roll(1, 0)).all(1)  # (N, H, W)
    foreign = other.all(1).flip(1).int().cumprod(1).sum(1)  # whole columns of it, from the right
    seams = 64 - foreign
    assert ((seams >= 19) & (seams <= 45)).all()
    assert len(seams.unique()) > 4
    assert batch.mask.flatten(1).any(1).all()
    for n, seam in enumerate(seams):
        assert torch.equal(batch.truth[n, 0, :, :seam], plain[n, 0, :, :seam])  # dyed, perhaps, but no darker
        assert not batch.mask[n, ..., seam:].any()


def test_a_sheet_has_no_colour_and_the_picture_on_it_keeps_its_own() -> None:
    many = pictures(12).repeat(2, 1, 1, 1, 1)
    plain = make_batch(many, PLAIN, draw())
    batch = make_batch(many, SampleOptions(flip=0, blank_page=1), draw())
    assert torch.equal(batch.luma, batch.truth[:, :1])
    sheet = (batch.truth != plain.truth).any(1)  # (N, H, W)
    assert sheet.flatten(1).any(1).all()
    assert batch.truth[:, 1:].norm(dim=1)[sheet].max() < 0.1
    share = sheet.float().mean((1, 2))
    assert 4 <= (share < 0.95).sum() <= 18  # a picture lies on it
    assert share[share < 0.95].max() < 0.9
    lightness = batch.luma[:, 0].flatten(1)[share > 0.95]
    assert lightness.mean(1).std() > 10  # light ones and dark ones
    assert (lightness.std(1) > 3).any()  # graded, or written on
    some = make_batch(many, SampleOptions(flip=0, blank_page=0.3), draw())
    assert 1 <= (some.truth != plain.truth).flatten(1).any(1).sum() <= 14


def test_mirrored_pictures_are_mirrored_whole() -> None:
    batch = make_batch(pictures(), SampleOptions(flip=1), draw())
    assert torch.equal(batch.truth, make_batch(pictures(), PLAIN, draw()).truth.flip(3))


@pytest.mark.parametrize("degradation", ["film_stock", "tone", "fade", "grain", "blur", "scratches"])
def test_old_grey_changes_what_is_seen_and_never_the_truth(degradation: str) -> None:
    batch = make_batch(pictures(), SampleOptions(flip=0, **{degradation: 1.0}), draw())
    plain = make_batch(pictures(), PLAIN, draw())
    assert torch.equal(batch.truth, plain.truth)
    changed = (batch.luma - plain.luma).abs().amax((1, 2, 3)) > 0.5
    assert changed.float().mean() > 0.8


def test_film_blind_to_red_sees_red_darker() -> None:
    red = torch.zeros(40, 1, 32, 32, 3, dtype=torch.uint8)
    red[..., 0] = 255
    luma = make_batch(red, SampleOptions(flip=0, film_stock=1), draw()).luma.mean((1, 2, 3))
    assert luma.min() < 35  # L* of pure red is 53
    assert luma.max() > 55


def test_a_grey_picture_is_the_same_grey_on_every_film() -> None:
    grey = (
        torch.randint(0, 256, (4, 1, 32, 32, 1), generator=draw()).to(torch.uint8).expand(-1, -1, -1, -1, 3)
    )
    batch = make_batch(grey, SampleOptions(flip=0, film_stock=1), draw())
    assert torch.allclose(batch.luma, batch.truth[:, :1], atol=0.05)


def test_points_are_small_and_say_the_truth() -> None:
    batch = make_batch(pictures(12), SampleOptions(flip=0, points=1), draw())
    share = batch.mask.mean((1, 2, 3))
    assert share.min() > 0
    assert share.median() < 0.2
    error = (batch.hint - batch.truth[:, 1:]).norm(dim=1)[batch.mask[:, 0] > 0]
    assert error.median() < 4  # of a flat stroke over a picture that is not flat


def test_one_point_is_one_point() -> None:
    batch = make_batch(pictures(12), SampleOptions(flip=0, points=1, max_points=1), draw())
    rows = (batch.mask.amax(3) > 0).sum((1, 2))
    columns = (batch.mask.amax(2) > 0).sum((1, 2))
    assert torch.equal(batch.mask.sum((1, 2, 3)), (rows * columns).float())


def test_carried_colour_covers_most_and_lies_a_little_off() -> None:
    options = SampleOptions(flip=0, warped=1, max_shift=4)
    batch = make_batch(pictures(12), options, draw())
    known = batch.mask > 0
    assert known.float().mean() > 0.6
    assert (batch.mask == 0).any()  # holes
    error = (batch.hint - batch.truth[:, 1:]).norm(dim=1, keepdim=True)[known]
    assert 0.5 < error.median() < 12


def test_a_region_is_the_truth_in_one_part() -> None:
    batch = make_batch(pictures(12), SampleOptions(flip=0, region=1), draw())
    assert torch.equal(batch.hint, batch.truth[:, 1:] * batch.mask)
    assert 0.1 < batch.mask.mean() < 0.9


def test_wrong_hints_are_little_believed() -> None:
    batch = make_batch(pictures(12), SampleOptions(flip=0, warped=1, wrong_hints=1), draw())
    assert batch.mask.max() <= 0.25


def test_turned_colours_turn_the_truth_and_the_hint_alike() -> None:
    batch = make_batch(pictures(12), SampleOptions(flip=0, warped=1, max_shift=0, recolor=1), draw())
    plain = make_batch(pictures(12), PLAIN, draw())
    assert (batch.truth - plain.truth).abs().amax((1, 2, 3)).min() > 3
    assert torch.equal(batch.truth[:, :1], plain.truth[:, :1])
    known = batch.mask.expand_as(batch.hint) > 0
    assert (batch.hint - batch.truth[:, 1:])[known].abs().median() < 4


def test_in_pairs_the_frame_before_is_the_hint() -> None:
    pairs = pictures(3, frames=2)
    batch = make_batch(pairs, SampleOptions(flip=0, pair_mask=0.8), draw())
    before = make_batch(pairs[:, :1], PLAIN, draw()).truth
    assert torch.allclose(batch.hint, before[:, 1:])
    assert torch.equal(batch.truth, make_batch(pairs[:, 1:], PLAIN, draw()).truth)
    assert (batch.mask == 0.8).all()


def test_shares_of_hints_may_not_exceed_the_whole() -> None:
    with pytest.raises(ValidationError, match="may not exceed 1"):
        SampleOptions(points=0.7, warped=0.5)


def test_unknown_settings_are_named() -> None:
    with pytest.raises(ValidationError, match="grian"):
        SampleOptions.model_validate({"grian": 0.5})


def test_wrong_colours_of_the_frame_before():
    """Some pairs get another previous frame; the truth stays."""
    pairs = torch.randint(0, 256, (12, 2, 16, 16, 3), generator=draw(), dtype=torch.uint8)
    plain, spoiled = (make_batch(pairs, SampleOptions(flip=0, pair_errors=p), draw()) for p in (0.0, 0.5))
    differs = (plain.hint != spoiled.hint).flatten(1).any(1)
    assert 0 < differs.sum() < 12
    assert torch.equal(plain.truth, spoiled.truth)
    step = (spoiled.hint - plain.hint)[differs]
    assert step.abs().max() > 5
