"""Checkpoints: one folder each. It is written under a temporary name, then renamed.

runs/NAME/recipe.yaml
runs/NAME/checkpoints/step-00001200/weights.safetensors   the network
                                    average.safetensors   its moving average, if the recipe has one
                                    critic.safetensors    if the recipe has a critic
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
    """How far a run has come. Everything random is a function of these numbers and the seed."""

    phase: int = 0
    step: int = 0  # optimizer steps in this phase
    seconds: float = 0.0  # in this phase, over all starts of the run
    total_steps: int = 0  # in all phases
    best_step: int = -1  # total_steps of the best checkpoint of this phase; -1: none yet
    best_score: float = 0.0
    done: bool = False
    scores: dict[str, float] = field(default_factory=dict)  # of the last validation

    def start_next_phase(self) -> None:
        self.phase += 1
        self.step, self.best_step, self.best_score = 0, -1, 0.0


def checkpoint_folder(run: Path, total_steps: int) -> Path:
    """The folder of the checkpoint after so many steps."""
    return run / "checkpoints" / f"step-{total_steps:08d}"


def list_checkpoints(run: Path) -> list[Path]:
    """The complete checkpoints of a run, oldest first."""
    return sorted(p for p in (run / "checkpoints").glob("step-*") if p.name[5:].isdigit())


def save_checkpoint(
    run: Path,
    networks: Mapping[str, nn.Module],
    state: Mapping[str, Any],
    progress: Progress,
) -> Path:
    """Write a checkpoint, whole or not at all. `networks` are by file name: weights, average, critic."""
    folder = checkpoint_folder(run, progress.total_steps)
    with atomic_folder(folder) as part:
        for name, network in networks.items():
            tensors = {k: v.detach().cpu().contiguous().clone() for k, v in network.state_dict().items()}
            save_file(tensors, part / f"{name}.safetensors")
        torch.save({"progress": asdict(progress), "state": dict(state)}, part / "state.pt")
    return folder


def remove_old_checkpoints(run: Path, keep: int, best_step: int = -1) -> None:
    """Keep the newest `keep` checkpoints and the one of `best_step`; remove the others."""
    for old in list_checkpoints(run)[:-keep]:
        if old != checkpoint_folder(run, best_step):
            shutil.rmtree(old)


def load_state(checkpoint: Path) -> tuple[Progress, dict[str, Any]]:
    """The progress, and the state of optimizers and losses."""
    try:
        content = torch.load(checkpoint / "state.pt", map_location="cpu", weights_only=True)
        return Progress(**content["progress"]), content["state"]
    except (OSError, RuntimeError, KeyError, TypeError, EOFError) as e:
        raise CheckpointError(f"{checkpoint}/state.pt is damaged or from another version: {e}") from e


def is_done(run: Path) -> bool:
    """Whether a run has finished its last phase."""
    found = list_checkpoints(run)
    return bool(found) and load_state(found[-1])[0].done


def best_weights(run: str | Path) -> Path:
    """The file with the result of a run or of a checkpoint: the average if there is one. A file is returned as it is.

    A run's result is its newest checkpoint.
    """
    run = Path(run)
    if run.is_file():
        return run
    found = [run] if (run / "weights.safetensors").exists() else list_checkpoints(run)
    if not found:
        raise CheckpointError(f"{run} has no checkpoint: train it first, or give a .safetensors file.")
    average = found[-1] / "average.safetensors"
    return average if average.exists() else found[-1] / "weights.safetensors"
