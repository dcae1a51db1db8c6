import numpy as np
import pytest
from skimage import data

from autochrome.color.lab import lab_from_srgb
from autochrome.evaluate import baselines, metrics
from tolerances import TOLERANCES


@pytest.fixture(scope="module")
def lab():
    return lab_from_srgb(data.astronaut()[:120, :160] / 255)


@pytest.mark.parametrize("baseline", [baselines.grey, baselines.mean_color, baselines.best_constant])
def test_a_baseline_keeps_the_lightness(baseline, lab):
    rgb = baseline(lab)
    assert rgb.shape == lab.shape
    assert rgb.min() >= 0
    assert rgb.max() <= 255
    assert np.abs(lab_from_srgb(rgb / 255)[..., 0] - lab[..., 0]).max() < TOLERANCES["lightness, floats"]


def test_grey_has_no_colour(lab):
    assert metrics.colorfulness(baselines.grey(lab)) < 0.1


def test_the_true_ab_gives_the_truth(lab):
    truth = data.astronaut()[:120, :160].astype(float)
    assert metrics.psnr(baselines.replace_ab(lab, lab[..., 1:]), truth) > 80


def test_the_best_constant_beats_other_constants(lab):
    truth = baselines.replace_ab(lab, lab[..., 1:])
    best = metrics.psnr(baselines.best_constant(lab), truth)
    rivals = [
        baselines.grey(lab),
        baselines.mean_color(lab),
        baselines.replace_ab(lab, lab[..., 1:].mean((0, 1))),
    ]
    assert best >= max(metrics.psnr(rival, truth) for rival in rivals)
