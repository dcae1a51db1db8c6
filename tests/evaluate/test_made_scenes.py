"""Strokes on drawn things: the measure itself, and the network that ships."""

import numpy as np
import pytest
from skimage import data

from autochrome.color.lab import lightness
from autochrome.evaluate.made_scenes import add_coverage, draw_scene, measure_coverage
from autochrome.evaluate.results import BrushScores
from autochrome.model import open_model
from autochrome.types import Hints, Prediction, Prepared

NO_BRUSH = BrushScores(
    reach=0, points=1, miss_median=0, miss_ninety=0, within_six=1, edges=0, leak_median=None, leak_ninety=None,
    moved_median=0, moved_ninety=0,
)  # fmt: skip


class Stand:
    """Stands for a network: its answer is `color(hints)`."""

    def __init__(self, color):
        self.color = color

    def prepare(self, luma):
        return Prepared(luma, None)

    def paint(self, prepared, hints):
        return Prediction(self.color(hints))


def flood(hints):
    hinted = hints.chroma[hints.mask > 0]
    return np.zeros_like(hints.chroma) + (hinted.mean(0) if len(hinted) else 0)


def test_the_measure():
    everywhere = add_coverage(NO_BRUSH, measure_coverage(Stand(flood), 3))
    nowhere = add_coverage(NO_BRUSH, measure_coverage(Stand(lambda hints: 0 * hints.chroma), 3))
    assert (everywhere.covered_ten, everywhere.spilled_median) == (1, 1)
    assert (nowhere.covered_median, nowhere.spilled_median) == (0, 0)
    assert everywhere.things == nowhere.things >= 6


def test_scenes_are_different_and_always_the_same():
    one, again, other = draw_scene(1), draw_scene(1), draw_scene(2)
    assert np.array_equal(one.luma, again.luma)
    assert not np.array_equal(one.luma, other.luma)


@pytest.fixture(scope="module")
def shipped():
    return open_model("tint", device="cpu")


def test_the_shipped_network_colours_the_thing_and_little_else(shipped):
    scores = add_coverage(NO_BRUSH, measure_coverage(shipped, 8))
    assert scores.covered_median > 0.6
    assert scores.spilled_median < 0.03


def test_a_stroke_elsewhere_leaves_the_face_alone(shipped):
    picture = np.ascontiguousarray(data.astronaut()[::2, ::2])
    prepared = shipped.prepare(lightness(picture))
    alone, face = shipped.paint(prepared).chroma, np.s_[9:24, 21:35]
    for row, column in ((200, 100), (150, 20), (100, 200)):  # suit, flag, background
        hints = Hints.none(256, 256)
        hints.chroma[:], hints.mask[row : row + 6, column : column + 16] = (5, -45), 1
        chroma = shipped.paint(prepared, hints.with_reach(0.0)).chroma
        assert np.linalg.norm(chroma - alone, axis=-1)[face].max() <= 3
