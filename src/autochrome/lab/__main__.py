"""`python -m autochrome.lab RECIPE …`: training where only the training libraries are, the command line's not."""

import argparse
from pathlib import Path

from autochrome.lab.recipe import load_recipe
from autochrome.lab.training.trainer import Sitting, train


def main() -> None:
    """The same words as `autochrome train`."""
    parser = argparse.ArgumentParser(prog="python -m autochrome.lab", description="Train a recipe.")
    parser.add_argument("recipe")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--data", nargs="+", default=[])
    parser.add_argument("--valid", nargs="+", default=[])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--minutes", type=float)
    given = parser.parse_args()
    recipe = load_recipe(given.recipe, given.set)
    words = (tuple(given.data), tuple(given.valid), given.device, given.minutes, given.resume)
    sitting = Sitting(*words, changed=bool(given.set))
    print(train(recipe, given.out or Path("runs") / recipe.name, sitting))


if __name__ == "__main__":
    main()
