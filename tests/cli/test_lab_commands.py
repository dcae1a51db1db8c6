"""The commands of the lab, from arguments to files: data, train, export, montage, grid."""

import json
import tarfile
from pathlib import Path

import pytest

from autochrome.lab.data.pixels import decode, encode
from autochrome.media.collection import find_pictures
from autochrome.model import open_model
from small import RECIPE, picture


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of pictures and a recipe."""
    folder = tmp_path_factory.mktemp("home")
    for i in range(16):
        path = folder / "pictures" / "all" / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode(picture(i, 40, 60), "png"))
    (folder / "small.yaml").write_text(RECIPE + "grid: {seed: [1, 2]}\n")
    return folder


def test_data_train_export_montage(home, autochrome):
    shard = home / "shard.zip"
    all_of_them = ("--smallest", 32, "--alike", -1, "--tint", 0)
    gathered = ("data", "images", home / "pictures", "-o", shard, *all_of_them)
    assert "16 pictures" in autochrome(*gathered).out
    run = home / "run"
    options = ("--data", shard, "--valid", shard, "--out", run, "--device", "cpu")
    short = ("--set", "phases.one.steps=3", "--set", "phases.one.epochs=null")
    assert autochrome("train", home / "small.yaml", *short, *options).code == 0
    assert autochrome("train", home / "small.yaml", "--resume", *options).code == 0, (
        "a run that is done can be resumed: nothing happens"
    )
    assert autochrome("export", run, "-o", home / "small.onnx").code == 0
    assert open_model(home / "small.onnx").card.name == "small"
    sheet = home / "sheet.png"
    models = ("--models", run, home / "small.onnx")
    assert (
        autochrome("montage", home / "pictures", *models, "-o", sheet, "--size", 40, "--limit", 2).code == 0
    )
    assert decode(sheet.read_bytes()).shape == (22 + 2 * 44, 4 * 44, 3)


def test_blind_pairs_by_lot(home, autochrome, tiny_model):
    other = home / "other" / tiny_model.name
    other.parent.mkdir()
    other.write_bytes(tiny_model.read_bytes())
    sheet, key = home / "blind.png", home / "key.json"
    command = ("montage", home / "pictures", "-o", sheet, "--size", 40, "--limit", 3, "--seed", 7)
    ran = autochrome(*command, "--blind", key, "--models", tiny_model, other)
    assert ran.code == 0, ran.err
    pairs = json.loads(key.read_text())
    assert len(pairs) == 3
    assert {pairs[0]["left"], pairs[0]["right"]} == {str(tiny_model), str(other)}, "one name, two models"
    assert decode(sheet.read_bytes()).shape == (22 + 3 * 44, 4 * 44, 3)
    for models, words in (((tiny_model,), "two networks"), ((tiny_model, tiny_model), "twice")):
        ran = autochrome(*command, "--blind", home / "no.json", "--models", *models)
        assert (ran.code, words in ran.err) == (2, True)
    assert autochrome(*command, "--blind", sheet, "--models", tiny_model, other).code == 2
    assert not (home / "no.json").exists()


def test_grid(home, autochrome):
    options = ("--data", home / "pictures", "--test", home / "pictures", "--out", home / "grid", "--limit", 4)
    ran = autochrome("grid", home / "small.yaml", *options, "--device", "cpu")
    assert ran.code == 0, ran.err
    lines = ran.out.splitlines()
    assert lines[1].startswith("grey")
    assert {line.split()[0] for line in lines} >= {"1", "2", "truth"}


def test_cifar(home, autochrome):
    with tarfile.open(home / "cifar.tar", "w") as tar:
        tar.add(home / "pictures" / "all" / "0.png", "train/cat/0.png")
    assert "1 pictures" in autochrome("data", "cifar", home / "cifar.tar", "-o", home).out
    assert len(find_pictures([home / "cifar10-train.zip"])) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("train", "nonesuch"), 71, "thesis-grid"),
        (("train", "alpha"), 17, "No picture"),
        (("train", "alpha", "--data", "nowhere.zip"), 11, "nowhere.zip"),
        (("data", "images", "nowhere", "-o", "a.zip"), 11, "nowhere"),
        (("data", "images", ".", "-o", "a.zip", "--quality", "0"), 2, "quality"),
        (("data", "frames", "nowhere.mp4", "-o", "a"), 11, "nowhere.mp4"),
        (("export", "nowhere", "-o", "a.onnx"), 72, "nowhere"),
        (("grid", "alpha", "--data", "x", "--test", "x"), 71, "no grid"),
    ],
)
def test_errors_are_one_line(arguments, code, message, autochrome, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = autochrome(*arguments)
    assert ran.code == code
    assert message in ran.err
    assert ran.err.count("\n") == 1
    assert not list(tmp_path.iterdir())
