"""Networks and critics, one family per file. A family is a class; the settings in a recipe are its arguments."""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from torch import nn

from autochrome.errors import RecipeError
from autochrome.lab.networks.classic import ClassicUNet
from autochrome.lab.networks.critics import MultiScaleCritic, PatchCritic, PlainCritic, PooledCritic
from autochrome.lab.networks.encoder_decoder import EncoderDecoder
from autochrome.lab.networks.fusion import Fusion
from autochrome.lab.networks.resnet_unet import ResNetUNet
from autochrome.lab.networks.tint import Tint
from autochrome.lab.networks.unet import UNet
from autochrome.lab.types import ColorNetwork, Critic

Module = TypeVar("Module", bound=nn.Module)

NETWORKS: dict[str, Callable[..., ColorNetwork]] = {
    "encoder_decoder": EncoderDecoder,
    "unet": UNet,
    "classic_unet": ClassicUNet,
    "fusion": Fusion,
    "resnet_unet": ResNetUNet,
    "tint": Tint,
}

CRITICS: dict[str, Callable[..., Critic]] = {
    "plain": PlainCritic,
    "pooled": PooledCritic,
    "patch": PatchCritic,
    "multi_scale": MultiScaleCritic,
}


def build_network(family: str, **config: Any) -> ColorNetwork:
    """Build the network of a recipe from the name of its family and the settings of that family."""
    return _build(NETWORKS, "network", family, config)


def build_critic(family: str, **config: Any) -> Critic:
    """Build the critic of a recipe from the name of its family and the settings of that family."""
    return _build(CRITICS, "critic", family, config)


def _build(
    families: dict[str, Callable[..., Module]], kind: str, family: str, config: dict[str, Any]
) -> Module:
    if family not in families:
        raise RecipeError(f"There is no {kind} {family!r}; choose one of {', '.join(families)}.")
    known = list(inspect.signature(families[family]).parameters)
    unknown = [name for name in config if name not in known]
    if unknown:
        raise RecipeError(f"The {kind} {family!r} has no setting {unknown[0]!r}; it has {', '.join(known)}.")
    try:
        return families[family](**config)
    except (TypeError, ValueError, KeyError) as error:
        raise RecipeError(f"The {kind} {family!r} cannot be built from these settings: {error}.") from error
