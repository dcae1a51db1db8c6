"""From a run to the ONNX file that `autochrome photo` opens; not written unless it answers as the trained network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, TypeAlias

import numpy as np
import torch
from torch import Tensor

from autochrome.errors import ExportMismatch, UsageError
from autochrome.files import atomic_write
from autochrome.lab.data.batches import SampleOptions, make_batch
from autochrome.lab.data.crops import middle_squares, open_pictures
from autochrome.lab.export.graphs import from_torch, quantize, side_by_side, store_as_half
from autochrome.lab.recipe import CardSettings, DataSettings, Recipe
from autochrome.lab.training.checkpoint import checkpoints, load_state
from autochrome.lab.training.runs import open_run
from autochrome.lab.training.trained_model import CONTRACT_OF
from autochrome.lab.types import Batch, ColorNetwork, Part
from autochrome.model import CONTRACTS, UNHINTED, Card, open_model, with_card
from autochrome.types import Floats, Hints

Precision: TypeAlias = Literal["fp32", "fp16", "int8"]
Planes: TypeAlias = Mapping[str, Tensor]

LIMITS: dict[Precision, float] = {"fp32": 0.02, "fp16": 0.2, "int8": 3.0}
"""Root mean square distance in a*b* that an exported network may keep from the trained one."""
_CALIBRATION = 64  # pictures
_HINTED = SampleOptions(flip=0, points=0.5, carried=0.3)


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    path: Path
    card: Card
    size: int  # bytes
    distance: float  # root mean square in a*b* from the trained network


def export(
    source: Path,
    out: Path,
    precision: Precision = "fp32",
    pictures: Sequence[str] = (),
    leave: Sequence[str] = (),
) -> Exported:
    """Write the network of a run as ONNX, its card inside. int8 needs real pictures to take its ranges from.

    In int8 the network says which convolutions may be (`ColorNetwork.sturdy`); those whose names contain one of `leave`
    keep their precision too.
    """
    if precision == "int8" and not pictures:
        raise UsageError("int8 takes its ranges from real pictures: name some with --data.")
    recipe, network = open_run(source)
    side = -(-recipe.data.size // network.multiple) * network.multiple
    examples = _examples(pictures, side)
    parts = network.export_parts()
    models = []
    for part in parts:
        model = from_torch(part, _answers(parts, _traced(network.multiple)), network.multiple)
        if precision == "int8":
            feeds = [{k: v.numpy() for k, v in _answers(parts, e).items()} for e in examples]
            names = (*part.inputs, *part.numbers)
            model = quantize(model, [{k: f[k] for k in names} for f in feeds], network.sturdy, leave)
        models.append(model if precision == "fp32" else store_as_half(model))
    whole, links = side_by_side(models)
    slow = [part.outputs for part in parts if links.keys() >= {*part.outputs}]
    exact = slow[0] if len(slow) > 1 else ()
    card = make_card(recipe, network, links, exact, _figures(source), _stride(parts, examples[0]))
    data = with_card(whole.SerializeToString(), card)
    distance = check(data, parts, examples[:8], precision, out.name)
    atomic_write(out, data, make_folder=True)
    return Exported(out, card, len(data), distance)


def _examples(paths: Sequence[str], side: int) -> list[Planes]:
    """luma, hint, mask and vivid of some pictures, one each; of noise in pink and grey where none are given."""
    generator = torch.Generator().manual_seed(0)
    if paths:
        found = open_pictures(paths, DataSettings(size=side, limit=_CALIBRATION, keep="stream"))
        squares = middle_squares(found, side, _CALIBRATION)[:, -1:]
    else:
        blocks = torch.rand(8, 3, side // 8, side // 8, generator=generator)
        smooth = torch.nn.functional.interpolate(blocks, (side, side), mode="bilinear") * 255
        squares = smooth.permute(0, 2, 3, 1)[:, None].to(torch.uint8)
    batch: Batch = make_batch(squares, _HINTED, generator)
    vivid = torch.tensor([1.0])
    rows = zip(batch.luma.split(1), batch.hint.split(1), batch.mask.split(1), strict=True)
    return [{"luma": luma, "hint": hint, "mask": mask, "vivid": vivid} for luma, hint, mask in rows]


def _traced(multiple: int) -> Planes:
    """What the exporter watches: oblong, and neither side so small that it takes it for a constant."""
    height, width = 4 * multiple, 5 * multiple
    shapes = {"luma": (1, 1, height, width), "hint": (1, 2, height, width), "mask": (1, 1, height, width)}
    return {name: torch.rand(shape) for name, shape in shapes.items()} | {"vivid": torch.tensor([1.0])}


@torch.no_grad()
def _answers(parts: Sequence[Part], planes: Planes) -> dict[str, Tensor]:
    """Everything that is known after all parts have run, by name."""
    known = dict(planes)
    for part in parts:
        known |= part.answer(known)
    return known


def _stride(parts: Sequence[Part], planes: Planes) -> int:
    return planes["luma"].shape[-1] // _answers(parts, planes)["ab"].shape[-1]


def make_card(
    recipe: Recipe,
    network: ColorNetwork,
    links: dict[str, str],
    exact: tuple[str, ...],
    figures: dict[str, float],
    stride: int,
) -> Card:
    """What the file says about itself."""
    contract = network.contract or CONTRACT_OF[network.inputs]
    words: CardSettings = recipe.card
    return Card(
        name=words.name or recipe.name,
        version=words.version,
        summary=recipe.about,
        contract=contract,
        multiple=network.multiple,
        stride=stride,
        hints=CONTRACTS[contract].hints,
        ranges={"luma": "L* 0…100", "hint": "a*b* −110…110", "mask": "0…1", "ab": "a*b* −110…110"},
        features=links,
        exact=exact,
        palette=network.palette,
        licence=words.licence,
        training=f"recipe {recipe.name}, network {recipe.network.family}",
        data=words.data,
        figures=figures,
        notice=words.notice,
    )


def _figures(source: Path) -> dict[str, float]:
    """The last held-out scores, and what grey scores beside them."""
    found = checkpoints(source)
    scores = load_state(found[-1])[0].scores if found else {}
    return scores | {"grey_psnr": round(scores["psnr"] - scores["gain"], 4)} if scores else {}


def check(
    data: bytes, parts: Sequence[Part], examples: Sequence[Planes], precision: Precision, name: str
) -> float:
    """Ask the file as everybody will, and the trained parts; the distance, or ExportMismatch."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(data)
        model = open_model(file, runtime="onnxruntime")
        squares = []
        for planes, told in product(examples, (True, False)):
            known = _answers(parts, planes if told else {**planes, **_untold(planes)})
            answer = known["ab"] if told else known.get("ab" + UNHINTED, known["ab"])
            wanted = answer[0].permute(1, 2, 0).numpy().clip(-110, 110)
            squares.append(float(np.square(_asked(model, planes, told) - wanted).sum(-1).mean()))
    distance = float(np.sqrt(np.mean(squares)))
    if not distance <= LIMITS[precision]:
        raise ExportMismatch(
            f"{name} as {precision} answers {distance:.3g} in a*b* away from the trained network (allowed: "
            f"{LIMITS[precision]:g}), so it was not written; choose another precision, or leave layers out of int8."
        )
    return distance


def _untold(planes: Planes) -> Planes:
    return {name: torch.zeros_like(planes[name]) for name in ("hint", "mask")}


def _asked(model: Any, planes: Planes, told: bool) -> Floats:
    luma = planes["luma"][0, 0].numpy()
    hints = Hints(planes["hint"][0].permute(1, 2, 0).numpy(), planes["mask"][0, 0].numpy())
    chroma: Floats = model.paint(model.prepare(luma), hints if told else None).chroma
    return chroma
