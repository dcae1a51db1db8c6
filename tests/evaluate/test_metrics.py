import numpy as np
import pytest
from skimage import color, data, metrics

from autochrome.evaluate import metrics as ours
from autochrome.evaluate.metrics import METRICS, RgbLabImage
from tolerances import TOLERANCES


@pytest.fixture(scope="module")
def coffee():
    return data.coffee()[40:200, 60:300]


@pytest.fixture(scope="module")
def worse(coffee):
    noise = np.random.default_rng(1).normal(0, 12, coffee.shape)
    return np.clip(coffee * 0.8 + 20 + noise, 0, 255).astype(np.uint8)


def grey_of(picture):
    lab = color.rgb2lab(picture)
    lab[..., 1:] = 0
    return np.rint(255 * color.lab2rgb(lab)).astype(np.uint8)


@pytest.mark.parametrize("name", METRICS)
def test_equal_images_score_best(name, coffee, worse):
    metric, truth, result = METRICS[name], RgbLabImage.from_rgb(coffee), RgbLabImage.from_rgb(worse)
    same, other = metric.measure(truth, truth), metric.measure(result, truth)
    assert same > other if metric.better == "higher" else same < other


@pytest.mark.parametrize("name", METRICS)
def test_bytes_and_floats_give_the_same_score(name, coffee, worse):
    metric = METRICS[name]
    bytes_, floats = (
        metric.measure(RgbLabImage.from_rgb(worse.astype(kind)), RgbLabImage.from_rgb(coffee.astype(kind)))
        for kind in (np.uint8, np.float32)
    )
    assert bytes_ == floats


def test_psnr_is_skimages(coffee, worse):
    expected = metrics.peak_signal_noise_ratio(coffee, worse, data_range=255)
    assert ours.psnr(worse, coffee) == pytest.approx(expected, abs=TOLERANCES["metrics against scikit-image"])


def test_psnr_does_not_wrap_like_unsigned_bytes():
    """A published evaluation subtracts uint8 pictures: grey then scores about 32 dB instead of 24."""
    truth = data.coffee()
    result = grey_of(truth)
    trap = ours.decibels(float(np.mean((truth - result) ** 2)))
    honest = metrics.peak_signal_noise_ratio(truth, result, data_range=255)
    assert trap > honest + 5
    assert ours.psnr(result, truth) == pytest.approx(honest, abs=TOLERANCES["metrics against scikit-image"])


def test_pooled_psnr_is_the_psnr_of_the_joined_images(coffee, worse):
    parts = [(coffee[:50], worse[:50]), (coffee[50:], worse[50:])]
    errors = [ours.squared_error(result, truth) for truth, result in parts]
    pixels = [truth.shape[0] * truth.shape[1] for truth, _ in parts]
    assert ours.pooled_psnr(errors, pixels) == pytest.approx(
        ours.psnr(worse, coffee), abs=TOLERANCES["metrics against scikit-image"]
    )


def test_psnr_of_equal_images_is_infinite(coffee):
    assert ours.psnr(coffee, coffee) == float("inf")


@pytest.mark.parametrize("crop", [np.s_[:, :], np.s_[:11, :40], np.s_[3:60, 5:16]])
def test_ssim_is_skimages(coffee, worse, crop):
    truth, result = coffee[crop], worse[crop]
    kwargs = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 255}
    expected = metrics.structural_similarity(truth, result, channel_axis=-1, **kwargs)
    assert ours.ssim(result, truth) == pytest.approx(expected, abs=TOLERANCES["metrics against scikit-image"])


def test_ssim_of_a_plane_is_skimages(coffee, worse):
    truth, result = coffee[..., 1].astype(float), worse[..., 1].astype(float)
    kwargs = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 255}
    expected = metrics.structural_similarity(truth, result, **kwargs)
    assert ours.ssim(result, truth) == pytest.approx(expected, abs=TOLERANCES["metrics against scikit-image"])


def test_ssim_needs_an_image_as_large_as_its_window():
    with pytest.raises(ValueError, match="11 pixels"):
        ours.ssim(np.zeros((10, 30, 3)), np.zeros((10, 30, 3)))


def test_ciede2000_is_skimages(coffee, worse):
    truth, result = color.rgb2lab(coffee), color.rgb2lab(worse)
    expected = color.deltaE_ciede2000(truth, result)
    assert np.allclose(
        ours.ciede2000(truth, result), expected, atol=TOLERANCES["metrics against scikit-image"]
    )


def test_ciede2000_is_skimages_all_over_lab():
    rng = np.random.default_rng(2)
    lab1, lab2 = (rng.uniform((0, -110, -110), (100, 110, 110), (20000, 3)) for _ in range(2))
    lab1[:500, 1:] = 0  # hue means nothing there
    lab2[250:750, 1:] = 0
    expected = color.deltaE_ciede2000(lab1, lab2)
    assert np.allclose(ours.ciede2000(lab1, lab2), expected, atol=TOLERANCES["metrics against scikit-image"])


@pytest.mark.parametrize(
    ("lab1", "lab2", "expected"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ],
)
def test_ciede2000_of_published_pairs(lab1, lab2, expected):
    """Pairs of Sharma, Wu and Dalal 2005, four decimals."""
    assert ours.ciede2000(np.array(lab1), np.array(lab2)) == pytest.approx(expected, abs=6e-5)


def test_ssim_of_flat_images_is_the_formula_of_luminance():
    dark, bright = np.full((20, 30, 3), 60), np.full((20, 30, 3), 190)
    c1 = (0.01 * 255) ** 2
    assert ours.ssim(dark, bright) == pytest.approx((2 * 60 * 190 + c1) / (60**2 + 190**2 + c1))


def test_ab_error_ignores_lightness():
    lab1 = np.array([[[50.0, 3.0, 4.0], [10.0, 0.0, 0.0]]])
    lab2 = np.array([[[90.0, 0.0, 0.0], [20.0, 0.0, 0.0]]])
    assert ours.ab_distance(lab1, lab2).tolist() == [[5.0, 0.0]]


def test_ab_auc_equals_the_integral_over_thresholds():
    distance = np.random.default_rng(3).gamma(2, 15, (200, 200))
    distance[:5] = 170  # beyond the end of the curve
    thresholds = np.linspace(0, 150, 15001)
    share = np.searchsorted(np.sort(distance.ravel()), thresholds) / distance.size
    assert ours.ab_auc(distance) == pytest.approx(np.trapezoid(share, thresholds) / 150, abs=1e-4)


def test_colorfulness_of_grey_is_zero(coffee):
    assert ours.colorfulness(np.repeat(coffee[..., :1], 3, -1)) == 0


def test_colorfulness_keeps_the_signs_of_opponents():
    halves = np.zeros((10, 10, 3), np.uint8)
    halves[:5, :, 0] = 200  # red over
    halves[5:, :, 1] = 200  # green
    # R−G is ±200, (R+G)/2−B is 100 everywhere; with |R−G| first the spread of 200 would be gone.
    assert ours.colorfulness(halves) == pytest.approx(200 + 0.3 * 100)


def test_colorfulness_gap_is_symmetric(coffee):
    bold, pale = RgbLabImage.from_rgb(coffee), RgbLabImage.from_rgb(coffee * 0.5 + 60)
    gap = METRICS["colorfulness_gap"].measure
    assert gap(bold, pale) == gap(pale, bold) > 5


def film(picture, count, change):
    return [np.clip(picture + change(i), 0, 255).astype(np.uint8) for i in range(count)]


def test_cdc_of_frozen_colour_is_zero_and_flicker_is_worse(coffee):
    frozen = film(coffee, 8, lambda i: 0)
    slow = film(coffee, 8, lambda i: i)
    flicker = film(coffee, 8, lambda i: 20 * (i % 2))
    assert ours.cdc(frozen) == 0
    assert 0 < ours.cdc(slow) < ours.cdc(flicker)


def test_cdc_of_unlike_frames():
    black, white = np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 255, np.uint8)
    # At gap 1 the frames have no value in common (log 2); at gaps 2 and 4 they are equal.
    assert ours.cdc([black, white] * 4) == pytest.approx(np.log(2) / 3)


def test_cdc_needs_five_frames():
    with pytest.raises(ValueError, match="only 4"):
        ours.cdc([np.zeros((2, 2, 3), np.uint8)] * 4)


def test_colour_that_follows_the_motion_is_steady(coffee):
    lab = color.rgb2lab(coffee)[..., 1:]
    before, after = lab[10:110, 20:150], lab[10:110, 23:153]  # the camera went three pixels to the right
    flow = np.zeros((100, 130, 2))
    flow[..., 0] = 3
    assert ours.warped_chroma_error(before, after, flow) < 1e-9
    assert ours.warped_chroma_error(before, after, 0 * flow) > 1


def test_warped_error_interpolates():
    ramp = np.zeros((5, 9, 2))
    ramp[..., 0] = np.arange(9)
    flow = np.full((5, 9, 2), 0.5)
    assert ours.warped_chroma_error(ramp, ramp + np.array([0.5, 0]), flow) == pytest.approx(0)


def test_pixels_of_low_confidence_do_not_count(coffee):
    before = color.rgb2lab(coffee)[..., 1:]
    after = before.copy()
    after[:80] += 30
    sure = np.ones(before.shape[:2])
    sure[:80] = 0
    still = np.zeros_like(before)
    assert ours.warped_chroma_error(before, after, still, sure) == 0
    assert np.isnan(ours.warped_chroma_error(before, after, still, 0 * sure))
    assert np.isnan(ours.warped_chroma_error(before, after, still + 1000))
