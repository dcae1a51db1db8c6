"""Every family in NETWORKS is held to the same promises by being in the dict; then the facts of single ones."""

from pathlib import Path
from types import MappingProxyType

import numpy as np
import onnxruntime
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from autochrome.errors import CheckpointError, RecipeError
from autochrome.lab.export.trace import to_onnx
from autochrome.lab.networks import CRITICS, NETWORKS, build_critic, build_network
from autochrome.lab.networks.encoder_decoder import UpsampledConv
from autochrome.lab.networks.layers import AB_SCALE, SelfAttention, ShuffleUp, grey_rgb, init_weights
from autochrome.lab.types import ColorNetwork, ExportPart, NetworkOutput
from autochrome.lab.weights_file import load_pretrained

SMALL: dict[str, list[dict]] = {
    "encoder_decoder": [
        {"filters": (4, 8, 8, 8, 8, 8, 8, 4)},
        {"inputs": ("luma", "hint"), "norm": "instance"},
    ],
    "tint": [{"widths": (8, 8, 16, 16), "encoder_width": 0.25, "bin_size": 40.0}],
    "unet": [
        {"down": (4, 8, 8), "up": (8, 4)},
        {
            "down": (4, 8, 8),
            "up": (8, 4),
            "inputs": ("luma", "hint", "mask"),
            "norm": "instance",
            "last_kernel": 4,
        },
        {"down": (4, 8, 8), "up": (8, 4), "norm": "spectral", "attention": 2, "init": "normal"},
    ],
    "classic_unet": [
        {"filters": (4, 8, 8)},
        {"filters": (4, 8, 8), "bins": 7, "norm": "none", "fold": 2, "classes": 3},
        {"filters": (4, 8, 8), "dropout": 0.5, "mirror_average": True},
    ],
    "fusion": [
        {"encoder": (8, 8, 8), "fusion_width": 16, "decoder": (16, 8, 8), "width": 1 / 16, "classes": 3},
        {
            "encoder": (8, 8, 8),
            "fusion_width": 16,
            "decoder": (16, 8, 8),
            "width": 1 / 8,
            "classifier": "mobilenet",
        },
    ],
    "resnet_unet": [
        {"depth": 18, "width": 8, "decoder": (16, 8, 8, 8)},
        {"depth": 34, "width": 4, "decoder": (8, 8, 8, 8), "norm": "batch", "attention": 0},
    ],
}
"""A family without an entry here is tested as it stands by default."""

CASES = [(family, config) for family in NETWORKS for config in SMALL.get(family, [{}])]


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]}-{len(case[1])}")
def network(request: pytest.FixtureRequest) -> ColorNetwork:
    torch.manual_seed(3)
    family, config = request.param
    return build_network(family, **config)


def shown(network: ColorNetwork, count: int = 2, size: int = 64) -> tuple[torch.Tensor, ...]:
    assert size % network.multiple == 0
    draw = torch.Generator().manual_seed(5)
    luma = torch.rand(count, 1, size, size, generator=draw) * 100
    mask = (torch.rand(count, 1, size, size, generator=draw) < 0.1).float()
    hint = (torch.rand(count, 2, size, size, generator=draw) - 0.5) * 100 * mask
    return luma, hint, mask


def whole(answer: NetworkOutput) -> torch.Tensor:
    """Everything that was answered, as one long row."""
    outputs = (answer.ab, answer.logits, answer.class_logits, answer.thing_logits)
    return torch.cat([t.flatten() for t in outputs if t is not None])


def test_the_answer_fits_the_picture_and_is_in_physical_units(network: ColorNetwork) -> None:
    luma, hint, mask = shown(network.eval())
    answer = network(luma, hint, mask)
    count, channels, height, width = answer.ab.shape
    assert (count, channels) == (2, 2)
    assert 64 % height == 0
    assert height == width
    assert answer.ab.isfinite().all()
    if answer.logits is not None:
        assert answer.logits.shape[0] == 2
        assert 64 % answer.logits.shape[2] == 0


def test_wider_than_high_works_too(network: ColorNetwork) -> None:
    luma = torch.rand(1, 1, 64, 96) * 100
    answer = network.eval()(luma, torch.zeros(1, 2, 64, 96), torch.zeros(1, 1, 64, 96))
    assert answer.ab.shape[3] * 2 == answer.ab.shape[2] * 3


def test_every_weight_learns(network: ColorNetwork) -> None:
    network.train()
    with torch.no_grad():
        for parameter in network.parameters():  # some begin at 0, and nothing behind them can learn at once
            parameter += 0.01 * torch.randn_like(parameter)
    answer = network(*shown(network))
    whole(answer).square().sum().backward()
    still = [name for name, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert [
        name for name in still if name.endswith("weight")
    ] == []  # a bias before a norm has nothing to learn


def test_the_same_seed_builds_the_same_network(network: ColorNetwork, request: pytest.FixtureRequest) -> None:
    family, config = request.node.callspec.params["network"]
    torch.manual_seed(3)
    again = build_network(family, **config)
    assert network.state_dict().keys() == again.state_dict().keys()
    values = zip(network.state_dict().values(), again.state_dict().values(), strict=True)
    assert all(torch.equal(a, b) for a, b in values)


def test_at_rest_it_repeats_itself_and_ignores_its_neighbours(network: ColorNetwork) -> None:
    """The trap of the original: dropout and the statistics of the batch were still on when films were coloured."""
    luma, hint, mask = shown(network, count=4)
    for _ in range(2):  # running statistics away from their first values
        network.train()(luma, hint, mask)
    network.eval()
    with torch.no_grad():
        together, again = network(luma, hint, mask), network(luma, hint, mask)
        alone = network(luma[:1], hint[:1], mask[:1])
    assert torch.equal(together.ab, again.ab)
    torch.testing.assert_close(together.ab[:1], alone.ab, atol=1e-3, rtol=1e-4)


def test_it_looks_at_what_it_says_and_at_nothing_else(network: ColorNetwork) -> None:
    luma, hint, mask = shown(network)
    with torch.no_grad():
        before = whole(network.eval()(luma, hint, mask))
        for name, changed in {
            "luma": (100 - luma, hint, mask),
            "hint": (luma, hint + 20 * mask, mask),
            "mask": (luma, hint, mask * 0.3),
        }.items():
            assert torch.equal(before, whole(network(*changed))) == (name not in network.inputs)


ONE_EACH = [(family, SMALL.get(family, [{}])[0]) for family in NETWORKS if family != "tint"]
CHOSEN = [*ONE_EACH, ("unet", SMALL["unet"][2])]
"""`tint`, which is slow to trace, is in test_export.py: its int8 file is made from the same graphs there."""


@torch.no_grad()
def worked_through(parts: list[ExportPart], known: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """All that the parts of a network answer, in torch and at rest, beside what was known before."""
    for part in parts:
        part.module.eval()
        known = known | part.run(known)
    return known


@pytest.mark.parametrize(("family", "config"), CHOSEN, ids=lambda x: x if isinstance(x, str) else "")
def test_the_exported_network_answers_alike(family: str, config: dict) -> None:
    """Torch against ONNX Runtime, left as it was after training, on a picture of another shape than was traced."""
    torch.manual_seed(3)
    network = build_network(family, **config)
    network(*shown(network))
    parts, side = network.export_parts(), network.multiple
    traced, known = (
        {
            "luma": torch.rand(1, 1, h * side, w * side) * 100,
            "hint": torch.zeros(1, 2, h * side, w * side),
            "mask": torch.zeros(1, 1, h * side, w * side),
            "vivid": torch.ones(1),
        }
        for h, w in ((4, 5), (1, 3))
    )
    expected, traced = worked_through(parts, known)["ab"], worked_through(parts, traced)
    for part in parts:
        names = (*part.inputs, *part.scalars)
        model = to_onnx(part, {name: traced[name] for name in names}, side)
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        answers = session.run(list(part.outputs), {name: known[name].numpy() for name in names})
        known |= {name: torch.from_numpy(x) for name, x in zip(part.outputs, answers, strict=True)}
    torch.testing.assert_close(known["ab"], expected, atol=0.01, rtol=0)


@pytest.mark.parametrize(
    ("family", "config", "count"),
    [
        ("encoder_decoder", {}, 9),
        ("unet", {}, 10),
        ("unet", {"down": (128, 256, 512, 1024, 1024), "up": (1024, 512, 256, 128)}, 10),
    ],
)
def test_the_thesis_networks_have_the_layers_of_the_thesis(family: str, config: dict, count: int) -> None:
    with torch.device("meta"):
        network = build_network(family, **config)
    convs = [m for m in network.modules() if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]
    assert len(convs) == count
    if family == "unet":
        assert all(conv.bias is None for conv in convs)
        assert [m.p for m in network.modules() if isinstance(m, nn.Dropout)] == [0.5, 0, 0, 0]
        assert sum(isinstance(m, nn.BatchNorm2d) for m in network.modules()) == 8
    else:
        assert [c.out_channels for c in convs] == [32, 64, 128, 128, 256, 128, 64, 32, 2]
        assert [c.stride[0] for c in convs] == [1, 2, 2, 1, 1, 1, 1, 1, 1]
        assert sum(isinstance(m, nn.BatchNorm2d) for m in network.modules()) == 6


def test_doubling_and_convolving_in_one_step_is_the_same_as_in_two() -> None:
    layer = UpsampledConv(3, 5)
    x = torch.randn(2, 3, 6, 7)
    one_step = layer.train()(x)
    assert one_step.shape == (2, 5, 12, 14)
    assert torch.allclose(one_step, layer.eval()(x), atol=1e-5)


def test_a_mirrored_network_sees_a_mirrored_picture_alike() -> None:
    torch.manual_seed(2)
    network = build_network("classic_unet", filters=(4, 8, 8), mirror_average=True)
    picture = shown(network)
    turned = tuple(plane.flip(3) for plane in picture)
    network.eval()
    with torch.no_grad():
        assert torch.allclose(network(*picture).ab, network(*turned).ab.flip(3), atol=1e-4)
        network.mirror_average = False
        assert not torch.allclose(network(*picture).ab, network(*turned).ab.flip(3), atol=1e-1)


def test_thesis_weights_are_all_positive_and_normal_ones_are_not() -> None:
    for init, low, high in (("thesis", 0.0, 0.02), ("normal", -0.2, 0.2)):
        weight = build_network("unet", down=(8, 8), up=(8,), init=init).down[1][0][0].weight
        assert low <= weight.min() <= weight.max() <= high
        assert (weight.min() >= 0) == (init == "thesis")


def test_spectral_norm_survives_the_first_weights() -> None:
    network = nn.Sequential(SelfAttention(8))
    init_weights(network, "thesis")
    assert (network[0].value.parametrizations.weight.original >= 0).all()


def test_spectral_norm_bounds_every_convolution() -> None:
    network = build_network("unet", down=(4, 8, 8), up=(8, 4), norm="spectral")
    for _ in range(30):  # each pass while training comes nearer to the largest singular value
        network(*shown(network))
    weight = network.eval().down[1][0][0].weight.detach().flatten(1)
    assert torch.linalg.matrix_norm(weight, 2) == pytest.approx(1, abs=0.05)


def test_pixel_shuffle_starts_without_a_chequerboard() -> None:
    torch.manual_seed(0)
    x = ShuffleUp(8, 4, "none", blur=False)(torch.randn(1, 8, 6, 6))
    assert torch.equal(x[..., ::2, ::2], x[..., 1::2, 1::2])


def test_the_grey_a_classifier_sees_has_the_lightness_it_was_made_of() -> None:
    from autochrome.color.lab import lab_from_srgb

    luma = torch.linspace(0, 100, 32).view(1, 1, 4, 8)
    lab = lab_from_srgb(grey_rgb(luma).movedim(1, -1))
    torch.testing.assert_close(lab[..., 0], luma[:, 0], atol=1e-3, rtol=0)


def test_tanh_reaches_every_colour_of_srgb() -> None:
    from autochrome.color.lab import lab_from_srgb

    corners = np.stack(np.meshgrid([0.0, 1.0], [0.0, 1.0], [0.0, 1.0]), -1).reshape(-1, 3)
    assert np.abs(lab_from_srgb(corners)[:, 1:]).max() < AB_SCALE


class TestGivenWeights:
    config = MappingProxyType({"depth": 18, "width": 4, "decoder": (8, 8, 8, 8)})

    def weights(self) -> dict[str, torch.Tensor]:
        return {
            name: torch.full_like(value, 0.5)
            for name, value in build_network("resnet_unet", **self.config).encoder.state_dict().items()
            if not name.endswith("num_batches_tracked")
        }

    def test_they_are_taken_over_whole(self, tmp_path: Path) -> None:
        save_file(self.weights() | {"fc.weight": torch.zeros(10, 32)}, tmp_path / "w.safetensors")
        network = build_network("resnet_unet", **self.config, encoder=str(tmp_path / "w.safetensors"))
        assert all((p == 0.5).all() for p in network.encoder.parameters())

    @pytest.mark.parametrize("wrong", ["missing", "unknown", "shape"])
    def test_nothing_is_skipped_in_silence(self, tmp_path: Path, wrong: str) -> None:
        weights = self.weights()
        if wrong == "missing":
            del weights["layer3.0.conv1.weight"]
        if wrong == "unknown":
            weights["layer9.0.conv1.weight"] = torch.zeros(1)
        if wrong == "shape":
            weights["layer3.0.conv1.weight"] = torch.zeros(3, 3)
        save_file(weights, tmp_path / "w.safetensors")
        with pytest.raises(CheckpointError, match=r"layer[39].0.conv1.weight"):
            build_network("resnet_unet", **self.config, encoder=str(tmp_path / "w.safetensors"))

    def test_a_missing_or_broken_file_is_said_so(self, tmp_path: Path) -> None:
        with pytest.raises(CheckpointError, match=r"none.safetensors cannot be read"):
            load_pretrained(nn.Linear(1, 1), str(tmp_path / "none.safetensors"))
        (tmp_path / "cut.safetensors").write_bytes(b"123")
        with pytest.raises(CheckpointError, match=r"cut.safetensors cannot be read"):
            load_pretrained(nn.Linear(1, 1), str(tmp_path / "cut.safetensors"))


def test_the_residual_encoder_has_the_published_names() -> None:
    with torch.device("meta"):
        names = set(build_network("resnet_unet", depth=101).encoder.state_dict())
    assert {
        "conv1.weight",
        "bn1.running_var",
        "layer1.0.downsample.1.weight",
        "layer3.22.conv3.weight",
    } <= names
    assert len([n for n in names if n.endswith("weight")]) == 2 * 104  # 104 convolutions, each with its norm


@pytest.mark.parametrize("build", [build_network, build_critic])
def test_a_recipe_that_names_something_unknown_is_told_what_there_is(build) -> None:
    known = next(iter(NETWORKS if build is build_network else CRITICS))
    with pytest.raises(RecipeError, match=known):
        build("cathedral")
    with pytest.raises(RecipeError, match=r"no setting 'colour'.*filters"):
        build(known, colour=3)
    with pytest.raises(RecipeError, match="cannot be built"):
        build(known, filters=(1,), init="sideways")
