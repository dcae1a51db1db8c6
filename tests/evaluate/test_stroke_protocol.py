import numpy as np
import pytest
from skimage import data

from autochrome.color.resize import resize
from autochrome.evaluate.hints_from_truth import seeded_generator
from autochrome.evaluate.samples import Sample
from autochrome.evaluate.stroke_protocol import edge_leak, evaluate_strokes, join_images, point_error
from autochrome.types import Prediction, Prepared


class Obedient:
    """Paints exactly where it was told, grey elsewhere."""

    def prepare(self, luma):
        return Prepared(luma, None)

    def paint(self, prepared, hints, vivid=1.0):
        return Prediction(hints.chroma * hints.mask[..., None])


class Deaf(Obedient):
    """Hears nothing."""

    def paint(self, prepared, hints, vivid=1.0):
        return Prediction(np.zeros_like(hints.chroma))


class Flooding(Obedient):
    """Paints everything in the one colour it was told."""

    def paint(self, prepared, hints, vivid=1.0):
        told = hints.chroma[hints.mask > 0]
        return Prediction(np.zeros_like(hints.chroma) + (told.mean(0) if len(told) else 0))


@pytest.fixture(scope="module")
def samples():
    dark, bright = np.full((80, 90, 3), 60, np.uint8), np.full((80, 100, 3), 190, np.uint8)
    chelsea = resize(data.chelsea().astype(np.float32), 80, 110).astype(np.uint8)
    return [Sample("dark", dark), Sample("bright", bright), Sample("cat", chelsea)]


def test_who_obeys_and_who_does_not(samples):
    assert evaluate_strokes(Obedient(), samples[:2]).miss_ninety < 1.5
    assert evaluate_strokes(Obedient(), samples).within_six == 1
    assert evaluate_strokes(Deaf(), samples).miss_median > 12
    assert evaluate_strokes(Deaf(), samples).within_six == 0


def test_who_floods_leaks(samples):
    assert evaluate_strokes(Flooding(), samples).leak_median > 12
    assert evaluate_strokes(Obedient(), samples).leak_median < 0.1
    assert evaluate_strokes(Deaf(), samples).leak_median == 0


def test_an_edge_is_strong_or_it_is_none(samples):
    dark, bright, _ = (sample.rgb for sample in samples)
    assert join_images(dark, dark) is None
    both = join_images(dark, bright)
    assert both.shape == (80, 90, 3)
    assert (both[0, 44, 0], both[0, 45, 0]) == (60, 190)


def test_the_same_strokes_every_time(samples):
    both = join_images(samples[0].rgb, samples[1].rgb)
    assert point_error(Flooding(), samples[2]) == point_error(Flooding(), samples[2])
    assert edge_leak(Flooding(), both, seeded_generator("a", "leak")) == edge_leak(
        Flooding(), both, seeded_generator("a", "leak")
    )
    assert evaluate_strokes(Flooding(), []) is None
