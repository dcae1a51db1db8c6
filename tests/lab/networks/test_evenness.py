"""Colour is averaged on even areas, and stays on its side of an edge."""

import numpy as np
import torch

from autochrome.lab.networks.tint.evenness import DOUBLINGS, EDGE, MOST, EdgeHead, even_out


def luma_alone(luma: torch.Tensor) -> torch.Tensor:
    """Edges that only luma makes."""
    return (
        torch.tensor([1.0, 0, 1, 0], dtype=luma.dtype).view(1, 4, 1, 1).repeat(len(luma), 1, *luma.shape[2:])
    )


def test_a_patch_goes_and_an_edge_stays():
    """Left of the edge a red patch on green, right of it blue; luma 30 and 60."""
    luma = torch.full((1, 1, 32, 48), 30 / 50 - 1)
    luma[..., 24:] = 60 / 50 - 1
    color = torch.zeros(1, 2, 32, 48)
    color[:, 0, :, :24], color[:, 1, :, 24:] = -0.3, -0.4
    color[:, 0, 12:16, 10:14] = 0.4
    even = even_out(color, torch.ones_like(luma), luma, luma_alone(luma))
    assert (even[:, 0, :, :24] < -0.15).all()
    assert even[:, 0, :, :24].std() < color[:, 0, :, :24].std() / 4
    assert (even[..., 24:] - color[..., 24:]).abs().max() < 0.01, "nothing crosses 30 L*"


def test_an_even_color_stays_as_it_is_and_all_sizes_work():
    for height, width in ((1, 1), (1, 7), (33, 2), (40, 300)):
        color = torch.full((2, 2, height, width), 0.2)
        weight, luma = torch.rand(2, 1, height, width) + 0.1, torch.rand(2, 1, height, width)
        even = even_out(color, weight, luma, torch.rand(2, 4, height, width))
        assert torch.allclose(even, color, atol=1e-5)


def test_a_confident_place_counts_more():
    color, weight = torch.zeros(1, 1, 1, 16), torch.full((1, 1, 1, 16), 0.1)
    color[..., :8] = 1
    weight[..., :8] = 0.9
    luma = torch.zeros(1, 1, 1, 16)
    even = even_out(color, weight, luma, luma_alone(luma))
    assert even.mean() > 0.6, "with equal weights it is 0.5"


def test_it_is_the_mean_over_all_paths():
    """The same as with a matrix of all weights between two pixels of a row."""
    random = np.random.default_rng(0)
    color, luma = random.normal(size=(1, 20)), random.uniform(-1, 1, (1, 20)) * 0.1
    added = 0.15
    steps = np.abs(np.diff(luma[0], prepend=luma[0, 0])) * 50 / EDGE + added
    length = np.cumsum(steps)
    weights = np.exp(-np.abs(length[:, None] - length[None]))
    planes = [torch.from_numpy(x)[None, None] for x in (color, np.ones_like(color), luma)]
    edges = luma_alone(planes[2])
    edges[:, 1] = added
    even = even_out(*planes, edges)
    assert np.allclose(even[0, 0, 0], weights @ color[0] / weights.sum(1))


def test_the_largest_picture_is_crossed():
    assert 2**DOUBLINGS >= 1024 // 4


def test_learnt_edges_hold_colour_up_or_let_it_pass():
    """Without a change of luma an edge that the network sees is enough; a fold that it knows is passed."""
    color = torch.zeros(1, 1, 1, 32)
    color[..., :16] = 1
    flat = torch.zeros(1, 1, 1, 32)
    edge = luma_alone(flat)
    edge[:, 1, :, 15:17] = 9
    held_up = even_out(color, torch.ones_like(flat), flat, edge)
    assert torch.allclose(held_up, color, atol=0.01)
    fold = flat.clone()
    fold[..., 16:] = 1
    passed = luma_alone(fold)
    passed[:, 0] = 0
    even = even_out(color, torch.ones_like(flat), fold, passed)
    assert torch.allclose(even, even_out(color, torch.ones_like(flat), flat, luma_alone(flat)))
    assert even[..., 12:20].std() < held_up[..., 12:20].std() / 2


def test_rows_and_columns_have_edges_of_their_own():
    flat = torch.zeros(1, 1, 8, 8)
    rows = torch.linspace(0, 1, 8).view(1, 1, 8, 1).expand(1, 1, 8, 8)
    edges = luma_alone(flat)
    edges[:, 3] = 50  # nothing flows along columns
    for color in (rows, rows.mT):
        even = even_out(color, torch.ones_like(flat), flat, edges)
        mixed = even_out(color, torch.ones_like(flat), flat, luma_alone(flat))
        assert mixed.std() < 0.7 * color.std()
        assert torch.allclose(even, color if color is rows else mixed, atol=1e-3)


def test_an_untrained_head_leaves_it_to_luma_and_a_trained_one_stays_in_its_range():
    head = EdgeHead(6)
    edges = head(torch.randn(2, 6, 5, 7))
    assert torch.allclose(edges, torch.tensor([1, 0.2, 1, 0.2]).view(1, 4, 1, 1).expand(2, 4, 5, 7))
    torch.nn.init.normal_(head.conv.weight, std=100)
    assert head(torch.randn(2, 6, 5, 7)).log().abs().max() <= MOST + 1e-3


def test_colours_train_the_edges():
    head, x = EdgeHead(3), torch.randn(1, 3, 8, 8)
    luma, color = torch.rand(1, 1, 8, 8), torch.rand(1, 2, 8, 8)
    even_out(color, torch.ones_like(luma), luma, head(x)).square().sum().backward()
    assert (head.conv.weight.grad.abs().sum((1, 2, 3)) > 0).all()
