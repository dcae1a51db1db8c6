"""The encoder of a model file, which is not trained: it runs once per picture, and its features are kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from autochrome.errors import ModelUnusable
from autochrome.lab.networks.tint.export_graphs import FEATURES
from autochrome.lab.networks.tint.features import Features
from autochrome.model.card import Card
from autochrome.model.onnx_file import cut, interface, load
from autochrome.model.open import read_card
from autochrome.model.runtimes import LOADERS
from autochrome.types import Luma


class Encoder:
    """luma → features of the decoder, by ONNX Runtime: several times faster than the same network in PyTorch."""

    def __init__(self, path: Path, width: int, threads: int) -> None:
        """width: channels of features4 in the decoder; a file stores more, see `export_graphs.pad_channels`."""
        data = load(path)
        self.card: Card = read_card(interface(data, path.name), path)
        late = tuple(name for name in FEATURES if name not in self.card.exact)
        if not {*FEATURES} <= {*self.card.features} or not self.card.exact:
            raise ModelUnusable(
                f"{path.name}: adapt needs a model of the network `tint`; this is another one."
            )
        self._stages = [
            (outputs, LOADERS["cpu"](cut(data, outputs, path.name), path.name, threads, False))
            for outputs in (self.card.exact, late)
        ]
        self._width = width

    def run(self, luma: Luma) -> list[NDArray[np.float16]]:
        """(H, W) L*, sides multiples of 32 → a (C, h, w) map for each of `FEATURES`."""
        values: dict[str, NDArray[np.float32]] = {}
        feeds: dict[str, NDArray[np.float32]] = {"luma": np.ascontiguousarray(luma, np.float32)[None, None]}
        for outputs, graph in self._stages:
            found = dict(zip(outputs, graph.run(outputs, feeds), strict=True))
            values |= found
            feeds |= {self.card.features[name]: value for name, value in found.items()}
        values["features4"] = values["features4"][:, : self._width]
        return [values[name][0].astype(np.float16) for name in FEATURES]


@dataclass(slots=True)
class Sample:
    """One crop: its features, and its true colours."""

    features: list[NDArray[np.float16]]
    truth: NDArray[np.float16]  # (3, S, S) L*a*b*


@dataclass(slots=True)
class SamplePool:
    """Crops with their features, at most `limit`; new ones replace the oldest."""

    limit: int
    samples: list[Sample] = field(default_factory=list)
    added: int = 0

    def add(self, sample: Sample) -> None:
        if len(self.samples) < self.limit:
            self.samples.append(sample)
        else:
            self.samples[self.added % self.limit] = sample
        self.added += 1

    def draw(self, count: int, random: np.random.Generator) -> tuple[Features, Tensor]:
        """Features and truth (N, 3, S, S) of `count` crops by lot."""
        return stack([self.samples[i] for i in random.integers(len(self.samples), size=count)])


def stack(samples: Sequence[Sample]) -> tuple[Features, Tensor]:
    """Samples of one size as tensors. The channels of a pixel lie together: convolutions are faster so."""
    maps = (np.stack([s.features[i] for s in samples]) for i in range(len(FEATURES)))
    features = (
        torch.from_numpy(x.astype(np.float32)).contiguous(memory_format=torch.channels_last) for x in maps
    )
    return Features(*features), torch.from_numpy(np.stack([s.truth for s in samples]).astype(np.float32))


def run_tensors(encoder: Encoder, luma: Tensor, truth: Tensor) -> list[Sample]:
    """(N, 1, S, S) L* and (N, 3, S, S) L*a*b* → samples."""
    rows = zip(luma[:, 0].numpy(), truth.numpy().astype(np.float16), strict=True)
    return [Sample(encoder.run(grey), true) for grey, true in rows]
