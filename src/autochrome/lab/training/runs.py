"""A finished run as a network that can be asked."""

from pathlib import Path

from autochrome.errors import CheckpointError
from autochrome.lab.networks import build_network
from autochrome.lab.recipe import Recipe, load_recipe
from autochrome.lab.training.checkpoint import best_weights
from autochrome.lab.types import ColorNetwork
from autochrome.lab.weights_file import load_weights


def open_run(run: Path) -> tuple[Recipe, ColorNetwork]:
    """The recipe of a run and its network with the newest weights (their average, where one is kept), at rest."""
    if not (run / "recipe.yaml").is_file():
        raise CheckpointError(f"{run} is no run: there is no recipe.yaml in it.")
    recipe = load_recipe(run / "recipe.yaml")
    settings = recipe.network.rebuilt()
    network = build_network(settings.family, **settings.config)
    load_weights(network, best_weights(run))
    network.eval().requires_grad_(False)
    return recipe, network
