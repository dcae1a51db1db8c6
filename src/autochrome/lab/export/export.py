"""From a run to the ONNX file that `autochrome photo` opens. It is written only if it predicts as the trained network.

export(run, file)
  open the run        network → parts                              training/run_networks.py
  trace               each part → ONNX graph                       trace.py
  precision           fp16: smaller weights; int8: quantise        precision.py
  combine             all graphs in one file, with the card        combine.py
  check               file against trained network                 this module
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, TypeAlias

import numpy as np
import torch

from autochrome.errors import ExportMismatch, UsageError
from autochrome.files import atomic_write
from autochrome.lab.export.combine import combine_graphs
from autochrome.lab.export.examples import Tensors, make_examples, make_tracing_example, run_parts
from autochrome.lab.export.precision import Feeds, quantize, store_weights_as_fp16
from autochrome.lab.export.trace import OnnxModel, to_onnx
from autochrome.lab.recipe import Recipe
from autochrome.lab.training.checkpoint import list_checkpoints, load_state
from autochrome.lab.training.run_networks import open_run
from autochrome.lab.training.trained_model import CONTRACT_OF
from autochrome.lab.types import ColorNetwork, ExportPart
from autochrome.model import CONTRACTS, UNHINTED, Card, ColorModel, open_model, with_card
from autochrome.types import Floats, Hints

Precision: TypeAlias = Literal["fp32", "fp16", "int8"]

LIMITS: dict[Precision, float] = {"fp32": 0.02, "fp16": 0.2, "int8": 3.0}
"""The largest allowed distance from the trained network: root mean square, in a*b*."""
_COMPARED_EXAMPLES = 8


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written."""

    path: Path
    card: Card
    size: int  # bytes
    distance: float  # from the trained network: root mean square, in a*b*


def export(
    source: Path,
    out: Path,
    precision: Precision = "fp32",
    pictures: Sequence[str] = (),
    leave: Sequence[str] = (),
) -> Exported:
    """Write the network of a run as ONNX. int8 needs `pictures` (folders, zips, tars) for its value ranges.

    int8 quantises the convolutions that the network allows (`ColorNetwork.int8_layers`), except those whose names
    contain one of `leave`.
    """
    if precision == "int8" and not pictures:
        raise UsageError("int8 needs pictures to measure value ranges on: give some with --data.")
    recipe, network = open_run(source)
    side = -(-recipe.data.size // network.multiple) * network.multiple
    examples = make_examples(pictures, side)
    parts = network.export_parts()
    model, links = combine_graphs([*_make_graphs(network, parts, precision, examples, leave)])
    ab = run_parts(parts, examples[0])["ab"]
    card = make_card(recipe, network, parts, links, stride=side // ab.shape[-1], figures=_figures(source))
    data = with_card(model.SerializeToString(), card)
    distance = check(data, parts, examples[:_COMPARED_EXAMPLES], precision, out.name)
    atomic_write(out, data, make_folder=True)
    return Exported(out, card, len(data), distance)


def _make_graphs(
    network: ColorNetwork,
    parts: Sequence[ExportPart],
    precision: Precision,
    examples: Sequence[Tensors],
    leave: Sequence[str],
) -> Iterator[OnnxModel]:
    """One graph per part, in the precision of the file."""
    feeds: list[Feeds] = []
    if precision == "int8":
        feeds = [{name: tensor.numpy() for name, tensor in run_parts(parts, e).items()} for e in examples]
    for part in parts:
        tracing_example = run_parts(parts, make_tracing_example(network.multiple))
        graph = to_onnx(part, tracing_example, network.multiple)
        if precision == "int8":
            names = (*part.inputs, *part.scalars)
            graph = quantize(graph, [{n: f[n] for n in names} for f in feeds], network.int8_layers, leave)
        yield graph if precision == "fp32" else store_weights_as_fp16(graph)


def make_card(
    recipe: Recipe,
    network: ColorNetwork,
    parts: Sequence[ExportPart],
    links: dict[str, str],
    stride: int,
    figures: dict[str, float],
) -> Card:
    """The card of the file. `links` are those of `combine_graphs`."""
    contract = network.contract or CONTRACT_OF[network.inputs]
    encoders = [part.outputs for part in parts if links.keys() >= {*part.outputs}]
    settings = recipe.card
    return Card(
        name=settings.name or recipe.name,
        version=settings.version,
        summary=recipe.about,
        contract=contract,
        multiple=network.multiple,
        stride=stride,
        hints=CONTRACTS[contract].hints,
        ranges={"luma": "L* 0…100", "hint": "a*b* −110…110", "mask": "0…1", "ab": "a*b* −110…110"},
        features=links,
        exact=encoders[0] if len(encoders) > 1 else (),
        palette=network.palette,
        licence=settings.licence,
        training=f"recipe {recipe.name}, network {recipe.network.family}",
        data=settings.data,
        figures=figures,
        notice=settings.notice,
    )


def _figures(source: Path) -> dict[str, float]:
    """The last validation scores of a run, and the PSNR of grey."""
    found = list_checkpoints(source)
    scores = load_state(found[-1])[0].scores if found else {}
    return scores | {"grey_psnr": round(scores["psnr"] - scores["gain"], 4)} if scores else {}


def check(
    data: bytes, parts: Sequence[ExportPart], examples: Sequence[Tensors], precision: Precision, name: str
) -> float:
    """Compare the file with the trained parts, with and without hints; returns the distance in a*b*.

    Raises ExportMismatch if the distance is above the limit.
    """
    with TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(data)
        model = open_model(file, device="cpu")
        squares = []
        for example, hinted in product(examples, (True, False)):
            expected = _trained_chroma(parts, example, hinted=hinted)
            chroma = _exported_chroma(model, example, hinted=hinted)
            squares.append(float(np.square(chroma - expected).sum(-1).mean()))
    distance = float(np.sqrt(np.mean(squares)))
    if not distance <= LIMITS[precision]:
        raise ExportMismatch(
            f"{name} in {precision} predicts colours {distance:.3g} in a*b* away from the trained network (allowed: "
            f"{LIMITS[precision]:g}), so it was not written; choose another precision, or exclude layers with --leave."
        )
    return distance


def _trained_chroma(parts: Sequence[ExportPart], example: Tensors, *, hinted: bool) -> Floats:
    """(H, W, 2) a*b* of the trained network."""
    if not hinted:
        example = {**example, **{name: torch.zeros_like(example[name]) for name in ("hint", "mask")}}
    tensors = run_parts(parts, example)
    ab = tensors["ab"] if hinted else tensors.get("ab" + UNHINTED, tensors["ab"])
    chroma: Floats = ab[0].permute(1, 2, 0).numpy().clip(-110, 110)
    return chroma


def _exported_chroma(model: ColorModel, example: Tensors, *, hinted: bool) -> Floats:
    """(H, W, 2) a*b* of the ONNX file."""
    luma = example["luma"][0, 0].numpy()
    hints = Hints(example["hint"][0].permute(1, 2, 0).numpy(), example["mask"][0, 0].numpy())
    return model.paint(model.prepare(luma), hints if hinted else None).chroma
