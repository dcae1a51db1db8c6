"""Read safetensors files of weights, and load them into a network strictly."""

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from autochrome.errors import CheckpointError


def read_weights(file: Path) -> dict[str, Tensor]:
    """Name → tensor, on the CPU."""
    try:
        tensors: dict[str, Tensor] = load_file(file)
    except (OSError, SafetensorError) as e:
        raise CheckpointError(f"{file} cannot be read as safetensors weights: {e}.") from e
    return tensors


def load_weights(network: nn.Module, file: Path) -> None:
    """Load a file that has exactly the tensors of this network, with the same shapes; else a CheckpointError."""
    tensors = read_weights(file)
    own = network.state_dict()
    other_shapes = [k for k in own if k in tensors and own[k].shape != tensors[k].shape]
    for problem, names in (
        ("it has no", own.keys() - tensors.keys()),
        ("it also has", tensors.keys() - own.keys()),
        ("it has another shape for", other_shapes),
    ):
        if names:
            first = ", ".join(sorted(names)[:3])
            raise CheckpointError(
                f"{file} does not fit this network: {problem} {first} ({len(names)} tensors in all)."
            )
    network.load_state_dict(tensors, strict=True)
