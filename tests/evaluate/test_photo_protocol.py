import numpy as np
import pytest
from skimage import data

from autochrome.color import lab as color
from autochrome.errors import NothingFound
from autochrome.evaluate.photo_protocol import BASELINES, Trial, evaluate_photos, score_image
from autochrome.evaluate.results import MAX_PSNR, NEARLY_GREY, Evaluation
from autochrome.evaluate.samples import Sample, decode_image
from autochrome.types import Hints, Prediction, Prepared
from tolerances import TOLERANCES


class GreyModel:
    """A network that predicts no colour."""

    def prepare(self, luma):
        return Prepared(luma, None)

    def paint(self, prepared, hints, vivid=1.0):
        height, width = prepared.luma.shape
        return Prediction(np.zeros((height // 4, width // 4, 2), np.float32))


class HintModel(GreyModel):
    """A network that predicts the hints, multiplied by vivid."""

    def paint(self, prepared, hints, vivid=1.0):
        return Prediction(hints.chroma * hints.mask[..., None] * vivid)


def shrink(picture, size):
    return np.ascontiguousarray(picture[: size * 2 : 2, : size * 2 : 2])


@pytest.fixture(scope="module")
def samples():
    pictures = [shrink(make(), 96) for make in (data.astronaut, data.coffee, data.chelsea)]
    pictures.append(np.repeat(shrink(data.camera(), 96)[..., None], 3, -1))
    return [Sample(f"made/{i}.png", picture) for i, picture in enumerate(pictures)]


def measure(model, samples, *trials):
    return evaluate_photos(model, samples, trials or (Trial(),), name="a model", data=["made"], size=96)


def test_a_network_without_colour_is_the_grey_row(samples):
    report = measure(GreyModel(), samples)
    ours, grey = report.row(Trial().name), report.row("grey")
    assert ours.psnr.mean == pytest.approx(
        grey.psnr.mean, abs=TOLERANCES["psnr of one picture made two ways"]
    )
    assert ours.over_grey == pytest.approx(0, abs=TOLERANCES["psnr of one picture made two ways"])
    assert ours.colorfulness_share < 1


def test_grey_pictures_have_their_own_group(samples):
    report = measure(GreyModel(), samples)
    counts = {name: {row.pictures for row in rows} for name, rows in report.groups.items()}
    assert counts == {"coloured": {3}, "nearly_grey": {1}, "all": {4}}
    assert [p.chroma >= NEARLY_GREY for p in report.pictures] == [True, True, True, False]


def test_the_order_of_the_baselines(samples):
    report = measure(None, samples)
    grey, mean, best, small, truth = (report.row(name) for name in BASELINES)
    assert grey.psnr.mean < best.psnr.mean < small.psnr.mean
    assert mean.over_grey == mean.psnr.mean - grey.psnr.mean
    assert truth.psnr.mean == truth.psnr_pooled == MAX_PSNR
    assert truth.ssim.mean == 1
    assert truth.colorfulness_share == pytest.approx(100)
    assert small.colorfulness_share > 85


def test_pooled_psnr_differs_from_mean_psnr(samples):
    grey = measure(None, samples).row("grey")
    assert grey.psnr.least < grey.psnr_pooled < grey.psnr.mean < grey.psnr.most


def test_more_hints_raise_psnr(samples):
    report = measure(HintModel(), samples, Trial(points=0), Trial(points=200), Trial(carried=True))
    none, points, carried = report.groups["coloured"][-3:]
    assert none.psnr.mean < points.psnr.mean < carried.psnr.mean
    assert (none.points, points.points, carried.carried) == (0, 200, True)


def test_vivid_changes_colourfulness(samples):
    report = measure(HintModel(), samples, Trial(0.5, carried=True), Trial(1.0, carried=True))
    pale, full = report.groups["coloured"][-2:]
    assert pale.colorfulness_share < 0.7 * full.colorfulness_share


def test_hints_are_the_same_in_every_run(samples):
    trials = (Trial(points=20), Trial(carried=True))
    first, second = (measure(HintModel(), samples, *trials) for _ in range(2))
    assert first.groups == second.groups


def test_a_repeated_trial_is_one_row(samples):
    report = measure(GreyModel(), samples[:1], Trial(), Trial(points=0))
    assert len(report.groups["coloured"]) == len(BASELINES) + 1


def test_a_result_keeps_the_lightness(samples):
    differences = []

    def record(result, truth):
        differences.append(np.abs(color.lightness(result) - color.lightness(truth)).mean())
        return 1.0

    score_image(HintModel(), samples[0], [Trial(carried=True)], record)
    assert len(differences) == len(BASELINES) + 1
    assert max(differences) < 0.3  # 8-bit steps


def test_perceptual_distance_relative_to_grey(samples):
    def far(result, truth):
        return float(np.abs(result.astype(float) - truth).mean())

    report = evaluate_photos(GreyModel(), samples[:1], name="a", data=["b"], size=96, perceptual=far)
    assert report.row("grey").perceptual_share == 1
    assert report.row("truth").perceptual == 0
    assert report.row("best constant").perceptual_share < 1


def test_a_report_is_the_same_after_json(samples):
    report = measure(GreyModel(), samples[:2])
    assert Evaluation.model_validate_json(report.model_dump_json()) == report


def test_no_pictures_is_an_error():
    with pytest.raises(NothingFound, match="no picture"):
        measure(GreyModel(), [])


def test_small_pictures_are_enlarged_before_they_are_scored(tmp_path):
    from PIL import Image

    Image.fromarray(shrink(data.coffee(), 50)).save(tmp_path / "a.png")
    assert decode_image((tmp_path / "a.png").read_bytes(), "a", 64).shape == (64, 64, 3)


def test_hints_of_a_picture_do_not_depend_on_the_others(samples):
    alone = measure(HintModel(), samples[1:2], Trial(points=5)).pictures[0]
    among = measure(HintModel(), samples, Trial(points=5)).pictures[1]
    assert alone == among


def test_no_hints_is_a_mask_of_zeros(samples):
    received = []

    class Recorder(GreyModel):
        def paint(self, prepared, hints, vivid=1.0):
            received.append(hints)
            return super().paint(prepared, hints, vivid)

    measure(Recorder(), samples[:1])
    assert not received[0].present
    assert received[0].mask.shape == Hints.none(96, 96).mask.shape


def test_a_grey_picture_does_not_make_the_mean_infinite(samples):
    grey = samples[-1]
    report = measure(GreyModel(), [grey])
    assert set(report.groups) == {"nearly_grey", "all"}
    assert report.row("grey", "all").psnr.mean == MAX_PSNR
    assert report.row("grey", "all").colorfulness_share is None
