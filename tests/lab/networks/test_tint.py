"""The network that ships: hints do what people expect, vividness is smooth, the encoder reads what it claims."""

import itertools
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch.nn import functional as F

from autochrome.errors import CheckpointError
from autochrome.lab.networks.mobilenet import BLOCKS, BN_EPS, MobileNet, depthwise
from autochrome.lab.networks.tint import Tint
from autochrome.lab.networks.tint.decoder import DecoderOutput
from autochrome.lab.networks.tint.hint_propagation import HEAD_CHANNELS, HEADS, HintAttention, HintLevel
from autochrome.lab.networks.tint.prediction import (
    AGREEMENT,
    MEAN_SHARE,
    PALE,
    THING_LOGIT,
    fade_pale,
    lay_hints,
    merge_hints,
    picture_gain,
    restrain,
    restrain_mean,
    vivid_gain,
)
from autochrome.model import EMBEDDING, LAID, UNHINTED

EDGES = torch.ones(1, 4, 8, 8)
SMALL = {"widths": (8, 8, 16, 16), "encoder_width": 0.125, "bin_size": 40.0}


@pytest.fixture
def network() -> Tint:
    torch.manual_seed(1)
    return Tint(**SMALL).eval()


def asked(
    network: Tint, height: int = 64, width: int = 96
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    draw = torch.Generator().manual_seed(4)
    luma = torch.rand(1, 1, height, width, generator=draw) * 100
    hint = (torch.rand(1, 2, height, width, generator=draw) - 0.5) * 120
    mask = torch.zeros(1, 1, height, width)
    mask[..., 20:24, 30:34] = 1
    return luma, hint, mask


def painted(
    network: Tint, luma: torch.Tensor, hint: torch.Tensor, mask: torch.Tensor, vivid: float
) -> torch.Tensor:
    """(1, 3, h, w): a*b* and confidence."""
    known = answers(network, luma, hint, mask, vivid)
    return torch.cat((known["ab"], known["confidence"]), 1)


@torch.no_grad()
def answers(
    network: Tint, luma: torch.Tensor, hint: torch.Tensor, mask: torch.Tensor, vivid: float
) -> dict[str, torch.Tensor]:
    """What the parts of its file answer, one after the other, by name."""
    known = {"luma": luma, "hint": hint, "mask": mask, "vivid": torch.tensor(vivid)}
    for part in network.export_parts():
        known |= part.run(known)
    return known


def test_a_mask_of_zeros_is_exactly_no_hints(network: Tint) -> None:
    luma, hint, mask = asked(network)
    with torch.no_grad():
        wild, none = network(luma, hint, mask * 0), network(luma, hint * 0, mask * 0)
    assert torch.equal(wild.ab, none.ab)
    assert torch.equal(wild.logits, none.logits)


def test_a_hint_changes_the_answer_and_most_where_it_is(network: Tint) -> None:
    luma, hint, mask = asked(network)
    change = (painted(network, luma, hint, mask, 1.0) - painted(network, luma, hint, mask * 0, 1.0))[
        :, :2
    ].norm(dim=1)
    assert change[0, 5, 7] > 2 * change.median()


def test_colour_given_everywhere_comes_through(network: Tint) -> None:
    """Before anything is learnt the ways for given colour already carry it: nothing but trust has to be learnt."""
    luma, _, mask = asked(network)
    hint = torch.tensor([30.0, -20.0]).view(1, 2, 1, 1).expand(1, 2, 64, 96)
    with torch.no_grad():
        painting = network.decoder(network.prepare(luma), hint, torch.ones_like(mask))
    given = painting.hint_ab / painting.hint_weight
    assert torch.allclose(given.mean((0, 2, 3)) * 110, torch.tensor([30.0, -20.0]), atol=1.0)


def test_attention_does_not_cross_to_another_lightness() -> None:
    """A point on a dark thing: everywhere the same kind of place, but only the dark half has a hint."""
    torch.manual_seed(2)
    attention, places = HintAttention(1), torch.ones(1, HEADS * HEAD_CHANNELS, 4, 4)
    light = torch.full((1, 1, 8, 8), -0.6)  # L* 20
    light[..., 4:] = 0.6  # L* 80
    cover = torch.zeros(1, 1, 4, 4)
    cover[..., 1, 0] = 0.1
    colour = torch.tensor([0.3, -0.2]).view(1, 2, 1, 1)
    level, kinds = HintLevel(colour * cover, cover, -0.6 * cover), torch.ones(1, 1, 8, 8)
    with torch.no_grad():
        reached = attention(places, kinds, level, kinds * 0, light).view(1, HEADS, 3, 8, 8)
    strength, given = reached[:, :, 2], reached[:, :, :2]
    assert strength[..., :4].min() > 1e-6
    assert strength[..., 4:].max() < 1e-3 * strength[..., :4].min()
    pure = (given / strength[:, :, None])[..., :4]
    assert torch.allclose(pure, colour.expand_as(pure[0])[None].expand_as(pure), atol=1e-3)


def test_attention_goes_by_what_is_painted_where_a_cell_holds_two_things() -> None:
    """The first of four cells is half one thing, half the other; only the first is painted."""
    attention = HintAttention(2)
    with torch.no_grad():
        for parameter in attention.parameters():
            parameter.zero_()
        for head in range(HEADS):
            for layer in (attention.query8, attention.key8):
                layer.weight[head * HEAD_CHANNELS : head * HEAD_CHANNELS + 2, :, 0, 0] = 4 * torch.eye(2)
    things, painted = torch.zeros(1, 2, 2, 8), torch.zeros(1, 1, 2, 8)
    things[:, 0, :, 0] = things[:, 1, :, 1:] = 1
    painted[..., 0] = 0.2
    cover, luma = F.avg_pool2d(painted, 2), torch.zeros(1, 1, 2, 8)
    level = HintLevel(cover.repeat(1, 2, 1, 1) * 0.3, cover, cover * 0)
    with torch.no_grad():
        reached = attention(torch.zeros(1, HEADS * HEAD_CHANNELS, 1, 4), things, level, painted, luma)
    strength = reached.view(HEADS, 3, 2, 8)[:, 2]
    assert (strength[..., :1] > 1.9 * strength[..., 1:]).all(), "also of the other thing in the same cell"


def test_vividness_rises_smoothly_from_grey(network: Tint) -> None:
    luma, hint, mask = asked(network)
    steps = [painted(network, luma, hint, mask, v / 10)[:, :2] for v in range(21)]
    assert not steps[0].any()
    chroma = torch.stack([s.norm(dim=1).mean() for s in steps])
    assert (chroma.diff() > 0).all()
    jumps = torch.stack([(b - a).abs().max() for a, b in itertools.pairwise(steps[1:])])
    assert jumps.max() < 4 * jumps.median()


def test_the_gain_never_falls() -> None:
    assert vivid_gain(torch.tensor(0.0)) == 0
    assert (vivid_gain(torch.linspace(0, 2, 50)).diff() > 0).all()


def test_a_dull_or_doubtful_picture_gets_a_larger_factor() -> None:
    colours = torch.randn((1, 2, 16, 16), generator=torch.Generator().manual_seed(0))
    pictures = torch.cat([colours * 3, colours * 12])
    doubtful, sure = torch.full((2, 1, 16, 16), 0.5), torch.full((2, 1, 16, 16), 0.9)
    two = torch.tensor(2.0)
    added = (picture_gain(two, pictures, doubtful) - 1) * pictures.std((2, 3), keepdim=True)[:, :1]
    assert 1 < added[1] / added[0] < 3  # with one factor for both it would be 4
    assert (picture_gain(two, pictures, sure) < picture_gain(two, pictures, doubtful)).all()
    assert torch.equal(picture_gain(two / 4, pictures, sure), torch.full((2, 1, 1, 1), 0.5))


def test_a_gain_adds_contrast_of_colours_rather_than_the_mean_colour() -> None:
    warm = torch.tensor([20.0, 30.0]).view(1, 2, 1, 1)
    ab = warm + 4 * torch.randn((1, 2, 16, 16), generator=torch.Generator().manual_seed(0))
    mean = ab.mean((2, 3), keepdim=True)
    own = torch.ones(1, 1, 16, 16)
    stronger = restrain_mean(2 * ab, torch.tensor(2.0), own)
    assert torch.allclose(stronger.mean((2, 3), keepdim=True), mean * (1 + MEAN_SHARE), rtol=1e-4)
    assert torch.allclose(stronger.std((2, 3)), 2 * ab.std((2, 3)), rtol=1e-4)
    assert torch.equal(restrain_mean(0.5 * ab, torch.tensor(0.5), own), 0.5 * ab)


def test_grey_stays_grey_beside_strong_colours() -> None:
    ab = torch.full((1, 2, 8, 8), 40.0)
    ab[..., 4:] = 0
    stronger = restrain(2 * ab, torch.tensor(2.0), torch.ones(1, 1, 8, 8))
    assert not stronger[..., 4:].any()
    assert 40 < stronger[..., :4].mean() < 80


def test_pale_colours_fade_whatever_the_gain_and_hints_do_not() -> None:
    ab = torch.full((1, 2, 8, 8), 40.0)
    ab[..., 4:] = PALE / 2**0.5
    own = torch.ones(1, 1, 8, 8)
    for gain in (0.5, 1.0, 2.0):
        faded = fade_pale(gain * ab, torch.tensor(gain), own) / gain
        assert torch.allclose(faded[..., 4:], ab[..., 4:] / 2, rtol=1e-3)
        assert (faded[..., :4] > 38).all()
        assert torch.equal(fade_pale(ab, torch.tensor(gain), 0 * own), ab)


def test_given_colour_is_kept_whatever_the_vividness(network: Tint) -> None:
    shape = (1, 2, 8, 8)
    known = torch.full(shape, 0.25)
    bins = len(network.centres)
    painting = DecoderOutput(
        torch.rand(shape), known, torch.ones(1, 1, 8, 8), torch.randn(1, bins, 4, 4), EDGES
    )
    for vivid in (0.2, 1.0, 2.0):
        ab, sure = merge_hints(painting, torch.rand(1, 1, 8, 8), torch.tensor(vivid), network.centres)
        assert torch.allclose(ab, known * 110)
        assert torch.allclose(sure, torch.ones_like(sure))


def test_a_torn_distribution_is_less_sure(network: Tint) -> None:
    bins, nothing = len(network.centres), torch.zeros(1, 2, 8, 8)
    sure_of_one = torch.zeros(1, bins, 4, 4)
    sure_of_one[:, 0] = 30
    known = [
        merge_hints(
            DecoderOutput(nothing, nothing, nothing[:, :1], logits, EDGES),
            nothing[:, :1],
            torch.tensor(1.0),
            network.centres,
        )[1].mean()
        for logits in (sure_of_one, torch.zeros(1, bins, 4, 4))
    ]
    assert 0 <= known[1] < 0.6 < known[0] <= 1


def test_the_slow_half_does_not_see_hints_and_halves_make_the_whole(network: Tint) -> None:
    first, rest, unhinted, embedding, laid, hinted = network.export_parts()
    assert set(first.inputs) == {"luma"}
    assert set(rest.inputs) <= set(first.outputs)
    assert set(unhinted.inputs) < set(rest.outputs)
    assert {"hint", "mask"} < set(hinted.inputs) < {*first.outputs, *rest.outputs, "hint", "mask"}
    assert set(embedding.inputs) < {*first.outputs, *rest.outputs}
    assert (embedding.outputs, laid.outputs) == ((EMBEDDING,), LAID)
    assert set(laid.inputs) == {EMBEDDING, *hinted.inputs}
    known = answers(network, *asked(network), 1.0)
    inputs = [part.inputs for part in (rest, unhinted, embedding, laid, hinted)]
    for name, (channels, stride) in (item for each in inputs for item in each.items()):
        assert known[name].shape == (1, channels, 64 // stride, 96 // stride)


@pytest.mark.parametrize("vivid", [0.0, 0.5, 1.7])
def test_without_hints_both_graphs_predict_the_same(network: Tint, vivid: float) -> None:
    luma, hint, mask = asked(network)
    known = answers(network, luma, hint * 0, mask * 0, vivid)
    assert torch.allclose(known["ab"], known["ab" + UNHINTED], atol=0.01)
    assert torch.allclose(known["confidence"], known["confidence" + UNHINTED], atol=1e-3)
    assert not known["local_weight"].any()
    assert vivid == 0 or known["ab"].abs().max() > 0.1


def test_hints_are_laid_where_they_are_painted_and_on_the_thing_they_lie_on() -> None:
    agreed = 0.5
    weight, nothing = torch.full((1, 1, 8, 8), agreed), torch.zeros(1, 2, 8, 8)
    output = DecoderOutput(nothing, nothing, weight, torch.zeros(1, 3, 4, 4), EDGES)
    logits = torch.full((1, 1, 8, 8), THING_LOGIT - AGREEMENT * agreed - 30)
    logits[..., 4:] += 60
    hint, mask = torch.full((1, 2, 32, 32), 40.0), torch.zeros(1, 1, 32, 32)
    mask[..., 8:12, 4:8] = 1  # one pixel at stride 4
    ab, cover = lay_hints(output, logits, torch.full((1, 2, 8, 8), 0.25), hint, mask, torch.tensor(1.0))
    assert cover[0, 0, 2, 1] == 1
    assert torch.allclose(ab[0, :, 2, 1], torch.tensor(40.0), atol=0.1)
    assert (cover[..., 4:] == 1).all()
    assert torch.allclose(ab[..., 4:], torch.tensor(27.5), atol=0.1)
    cover[0, 0, 2, 1] = 0
    assert not cover[..., :4].any()


def test_shares_of_the_palette(network: Tint) -> None:
    luma, hint, mask = asked(network)
    shares = answers(network, luma, hint, mask, 1.0)["likely"]
    assert shares.shape == (1, len(network.palette), 64 // 8, 96 // 8)
    assert torch.allclose(shares.sum(1), torch.ones(1, 8, 12), atol=1e-5)
    assert torch.equal(torch.tensor(network.palette), network.centres)


# ---- the encoder


def published(tmp_path: Path, width: float = 0.125) -> tuple[Path, dict[str, torch.Tensor]]:
    """A file as MobileNet v1 is published, small, with random weights."""
    draw = torch.Generator().manual_seed(9)
    tensors = {}
    for name, layer in MobileNet(width).named_children():
        shape = list(layer.weight.shape)
        if name == "conv1":
            shape[1] = 3
        tensors[f"{name}.weight"] = torch.randn(shape, generator=draw) * 0.3
        for what in ("weight", "bias", "running_mean", "running_var"):
            tensors[f"{name}_bn.{what}"] = torch.rand(shape[0], generator=draw) + 0.2
    save_file(tensors, tmp_path / "given.safetensors")
    return tmp_path / "given.safetensors", tensors


def unfolded(x: torch.Tensor, t: dict[str, torch.Tensor]) -> torch.Tensor:
    """MobileNet v1 as its authors wrote it, on a colour picture, batch norm and all."""

    def layer(name: str, x: torch.Tensor, stride: int = 1, groups: int = 1) -> torch.Tensor:
        weight = t[f"{name}.weight"]
        if weight.shape[-1] == 3:
            x = F.pad(x, (0, 1, 0, 1) if stride == 2 else (1, 1, 1, 1))
        x = F.conv2d(x, weight, stride=stride, groups=groups)
        bn = [t[f"{name}_bn.{s}"] for s in ("running_mean", "running_var", "weight", "bias")]
        return F.relu6(F.batch_norm(x, *bn, eps=BN_EPS))

    x = layer("conv1", x, 2)
    for i, (_, _, stride) in enumerate(BLOCKS, 1):
        x = layer(f"conv_pw_{i}", layer(f"conv_dw_{i}", x, stride, x.shape[1]))
    return x


def test_the_folded_encoder_answers_as_the_published_one_on_grey(tmp_path: Path) -> None:
    file, tensors = published(tmp_path)
    grey = torch.rand(2, 1, 64, 96, generator=torch.Generator().manual_seed(3)) * 2 - 1
    network = MobileNet(0.125, str(file))
    with torch.no_grad():
        assert torch.allclose(network(grey)[-1], unfolded(grey.expand(-1, 3, -1, -1), tensors), atol=1e-4)
        assert [m.shape[-1] for m in network(grey)] == [24, 12, 6, 3]


@pytest.mark.parametrize("kernel", [3, 5])
def test_strides_are_the_same_with_and_without_gradients(kernel: int) -> None:
    layer = torch.nn.Conv2d(16, 16, kernel, 2, groups=16)
    x = torch.randn(2, 16, 12, 16)
    with torch.no_grad():
        quick = depthwise(x, layer)
    assert torch.allclose(depthwise(x, layer), quick, atol=1e-5)


@pytest.mark.parametrize("harm", ["missing", "unknown", "width", "cut", "absent"])
def test_a_file_that_does_not_fit_is_refused(tmp_path: Path, harm: str) -> None:
    file, tensors = published(tmp_path, 0.25 if harm == "width" else 0.125)
    if harm == "missing":
        del tensors["conv_dw_3_bn.bias"]
    if harm == "unknown":
        tensors["fc.weight"] = torch.zeros(3)
    save_file(tensors, file)
    if harm == "cut":
        file.write_bytes(file.read_bytes()[:100])
    if harm == "absent":
        file.unlink()
    with pytest.raises(CheckpointError, match=r"given\.safetensors"):
        MobileNet(0.125, str(file))
