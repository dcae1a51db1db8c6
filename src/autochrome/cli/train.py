"""autochrome train: train a network from a recipe."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def train(
    recipe: str,
    *,
    set_: Annotated[tuple[str, ...], Parameter(name="--set")] = (),
    data: Annotated[tuple[str, ...], Parameter(consume_multiple=True)] = (),
    valid: Annotated[tuple[str, ...], Parameter(consume_multiple=True)] = (),
    out: Path | None = None,
    resume: bool = False,
    device: str = "auto",
    minutes: float | None = None,
) -> None:
    """Train a network from a recipe. Checkpoints, tables and a report are written into one folder.

    Parameters
    ----------
    recipe
        The name of a recipe, such as tint (an unknown name lists all), or a YAML file.
    set_
        Change a setting of the recipe: --set phases.0.batch=16, --set budget=small. Can be repeated.
    data
        Folders, zips or tars of training pictures; default: those of the recipe.
    valid
        Folders, zips or tars of validation pictures; they are not used for training.
    out
        The folder to write; default: runs/RECIPE.
    resume
        Continue from the last checkpoint in that folder, with the recipe in it.
    device
        auto, cpu, cuda, cuda:1.
    minutes
        The length of the whole run; the learning rates are scheduled over it.
    """
    from autochrome.lab.recipe_files import load_recipe
    from autochrome.lab.training.run import train
    from autochrome.lab.training.run_options import RunOptions

    loaded = load_recipe(recipe, set_)
    options = RunOptions(data, valid, device, minutes, resume, overrides_given=bool(set_))
    print(train(loaded, out or Path("runs") / loaded.name, options))
