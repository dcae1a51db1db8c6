"""Weights files from before the tensors of `tint` got their current names still load."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from autochrome.lab.networks import build_network
from autochrome.lab.weights_file import load_weights, read_weights

SHIPPED = Path(__file__).parents[2] / "weights" / "tint.safetensors"
TINY = {"widths": (8, 8, 16, 16), "encoder_width": 0.125, "bin_size": 40.0}
OLD_NAMES = {
    "detail.weight": "grain.weight",
    "lateral.2.bias": "side.2.bias",
    "descriptor.weight": "place.weight",
    "coarse_head.1.weight": "gist.1.weight",
    "decoder.attention.null_key.bias": "painter.look.nobody.bias",
    "decoder.attention.query.weight": "painter.look.query.weight",
    "decoder.attention.log_distance_weight": "painter.look.near",
    "decoder.attention.coverage_weight": "painter.look.cover",
    "decoder.hint_convs.3.weight": "painter.hint.3.weight",
    "decoder.top_down.0.weight": "painter.down.0.weight",
    "decoder.blocks.1.conv1.weight": "painter.level.1.one.weight",
    "decoder.blocks.1.conv2.bias": "painter.level.1.two.bias",
    "decoder.kernel8.weight": "painter.kernel8.weight",
    "decoder.bin_head.weight": "painter.bins.weight",
    "decoder.ab_head.weight": "painter.own.weight",
    "decoder.source_head.bias": "painter.believe.bias",
}


def test_an_old_file_of_tint_is_read_under_the_current_names(tmp_path: Path) -> None:
    weights = build_network("tint", **TINY).state_dict()
    assert OLD_NAMES.keys() <= weights.keys()
    old = {OLD_NAMES.get(name, name): tensor.contiguous() for name, tensor in weights.items()}
    save_file(old, tmp_path / "old.safetensors")
    found = read_weights(tmp_path / "old.safetensors")
    assert found.keys() == weights.keys()
    assert all(torch.equal(found[name], weights[name]) for name in weights)


@pytest.mark.parametrize(("old", "current"), [("naming", "label_head"), ("likely", "bin_head")])
def test_heads_of_other_families_have_a_current_name_too(tmp_path: Path, old: str, current: str) -> None:
    network = build_network("classic_unet", filters=(4, 8), bins=3, classes=2)
    weights = {
        name.replace(f"{current}.", f"{old}."): tensor for name, tensor in network.state_dict().items()
    }
    save_file(weights, tmp_path / "old.safetensors")
    load_weights(network, tmp_path / "old.safetensors")


def test_the_shipped_weights_fit_the_network() -> None:
    load_weights(build_network("tint"), SHIPPED)
