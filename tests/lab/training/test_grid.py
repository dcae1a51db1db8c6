"""A grid trains the runs that are not done, measures all of them beside grey, and can be interrupted."""

import csv
from pathlib import Path

import numpy as np
import pytest

from autochrome.errors import BatchIncomplete, CheckpointError, RecipeError, UsageError
from autochrome.evaluate.samples import Sample
from autochrome.lab.data.pixels import decode
from autochrome.lab.recipe_files import read_recipe
from autochrome.lab.training import grid
from autochrome.lab.training.grid import GridOptions, combinations, run_grid
from cluster_work import stand_in

GRID = """
grid:
  network.norm: [none, batch]
  critic:
    - {family: plain, size: 16, filters: [4, 8], dense: 8}
    - {family: pooled, size: 16, filters: [4, 8], dense: 8}
"""


@pytest.fixture
def recipe(small_recipe: Path) -> Path:
    text = small_recipe.read_text().replace("losses: {l1: 1}", "losses: {l1: 1}, adversarial: {weight: 0.01}")
    small_recipe.write_text(text + "critic: {family: plain, size: 16}\n" + GRID)
    return small_recipe


def options(tmp_path: Path, shard: Path, **changes: object) -> GridOptions:
    settings = {"out": tmp_path / "grid", "limit": 10, "device": "cpu"} | changes
    return GridOptions((str(shard),), (shard,), **settings)


def test_combinations_have_names_and_settings(recipe):
    made = {r.name: r for r in combinations(read_recipe(recipe))}
    assert list(made) == ["none-1", "none-2", "batch-1", "batch-2"]
    assert made["batch-2"].network.config["norm"] == "batch"
    assert made["batch-2"].critic.family == "pooled"


def test_a_recipe_without_a_grid_is_an_error(small_recipe):
    with pytest.raises(RecipeError, match="no grid"):
        list(combinations(read_recipe(small_recipe)))


def test_a_grid_can_be_interrupted_and_continued(recipe, shard, tmp_path, monkeypatch):
    trained = []
    whole = grid.train

    def counted(recipe, run, options):
        trained.append(recipe.name)
        if len(trained) == 3:
            raise KeyboardInterrupt
        return whole(recipe, run, options)

    monkeypatch.setattr(grid, "train", counted)
    asked = options(tmp_path, shard)
    with pytest.raises(KeyboardInterrupt):
        run_grid(str(recipe), [], asked)
    assert "2 of 4 runs are done" in (asked.out / "report.html").read_text()
    rows = run_grid(str(recipe), [], asked)
    assert trained == ["none-1", "none-2", "batch-1", "batch-1", "batch-2"], (
        "a run that is done is not trained again"
    )

    assert rows[0].name == "grey"
    assert rows[0].over_grey == 0
    models = [row for row in rows if row.kind == "model"]
    assert {row.name for row in models} == {"none-1", "none-2", "batch-1", "batch-2"}
    assert [row.psnr.mean for row in models] == sorted((row.psnr.mean for row in models), reverse=True)
    assert all(row.pictures == 10 for row in rows)
    assert all(row.over_grey == pytest.approx(row.psnr.mean - rows[0].psnr.mean) for row in rows)

    page = (asked.out / "report.html").read_text()
    assert f"{models[0].name} is first" in page
    assert page.count("<img") == 4, "one montage per run"
    assert "Epoch durations" in page
    with (asked.out / "table.csv").open() as file:
        table = list(csv.DictReader(file))
    assert [line["run"] for line in table] == [row.name for row in rows]
    assert table[-1]["epochs"] == "2"
    montage = decode((asked.out / models[0].name / "montage.png").read_bytes())
    assert montage.std() > 20

    run_grid(str(recipe), [], options(tmp_path, shard, sort="ssim"))
    assert len(trained) == 5
    with pytest.raises(CheckpointError, match="other settings"):
        run_grid(str(recipe), ["seed=9"], asked)


def test_an_unknown_sort_order_is_an_error(recipe, shard, tmp_path):
    with pytest.raises(UsageError, match="psnr_pooled"):
        run_grid(str(recipe), [], options(tmp_path, shard, sort="beauty"))


def test_the_truth_beats_grey_in_every_sort_order(recipe, shard, tmp_path):
    rows = run_grid(str(recipe), ["grid={seed: [1]}"], options(tmp_path, shard, limit=None))
    assert all(row.pictures == 40 for row in rows), "without a limit all pictures are measured"
    truth, grey = (next(row for row in rows if row.name == name) for name in ("truth", "grey"))
    for name, key in grid.SORT_KEYS.items():
        assert key(truth) > key(grey), name
    assert np.isfinite([key(rows[-1]) for key in grid.SORT_KEYS.values()]).all()


def test_rows_of_another_version_are_measured_again(tmp_path):
    file, samples = tmp_path / "score.json", [Sample("a.png", np.zeros((8, 8, 3), np.uint8))]
    file.write_text('{"name": "old", "kind": "model", "pictures": 1}\n')
    assert grid._load_rows(file, samples) == []


def test_on_a_cluster_a_run_that_fails_is_named_and_the_others_are_done(recipe, shard, tmp_path, monkeypatch):
    monkeypatch.setattr(grid, "open_cluster", stand_in)
    asked = options(tmp_path, shard)
    other = asked.out / "none-2"
    other.mkdir(parents=True)
    (other / "recipe.yaml").write_text("other: settings")
    monkeypatch.setattr(grid, "list_checkpoints", lambda run: run == other)
    with pytest.raises(
        BatchIncomplete, match=r"1 of 4 runs failed: .*none-2 was trained with other settings"
    ):
        run_grid(str(recipe), [], asked, on="ray")
    assert "3 of 4 runs are done" in (asked.out / "report.html").read_text()
