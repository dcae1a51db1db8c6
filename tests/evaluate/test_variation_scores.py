import numpy as np
import pytest
from skimage import data

from autochrome.evaluate.baselines import grey, replace_ab
from autochrome.evaluate.metrics import RgbLabImage, psnr
from autochrome.evaluate.photo_protocol import to_bytes
from autochrome.evaluate.photo_tables import variation_table
from autochrome.evaluate.report_page import format_table
from autochrome.evaluate.samples import Sample
from autochrome.evaluate.variation_scores import best_psnr, evaluate_variations, spread_of_results


@pytest.fixture(scope="module")
def sample():
    return Sample("made/cat.png", np.ascontiguousarray(data.chelsea()[:128:2, :128:2]))


def variations_of(sample):
    """Grey, a wrong tint, and the truth, as three answers."""
    lab = RgbLabImage.from_rgb(sample.rgb).lab
    return [to_bytes(grey(lab)), to_bytes(replace_ab(lab, (-20.0, 0.0))), sample.rgb]


def test_the_best_is_chosen_with_the_truth(sample):
    first, second, truth = variations_of(sample)
    assert best_psnr([first, second], sample.rgb) == psnr(first, sample.rgb)
    assert best_psnr([first, second, truth], sample.rgb) == 60


def test_the_spread_is_a_distance_in_ab(sample):
    first, second, _ = variations_of(sample)
    assert spread_of_results([first, first, first]) == 0
    assert spread_of_results([first, second]) == pytest.approx(20, abs=1)
    assert spread_of_results([first, first, second]) == pytest.approx(20 * 2 / 3, abs=1)


def test_the_scores_of_several_pictures(sample):
    no_color = Sample("made/grey.png", np.full((64, 64, 3), 90, np.uint8))
    seen = []
    scores = evaluate_variations(variations_of, [sample, no_color, sample], lambda: seen.append(1))
    assert (scores.pictures, scores.variations, len(seen)) == (2, 3, 3)
    assert scores.single == scores.grey  # the single answer is grey here
    assert scores.best == 60
    assert 20 < scores.colorfulness_share < 100
    text = format_table(variation_table(scores))
    assert "best of 3" in text
    assert "grey" in text


def test_one_result_is_no_variation(sample):
    with pytest.raises(ValueError, match="two results or more"):
        evaluate_variations(lambda sample: [sample.rgb], [sample])
    assert evaluate_variations(variations_of, []) is None
