"""How far two sets of pictures lie apart, from the features that a network of classes has for each picture.

Features are (N, D), one row for each picture. Both distances compare the sets as wholes, no picture with its own truth.
Both are lower for nearer sets, and depend on the network: compare them only with those of grey, measured on the same
pictures.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autochrome.evaluate.metrics import Float64Array

MAX_KERNEL_PICTURES = 2000  # the kernel distance needs a number for each pair of pictures


def frechet_distance(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Fréchet distance of two Gaussians with the means and covariances of (N, D) and (M, D) features: 0 or more.

    |mean difference|² + tr(A + B − 2 (A B)^½). Few pictures make it too large. The trace of (A B)^½ is the sum of the
    singular values of the product of both centred sets, so no D × D root is needed.
    """
    first, second = (np.asarray(features, np.float64) for features in (one, other))
    if min(len(first), len(second)) < 2:
        return float("nan")
    means = np.square(first.mean(0) - second.mean(0)).sum()
    roots = [_scatter_root(features) for features in (first, second)]
    spread = sum(np.square(root).sum() for root in roots)
    mixed = np.linalg.svd(roots[0] @ roots[1].T, compute_uv=False).sum()
    return float(max(means + spread - 2 * mixed, 0.0))


def _scatter_root(features: Float64Array) -> Float64Array:
    """(N, D) → R of at most D rows, with Rᵀ R = the covariance."""
    centred = (features - features.mean(0)) / np.sqrt(len(features) - 1)
    return np.asarray(np.linalg.qr(centred, mode="r")) if len(centred) > centred.shape[1] else centred


def kernel_distance(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Kernel distance (KID) of (N, D) features twice: 0 for equal sets; few pictures do not make it larger.

    Row i of both is the same picture, coloured in two ways. The unbiased squared maximum mean discrepancy with the
    kernel (x·y / D + 1)³, over pairs of different pictures; it can be a little below 0.
    """
    first, second = (np.asarray(features, np.float64) for features in (one, other))
    if len(first) != len(second):
        raise ValueError(f"the sets must have as many pictures; they have {len(first)} and {len(second)}")
    if len(first) < 2:
        return float("nan")
    within = _mean_of_pairs(first, first) + _mean_of_pairs(second, second)
    return within - 2 * _mean_of_pairs(first, second)


def _mean_of_pairs(one: Float64Array, other: Float64Array) -> float:
    """The mean kernel of row i of one and row j of the other, i ≠ j."""
    values = (one @ other.T / one.shape[1] + 1) ** 3
    count = len(values)
    return float((values.sum() - np.trace(values)) / (count * (count - 1)))
