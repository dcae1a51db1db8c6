"""`python -m autochrome.lab RECIPE …`: `autochrome train` without the libraries of the command line."""

import argparse
from pathlib import Path

from autochrome.lab.recipe_files import load_recipe
from autochrome.lab.training.run import train
from autochrome.lab.training.run_options import RunOptions


def main() -> None:
    """Train a recipe. The options are those of `autochrome train`."""
    parser = argparse.ArgumentParser(prog="python -m autochrome.lab", description="Train a recipe.")
    parser.add_argument("recipe")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--data", nargs="+", default=[])
    parser.add_argument("--valid", nargs="+", default=[])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--minutes", type=float)
    arguments = parser.parse_args()
    recipe = load_recipe(arguments.recipe, arguments.set)
    options = RunOptions(
        train=tuple(arguments.data),
        valid=tuple(arguments.valid),
        device=arguments.device,
        minutes=arguments.minutes,
        resume=arguments.resume,
        overrides_given=bool(arguments.set),
    )
    print(train(recipe, arguments.out or Path("runs") / recipe.name, options))


if __name__ == "__main__":
    main()
