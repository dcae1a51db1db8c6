import numpy as np
import pytest
import torch

from autochrome.lab.networks import build_network
from autochrome.lab.networks.tint.prediction import merge_hints
from autochrome.lab.recipe_files import load_recipe
from autochrome.lab.training.checkpoint import Progress, save_checkpoint
from autochrome.lab.training.trained_model import TrainedModel, open_trained_model
from autochrome.types import Hints


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
    chroma = answer(open_trained_model(run))
    assert chroma.shape == (30, 41, 2)
    assert np.isfinite(chroma).all()
    assert np.array_equal(chroma, answer(open_trained_model(run)))


def test_vividness_scales_the_answer(run):
    model = open_trained_model(run)
    assert not answer(model, vivid=0).any()
    assert np.allclose(answer(model, vivid=0.5), 0.5 * answer(model), atol=1e-4)


def test_one_checkpoint_of_a_run_can_be_asked(run):
    first, second = sorted((run / "checkpoints").iterdir())
    assert np.array_equal(answer(open_trained_model(second)), answer(open_trained_model(run)))
    assert not np.array_equal(answer(open_trained_model(first)), answer(open_trained_model(run)))


def test_no_hints_is_a_mask_of_zeros_whatever_lies_under_it():
    network = build_network("unet", down=[8, 8], up=[8], norm="none", inputs=["luma", "hint", "mask"])
    model = TrainedModel(network, "told")
    nonsense = Hints(np.full((30, 41, 2), 99, np.float32), np.zeros((30, 41), np.float32))
    assert np.array_equal(answer(model, nonsense), answer(model))
    painted = Hints(nonsense.chroma, np.ones((30, 41), np.float32))
    assert not np.array_equal(answer(model, painted), answer(model))
    assert model.card.hints == 3


def test_a_network_of_two_halves_keeps_its_own_vividness():
    """tint: what its parts answer, which is what its exported file answers; over the picture, not the padding."""
    torch.manual_seed(0)
    network = build_network("tint", widths=[8, 8, 8, 8], encoder_width=0.25)
    model = TrainedModel(network, "tiny")
    luma = np.random.default_rng(0).uniform(0, 100, (64, 96)).astype(np.float32)
    dice = np.random.default_rng(1)
    mask = (dice.random((64, 96)) > 0.98).astype(np.float32)
    hints = Hints(dice.normal(0, 30, (64, 96, 2)).astype(np.float32) * mask[..., None], mask)
    planes = [
        torch.from_numpy(x.reshape(1, 64, 96, -1).transpose(0, 3, 1, 2)) for x in (luma, hints.chroma, mask)
    ]
    prepared = model.prepare(luma)
    for vivid in (0.6, 1.7):
        with torch.no_grad():
            features = network.prepare(planes[0])
            residual = network.predict_unhinted(features)[1]
            output = network.decoder(features, planes[1], planes[2])
            expected, sure = merge_hints(output, residual, torch.tensor([vivid]), network.centres)
        ours = model.paint(prepared, hints, vivid)
        assert np.allclose(ours.chroma, expected[0].permute(1, 2, 0), atol=1e-3)
        assert np.allclose(ours.confidence, sure[0, 0], atol=1e-3)
    assert not model.paint(prepared, hints, 0).chroma.any()
    assert model.card.contract == "tint"
    assert answer(model).shape == (8, 11, 2)
