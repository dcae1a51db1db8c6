import numpy as np
import pytest
import torch

from autochrome.lab.checkpoint import Progress, save_checkpoint
from autochrome.lab.networks import build_network
from autochrome.lab.recipe import load_recipe
from autochrome.lab.trained import TrainedModel, open_trained
from autochrome.planes import Hints


@pytest.fixture
def run(tmp_path, small_recipe):
    """A run that was never trained: two checkpoints of random weights."""
    recipe = load_recipe(small_recipe)
    folder = tmp_path / "run"
    for step in (1, 2):
        torch.manual_seed(step)
        save_checkpoint(
            folder,
            {"weights": build_network(recipe.network.family, **recipe.network.config)},
            {},
            Progress(total_steps=step),
        )
    (folder / "recipe.yaml").write_text(recipe.dump())
    return folder


def answer(model, hints=None, vivid=1.0, shape=(30, 41)):
    luma = np.random.default_rng(0).uniform(0, 100, shape).astype(np.float32)
    return model.paint(model.prepare(luma), hints, vivid).chroma


def test_a_run_answers_over_exactly_the_picture(run):
    chroma = answer(open_trained(run))
    assert chroma.shape == (30, 41, 2)
    assert np.isfinite(chroma).all()
    assert np.array_equal(chroma, answer(open_trained(run)))


def test_vividness_scales_the_answer(run):
    model = open_trained(run)
    assert not answer(model, vivid=0).any()
    assert np.allclose(answer(model, vivid=0.5), 0.5 * answer(model), atol=1e-4)


def test_one_checkpoint_of_a_run_can_be_asked(run):
    first, second = sorted((run / "checkpoints").iterdir())
    assert np.array_equal(answer(open_trained(second)), answer(open_trained(run)))
    assert not np.array_equal(answer(open_trained(first)), answer(open_trained(run)))


def test_no_hints_is_a_mask_of_zeros_whatever_lies_under_it():
    network = build_network("unet", down=[8, 8], up=[8], norm="none", inputs=["luma", "hint", "mask"])
    model = TrainedModel(network, "told")
    nonsense = Hints(np.full((30, 41, 2), 99, np.float32), np.zeros((30, 41), np.float32))
    assert np.array_equal(answer(model, nonsense), answer(model))
    painted = Hints(nonsense.chroma, np.ones((30, 41), np.float32))
    assert not np.array_equal(answer(model, painted), answer(model))
    assert model.card.hints == 3
