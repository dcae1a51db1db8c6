"""Weights files from before the heads got their current names still load; the shipped weights fit the network."""

from pathlib import Path

import pytest
from safetensors.torch import save_file

from autochrome.lab.networks import build_network
from autochrome.lab.weights_file import load_weights

SHIPPED = Path(__file__).parents[2] / "weights" / "tint.safetensors"


@pytest.mark.parametrize(("old", "current"), [("naming", "label_head"), ("likely", "bin_head")])
def test_heads_have_a_current_name(tmp_path: Path, old: str, current: str) -> None:
    network = build_network("classic_unet", filters=(4, 8), bins=3, classes=2)
    weights = {
        name.replace(f"{current}.", f"{old}."): tensor for name, tensor in network.state_dict().items()
    }
    save_file(weights, tmp_path / "old.safetensors")
    load_weights(network, tmp_path / "old.safetensors")


def test_the_shipped_weights_fit_the_network() -> None:
    load_weights(build_network("tint"), SHIPPED)
