"""Checkpoints: a folder each, written beside its place and then renamed, read strictly.

runs/NAME/recipe.yaml
runs/NAME/checkpoints/step-00001200/weights.safetensors   the network
                                    average.safetensors   its moving average, when the recipe keeps one
                                    critic.safetensors    when the recipe has one
                                    state.pt              optimizers and progress
"""

import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn

from autochrome.errors import CheckpointError
from autochrome.files import atomic_folder


@dataclass(slots=True)
class Progress:
    """Where a run stands. Everything random is a function of these numbers and the seed."""

    phase: int = 0
    step: int = 0  # optimizer steps done in this phase
    seconds: float = 0.0  # spent in this phase, over all sittings
    total_steps: int = 0
    best_step: int = -1  # total_steps of the best checkpoint of this phase
    best_score: float = 0.0
    done: bool = False
    scores: dict[str, float] = field(default_factory=dict)  # the last held-out scores


def folder_of(run: Path, total_steps: int) -> Path:
    return run / "checkpoints" / f"step-{total_steps:08d}"


def checkpoints(run: Path) -> list[Path]:
    """Complete checkpoints of a run, oldest first."""
    return sorted(p for p in (run / "checkpoints").glob("step-*") if p.name[5:].isdigit())


def save_checkpoint(
    run: Path,
    networks: Mapping[str, nn.Module],
    state: Mapping[str, Any],
    progress: Progress,
) -> Path:
    """`networks` by file name: weights, average, critic. A kill at any moment leaves no half checkpoint."""
    target = folder_of(run, progress.total_steps)
    with atomic_folder(target) as part:
        for name, network in networks.items():
            tensors = {k: v.detach().cpu().contiguous().clone() for k, v in network.state_dict().items()}
            save_file(tensors, part / f"{name}.safetensors")
        torch.save({"progress": asdict(progress), "state": dict(state)}, part / "state.pt")
    return target


def prune(run: Path, keep: int, protect: int = -1) -> None:
    """Remove all but the newest `keep` checkpoints and the protected step."""
    for old in checkpoints(run)[:-keep]:
        if old != folder_of(run, protect):
            shutil.rmtree(old)


def load_state(checkpoint: Path) -> tuple[Progress, dict[str, Any]]:
    """Progress, and what the steps remember: optimizers, losses."""
    try:
        state = torch.load(checkpoint / "state.pt", map_location="cpu", weights_only=True)
        return Progress(**state["progress"]), state["state"]
    except (OSError, RuntimeError, KeyError, TypeError, EOFError) as e:
        raise CheckpointError(f"{checkpoint}/state.pt is damaged or from another version: {e}") from e


def best_weights(run: str | Path) -> Path:
    """The file with a run's result: its newest checkpoint, the average if it keeps one. A file stands for itself."""
    run = Path(run)
    if run.is_file():
        return run
    found = [run] if (run / "weights.safetensors").exists() else checkpoints(run)
    if not found:
        raise CheckpointError(f"{run} holds no checkpoint; train it first, or name a .safetensors file.")
    average = found[-1] / "average.safetensors"
    return average if average.exists() else found[-1] / "weights.safetensors"
