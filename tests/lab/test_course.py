"""All commands of the course's four pages run, in order, in one folder. Training is shortened."""

import re
import shlex
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from autochrome.lab.networks.feature_networks import SqueezeNet
from autochrome.lab.networks.mobilenet import MobileNet
from autochrome.lab.recipe_files import load_recipe
from conftest import Ran
from shortened import shortened

PAGES = [
    Path(__file__).parents[2] / "docs" / "course" / f"{name}.md" for name in ("alpha", "beta", "full", "gan")
]


def photograph(seed: int, side: int = 96) -> Image.Image:
    """Smooth colour patches that differ for every seed."""
    coarse = np.random.default_rng(seed).integers(0, 256, (5, 5, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)


def mobilenet_weights() -> dict[str, torch.Tensor]:
    weights = {}
    for name, layer in MobileNet(in_channels=3).named_children():
        weights[f"{name}.weight"] = layer.weight.detach().contiguous()
        for statistic, value in (("weight", 1.0), ("bias", 0.0), ("running_mean", 0.0), ("running_var", 1.0)):
            weights[f"{name}_bn.{statistic}"] = torch.full((len(layer.weight),), value)
    return weights


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the course needs: two photographs, a folder of pictures, two files of weights. The judge sees little."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("autochrome.lab.judge.SIDE", 64)
    photograph(1000).save("holiday.jpg")
    photograph(1001).save("other.jpg")
    photograph(1000).convert("L").save("holiday-grey.png")  # as the first page's Python does
    for i in range(30):
        label = tmp_path / "pictures" / ("mountain", "street")[i % 2]
        label.mkdir(parents=True, exist_ok=True)
        photograph(i).save(label / f"{i}.png")
    save_file(mobilenet_weights(), "mobilenet_v1.safetensors")
    save_file({k: v.contiguous() for k, v in SqueezeNet().state_dict().items()}, "squeezenet1_0.safetensors")
    return tmp_path


def commands(page: Path) -> list[list[str]]:
    blocks = re.findall(r"^```bash\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [
        shlex.split(line)[1:]
        for block in blocks
        for line in block.splitlines()
        if line.startswith("autochrome")
    ]


def shorten(arguments: list[str]) -> list[str]:
    """The same command with a small network and two steps."""
    if arguments[0] != "train":
        return arguments
    overrides = [arguments[i + 1] for i, argument in enumerate(arguments) if argument == "--set"]
    changes = shortened(load_recipe(arguments[1]), size=64)
    if any(change.startswith("weights=") for change in overrides):
        changes = [
            c for c in changes if not c.startswith("network.width")
        ]  # the weights file has its own width
    return [*arguments, *(argument for change in changes for argument in ("--set", change))]


@pytest.mark.usefixtures("convolutions_that_hold")
@pytest.mark.slow
def test_every_command_of_the_course_works(folder: Path, autochrome: Callable[..., Ran]) -> None:
    for page in PAGES:
        for arguments in commands(page):
            ran = autochrome(*shorten(arguments))
            assert ran.code == 0, f"{page.name}: autochrome {shlex.join(arguments)}: {ran.err}"
    for made in (
        "alpha.png",
        "mine.zip",
        "beta.html",
        "full.onnx",
        "holiday-full.png",
        "gan.png",
        "runs/nogan",
    ):
        assert (folder / made).exists(), made


def test_each_page_links_to_the_next() -> None:
    for page, following in pairwise(PAGES):
        assert f"({following.name})" in page.read_text(encoding="utf-8")
