"""Tensor names in weights files from before 0.1.0, and the names they have now."""

from torch import Tensor

MARKER = "painter.own.weight"
"""Only weights of the old `tint` have a tensor of this name."""

RENAMED = {
    "grain.": "detail.",
    "side.": "lateral.",
    "place.": "descriptor.",
    "gist.": "coarse_head.",
    "painter.look.nobody.": "decoder.attention.null_key.",
    "painter.look.near": "decoder.attention.log_distance_weight",
    "painter.look.cover": "decoder.attention.coverage_weight",
    "painter.look.": "decoder.attention.",
    "painter.hint.": "decoder.hint_convs.",
    "painter.down.": "decoder.top_down.",
    "painter.level.": "decoder.blocks.",
    "painter.bins.": "decoder.bin_head.",
    "painter.own.": "decoder.ab_head.",
    "painter.believe.": "decoder.source_head.",
    "painter.": "decoder.",
}
"""Old prefix → new prefix. The first one that fits counts."""
BLOCK_LAYERS = {".one.": ".conv1.", ".two.": ".conv2."}
"""The two convolutions of `decoder.blocks`."""
HEADS = {"naming.": "label_head.", "likely.": "bin_head."}
"""Prefixes in the other families."""


def current_name(name: str) -> str:
    """The current name of a tensor of the old `tint`."""
    for old, new in RENAMED.items():
        if name.startswith(old):
            name = new + name.removeprefix(old)
            break
    if name.startswith("decoder.blocks."):
        for old, new in BLOCK_LAYERS.items():
            name = name.replace(old, new)
    return name


def with_current_names(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same tensors under their current names."""
    rename = current_name if MARKER in tensors else _current_head_name
    return {rename(name): tensor for name, tensor in tensors.items()}


def _current_head_name(name: str) -> str:
    for old, new in HEADS.items():
        if name.startswith(old):
            return new + name.removeprefix(old)
    return name
