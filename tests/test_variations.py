"""The machine's own hints: they differ, keep to what is known, and give the same picture again from a file."""

import numpy as np
import pytest
from skimage import data

from autochrome import Hints, PhotoOptions, colorize_photo, colorize_variations, open_model
from autochrome.color.lab import lightness
from autochrome.errors import UsageError
from autochrome.hints import HintsFile, load_hints
from autochrome.hints.marks import chroma_of
from autochrome.model import ColorDistribution
from autochrome.types import Prediction, Prepared
from autochrome.variations import distance, make_variations
from tiny import tint_card, tiny_tint

SMALL = PhotoOptions(size=96)


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    path = tiny_tint(tmp_path_factory.mktemp("model") / "likely.onnx", likely=True)
    return open_model(path, device="cpu")


@pytest.fixture(scope="module")
def cat():
    """A grey photograph, (100, 150) uint8."""
    return np.ascontiguousarray(data.chelsea()[::3, ::3, 1])


@pytest.fixture(scope="module")
def variations(network, cat):
    return colorize_variations(cat, 3, model=network, options=SMALL)


def test_they_differ_from_each_other_and_from_the_single_answer(network, cat, variations):
    single = colorize_photo(cat, model=network, options=SMALL)
    chromas = [single.prediction.chroma, *(each.photo.prediction.chroma for each in variations)]
    gaps = [distance(one, other) for n, one in enumerate(chromas) for other in chromas[:n]]
    assert min(gaps) > 1
    assert min(each.apart for each in variations) == pytest.approx(min(gaps), abs=0.1)


def test_points_are_marks_of_the_machine_apart_from_each_other(variations):
    for each in variations:
        points = each.hints.points
        assert 8 < len(points) <= 40
        assert {point.by for point in points} == {"machine"}
        places = np.array([(point.x * 144, point.y * 96) for point in points])
        gaps = np.abs(places[:, None] - places[None]).max(-1) + 1e3 * np.eye(len(places))
        assert gaps.min() > 22  # three cells of 8 pixels


def test_the_file_gives_the_same_picture_again(tmp_path, network, cat, variations):
    for each in variations:
        each.hints.save(tmp_path / "points.json")
        assert load_hints(tmp_path / "points.json") == each.hints
        again = colorize_photo(cat, model=network, options=SMALL, hints=tmp_path / "points.json")
        assert np.array_equal(again.image, each.photo.image)


def test_a_seed_decides(network, cat, variations):
    same, other = (colorize_variations(cat, 3, model=network, options=SMALL, seed=seed) for seed in (0, 1))
    assert [each.hints for each in same] == [each.hints for each in variations]
    assert [each.hints for each in other] != [each.hints for each in variations]


def test_known_marks_stay_and_lie_above(network, cat):
    red = {"x": 0.5, "y": 0.5, "color": "#c83c28", "radius": 0.1}
    known = HintsFile(version=1, points=[red])
    planes = known.rasterize(96, 144)
    for hints in (known, planes):
        (only,) = colorize_variations(cat, 1, model=network, options=SMALL, hints=hints)
        near = [p for p in only.hints.points if p.by and np.hypot((p.x - 0.5) * 144, (p.y - 0.5) * 96) < 9]
        assert not near
        middle = only.photo.prediction.chroma[11:13, 17:19].mean((0, 1))
        assert np.linalg.norm(middle - planes.chroma[48, 72]) < 3
        assert (only.hints.points[-1] == known.points[0]) == (hints is known)


def test_hints_everywhere_leave_no_place(network, cat):
    whole = Hints(np.zeros((96, 144, 2), np.float32), np.ones((96, 144), np.float32))
    with pytest.raises(UsageError, match="cover the whole picture"):
        colorize_variations(cat, 2, model=network, options=SMALL, hints=whole)


def test_a_picture_of_one_pixel(network):
    (only,) = make_variations(network, network.prepare(np.full((1, 1), 50, np.float32)), 1)
    assert len(only.points) == 1


def test_models_without_a_distribution_are_refused(tmp_path, cat):
    model = open_model(tiny_tint(tmp_path / "plain.onnx"), device="cpu")
    with pytest.raises(UsageError, match="does not say which other colours are likely"):
        colorize_variations(cat, 2, model=model)


def test_no_variations_are_an_error(network):
    prepared = network.prepare(np.full((32, 32), 50, np.float32))
    with pytest.raises(UsageError, match="at least 1"):
        make_variations(network, prepared, 0)


class TwoHalves:
    """Stands for a network: the left half is red or blue, all of it the colour of a hint there; the right is grey."""

    card = tint_card()
    palette = np.array([(0, 0), (50, 30), (5, -50)], np.float32)

    def predict_distribution(self, prepared, hints=None):
        height, width = prepared.luma.shape
        probabilities = np.empty((height // 8, width // 8, 3), np.float32)
        left = np.array([0.06, 0.54, 0.4], np.float32)
        if hints is not None and hints.mask[:, : width // 2].any():
            hinted = hints.premultiplied[:, : width // 2].sum((0, 1)) / hints.mask[:, : width // 2].sum()
            nearest = np.linalg.norm(self.palette - hinted[:2], axis=1).argmin()
            left = 0.05 + 0.85 * np.eye(3, dtype=np.float32)[nearest]
        probabilities[:, : width // 16], probabilities[:, width // 16 :] = left, (0.9, 0.05, 0.05)
        return ColorDistribution(probabilities, self.palette)

    def paint(self, prepared, hints=None, vivid=1.0):
        (row, *_) = self.predict_distribution(prepared, hints).probabilities
        return Prediction(np.broadcast_to(row @ self.palette, (row.shape[0], row.shape[0], 2)))


class NearlyGrey(TwoHalves):
    """Stands for a network: all is grey, and red is a fifth as likely."""

    def predict_distribution(self, prepared, hints=None):
        height, width = prepared.luma.shape
        shape = height // 8, width // 8, 3
        return ColorDistribution(
            np.broadcast_to(np.array([0.8, 0.16, 0.04], np.float32), shape), self.palette
        )


def test_what_is_nearly_surely_neutral_stays_neutral():
    prepared = Prepared(np.full((64, 64), 60, np.float32), None)
    for each in make_variations(NearlyGrey(), prepared, 4):
        assert all(np.hypot(*chroma_of(p.color)) < 1 for p in each.points)


def test_a_whole_thing_gets_one_colour_and_neutral_things_stay_neutral():
    prepared = Prepared(np.full((128, 128), 60, np.float32), None)
    seen = []
    for each in make_variations(TwoHalves(), prepared, 6):
        left, right = ([p for p in each.points if (p.x < 0.5) == side] for side in (True, False))
        assert len({p.color for p in left}) == 1
        assert len(right) > 4
        assert all(np.hypot(*chroma_of(p.color)) < 1 for p in right)
        seen.append(chroma_of(left[0].color))
    hues, chromas = (np.array([f(b, a) for a, b in seen]) for f in (np.arctan2, np.hypot))
    assert (hues > 0).any()
    assert (hues < 0).any()  # red and blue
    assert chromas[1] < 0.6 * chromas.max()  # the second is muted


def test_the_shipped_network():
    luma = lightness(np.asarray(data.astronaut()[::4, ::4, 1]))
    model = open_model("tint")
    prepared = model.prepare(luma)
    made = make_variations(model, prepared, 2)
    single = model.paint(prepared).chroma
    assert len({each.points for each in made}) == 2
    assert all(distance(each.chroma, single) > 2 for each in made)
    assert all(np.isfinite(each.chroma).all() for each in made)
