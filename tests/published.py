"""Weights files in the form in which others publish them, with random weights."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from autochrome.lab.networks.edgetpu import MobileNetEdgeTPU


def publish_edgetpu(file: Path, width: float = 1.0) -> list[tuple[dict, torch.Tensor, torch.Tensor]]:
    """MobileNetEdgeTPU in 8 bits, for three channels; returns its layers in order."""
    generator = torch.Generator().manual_seed(5)
    tensors, rows = {}, []
    for path, layer in MobileNetEdgeTPU(width).named_modules():
        if isinstance(layer, nn.Conv2d):
            name = path.split(".")[-1]
            shape = list(layer.weight.shape)
            shape[1] = 3 if name == "layer00" else shape[1]
            weight = torch.randint(0, 256, shape, generator=generator, dtype=torch.uint8)
            bias = torch.randn(shape[0], generator=generator) * 0.1
            tensors |= {f"{name}.weight": weight, f"{name}.bias": bias}
            rows.append({"name": name, "scale": 0.02 / shape[1] ** 0.5, "zero": 128})
    save_file(tensors, file, {"layers": json.dumps([*rows, {"op": "add"}])})
    weights = [(tensors[f"{r['name']}.weight"].float() - 128) * r["scale"] for r in rows]
    return [(r, w, tensors[f"{r['name']}.bias"]) for r, w in zip(rows, weights, strict=True)]
