"""Read safetensors files of weights, and load them into a network strictly."""

from collections.abc import Collection
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from autochrome.errors import CheckpointError
from autochrome.lab.old_names import with_current_names


def read_weights(file: Path) -> dict[str, Tensor]:
    """Name → tensor, on the CPU. Names of older versions are replaced by the current ones."""
    try:
        tensors: dict[str, Tensor] = load_file(file)
    except (OSError, SafetensorError) as e:
        raise CheckpointError(f"{file} cannot be read as safetensors weights: {e}.") from e
    return with_current_names(tensors)


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


def load_pretrained(module: nn.Module, file: str, ignore: Collection[str] = ()) -> None:
    """Load published weights. Names that begin with one of `ignore` are skipped; all others must fit.

    The counters of batch norm (`num_batches_tracked`) may be missing: published files often lack them.
    """
    tensors = read_weights(Path(file))
    tensors = {name: value for name, value in tensors.items() if not name.startswith(tuple(ignore))}
    own = {k: v for k, v in module.state_dict().items() if not k.endswith("num_batches_tracked")}
    tensors = {name: value for name, value in tensors.items() if not name.endswith("num_batches_tracked")}
    wrong = sorted(own.keys() ^ tensors.keys()) or [k for k, v in own.items() if v.shape != tensors[k].shape]
    if wrong:
        raise CheckpointError(
            f"{file} does not fit this network: {len(wrong)} layers are missing, unknown or of another shape, "
            f"the first is {wrong[0]!r}; give a file made for the same layers."
        )
    module.load_state_dict(tensors | {k: v for k, v in module.state_dict().items() if k not in own})
