import numpy as np
import pytest

from autochrome.evaluate.false_color import neutral_chroma, patchiness

SIDE = 128


@pytest.fixture
def truth():
    """Left half neutral and flat, right half red with a strong texture of luma."""
    lab = np.zeros((SIDE, SIDE, 3))
    lab[..., 0] = 60
    lab[:, SIDE // 2 :, 0] += np.random.default_rng(1).normal(0, 20, (SIDE, SIDE // 2))
    lab[:, SIDE // 2 :, 1] = 50
    return lab


def test_chroma_where_the_truth_is_neutral(truth):
    result = truth.copy()
    assert neutral_chroma(truth, truth) == (0, SIDE * SIDE // 2)
    result[..., 2] += 30
    assert neutral_chroma(result, truth).mean == pytest.approx(30)
    truth[..., 2] = 20
    assert neutral_chroma(result, truth) == (None, 0)  # nothing is neutral


def test_false_patches_count_and_a_false_tint_does_not(truth):
    grey, tinted, patchy = (truth.copy() for _ in range(3))
    grey[..., 1:] = 0
    tinted[..., 2] += 25
    patchy[20:60, 8:40, 2] += 25
    assert patchiness(truth, truth).mean == 0
    assert patchiness(tinted, truth).mean == pytest.approx(0, abs=1e-4)
    assert patchiness(patchy, truth).mean > 0.5
    assert patchiness(grey, truth).mean == pytest.approx(0, abs=1e-4)  # the truth changes only with the luma


def test_patches_beside_texture_do_not_count(truth):
    patchy = truth.copy()
    patchy[20:60, SIDE // 2 + 8 : SIDE - 8, 2] += 25
    assert patchiness(patchy, truth) == patchiness(truth, truth)
    textured = np.tile(truth[:, SIDE // 2 :], (1, 2, 1))
    assert patchiness(textured, textured) == (None, 0)


def test_grey_and_one_colour_score_what_the_truth_changes():
    truth = np.zeros((SIDE, SIDE, 3))
    truth[..., 0] = 50
    truth[: SIDE // 2, :, 1] = 40  # red above, grey below, at one lightness
    grey, one_color = np.zeros_like(truth), np.full_like(truth, 10)
    expected = patchiness(grey, truth).mean
    assert expected > 0.1
    assert patchiness(one_color, truth).mean == pytest.approx(expected)


def test_the_size_of_the_picture_hardly_matters():
    truth = np.zeros((SIDE, SIDE, 3))
    patchy = truth.copy()
    patchy[32:64, 32:64, 1] = 30
    large = [np.repeat(np.repeat(lab, 2, 0), 2, 1) for lab in (patchy, truth)]
    assert patchiness(*large).mean == pytest.approx(patchiness(patchy, truth).mean)
