"""A training run: a recipe and pictures in; a folder with checkpoints, tables and a report out.

train(recipe, run, options)
  setup         open the pictures, build the networks, load the last checkpoint       this module
  phases        freeze, build losses and optimizers                                   trainer.py
  steps         batch → losses → gradients → optimizer                                trainer.py, steps.py
  validation    scores on held-out pictures                                           validation.py
  checkpoint    weights and state, written whole or not at all                        checkpoint.py
"""

from contextlib import ExitStack, closing
from pathlib import Path

import torch
from torch import Tensor

from autochrome.errors import CheckpointError, RecipeError
from autochrome.files import atomic_write
from autochrome.lab.data.crops import center_squares
from autochrome.lab.data.on_device import choose_device
from autochrome.lab.data.sources import open_pictures, without_maps
from autochrome.lab.recipe import Recipe
from autochrome.lab.recipe_files import load_recipe
from autochrome.lab.training.checkpoint import list_checkpoints
from autochrome.lab.training.distributed import ProcessGroup, join_process_group
from autochrome.lab.training.monitor import Monitor
from autochrome.lab.training.run_log import NullRunLog, RunLog, TrainingLog
from autochrome.lab.training.run_networks import build_networks
from autochrome.lab.training.run_options import RunOptions
from autochrome.lab.training.run_page import write_run_page
from autochrome.lab.training.trainer import Trainer
from autochrome.lab.training.training_data import TrainingData


def train(recipe: Recipe, run: Path, options: RunOptions) -> Path:
    """Train a recipe into the folder `run`. `checkpoint.best_weights(run)` is its result."""
    recipe = _recipe_of_run(recipe, run, options)
    device = choose_device(options.device)
    with join_process_group(device) as group:
        trainer = _set_up(recipe, run, options, device, group)
        with ExitStack() as stack:
            log: TrainingLog = NullRunLog()
            if group.is_main:
                log = stack.enter_context(closing(RunLog(run, trainer.progress.total_steps)))
                stack.enter_context(Monitor(run))
            trainer.train(log)
        if group.is_main:
            write_run_page(run)
    return run


def _recipe_of_run(recipe: Recipe, run: Path, options: RunOptions) -> Recipe:
    """The recipe to train: a resumed run keeps the one that it started with."""
    if options.resume and (run / "recipe.yaml").exists():
        kept = load_recipe(run / "recipe.yaml")
        if options.overrides_given and kept != recipe:
            raise RecipeError(
                f"{run} is resumed with the settings it started with: leave out --set, or choose another --out."
            )
        return kept
    if list_checkpoints(run) and not options.resume:
        raise CheckpointError(
            f"{run} already has checkpoints: continue with --resume, or choose another --out."
        )
    return recipe


def _set_up(
    recipe: Recipe, run: Path, options: RunOptions, device: torch.device, group: ProcessGroup
) -> Trainer:
    """Open the pictures and build the networks; write the recipe into the run's folder."""
    pictures = open_pictures(options.train or recipe.data.train, recipe.data)
    held_out = _held_out_pictures(recipe, options)
    run.mkdir(parents=True, exist_ok=True)
    if group.is_main:
        atomic_write(run / "recipe.yaml", recipe.dump())
    data = TrainingData(recipe, pictures, device, group)
    networks = build_networks(recipe, device, group, resumed=bool(list_checkpoints(run)))
    return Trainer(recipe, run, data, networks, held_out, device, group, options.minutes)


def _held_out_pictures(recipe: Recipe, options: RunOptions) -> Tensor | None:
    """(N, P, S, S, 3) uint8 squares for validation; None without validation data."""
    paths = options.valid or recipe.data.valid
    if not paths:
        return None
    settings = without_maps(recipe.data).model_copy(update={"limit": recipe.valid_count, "repeat": {}})
    return center_squares(
        open_pictures(paths, settings), recipe.valid_size or recipe.data.size, recipe.valid_count
    )
