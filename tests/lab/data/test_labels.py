"""A classifier learnt by the lab's one trainer, from the folders that pictures lie in."""

import csv

import pytest
import torch

from autochrome.errors import RecipeError
from autochrome.lab.data.sources import label_numbers
from autochrome.lab.losses.color import Label
from autochrome.lab.recipe_files import make_recipe
from autochrome.lab.training.run import train
from autochrome.lab.training.run_options import RunOptions
from autochrome.lab.types import NO_LABEL, Batch, NetworkOutput

RECIPE = {
    "name": "labels",
    "network": {
        "family": "fusion",
        "encoder": [4, 4, 4],
        "fusion_width": 8,
        "decoder": [4, 4, 4],
        "width": 0.125,
        "classes": 2,
    },
    "data": {"size": 32, "full_crops": 1.0},
    "samples": {"flip": 0.0},
    "phases": [
        {
            "name": "names",
            "epochs": 15,
            "batch": 20,
            "losses": {"label": 1},
            "optimizer": {"lr": 3e-3},
            "freeze": ["encoder", "join", "decoder"],
        }
    ],
}


def test_labels_are_numbered_in_order() -> None:
    names = ["a/dog/1.png", "b/cat/1.png", "a/dog/2.png", "lonely.png"]
    assert label_numbers(names).tolist() == [2, 1, 2, 0]
    assert label_numbers(names, ["dog", "cow"]).tolist() == [0, NO_LABEL, 0, NO_LABEL]


def test_a_picture_without_a_label_counts_as_zero() -> None:
    plane = torch.zeros(2, 1, 4, 4)
    logits = torch.tensor([[0.0, 3.0], [5.0, 0.0]])
    output = NetworkOutput(plane.expand(-1, 2, -1, -1), class_logits=logits)
    losses = []
    for labels in ([0, 1], [0, NO_LABEL], [NO_LABEL, NO_LABEL]):
        batch = Batch(plane, plane.expand(-1, 3, -1, -1), plane, plane, torch.tensor(labels))
        losses.append(Label()(batch, output).item())
    assert losses[0] == pytest.approx(losses[1] + torch.nn.functional.softplus(torch.tensor(5.0)).item() / 2)
    assert losses[2] == 0


def test_the_classifier_learns_its_labels(shard, tmp_path) -> None:
    run = train(make_recipe(RECIPE), tmp_path / "run", RunOptions((str(shard),), device="cpu"))
    with (run / "steps.csv").open() as file:
        curve = [float(row["label"]) for row in csv.DictReader(file)]
    assert curve[0] > 0.5  # log 2: it knows nothing
    assert curve[-1] < 0.3


def test_every_picture_keeps_its_label_through_the_portions(shard, tmp_path) -> None:
    curves = []
    for portions in (1, 2):
        phase = {**RECIPE["phases"][0], "epochs": 2, "accumulate": portions}
        recipe = make_recipe({**RECIPE, "network": {**RECIPE["network"], "norm": "none"}, "phases": [phase]})
        run = train(recipe, tmp_path / str(portions), RunOptions((str(shard),), device="cpu"))
        with (run / "steps.csv").open() as file:
            curves.append(float(next(csv.DictReader(file))["label"]))
    assert curves[0] == pytest.approx(curves[1], rel=0.2)  # the classifier's batch norm sees half as many


@pytest.mark.parametrize(("classes", "message"), [(0, "set network.classes"), (1, "raise network.classes")])
def test_too_few_classes_are_named(shard, tmp_path, classes: int, message: str) -> None:
    torch.manual_seed(0)
    recipe = make_recipe({**RECIPE, "network": {**RECIPE["network"], "classes": classes}})
    with pytest.raises(RecipeError, match=message):
        train(recipe, tmp_path / "run", RunOptions((str(shard),), device="cpu"))
