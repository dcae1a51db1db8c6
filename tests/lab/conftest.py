"""A shard of small pictures and a recipe for it. Each test runs on one thread."""

import os
from pathlib import Path

import pytest
import torch

from autochrome.lab.data.pixels import encode
from autochrome.lab.data.shards import ShardWriter
from small import RECIPE, picture

os.environ["OMP_NUM_THREADS"] = "1"  # for processes that tests start
torch.set_num_threads(1)


@pytest.fixture
def convolutions_that_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyTorch's own convolutions where the processor has AVX2 only.

    There oneDNN of torch 2.13 damages the heap in the backward pass of very narrow networks (`nogan`, 4 channels).
    """
    if torch.backends.cpu.get_cpu_capability() == "AVX2":
        monkeypatch.setattr(torch.backends.mkldnn, "enabled", False)


@pytest.fixture(scope="session")
def shard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 pictures as source/label/number.png."""
    path = tmp_path_factory.mktemp("data") / "shard.zip"
    with ShardWriter(path) as writer:
        for i in range(40):
            writer.add(f"made/{'even' if i % 2 == 0 else 'odd'}/{i:03}.png", encode(picture(i), "png"))
    return path


@pytest.fixture
def small_recipe(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(RECIPE)
    return path
