"""Perceptual loss and distance, on networks of the real shape with random weights."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from autochrome.errors import CheckpointError, RecipeError
from autochrome.lab.losses.color import LOSSES
from autochrome.lab.losses.perceptual import feature_distances, perceptual_distance
from autochrome.lab.networks.feature_networks import SqueezeNet, open_features
from autochrome.lab.networks.mobilenet import MobileNet
from autochrome.lab.networks.resnet_unet import ResNet
from autochrome.lab.types import Batch, NetworkOutput
from published import publish_edgetpu


def squeezenet() -> dict[str, torch.Tensor]:
    return SqueezeNet().state_dict() | {"classifier.1.weight": torch.zeros(3, 512, 1, 1)}


def mobilenet() -> dict[str, torch.Tensor]:
    weights = {}
    for name, layer in MobileNet(in_channels=3).named_children():
        weights[f"{name}.weight"] = layer.weight.detach()
        for statistic, value in (("weight", 1.0), ("bias", 0.0), ("running_mean", 0.0), ("running_var", 1.0)):
            weights[f"{name}_bn.{statistic}"] = torch.full((len(layer.weight),), value)
    return weights


def resnet() -> dict[str, torch.Tensor]:
    return ResNet(18, 8).state_dict() | {"fc.weight": torch.zeros(3, 64), "fc.bias": torch.zeros(3)}


@pytest.fixture(scope="module", params=[squeezenet, mobilenet, resnet, publish_edgetpu])
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    torch.manual_seed(1)
    path = tmp_path_factory.mktemp("weights") / "given.safetensors"
    if request.param is publish_edgetpu:
        publish_edgetpu(path)
    else:
        save_file({k: v.contiguous() for k, v in request.param().items()}, path)
    return str(path)


def pictures(count: int = 2, size: int = 64) -> torch.Tensor:
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(2))


def test_every_kind_of_file_is_known_by_its_names(file: str) -> None:
    network = open_features(file)
    maps = network(pictures())
    assert len(maps) >= 4
    assert [m.shape[-1] for m in maps] == sorted({m.shape[-1] for m in maps}, reverse=True)
    assert not network.training
    assert not any(p.requires_grad for p in network.parameters())


def test_a_picture_is_no_distance_from_itself_and_grey_is_further_than_pale(file: str) -> None:
    network, real = open_features(file), pictures()
    grey = real.mean(1, keepdim=True).expand_as(real)
    near, far = (
        feature_distances(network, real * 0.9 + grey * 0.1, real),
        feature_distances(network, grey, real),
    )
    assert (feature_distances(network, real, real) == 0).all()
    assert (near > 0).all()
    assert (near < far).all()
    assert (far <= 2).all()


def test_distances_of_a_picture_do_not_depend_on_its_neighbours(file: str) -> None:
    network, real = open_features(file), pictures(3)
    grey = real.mean(1, keepdim=True).expand_as(real)
    alone = feature_distances(network, grey[:1], real[:1])
    torch.testing.assert_close(feature_distances(network, grey, real)[:1], alone, atol=1e-6, rtol=1e-4)


def test_the_loss_teaches_the_answer_and_never_the_teacher(file: str) -> None:
    ab = torch.zeros(
        2, 2, 32, 32, requires_grad=True
    )  # at half the size, and grey where sRGB ends in a corner
    luma = torch.rand(2, 1, 64, 64) * 100
    luma[..., :8, :8], luma[..., -8:, -8:] = 0, 100
    truth = torch.cat([luma, torch.randn(2, 2, 64, 64) * 20], 1)
    loss = LOSSES["perceptual"](file=file)
    value = loss(Batch(luma, truth, torch.zeros(2, 2, 64, 64), torch.zeros_like(luma)), NetworkOutput(ab))
    value.backward()
    assert ab.grad.isfinite().all()
    assert ab.grad.any()
    assert all(p.grad is None for p in loss.parameters())


def test_shrunk_first_it_judges_from_afar(file: str) -> None:
    luma = torch.rand(2, 1, 96, 96) * 100
    truth = torch.cat([luma, torch.randn(2, 2, 96, 96) * 20], 1)
    batch = Batch(luma, truth, torch.zeros(2, 2, 96, 96), torch.zeros_like(luma))
    grey, real = NetworkOutput(torch.zeros(2, 2, 24, 24)), NetworkOutput(truth[:, 1:])
    loss = LOSSES["perceptual"](file=file, side=64)
    assert loss(batch, real) == pytest.approx(0, abs=1e-6)
    assert loss(batch, grey) > 0
    assert loss(batch, grey) != LOSSES["perceptual"](file=file)(batch, grey)


def test_the_gain_is_for_pictures_without_hints(file: str) -> None:
    luma = torch.full((2, 1, 64, 64), 60.0)
    ab = torch.randn(2, 2, 64, 64, generator=torch.Generator().manual_seed(3)) * 10
    hint, mask = torch.zeros_like(ab), torch.zeros_like(luma)
    batch, pale = Batch(luma, torch.cat([luma, ab], 1), hint, mask), NetworkOutput(ab / 2)
    with_gain, without = LOSSES["perceptual"](file=file, gain=2.0), LOSSES["perceptual"](file=file)
    assert with_gain(batch, pale) == pytest.approx(0, abs=1e-5)
    assert without(batch, pale) > 1e-3
    mask[:, :, 8, 8] = 1
    assert with_gain(batch, pale) == without(batch, pale)


def test_the_measure_is_the_loss_on_bytes(file: str) -> None:
    one, other = (np.random.default_rng(i).integers(0, 256, (64, 64, 3), np.uint8) for i in range(2))
    expected = feature_distances(
        open_features(file), *(torch.from_numpy(x).movedim(-1, 0)[None] / 255 for x in (one, other))
    )
    assert perceptual_distance(file)(one, other) == pytest.approx(float(expected), rel=1e-5)


def test_without_a_file_it_says_how_to_give_one() -> None:
    with pytest.raises(RecipeError, match="--set features="):
        LOSSES["perceptual"]()


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    save_file(nn.Linear(2, 2).state_dict(), tmp_path / "linear.safetensors")
    with pytest.raises(CheckpointError, match="not SqueezeNet"):
        open_features(str(tmp_path / "linear.safetensors"))
    odd = resnet()
    odd = {k: v for k, v in odd.items() if not k.startswith("layer2.1.")}
    save_file(odd, tmp_path / "odd.safetensors")
    with pytest.raises(CheckpointError, match="unsupported depth"):
        open_features(str(tmp_path / "odd.safetensors"))
    lacking = {k: v for k, v in squeezenet().items() if k != "features.9.squeeze.bias"}
    save_file(lacking, tmp_path / "lacking.safetensors")
    with pytest.raises(CheckpointError, match=r"features\.9\.squeeze\.bias"):
        open_features(str(tmp_path / "lacking.safetensors"))
