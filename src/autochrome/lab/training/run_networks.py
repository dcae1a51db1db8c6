"""The networks of a run: built from the recipe, or loaded from a checkpoint."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn

from autochrome.errors import CheckpointError
from autochrome.lab.networks import build_critic, build_network
from autochrome.lab.recipe import NetworkSettings, Recipe
from autochrome.lab.recipe_files import load_recipe
from autochrome.lab.training.checkpoint import best_weights
from autochrome.lab.training.distributed import ProcessGroup
from autochrome.lab.training.moving_average import MovingAverage
from autochrome.lab.training.seeds import derive_seed
from autochrome.lab.types import ColorNetwork, Critic
from autochrome.lab.weights_file import load_weights


@dataclass(frozen=True, slots=True)
class RunNetworks:
    """The networks that a run trains and saves."""

    network: ColorNetwork
    critic: Critic | None
    average: MovingAverage | None

    @property
    def result(self) -> ColorNetwork:
        """The network that is validated and exported: the moving average, if there is one."""
        return cast(ColorNetwork, self.average.module) if self.average else self.network

    def by_file_name(self) -> dict[str, nn.Module]:
        """Name of the file in a checkpoint → network."""
        networks: dict[str, nn.Module] = {"weights": self.network}
        if self.average:
            networks["average"] = self.average.module
        if self.critic:
            networks["critic"] = self.critic
        return networks

    def load(self, checkpoint: Path) -> None:
        """Load the weights of all networks."""
        for name, network in self.by_file_name().items():
            load_weights(network, checkpoint / f"{name}.safetensors")

    def resume(self, checkpoint: Path, total_steps: int) -> None:
        """Load all weights and continue after this number of steps."""
        self.load(checkpoint)
        if self.average:
            self.average.set_steps(total_steps)


def build_networks(
    recipe: Recipe, device: torch.device, group: ProcessGroup, *, resumed: bool
) -> RunNetworks:
    """The networks of a recipe, with initial weights. A resumed run does not read the files that it started from."""

    def prepare(network: Any) -> Any:
        network = network.to(device, memory_format=torch.channels_last)
        if group.size > 1 and device.type == "cuda":
            network = nn.SyncBatchNorm.convert_sync_batchnorm(network)
        return network

    torch.manual_seed(derive_seed(recipe.seed, "weights"))
    settings = recipe.network.without_files() if resumed else recipe.network
    network = prepare(_build(settings, build_network))
    critic = prepare(_build(recipe.critic, build_critic)) if recipe.critic else None
    average = MovingAverage(network, recipe.ema) if recipe.ema else None
    return RunNetworks(network, critic, average)


def _build(settings: NetworkSettings, make: Callable[..., nn.Module]) -> nn.Module:
    """A network from its settings, with the weights of `start` if that is set."""
    network = make(settings.family, **settings.config)
    if settings.start:
        load_weights(network, best_weights(settings.start))
    return network


def open_run(run: Path) -> tuple[Recipe, ColorNetwork]:
    """The recipe of a run and its network with the newest weights, for inference."""
    if not (run / "recipe.yaml").is_file():
        raise CheckpointError(f"{run} is not a run: it has no recipe.yaml.")
    recipe = load_recipe(run / "recipe.yaml")
    settings = recipe.network.without_files()
    network = build_network(settings.family, **settings.config)
    load_weights(network, best_weights(run))
    network.eval().requires_grad_(False)
    return recipe, network
