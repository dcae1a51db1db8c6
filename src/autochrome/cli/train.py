"""autochrome train: make a network from a recipe."""

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
    """Train a recipe: checkpoints, curves and held-out scores go to a folder of their own.

    Parameters
    ----------
    recipe
        One of ours, such as tint (any unknown name lists them), or a YAML file.
    set_
        Change a setting, such as --set phases.0.batch=16 or --set budget=small. May be given often.
    data
        Folders, zips or tars of pictures to learn from.
    valid
        Folders, zips or tars of pictures to score with; never learnt from.
    out
        The run's folder; runs/RECIPE if none is given.
    resume
        Go on from the last checkpoint in that folder, with the recipe it holds.
    device
        auto, cpu, cuda, cuda:1.
    minutes
        Let the whole run take so long, its learning rate falling to nothing at the end.
    """
    from autochrome.lab.recipe import load_recipe
    from autochrome.lab.training.trainer import Sitting, train

    loaded = load_recipe(recipe, set_)
    sitting = Sitting(data, valid, device, minutes, resume, changed=bool(set_))
    print(train(loaded, out or Path("runs") / loaded.name, sitting))
