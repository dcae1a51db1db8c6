"""The course can be followed: every command of its four pages, in their order, in one folder, each made very short."""

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
    """Colour patches of its own, unlike any other seed's."""
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
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a student has: two photographs, a folder of pictures, two files of weights."""
    monkeypatch.chdir(tmp_path)
    photograph(1000).save("holiday.jpg")
    photograph(1001).save("other.jpg")
    photograph(1000).convert("L").save("holiday-grey.png")  # as the first page's Python does
    for i in range(30):
        folder = tmp_path / "pictures" / ("mountain", "street")[i % 2]
        folder.mkdir(parents=True, exist_ok=True)
        photograph(i).save(folder / f"{i}.png")
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


def quicker(words: list[str]) -> list[str]:
    """The same command, on a small network and for two steps."""
    if words[0] != "train":
        return words
    asked = [words[i + 1] for i, word in enumerate(words) if word == "--set"]
    changes = shortened(load_recipe(words[1]), size=64)
    if any(change.startswith("weights=") for change in asked):
        changes = [c for c in changes if not c.startswith("network.width")]  # a given file has its own width
    return [*words, *(word for change in changes for word in ("--set", change))]


@pytest.mark.slow
def test_every_command_of_the_course_works(desk: Path, autochrome: Callable[..., Ran]) -> None:
    for page in PAGES:
        for words in commands(page):
            ran = autochrome(*quicker(words))
            assert ran.code == 0, f"{page.name}: autochrome {shlex.join(words)}: {ran.err}"
    for made in (
        "alpha.png",
        "mine.zip",
        "beta.html",
        "full.onnx",
        "holiday-full.png",
        "gan.png",
        "runs/nogan",
    ):
        assert (desk / made).exists(), made


def test_each_page_leads_to_the_next() -> None:
    for page, following in pairwise(PAGES):
        assert f"({following.name})" in page.read_text(encoding="utf-8")
