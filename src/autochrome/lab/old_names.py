"""Names that tensors had in weights files from before 0.1.0, and the names they have now."""

from torch import Tensor

HEADS = {"naming.": "label_head.", "likely.": "bin_head."}
"""Old prefix → current prefix."""


def with_current_names(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same tensors under their current names."""
    return {_current_name(name): tensor for name, tensor in tensors.items()}


def _current_name(name: str) -> str:
    for old, current in HEADS.items():
        if name.startswith(old):
            return current + name.removeprefix(old)
    return name
