"""Inputs of a network for tracing, calibration and comparison."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import torch
from torch import Tensor
from torch.nn import functional as F

from autochrome.lab.data.batches import make_batch
from autochrome.lab.data.crops import center_squares
from autochrome.lab.data.options import DataSettings, SampleOptions
from autochrome.lab.data.sources import open_pictures
from autochrome.lab.types import ExportPart

Tensors: TypeAlias = Mapping[str, Tensor]  # by name: luma, hint, mask, vivid, and outputs of parts

_MAX_PICTURES = 64
_WITH_HINTS = SampleOptions(flip=0, points=0.5, warped=0.3)


def make_examples(paths: Sequence[str], side: int) -> list[Tensors]:
    """luma, hint, mask and vivid of side × side pictures, one each. Without paths they are coloured noise."""
    generator = torch.Generator().manual_seed(0)
    if paths:
        pictures = open_pictures(paths, DataSettings(size=side, limit=_MAX_PICTURES, storage="stream"))
        squares = center_squares(pictures, side, _MAX_PICTURES)[:, -1:]
    else:
        blocks = torch.rand(8, 3, side // 8, side // 8, generator=generator)
        smooth = F.interpolate(blocks, (side, side), mode="bilinear") * 255
        squares = smooth.permute(0, 2, 3, 1)[:, None].to(torch.uint8)
    batch = make_batch(squares, _WITH_HINTS, generator)
    vivid = torch.tensor([1.0])
    rows = zip(batch.luma.split(1), batch.hint.split(1), batch.mask.split(1), strict=True)
    return [{"luma": luma, "hint": hint, "mask": mask, "vivid": vivid} for luma, hint, mask in rows]


def make_tracing_example(multiple: int) -> Tensors:
    """Noise of 4 × 5 multiples: the sides differ, and neither is so small that the exporter makes it a constant."""
    height, width = 4 * multiple, 5 * multiple
    shapes = {"luma": (1, 1, height, width), "hint": (1, 2, height, width), "mask": (1, 1, height, width)}
    return {name: torch.rand(shape) for name, shape in shapes.items()} | {"vivid": torch.tensor([1.0])}


@torch.no_grad()
def run_parts(parts: Sequence[ExportPart], inputs: Tensors) -> dict[str, Tensor]:
    """Run all parts; returns the inputs and all outputs."""
    tensors = dict(inputs)
    for part in parts:
        tensors |= part.run(tensors)
    return tensors
