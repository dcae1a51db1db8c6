"""A run can be repeated, resumed after a kill, split over two processes, and stops when a loss is not finite."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from autochrome.errors import CheckpointError, RecipeError, TrainingDiverged
from autochrome.lab.data.crops import center_squares
from autochrome.lab.data.sources import open_pictures
from autochrome.lab.losses.color import LOSSES
from autochrome.lab.recipe_files import load_recipe
from autochrome.lab.training.checkpoint import best_weights, list_checkpoints, load_state
from autochrome.lab.training.distributed import ProcessGroup
from autochrome.lab.training.run import train
from autochrome.lab.training.run_networks import open_run
from autochrome.lab.training.run_options import RunOptions
from autochrome.lab.training.run_tables import read_epochs
from autochrome.lab.training.training_data import TrainingData
from autochrome.lab.training.validation import validate
from autochrome.lab.weights_file import read_weights


def run(
    recipe: Path, out: Path, shard: Path, *changes: str, resume: bool = False, minutes: float | None = None
):
    options = RunOptions((str(shard),), (str(shard),), "cpu", minutes, resume)
    return train(load_recipe(recipe, changes), out, options)


def losses(out: Path) -> list[float]:
    with (out / "steps.csv").open() as file:
        return [float(row["total"]) for row in csv.DictReader(file)]


def same_weights(one: Path, two: Path) -> bool:
    a, b = read_weights(best_weights(one)), read_weights(best_weights(two))
    return a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a)


def command(recipe: Path, out: Path, shard: Path, *options: str) -> list[str]:
    arguments = [
        "-m",
        "autochrome.lab",
        str(recipe),
        "--data",
        str(shard),
        "--out",
        str(out),
        "--device",
        "cpu",
    ]
    return [*arguments, *options]


def test_a_run_lowers_its_loss_and_writes_all_files(small_recipe, shard, tmp_path):
    out = run(small_recipe, tmp_path / "run", shard, "phases.one.epochs=12", "ema=0.9")
    curve = losses(out)
    assert len(curve) == 60
    assert sum(curve[-10:]) < 0.8 * sum(curve[:10])
    rows = read_epochs(out)
    assert [r["epoch"] for r in rows] == [str(i) for i in range(1, 13)]
    assert float(rows[-1]["gain"]) > 1, "better than grey on pictures this simple"
    assert float(rows[0]["pictures_per_second"]) > 0
    assert list((out / "tensorboard").iterdir())
    recipe, network = open_run(out)
    assert recipe.name == "small"
    assert not network.training
    assert best_weights(out).name == "average.safetensors"


def test_the_same_seed_gives_the_same_losses_and_weights(small_recipe, shard, tmp_path):
    one = run(small_recipe, tmp_path / "one", shard, "network.dropout=1", "phases.one.epochs=4")
    two = run(small_recipe, tmp_path / "two", shard, "network.dropout=1", "phases.one.epochs=4")
    other = run(small_recipe, tmp_path / "other", shard, "network.dropout=1", "phases.one.epochs=4", "seed=2")
    assert len(losses(one)) == 20
    assert losses(one) == losses(two)
    assert losses(one) != losses(other)
    assert same_weights(one, two)


def test_pictures_on_the_device_train_like_streamed_ones(small_recipe, shard, tmp_path):
    there = run(small_recipe, tmp_path / "there", shard, "data.storage=device")
    here = run(small_recipe, tmp_path / "here", shard, "data.storage=stream")
    assert losses(there) == pytest.approx(losses(here), rel=0.05)


def test_accumulate_does_not_change_the_losses(small_recipe, shard, tmp_path):
    whole = run(small_recipe, tmp_path / "whole", shard)
    parts = run(small_recipe, tmp_path / "parts", shard, "phases.one.accumulate=4")
    assert losses(parts) == pytest.approx(losses(whole), rel=1e-4)


def test_a_run_killed_in_an_epoch_and_resumed_equals_one_that_was_not_killed(small_recipe, shard, tmp_path):
    changes = ["--set", "phases.one.epochs=12", "--set", "phases.one.checkpoint_every=0.4"]
    process = subprocess.Popen(
        [sys.executable, *command(small_recipe, tmp_path / "killed", shard, *changes)], stderr=subprocess.PIPE
    )
    limit = time.monotonic() + 300
    while len(list_checkpoints(tmp_path / "killed")) < 2 and time.monotonic() < limit:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    before, _ = load_state(list_checkpoints(tmp_path / "killed")[-1])
    assert not before.done, "killed after its end: the test shows nothing"
    (
        tmp_path / "killed" / "checkpoints" / ".step-00009999"
    ).mkdir()  # a kill while saving leaves such a folder

    whole = ("phases.one.epochs=12", "phases.one.checkpoint_every=0.4")
    resumed = run(small_recipe, tmp_path / "killed", shard, resume=True)
    never = run(small_recipe, tmp_path / "never", shard, *whole)
    assert len(losses(resumed)) == 60
    assert losses(resumed) == losses(never)
    assert same_weights(resumed, never)


def test_sigterm_saves_a_checkpoint_and_exits_with_0(small_recipe, shard, tmp_path):
    process = subprocess.Popen(
        [
            sys.executable,
            *command(small_recipe, tmp_path / "run", shard, "--set", "phases.one.epochs=100000"),
        ],
        stderr=subprocess.PIPE,
    )
    limit = time.monotonic() + 300
    while not has_steps(tmp_path / "run") and time.monotonic() < limit:
        time.sleep(0.05)
    process.terminate()
    _, stderr = process.communicate(timeout=300)
    assert process.returncode == 0
    assert b"--resume" in stderr
    state, _ = load_state(list_checkpoints(tmp_path / "run")[-1])
    assert state.step > 0


def has_steps(out: Path) -> bool:
    table = out / "steps.csv"
    return table.exists() and table.stat().st_size > 0


NO_THREADS_LEFT = """
import torch
from pathlib import Path
from autochrome.lab.training.distributed import join_process_group

with join_process_group(torch.device("cpu")) as group:
    layer = torch.nn.Linear(2, 2)
    optimizer = torch.optim.AdamW(layer.parameters())
    layer(torch.ones(1, 2)).sum().backward()
    group.average_gradients(layer.parameters())
    optimizer.step()  # imports more of torch
threads = [(task / "comm").read_text() for task in Path("/proc/self/task").iterdir()]
assert not [name for name in threads if "gloo" in name], threads
"""


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="only Linux lists threads there")
def test_the_threads_of_the_process_group_end_with_it(tmp_path):
    script = tmp_path / "group.py"
    script.write_text(NO_THREADS_LEFT)
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    done = subprocess.run([*launcher, str(script)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_two_processes_train_like_one(small_recipe, shard, tmp_path):
    changes = ["--set", "phases.one.epochs=4", "--set", "samples.points=0.6"]
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    arguments = command(small_recipe, tmp_path / "two", shard, *changes)
    done = subprocess.run([*launcher, *arguments], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    run(small_recipe, tmp_path / "one", shard, "phases.one.epochs=4", "samples.points=0.6")
    one, two = losses(tmp_path / "one"), losses(tmp_path / "two")
    assert len(one) == 20
    assert two == pytest.approx(one, rel=1e-3)


def test_a_loss_that_is_not_finite_stops_the_run_and_keeps_the_last_checkpoint(
    small_recipe, shard, tmp_path, monkeypatch
):
    class Breaks(LOSSES["l1"]):
        calls = 0

        def forward(self, batch, answer):
            Breaks.calls += 1
            return super().forward(batch, answer) * (float("nan") if Breaks.calls == 8 else 1)

    monkeypatch.setitem(LOSSES, "breaks", Breaks)
    with pytest.raises(TrainingDiverged, match=r"step 7 .* last good checkpoint is .*step-00000006"):
        run(
            small_recipe,
            tmp_path / "run",
            shard,
            "phases.one.losses={breaks: 1}",
            "phases.one.checkpoint_every=0.4",
        )
    assert all(torch.isfinite(v).all() for v in read_weights(best_weights(tmp_path / "run")).values())


def test_minutes_end_the_run_with_a_low_learning_rate(small_recipe, shard, tmp_path):
    start = time.monotonic()
    out = run(small_recipe, tmp_path / "run", shard, "phases.one.epochs=100000", minutes=0.03)
    assert time.monotonic() - start < 15
    with (out / "steps.csv").open() as file:
        rates = [float(row["rate"]) for row in csv.DictReader(file)]
    assert max(rates) > 2e-3
    assert rates[-1] < 3e-4
    assert load_state(list_checkpoints(out)[-1])[0].done


PHASES = """phases=[
  {name: first, steps: 4, batch: 8, losses: {l1: 1}},
  {name: worse, steps: 6, batch: 8, losses: {l1: -5}, optimizer: {lr: 0.05}, freeze: [down.0],
   checkpoint_every: 0.4, best_by: gain, schedule: constant}]"""


def test_phases_freeze_parameters_and_pick_the_best_checkpoint(small_recipe, shard, tmp_path):
    out = run(small_recipe, tmp_path / "run", shard, PHASES)
    only = run(
        small_recipe, tmp_path / "only", shard, "phases=[{name: first, steps: 4, batch: 8, losses: {l1: 1}}]"
    )
    last, first = read_weights(best_weights(out)), read_weights(best_weights(only))
    frozen = [k for k in last if k.startswith("down.0")]
    assert frozen
    assert all(torch.equal(last[k], first[k]) for k in frozen), "frozen parameters do not change"
    assert not all(torch.equal(last[k], first[k]) for k in last)
    gains = [float(r["gain"]) for r in read_epochs(out) if r["phase"] == "worse"]
    recipe, network = open_run(out)
    held_out = center_squares(open_pictures([str(shard)], recipe.data), 16, 40)
    assert validate(network, held_out, recipe.samples)["gain"] > max(gains) + 1, (
        "the run went back to the best checkpoint"
    )


def test_groups_have_their_own_learning_rates(small_recipe, shard, tmp_path):
    before = run(
        small_recipe, tmp_path / "a", shard, "phases.one={name: one, steps: 1, batch: 8, losses: {l1: 1}}"
    )
    slow = "phases.one={name: one, steps: 1, batch: 8, losses: {l1: 1}, optimizer: {lr: 1, groups: {down: 1e-12}}}"
    after = run(small_recipe, tmp_path / "b", shard, slow)
    a, b = read_weights(best_weights(before)), read_weights(best_weights(after))
    assert max((a[k] - b[k]).abs().max() for k in a if k.startswith("down")) < 1e-4
    assert max((a[k] - b[k]).abs().max() for k in a if k.startswith("up")) > 1e-3


@pytest.mark.parametrize(
    "setting", ["phases.one.freeze=[nothing]", "phases.one.optimizer.groups={nothing: 1}"]
)
def test_prefixes_without_parameters_are_errors(small_recipe, shard, tmp_path, setting):
    with pytest.raises(RecipeError, match="nothing"):
        run(small_recipe, tmp_path / "run", shard, setting)


def test_a_run_is_not_overwritten(small_recipe, shard, tmp_path):
    run(small_recipe, tmp_path / "run", shard)
    with pytest.raises(CheckpointError, match="--resume"):
        run(small_recipe, tmp_path / "run", shard)


def test_a_resumed_run_keeps_its_settings(small_recipe, shard, tmp_path):
    out = run(small_recipe, tmp_path / "run", shard)
    for setting, same in (("phases.one.batch=8", True), ("phases.one.batch=4", False)):
        options = RunOptions((str(shard),), resume=True, device="cpu", overrides_given=True)
        if same:
            train(load_recipe(small_recipe, [setting]), out, options)
        else:
            with pytest.raises(RecipeError, match="leave out --set"):
                train(load_recipe(small_recipe, [setting]), out, options)


def test_weights_must_fit_the_network_exactly(small_recipe, shard, tmp_path):
    out = run(small_recipe, tmp_path / "run", shard)
    wider = ("network.down=[8,8,16]", f"network.start={out}")
    with pytest.raises(CheckpointError, match="another shape"):
        run(small_recipe, tmp_path / "wider", shard, *wider)
    started = run(small_recipe, tmp_path / "again", shard, f"network.start={out}")
    assert losses(started)[0] < losses(out)[0]
    damaged = list_checkpoints(out)[-1] / "weights.safetensors"
    damaged.write_bytes(damaged.read_bytes()[:100])
    with pytest.raises(CheckpointError, match="safetensors"):
        open_run(out)


def test_a_batch_that_processes_cannot_split_evenly(small_recipe, shard, tmp_path):
    recipe = load_recipe(small_recipe, ["phases.one.batch=7"])
    pictures = open_pictures([str(shard)], recipe.data)
    data = TrainingData(recipe, pictures, torch.device("cpu"), ProcessGroup(0, 2))
    with pytest.raises(RecipeError, match="split evenly"):
        data.cropper(0, recipe.phases[0])
