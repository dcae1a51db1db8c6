import numpy as np
import pytest

from autochrome.evaluate.photo_protocol import Trial, evaluate_photos
from autochrome.evaluate.photo_tables import evaluation_tables
from autochrome.evaluate.recognition import JudgedPictures, Opinion
from autochrome.evaluate.report_page import format_table
from autochrome.evaluate.results import Evaluation
from autochrome.evaluate.samples import Sample
from autochrome.types import Prediction, Prepared


class ColorJudge:
    """Sees red where red is clearly more than blue; its features are the mean colour."""

    name = "ColorJudge"

    def __call__(self, pictures):
        means = [np.asarray(picture, np.float32).mean((0, 1)) for picture in pictures]
        return [Opinion(int(mean[0] > mean[2] + 30), mean) for mean in means]


class RedModel:
    """Predicts one red everywhere: right for some pictures."""

    def prepare(self, luma):
        return Prepared(luma, None)

    def paint(self, prepared, hints, vivid=1.0):
        chroma = np.zeros((*prepared.luma.shape, 2), np.float32)
        chroma[..., 0], chroma[..., 1] = 30 * vivid, 15 * vivid
        return Prediction(chroma)


def make_samples():
    """Two red pictures, one blue and one nearly grey, from two sources."""
    random = np.random.default_rng(2)
    colors = {
        "a/x/0.png": (190, 90, 90),
        "a/x/1.png": (170, 80, 60),
        "b/y/0.png": (60, 80, 180),
        "b/y/1.png": (120, 120, 120),
    }
    noise = random.integers(-20, 20, (64, 64, 1))
    return [Sample(name, np.uint8(np.clip(color + noise, 0, 255))) for name, color in colors.items()]


@pytest.fixture(scope="module")
def report():
    return evaluate_photos(
        RedModel(), make_samples(), [Trial()], name="red", data=["made"], size=64, judge=ColorJudge()
    )


def test_the_share_that_colour_gives_back(report):
    grey, truth, ours = (report.row(name) for name in ("grey", "truth", Trial().name))
    assert grey.recognised == pytest.approx(100 / 3)  # only the blue picture is named as before
    assert truth.recognised == 100
    assert ours.recognised == pytest.approx(200 / 3)  # the red ones
    assert (grey.recovered_share, truth.recovered_share) == (0, 100)
    assert ours.recovered_share == pytest.approx(50)


def test_the_distance_of_the_features(report):
    grey, truth, ours = (report.row(name) for name in ("grey", "truth", Trial().name))
    assert truth.feature_distance == pytest.approx(0, abs=0.5)
    assert grey.feature_distance_share == 1
    assert ours.feature_distance_share == pytest.approx(ours.feature_distance / grey.feature_distance)
    assert truth.kernel_distance == pytest.approx(0, abs=1e-6)
    assert grey.kernel_distance != pytest.approx(0)


def test_one_row_for_each_source(report):
    assert list(report.sources) == ["a", "b"]
    assert {name: rows[0].pictures for name, rows in report.sources.items()} == {"a": 2, "b": 1}
    a, b = (next(row for row in report.sources[name] if row.kind == "model") for name in "ab")
    assert (a.recognised, b.recognised) == (100, 0)
    assert a.over_grey > 0 > b.over_grey
    assert b.feature_distance is None  # one picture is no set


def test_the_tables_say_it_all(report):
    text = "\n".join(map(format_table, evaluation_tables(report)))
    for words in (
        "recovered %",
        "feature distance",
        "patchiness",
        "ColorJudge",
        "Each source",
    ):
        assert words in text
    assert Evaluation.model_validate_json(report.model_dump_json()) == report


def test_without_a_judge_the_other_columns_come():
    report = evaluate_photos(RedModel(), make_samples()[:2], name="red", data=["made"], size=64)
    text = "\n".join(map(format_table, evaluation_tables(report)))
    assert "recovered" not in text
    assert "feature distance" not in text
    assert "patchiness" in text
    assert "Each source" not in text  # one source alone is the table above
    assert report.judge is None


def test_grey_that_is_named_as_well_as_the_truth_gives_no_share():
    samples = [sample for sample in make_samples() if sample.name == "b/y/0.png"]
    report = evaluate_photos(None, samples, name="-", data=["made"], size=64, judge=ColorJudge())
    assert report.row("grey").recognised == 100
    assert report.row("grey").recovered_share is None


def test_pictures_are_numbered_as_they_are_added():
    judged = JudgedPictures(ColorJudge())
    red, grey = np.zeros((8, 8, 3)), np.zeros((8, 8, 3))
    red[..., 0] = 200
    judged.add({"ours": red}, red)
    judged.add({"ours": grey}, red)
    assert judged.figures("ours", [0])["recognised"] == 100
    assert judged.figures("ours", [1])["recognised"] == 0
    assert judged.figures("ours", [0, 1])["recognised"] == 50
