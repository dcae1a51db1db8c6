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


def paint(model, hints=None, vivid=1.0, shape=(30, 41)):
    luma = np.random.default_rng(0).uniform(0, 100, shape).astype(np.float32)
    return model.paint(model.prepare(luma), hints, vivid).chroma


def test_the_chroma_covers_exactly_the_picture(run):
    chroma = paint(open_trained_model(run))
    assert chroma.shape == (30, 41, 2)
    assert np.isfinite(chroma).all()
    assert np.array_equal(chroma, paint(open_trained_model(run)))


def test_vivid_scales_the_chroma(run):
    model = open_trained_model(run)
    assert not paint(model, vivid=0).any()
    assert np.allclose(paint(model, vivid=0.5), 0.5 * paint(model), atol=1e-4)


def test_one_checkpoint_of_a_run_can_be_opened(run):
    first, second = sorted((run / "checkpoints").iterdir())
    assert np.array_equal(paint(open_trained_model(second)), paint(open_trained_model(run)))
    assert not np.array_equal(paint(open_trained_model(first)), paint(open_trained_model(run)))


def test_a_mask_of_zeros_equals_no_hints():
    network = build_network("unet", down=[8, 8], up=[8], norm="none", inputs=["luma", "hint", "mask"])
    model = TrainedModel(network, "hinted")
    nonsense = Hints(np.full((30, 41, 2), 99, np.float32), np.zeros((30, 41), np.float32))
    assert np.array_equal(paint(model, nonsense), paint(model))
    painted = Hints(nonsense.chroma, np.ones((30, 41), np.float32))
    assert not np.array_equal(paint(model, painted), paint(model))
    assert model.card.hints == 3


def test_a_network_with_an_input_vivid_scales_the_chroma_itself():
    """tint: the model predicts what the parts of the network predict, over the picture without its padding."""
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
            output = network.decoder(features, planes[1], planes[2])
            expected, sure = merge_hints(output, features.luma4, torch.tensor([vivid]), network.centres)
        ours = model.paint(prepared, hints, vivid)
        assert np.allclose(ours.chroma, expected[0].permute(1, 2, 0), atol=1e-3)
        assert np.allclose(ours.confidence, sure[0, 0], atol=1e-3)
    assert not model.paint(prepared, hints, 0).chroma.any()
    assert model.card.contract == "tint"
    assert paint(model).shape == (8, 11, 2)


def test_hints_count_by_their_reach():
    """A hint about one thing leaves the rest as it was without hints; one about the whole picture does not."""
    torch.manual_seed(0)
    model = TrainedModel(build_network("tint", widths=[8, 8, 8, 8], encoder_width=0.25), "tiny")
    hints = Hints.none(64, 96)
    hints.chroma[8:16, 8:16], hints.mask[8:16, 8:16] = (40, -30), 1
    alone, whole, thing = (
        paint(model, given, shape=(64, 96)) for given in (None, hints, hints.with_reach(0.0))
    )
    assert np.allclose(thing[2:4, 2:4], (40, -30), atol=0.01)
    moved_by_thing, moved_by_whole = (np.abs(other - alone).max(axis=-1) > 0.01 for other in (thing, whole))
    assert moved_by_thing.sum() < moved_by_whole.sum()
    assert np.array_equal(paint(model, hints.with_reach(1.0), shape=(64, 96)), whole)
