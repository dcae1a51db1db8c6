"""A finished run as a `ColorModel`: it answers what its exported file would, so that it can be measured before."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from autochrome.lab.training.checkpoint import best_weights
from autochrome.lab.training.runs import open_run
from autochrome.lab.types import ColorNetwork
from autochrome.lab.weights_file import load_weights
from autochrome.model import CONTRACTS, UNHINTED, Card
from autochrome.model.sizes import crop_to_picture, pad
from autochrome.types import Floats, Hints, Luma, Prediction, Prepared

CONTRACT_OF = {("luma",): "lab-luma", ("luma", "hint"): "lab-pair", ("luma", "hint", "mask"): "lab-hint"}


class TrainedModel:
    """A network of the lab behind the door that every network has."""

    def __init__(self, network: ColorNetwork, name: str, device: str = "cpu") -> None:
        self._network, self._device = (
            network.eval().to(device),
            device,
        )  # at rest: no dropout, no batch statistics
        *before, self._quick = network.export_parts()
        alone = {name + UNHINTED for name in self._quick.outputs}
        self._slow = [part for part in before if not alone & {*part.outputs}]
        self._unhinted = next((part for part in before if alone & {*part.outputs}), self._quick)
        contract = network.contract or CONTRACT_OF[network.inputs]
        self.card = Card(
            name=name, contract=contract, multiple=network.multiple, hints=CONTRACTS[contract].hints
        )

    @torch.no_grad()
    def prepare(self, luma: Luma) -> Prepared:
        """(H, W) L*: the slow half, where the network has two."""
        known = {"luma": self._planes(luma, repeat=True)}
        for part in self._slow:
            known |= part.answer(known)
        return Prepared(luma, known)

    @torch.no_grad()
    def paint(self, prepared: Prepared, hints: Hints | None = None, vivid: float = 1.0) -> Prediction:
        """The quick half. A network that knows nothing of vividness has its a*b* multiplied by it."""
        height, width = prepared.luma.shape
        told = hints or Hints.none(height, width)
        part = self._quick if told.present else self._unhinted
        known = dict(prepared.state)
        known["hint"] = self._planes(told.chroma * (told.mask > 0)[..., None], repeat=False)
        known["mask"] = self._planes(told.mask, repeat=False)
        known["vivid"] = torch.tensor([vivid], dtype=torch.float32, device=self._device)
        answers = {name.removesuffix(UNHINTED): answer for name, answer in part.answer(known).items()}
        times = 1.0 if "vivid" in part.numbers and vivid > 0 else vivid
        padded = (known["luma"].shape[2], known["luma"].shape[3])

        def over(plane: Tensor) -> Floats:
            return crop_to_picture(plane[0].permute(1, 2, 0).float().cpu().numpy(), padded, height, width)

        chroma = over((times * answers["ab"]).clamp(-110, 110))
        confidence = over(answers["confidence"].clamp(0, 1))[..., 0] if "confidence" in answers else None
        return Prediction(chroma, confidence)

    def _planes(self, plane: Floats, *, repeat: bool) -> Tensor:
        """(H, W) or (H, W, C) → (1, C, H', W'), padded to what the network wants."""
        padded = pad(np.asarray(plane, np.float32), self._network.multiple, repeat=repeat)
        channels = np.ascontiguousarray(padded.reshape(*padded.shape[:2], -1).transpose(2, 0, 1))
        return torch.from_numpy(channels)[None].to(self._device)


def open_trained_model(path: Path, device: str = "cpu") -> TrainedModel:
    """A run's folder (its newest checkpoint is taken), or one of the checkpoints in it."""
    run = path.parents[1] if path.parent.name == "checkpoints" else path
    _, network = open_run(run)
    if path != run:
        load_weights(network, best_weights(path))
    return TrainedModel(network, path.name, device)
