"""The encoder of `tint`: its maps, and the weights file that it starts from."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch.nn import functional as F

from autochrome.errors import CheckpointError
from autochrome.lab.networks.edgetpu import MobileNetEdgeTPU, read_published
from published import publish_edgetpu

WIDTH = 0.125


def test_maps_have_the_promised_shapes_mean_and_deviation() -> None:
    torch.manual_seed(0)
    network = MobileNetEdgeTPU(WIDTH)
    maps = network(torch.rand(2, 1, 64, 96) * 2 - 1)
    assert [m.shape[1] for m in maps] == list(network.channels)
    assert [(m.shape[2], m.shape[3]) for m in maps] == [(64 // s, 96 // s) for s in (4, 8, 16, 32)]
    full = MobileNetEdgeTPU()
    assert full.channels == (32, 48, 96, 192)


def test_maps_are_brought_to_mean_0_and_deviation_1(tmp_path: Path) -> None:
    from autochrome.lab.networks.edgetpu import photo_like_noise

    publish_edgetpu(tmp_path / "given.safetensors", WIDTH)
    network = MobileNetEdgeTPU(WIDTH, str(tmp_path / "given.safetensors"))
    with torch.no_grad():
        for x in network(photo_like_noise(4, 128)):
            assert x.mean().abs() < 1e-3
            assert 0.5 < x.std() <= 1.01


def test_a_published_file_is_read_layer_by_layer(tmp_path: Path) -> None:
    """The first blocks, computed by hand on a colour picture that is grey."""
    layers = publish_edgetpu(tmp_path / "given.safetensors", WIDTH)
    network = MobileNetEdgeTPU(WIDTH, str(tmp_path / "given.safetensors"))
    grey = torch.rand(1, 1, 64, 64) * 2 - 1
    (_, w0, b0), (_, w1, b1), (_, w2, b2), (_, w3, b3), (_, w4, b4), (_, w5, b5) = layers[:6]
    with torch.no_grad():
        x = F.relu(F.conv2d(F.pad(grey.expand(-1, 3, -1, -1), (0, 1, 0, 1)), w0, b0, stride=2))
        x = F.conv2d(x, w1, b1)
        x = F.conv2d(F.relu(F.conv2d(F.pad(x, (0, 1, 0, 1)), w2, b2, stride=2)), w3, b3)
        x = x + F.conv2d(F.relu(F.conv2d(x, w4, b4, padding=1)), w5, b5)
        stem = network.layer01(
            F.relu(F.conv2d(F.pad(grey, (0, 1, 0, 1)), network.layer00.weight, b0, stride=2))
        )
        assert torch.allclose(network._run(0, 2, stem), x, rtol=1e-4, atol=1e-4)
    assert [name for name, _, _ in read_published(str(tmp_path / "given.safetensors"))][:2] == [
        "layer00",
        "layer01",
    ]


@pytest.mark.parametrize("harm", ["cut", "absent", "width", "missing"])
def test_a_file_that_does_not_fit_is_refused(tmp_path: Path, harm: str) -> None:
    file = tmp_path / "given.safetensors"
    publish_edgetpu(file, WIDTH)
    if harm == "cut":
        file.write_bytes(file.read_bytes()[:100])
    if harm == "absent":
        file.unlink()
    if harm == "missing":
        save_file({"x": torch.zeros(1)}, file)
    with pytest.raises(CheckpointError, match=r"given\.safetensors"):
        MobileNetEdgeTPU(0.25 if harm == "width" else WIDTH, str(file))
