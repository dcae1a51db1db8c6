"""A trained network as a `ColorModel`: the same predictions as its exported file, without an export."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from autochrome.lab.training.checkpoint import best_weights
from autochrome.lab.training.run_networks import open_run
from autochrome.lab.types import ColorNetwork, ExportPart
from autochrome.lab.weights_file import load_weights
from autochrome.model import CONTRACTS, EMBEDDING, LAID, UNHINTED, Card
from autochrome.model.connected import lay, lay_outlined, limit_to_thing, thin_out
from autochrome.model.sizes import crop_to_picture, pad
from autochrome.types import CHROMA_LIMIT, Floats, Hints, Luma, Prediction, Prepared

CONTRACT_OF = {("luma",): "lab-luma", ("luma", "hint"): "lab-pair", ("luma", "hint", "mask"): "lab-hint"}
"""Inputs of a network → its contract, if it names none itself."""
_COLOR = ("ab", LAID[0])
"""The outputs that are colour begin with these names."""


class TrainedModel:
    """A network of the lab with the interface of all models: `prepare`, then `paint`."""

    def __init__(self, network: ColorNetwork, name: str, device: str = "cpu") -> None:
        self._network, self._device = network.eval().to(device), device
        *encoders, self._decoder = network.export_parts()
        by_output = {output: part for part in encoders for output in part.outputs}
        self._unhinted_decoder = by_output.get(self._decoder.outputs[0] + UNHINTED, self._decoder)
        self._laying = by_output.get(LAID[0])
        self._embedding = by_output.get(EMBEDDING)
        later = (self._unhinted_decoder, self._laying, self._embedding)
        self._encoders = [part for part in encoders if part not in later]
        contract = network.contract or CONTRACT_OF[network.inputs]
        self.edition = name
        self.card = Card(
            name=name, contract=contract, multiple=network.multiple, hints=CONTRACTS[contract].hints
        )

    @torch.no_grad()
    def prepare(self, luma: Luma) -> Prepared:
        """Run the encoder, if the network has one of its own. `luma` is (H, W) L*."""
        tensors = {"luma": self._tensor(luma, repeat=True)}
        for part in self._encoders:
            tensors |= part.run(tensors)
        return Prepared(luma, tensors)

    @torch.no_grad()
    def paint(self, prepared: Prepared, hints: Hints | None = None, vivid: float = 1.0) -> Prediction:
        """Run the decoder. If it has no input "vivid", its chroma is multiplied by `vivid`.

        Each hint counts by its reach, if the network can lay hints on a prediction that was made without them.
        """
        hints = hints or Hints.none(*prepared.luma.shape)
        if self._laying is None:
            hints = Hints(hints.chroma, hints.mask)
        far, near = hints.far(), hints.near()
        planes = self._run(self._decoder if far.present else self._unhinted_decoder, prepared, far, vivid)
        confidence = planes["confidence"][..., 0].clip(0, 1) if "confidence" in planes else None
        prediction = Prediction(planes["ab"].clip(-CHROMA_LIMIT, CHROMA_LIMIT), confidence)
        if (outlined := hints.outlined()) is not None:
            prediction = lay_outlined(prediction, outlined, prepared.luma, vivid)
        if near is not None and self._laying is not None:
            if self._embedding is not None and EMBEDDING not in prepared.state:
                prepared.state.update(self._embedding.run(prepared.state))
            stride = -(-len(prepared.luma) // len(prediction.chroma))
            laid = self._run(self._laying, prepared, thin_out(near, stride), vivid)
            ab, weight = (laid[name] for name in LAID)
            limited = limit_to_thing(ab, weight[..., 0], near, prepared.luma, vivid)
            prediction = lay(prediction, *limited)
        return prediction

    def _run(self, part: ExportPart, prepared: Prepared, hints: Hints, vivid: float) -> dict[str, Floats]:
        """The outputs of one part that have the place of the picture, (h, w, C) each, without the padding."""
        tensors = dict(prepared.state)
        tensors["hint"] = self._tensor(hints.chroma * (hints.mask > 0)[..., None], repeat=False)
        tensors["mask"] = self._tensor(hints.mask, repeat=False)
        tensors["vivid"] = torch.tensor([vivid], dtype=torch.float32, device=self._device)
        padded = (tensors["luma"].shape[2], tensors["luma"].shape[3])
        factor = np.float32(1.0 if "vivid" in part.scalars and vivid > 0 else vivid)
        planes = {}
        for name, output in part.run(tensors).items():
            plane = output[0].permute(1, 2, 0).float().cpu().numpy()
            plane = crop_to_picture(plane, padded, *prepared.luma.shape)
            planes[name.removesuffix(UNHINTED)] = plane * factor if name.startswith(_COLOR) else plane
        return planes

    def _tensor(self, plane: Floats, *, repeat: bool) -> Tensor:
        """(H, W) or (H, W, C) → (1, C, H', W'), padded to the network's multiple; `repeat`: with the edge pixels."""
        padded = pad(np.asarray(plane, np.float32), self._network.multiple, repeat=repeat)
        channels = np.ascontiguousarray(padded.reshape(*padded.shape[:2], -1).transpose(2, 0, 1))
        return torch.from_numpy(channels)[None].to(self._device)


def open_trained_model(path: Path, device: str = "cpu") -> TrainedModel:
    """Open the folder of a run (with its newest checkpoint), or the folder of one of its checkpoints."""
    run = path.parents[1] if path.parent.name == "checkpoints" else path
    _, network = open_run(run)
    if path != run:
        load_weights(network, best_weights(path))
    return TrainedModel(network, path.name, device)
