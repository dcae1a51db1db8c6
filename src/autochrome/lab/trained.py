"""A finished run as a `ColorModel`: to be looked at and measured before it is exported."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from autochrome.lab.checkpoint import best_weights, load_weights
from autochrome.lab.nouns import ColorNetwork
from autochrome.lab.runs import open_run
from autochrome.model import CONTRACTS, Card
from autochrome.model.sizes import over_picture, pad
from autochrome.planes import Floats, Hints, Luma, Painted, Prepared

CONTRACT_OF = {("luma",): "lab-luma", ("luma", "hint"): "lab-pair", ("luma", "hint", "mask"): "lab-hint"}


def _plane(plane: Floats, multiple: int, *, repeat: bool) -> Tensor:
    """(H, W) or (H, W, C) → (1, C, H', W'), padded to what the network wants."""
    padded = pad(np.asarray(plane, np.float32), multiple, repeat=repeat)
    return torch.from_numpy(np.ascontiguousarray(padded.reshape(*padded.shape[:2], -1).transpose(2, 0, 1)))[
        None
    ]


class TrainedModel:
    """A network of the lab behind the door that every network has."""

    def __init__(self, network: ColorNetwork, name: str, device: str = "cpu") -> None:
        self._network, self._device = (
            network.eval().to(device),
            device,
        )  # at rest: no dropout, no batch statistics
        contract = CONTRACT_OF[network.inputs]
        self.card = Card(
            name=name, contract=contract, multiple=network.multiple, hints=CONTRACTS[contract].hints
        )

    def prepare(self, luma: Luma) -> Prepared:
        """(H, W) L*: padded, nothing more; the network works through both halves in `paint`."""
        return Prepared(luma, _plane(luma, self._network.multiple, repeat=True).to(self._device))

    @torch.no_grad()
    def paint(self, prepared: Prepared, hints: Hints | None = None, vivid: float = 1.0) -> Painted:
        """The network's a*b* times `vivid`."""
        height, width = prepared.luma.shape
        told = hints or Hints.none(height, width)
        multiple, device = self._network.multiple, self._device
        known = told.chroma * (told.mask > 0)[..., None]
        answer = self._network(
            prepared.state,
            _plane(known, multiple, repeat=False).to(device),
            _plane(told.mask, multiple, repeat=False).to(device),
        )
        chroma = (vivid * answer.ab[0]).clamp(-110, 110).permute(1, 2, 0).float().cpu().numpy()
        padded = (prepared.state.shape[2], prepared.state.shape[3])
        return Painted(over_picture(chroma, padded, height, width))


def open_trained(path: Path, device: str = "cpu") -> TrainedModel:
    """A run's folder (its newest checkpoint is taken), or one of the checkpoints in it."""
    run = path.parents[1] if path.parent.name == "checkpoints" else path
    _, network = open_run(run)
    if path != run:
        load_weights(network, best_weights(path))
    return TrainedModel(network, path.name, device)
