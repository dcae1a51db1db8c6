import numpy as np
import pytest
from skimage import data

from autochrome.color.resize import resize
from autochrome.evaluate.hints_from_truth import seeded_generator
from autochrome.evaluate.samples import Sample
from autochrome.evaluate.stroke_protocol import edge_leak, evaluate_strokes, join_images, measure_point
from autochrome.types import Prediction, Prepared


class HintModel:
    """A network that predicts the hints, and grey elsewhere."""

    def prepare(self, luma):
        return Prepared(luma, None)

    def paint(self, prepared, hints, vivid=1.0):
        return Prediction(hints.chroma * hints.mask[..., None])


class GreyModel(HintModel):
    """A network that ignores the hints and predicts grey."""

    def paint(self, prepared, hints, vivid=1.0):
        return Prediction(np.zeros_like(hints.chroma))


class FloodModel(HintModel):
    """A network that predicts the mean colour of the hints everywhere."""

    def paint(self, prepared, hints, vivid=1.0):
        hinted = hints.chroma[hints.mask > 0]
        return Prediction(np.zeros_like(hints.chroma) + (hinted.mean(0) if len(hinted) else 0))


@pytest.fixture(scope="module")
def samples():
    dark, bright = np.full((80, 90, 3), 60, np.uint8), np.full((80, 100, 3), 190, np.uint8)
    chelsea = resize(data.chelsea().astype(np.float32), 80, 110).astype(np.uint8)
    return [Sample("dark", dark), Sample("bright", bright), Sample("cat", chelsea)]


def test_the_error_of_a_point(samples):
    assert evaluate_strokes(HintModel(), samples[:2]).miss_ninety < 1.5
    assert evaluate_strokes(HintModel(), samples).within_six == 1
    assert evaluate_strokes(GreyModel(), samples).miss_median > 12
    assert evaluate_strokes(GreyModel(), samples).within_six == 0


def test_a_leak_over_an_edge(samples):
    assert evaluate_strokes(FloodModel(), samples).leak_median > 12
    assert evaluate_strokes(HintModel(), samples).leak_median < 0.1
    assert evaluate_strokes(GreyModel(), samples).leak_median == 0


def test_a_point_that_moves_what_is_far_away(samples):
    assert evaluate_strokes(FloodModel(), samples).moved_median > 0.9
    assert evaluate_strokes(HintModel(), samples).moved_ninety == 0
    assert evaluate_strokes(GreyModel(), samples).moved_ninety == 0


def test_a_point_reaches_this_thing_unless_told_otherwise(samples):
    class ReachModel(HintModel):
        """Floods the picture with the hints that reach it."""

        def paint(self, prepared, hints, vivid=1.0):
            return FloodModel().paint(prepared, hints.far() if hints.present else hints)

    assert evaluate_strokes(ReachModel(), samples).moved_median == 0
    assert evaluate_strokes(ReachModel(), samples, reach=1).moved_median > 0.9
    assert evaluate_strokes(ReachModel(), samples, reach=1).reach == 1


def test_images_are_joined_only_at_a_strong_edge(samples):
    dark, bright, _ = (sample.rgb for sample in samples)
    assert join_images(dark, dark) is None
    joined = join_images(dark, bright)
    assert joined.shape == (80, 90, 3)
    assert (joined[0, 44, 0], joined[0, 45, 0]) == (60, 190)


def test_strokes_are_the_same_in_every_run(samples):
    joined = join_images(samples[0].rgb, samples[1].rgb)
    assert measure_point(FloodModel(), samples[2]) == measure_point(FloodModel(), samples[2])
    assert edge_leak(FloodModel(), joined, seeded_generator("a", "leak")) == edge_leak(
        FloodModel(), joined, seeded_generator("a", "leak")
    )
    assert evaluate_strokes(FloodModel(), []) is None
