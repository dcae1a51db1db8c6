"""Where pixels came from: known shifts are found, what stands rests, and what is new is not trusted."""

import numpy as np
import pytest

from autochrome.film.motion import MotionFinder
from film_inputs import shifted, texture


@pytest.mark.parametrize(("right", "down"), [(3, 0), (0, -2), (1.5, 2.5), (-5, 1)])
def test_a_known_shift_is_found(right: float, down: float):
    before = texture()
    motion = MotionFinder().between(before, shifted(before, right, down))
    inner = motion.flow[12:-12, 12:-12].reshape(-1, 2)
    assert np.abs(np.median(inner, axis=0) - (-right, -down)).max() < 0.25
    assert motion.confidence[12:-12, 12:-12].mean() > 0.8


def test_what_stands_rests_exactly_even_under_grain():
    random = np.random.default_rng(4)
    clean = texture().astype(np.float32)
    before, now = (np.clip(clean + random.normal(0, 3, clean.shape), 0, 255).astype(np.uint8) for _ in "ab")
    motion = MotionFinder().between(before, now)
    assert (motion.flow == 0).mean() > 0.95
    assert motion.confidence.mean() > 0.6


def test_what_is_new_is_not_trusted():
    before = texture()
    now = before.copy()
    now[20:50, 40:90] = texture(seed=9)[20:50, 40:90]
    sure = MotionFinder().between(before, now).confidence
    assert sure[24:46, 44:86].mean() < 0.35
    assert sure[:10].mean() > 0.95


def test_another_picture_is_not_trusted_at_all():
    assert MotionFinder().between(texture(), texture(seed=5)).confidence.mean() < 0.3


def test_colour_is_carried_to_where_its_thing_is_now():
    before = texture()
    now = shifted(before, 6, 4)
    color = np.zeros((36, 64, 2), np.float32)  # half the size of the pictures
    color[10:20, 20:30] = 50
    carried = MotionFinder().between(before, now).carry(color, 36, 64)
    assert carried.shape == (36, 64, 2)
    rows, columns = np.nonzero(carried[..., 0] > 25)
    assert abs(rows.mean() - (14.5 + 2)) < 0.5
    assert abs(columns.mean() - (24.5 + 3)) < 0.5
    assert MotionFinder().between(before, now).confidence_at(36, 64).shape == (36, 64)


def test_the_smallest_pictures_do():
    grey = np.full((16, 16), 90, np.uint8)
    motion = MotionFinder().between(grey, grey)
    assert (motion.flow == 0).all()
    assert np.allclose(motion.confidence, 1)


def test_both_ways_are_two_calls_in_one():
    before = texture()
    now = shifted(before, 3, -1)
    there, back = MotionFinder().both_ways(before, now)
    for one, alone in (
        (there, MotionFinder().between(before, now)),
        (back, MotionFinder().between(now, before)),
    ):
        assert np.array_equal(one.flow, alone.flow)
        assert np.array_equal(one.confidence, alone.confidence)


def test_larger_pictures_may_be_looked_at_small():
    before = texture()
    motion = MotionFinder(max_side=96).between(before, shifted(before, 6, 4))
    assert motion.flow.shape == (54, 96, 2)
    color = np.zeros((36, 64, 2), np.float32)
    color[10:20, 20:30] = 50
    rows, columns = np.nonzero(motion.carry(color, 36, 64)[..., 0] > 25)
    assert abs(rows.mean() - (14.5 + 2)) < 0.5
    assert abs(columns.mean() - (24.5 + 3)) < 0.5


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (8, 11), (4, 90)])
def test_frames_of_few_pixels_have_motion_too(shape: tuple[int, int]):
    small = texture(*shape)
    motion = MotionFinder().between(small, small)
    assert (motion.flow == 0).all()
    assert motion.confidence_at(*shape).min() > 0.9
