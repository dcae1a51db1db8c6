"""Areas, and the strength of marks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from autochrome.hints import HintsFile
from autochrome.hints.marks import Area, Rectangle, chroma_of

BLUE = "#3c62b8"
SIDE = st.integers(0, 40).map(lambda n: n / 40)


@settings(max_examples=40)
@given(SIDE, SIDE, SIDE, SIDE)
def test_an_area_with_four_corners_is_that_rectangle(left: float, right: float, top: float, bottom: float):
    left, right, top, bottom = *sorted((left, right)), *sorted((top, bottom))
    outline = [(left, top), (right, top), (right, bottom), (left, bottom)]
    filled = Area(outline=outline, color=BLUE).coverage(20, 30)
    assert filled.shape == (20, 30)
    assert filled.sum() == pytest.approx((right - left) * (bottom - top) * 600, abs=4)
    if right - left > 0.2 and bottom - top > 0.2:
        box = Rectangle(x=left, y=top, width=right - left, height=bottom - top, color=BLUE)
        assert np.abs(filled - box.coverage(20, 30)).max() <= 0.26


def test_what_an_outline_surrounds_twice_is_outside():
    star = [(0.5, 0.0), (0.8, 1.0), (0.0, 0.4), (1.0, 0.4), (0.2, 1.0)]
    filled = Area(outline=star, color=BLUE).coverage(100, 100)
    assert filled[55, 50] == 0
    assert filled[20, 50] == 1
    assert filled[5, 5] == 0


def test_a_weak_mark_counts_less():
    area = {"outline": [(0, 0), (1, 0), (1, 1), (0, 1)], "color": BLUE, "strength": 0.25}
    hints = HintsFile(version=1, areas=[area]).rasterize(8, 8)
    np.testing.assert_allclose(hints.mask, 0.25)
    np.testing.assert_allclose(hints.chroma[4, 4], chroma_of(BLUE), atol=1e-4)


def test_an_area_lies_over_rectangles_and_below_strokes():
    outline = [(0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)]
    hints = HintsFile(
        version=1,
        rectangles=[{"x": 0, "y": 0, "width": 1, "height": 1, "color": "#ff0000"}],
        areas=[{"outline": outline, "color": BLUE}],
        strokes=[{"path": [(0.5, 0.5)], "color": "#00ff00", "width": 0.2}],
    ).rasterize(50, 50)
    for (x, y), color in {(0.1, 0.1): "#ff0000", (0.3, 0.3): BLUE, (0.5, 0.5): "#00ff00"}.items():
        np.testing.assert_allclose(hints.chroma[int(50 * y), int(50 * x)], chroma_of(color), atol=1e-3)


@pytest.mark.parametrize("fault", [{"outline": [(0, 0), (1, 1)]}, {"strength": 0}, {"strength": 1.5}])
def test_a_wrong_area_is_refused(fault: dict):
    good = {"outline": [(0, 0), (1, 0), (1, 1)], "color": BLUE}
    with pytest.raises(ValidationError):
        HintsFile(version=1, areas=[good | fault])
