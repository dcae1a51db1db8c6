"""Hints about one thing stay on it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from autochrome.model import connected
from autochrome.types import Hints


def limit_to_thing(weight: np.ndarray, mask: np.ndarray, luma: np.ndarray) -> np.ndarray:
    """The weight alone, of hints of one colour."""
    chroma = np.full((*weight.shape, 2), (30, -20), np.float32)
    hints = Hints(np.full((*mask.shape, 2), (30, -20), np.float32), mask)
    filled, kept = connected.limit_to_thing(chroma, weight, hints, luma, 1.0)
    np.testing.assert_allclose(
        filled[kept > 0.01], np.broadcast_to((30, -20), filled[kept > 0.01].shape), atol=0.01
    )
    return kept


def edges(height: int, width: int) -> np.ndarray:
    """(height, width) L* with an edge at every fourth pixel: nowhere even."""
    rows, columns = np.mgrid[:height, :width] // 4
    return ((rows + columns) % 2 * 80 + 10).astype(np.float32)


def flood(weight: np.ndarray, start: tuple[int, int]) -> np.ndarray:
    """The same from one painted cell, cell by cell."""
    kept, waiting = np.zeros_like(weight), [start]
    while waiting:
        y, x = waiting.pop()
        inside = 0 <= y < weight.shape[0] and 0 <= x < weight.shape[1]
        if inside and not kept[y, x] and ((y, x) == start or weight[y, x] > 0.5):
            kept[y, x] = weight[y, x]
            waiting += [(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)]
    return kept


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 12))
def test_it_keeps_what_a_flood_from_the_paint_reaches(seed: int, height: int, width: int):
    random = np.random.default_rng(seed)
    weight = random.uniform(0.1, 1, (height, width)).astype(np.float32)
    start = int(random.integers(height)), int(random.integers(width))
    mask = np.zeros((4 * height, 4 * width), np.float32)
    mask[4 * start[0] + 3, 4 * start[1] + 1] = 0.3
    kept, reached = limit_to_thing(weight, mask, edges(*mask.shape)), flood(weight, start)
    assert kept[start] >= weight[start]
    reached[start] = kept[start] = 0
    assert (kept[reached < 0.3] == 0).all()
    assert (kept[reached > 0.75] == 1).all()


def test_a_thing_that_looks_alike_keeps_its_colour():
    weight = np.zeros((8, 12), np.float32)
    weight[2:6, 1:5] = weight[2:6, 7:11] = 1
    mask = np.zeros((30, 45), np.float32)  # not a multiple of the cells
    mask[10:14, 8:12] = 1
    kept = limit_to_thing(weight, mask, edges(32, 48)[:30, :45])
    assert kept[2:6, 1:5].min() > 0.7
    assert kept[:, 7:].max() < 0.02


def test_gaps_of_an_even_area_are_closed_and_a_thing_behind_an_edge_stays():
    luma = np.full((80, 80), 60, np.float32)
    luma[:, 40:] = 20
    weight, mask = np.zeros((20, 20), np.float32), np.zeros((80, 80), np.float32)
    weight[:, :10], mask[40:44, 12:16] = 1, 1
    weight[4:6, 3:5] = weight[15, 7] = 0  # gaps
    kept = limit_to_thing(weight, mask, luma)
    assert kept[:, :9].min() > 0.9
    assert kept[:, 11:].max() == 0


def test_without_paint_nothing_is_kept():
    plane = np.zeros((16, 16), np.float32)
    assert not limit_to_thing(np.ones((4, 4), np.float32), plane, plane).any()


def test_on_an_even_surface_the_edge_is_soft_and_the_paint_keeps_its_colour():
    weight, mask = np.zeros((20, 20), np.float32), np.zeros((80, 80), np.float32)
    weight[5:15, 5:15], mask[22:26, 38:42] = 1, 1
    soft = limit_to_thing(weight, mask, np.full((80, 80), 50, np.float32))
    assert np.abs(np.diff(soft[:, 6])).max() < 0.5
    assert (soft[6, 9:11] == 1).all()  # the painted cells, near the edge
    assert soft[9, 9] > 0.95
    assert soft[18, 10] < 0.05


def test_a_filled_gap_gets_the_colour_around_it_not_what_the_network_said_there():
    weight, mask = np.zeros((20, 20), np.float32), np.zeros((80, 80), np.float32)
    weight[:], mask[40:44, 12:16] = 1, 1
    chroma = np.full((20, 20, 2), (30, -20), np.float32)
    weight[4:6, 3:5], chroma[4:6, 3:5] = 0, (-60, 60)
    hints = Hints(np.full((80, 80, 2), (30, -20), np.float32), mask)
    filled, kept = connected.limit_to_thing(chroma, weight, hints, np.full((80, 80), 60, np.float32), 1.0)
    np.testing.assert_allclose(filled, np.broadcast_to((30, -20), filled.shape), atol=0.01)
    assert kept.min() > 0.9


@given(st.integers(1, 90), st.integers(1, 90))
def test_where_much_is_painted_the_network_gets_a_few_even_spread_cells(height: int, width: int):
    hints = Hints(np.zeros((height, width, 2), np.float32), np.ones((height, width), np.float32))
    thin = connected.thin_out(hints, 4)
    cells = -(-height // 4) * -(-width // 4)
    kept = thin.mask.sum() / 16
    assert kept > 0
    assert kept < 40 or cells < 80
    if cells <= 9:
        np.testing.assert_array_equal(thin.mask, hints.mask)


def test_a_short_mark_is_not_thinned():
    mask = np.zeros((64, 64), np.float32)
    mask[30:34, 20:32] = 1
    hints = Hints(np.zeros((64, 64, 2), np.float32), mask)
    np.testing.assert_array_equal(connected.thin_out(hints, 4).mask, mask)
