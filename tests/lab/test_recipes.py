"""Every recipe in the package: read, built, a step of every phase, and the facts of single ones."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from autochrome.errors import RecipeError
from autochrome.lab.data.pixels import encode
from autochrome.lab.data.shards import ShardWriter
from autochrome.lab.losses.color import LOSSES
from autochrome.lab.networks import CRITICS, NETWORKS, build_network
from autochrome.lab.networks.resnet_unet import ResNet
from autochrome.lab.recipe_files import RECIPES, load_recipe, recipe_names
from autochrome.lab.training.run import train
from autochrome.lab.training.run_options import RunOptions
from shortened import shortened
from small import picture

ALL = recipe_names()


@pytest.fixture(scope="module")
def features(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights that the perceptual loss can see with."""
    file = tmp_path_factory.mktemp("features") / "resnet.safetensors"
    torch.manual_seed(0)
    save_file(ResNet(18, 4).state_dict(), file)
    return file


@pytest.fixture(scope="module")
def pair_shard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight frames, each with the one before it."""
    path = tmp_path_factory.mktemp("pairs") / "pairs.zip"
    with ShardWriter(path) as writer:
        for i in range(16):
            writer.add(f"film/scene/{i // 2:03}-{i % 2}.png", encode(picture(i), "png"))
    return path


@pytest.fixture(scope="module")
def mapped_shard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight pictures with a map of their things: a thing in the middle."""
    path = tmp_path_factory.mktemp("maps") / "maps.zip"
    things = np.zeros((24, 32, 3), np.uint8)
    things[6:18, 8:24] = 250, 120, 10
    with ShardWriter(path) as writer:
        for i in range(8):
            writer.add(f"rooms/a/{i}.webp", encode(picture(i), "webp"))
            writer.add(f"rooms/a/{i}-things.png", encode(things, "png"))
    return path


@pytest.mark.parametrize("name", ALL)
def test_it_names_things_that_there_are_and_has_a_small_budget(name: str) -> None:
    for budget in ([], ["budget=small"]):
        recipe = load_recipe(name, budget)
        assert recipe.name == name
        assert recipe.about
        assert recipe.network.family in NETWORKS
        assert recipe.critic is None or recipe.critic.family in CRITICS
        assert all(loss in LOSSES for phase in recipe.phases for loss in phase.losses)


@pytest.mark.parametrize(
    "name", [name for name in ALL if not name.startswith("tint")]
)  # its bins cannot be made on meta
def test_it_can_be_built_at_its_full_size(name: str) -> None:
    recipe = load_recipe(name)
    with torch.device("meta"):
        build_network(recipe.network.family, **recipe.network.config)


@pytest.mark.parametrize("name", ALL)
def test_it_is_explained_by_a_comment_with_its_command(name: str) -> None:
    text = (RECIPES / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.startswith("#")
    assert f"autochrome train {name}" in text or f"autochrome grid {name}" in text


@pytest.mark.parametrize("name", ALL)
@pytest.mark.usefixtures("convolutions_that_hold")
def test_every_phase_of_it_learns(
    name: str, shard: Path, pair_shard: Path, mapped_shard: Path, features: Path, tmp_path: Path
) -> None:
    recipe = load_recipe(name)
    given = [f"features={features}"] if "features" in recipe.shortcuts else []
    data = (str(pair_shard if recipe.data.pairs else mapped_shard if recipe.data.thing_maps else shard),)
    small = load_recipe(name, [*shortened(recipe, size=32), *given])
    run = train(small, tmp_path / "run", RunOptions(data, data, "cpu"))
    rows = (run / "steps.csv").read_text().splitlines()
    assert len(rows) == 1 + 2 * len(recipe.phases)


def test_the_grid_is_two_by_two_by_two() -> None:
    grid = load_recipe("thesis-grid").grid
    assert [len(values) for values in grid.values()] == [2, 2, 2]


def test_presets_of_nogan_differ_in_depth_and_in_how_much_gan() -> None:
    presets = {name: load_recipe("nogan", [f"preset={name}"]) for name in ("artistic", "stable", "video")}
    assert [p.network.config["depth"] for p in presets.values()] == [34, 101, 101]
    epochs = [p.phases[-1].epochs for p in presets.values()]
    assert epochs[0] == epochs[1] > epochs[2]
    assert presets["stable"].phases[-1].adversarial.weight > presets["video"].phases[-1].adversarial.weight
    with torch.device("meta"):
        build_network("resnet_unet", **presets["stable"].network.config)


def test_nogan_without_eyes_says_how_to_give_it_some(shard: Path, tmp_path: Path) -> None:
    small = load_recipe("nogan", shortened(load_recipe("nogan"), size=32))
    with pytest.raises(RecipeError, match="--set features="):
        train(small, tmp_path / "run", RunOptions((str(shard),), device="cpu"))


@pytest.mark.parametrize("name", ["thesis-independent", "thesis-dependent"])
def test_the_dependent_network_sees_the_frame_before_and_the_other_does_not(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.data.pairs == (name == "thesis-dependent")
    with torch.device("meta"):
        first = build_network(recipe.network.family, **recipe.network.config).down[0][0][0]
    assert first.in_channels == (3 if recipe.data.pairs else 1)
