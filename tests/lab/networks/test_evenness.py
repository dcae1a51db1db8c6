"""Colour is averaged on even areas, and stays on its side of an edge."""

import numpy as np
import torch

from autochrome.lab.networks.tint.evenness import DOUBLINGS, EDGE, REACH, even_out


def test_a_patch_goes_and_an_edge_stays():
    """Left of the edge a red patch on green, right of it blue; luma 30 and 60."""
    luma = torch.full((1, 1, 32, 48), 30 / 50 - 1)
    luma[..., 24:] = 60 / 50 - 1
    color = torch.zeros(1, 2, 32, 48)
    color[:, 0, :, :24], color[:, 1, :, 24:] = -0.3, -0.4
    color[:, 0, 12:16, 10:14] = 0.4
    even = even_out(color, torch.ones_like(luma), luma)
    assert (even[:, 0, :, :24] < -0.15).all()
    assert even[:, 0, :, :24].std() < color[:, 0, :, :24].std() / 4
    assert (even[..., 24:] - color[..., 24:]).abs().max() < 0.01, "nothing crosses 30 L*"


def test_an_even_color_stays_as_it_is_and_all_sizes_work():
    for height, width in ((1, 1), (1, 7), (33, 2), (40, 300)):
        color = torch.full((2, 2, height, width), 0.2)
        even = even_out(color, torch.rand(2, 1, height, width) + 0.1, torch.rand(2, 1, height, width))
        assert torch.allclose(even, color, atol=1e-5)


def test_a_confident_place_counts_more():
    color, weight = torch.zeros(1, 1, 1, 16), torch.full((1, 1, 1, 16), 0.1)
    color[..., :8] = 1
    weight[..., :8] = 0.9
    even = even_out(color, weight, torch.zeros(1, 1, 1, 16))
    assert even.mean() > 0.6, "with equal weights it is 0.5"


def test_it_is_the_mean_over_all_paths():
    """The same as with a matrix of all weights between two pixels of a row."""
    random = np.random.default_rng(0)
    color, luma = random.normal(size=(1, 20)), random.uniform(-1, 1, (1, 20)) * 0.1
    steps = np.abs(np.diff(luma[0], prepend=luma[0, 0])) * 50 / EDGE + 1 / (REACH * (1 + 20) / 2)
    length = np.cumsum(steps)
    weights = np.exp(-np.abs(length[:, None] - length[None]))
    even = even_out(*(torch.from_numpy(x)[None, None] for x in (color, np.ones_like(color), luma)))
    assert np.allclose(even[0, 0, 0], weights @ color[0] / weights.sum(1))


def test_the_largest_picture_is_crossed():
    assert 2**DOUBLINGS >= 1024 // 4
