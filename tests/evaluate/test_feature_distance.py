import numpy as np
import pytest
from scipy.linalg import sqrtm

from autochrome.evaluate.feature_distance import frechet_distance, kernel_distance


@pytest.fixture
def features():
    random = np.random.default_rng(3)
    mix = random.normal(size=(12, 12))
    return random.normal(size=(60, 12)) @ mix, random.normal(size=(50, 12)) @ mix * 1.3 + 0.5


def test_frechet_distance_is_the_textbook_formula(features):
    one, other = features
    a, b = np.cov(one, rowvar=False), np.cov(other, rowvar=False)
    means = one.mean(0) - other.mean(0)
    expected = means @ means + np.trace(a + b - 2 * sqrtm(a @ b).real)
    assert frechet_distance(one, other) == pytest.approx(expected, rel=1e-6)


def test_fewer_pictures_than_features(features):
    one, other = (part[:8] for part in features)
    a, b = np.cov(one, rowvar=False), np.cov(other, rowvar=False)
    roots = np.sqrt(np.maximum(np.linalg.eigvals(a @ b).real, 0)).sum()
    expected = np.square(one.mean(0) - other.mean(0)).sum() + np.trace(a + b) - 2 * roots
    assert frechet_distance(one, other) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("distance", [frechet_distance, kernel_distance])
def test_nearer_sets_have_a_smaller_distance(distance, features):
    one, _ = features
    noise = np.random.default_rng(4).normal(size=one.shape)
    near, far = distance(one + 0.1 * noise, one), distance(one + 3 * noise, one)
    assert 0 < near < far
    assert distance(one, one) == pytest.approx(0, abs=1e-6)
    assert np.isnan(distance(one[:1], one[:1]))


def test_kernel_distance_is_the_mean_over_pairs_of_different_pictures(features):
    one, other = (part[:5] for part in features)

    def mean(first, second):
        return np.mean([(first[i] @ second[j] / 12 + 1) ** 3 for i in range(5) for j in range(5) if i != j])

    expected = mean(one, one) + mean(other, other) - 2 * mean(one, other)
    assert kernel_distance(one, other) == pytest.approx(expected)
    with pytest.raises(ValueError, match="as many"):
        kernel_distance(one, other[:4])


def test_few_pictures_make_only_the_frechet_distance_larger():
    random = np.random.default_rng(5)
    few, many = (tuple(random.normal(size=(count, 40)) for _ in range(2)) for count in (20, 1500))
    assert frechet_distance(*few) > 5 * frechet_distance(*many)
    assert abs(kernel_distance(*few)) < 0.1
