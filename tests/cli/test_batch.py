"""A batch goes on when one fails, treats existing results as asked, and stops cleanly."""

import io
import json
import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from autochrome.cli.batch import Outcome, run_batch
from autochrome.cli.errors import print_error
from autochrome.cli.outcome import Remarks
from autochrome.cli.plan import FileTask, Plan
from autochrome.cli.reports import JsonReport, LineReport
from autochrome.errors import (
    AutochromeError,
    BatchIncomplete,
    FinishedWithLosses,
    NoMemory,
    NotAPicture,
    NothingFound,
    OutputExists,
    OutputNotWritable,
)


class Listener(JsonReport):
    """A report that only remembers."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.concluded: list[int] = []

    def add(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)

    def conclude(self, outcomes: Sequence[Outcome], seconds: float) -> None:
        self.concluded.append(len(outcomes))


def batch(
    plan: Plan,
    do: Callable[[FileTask], Remarks],
    existing: str = "refuse",
    jobs: int = 2,
    single: bool = False,
) -> Listener:
    report = Listener()
    try:
        run_batch(plan, do, existing=existing, report=report, jobs=jobs, single=single)
    finally:
        batch.report = report
    return report


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    tasks = tuple(FileTask(tmp_path / f"{n}.jpg", tmp_path / "out" / f"{n}.jpg") for n in range(6))
    return Plan(tasks, (), into_folder=True)


def write(task: FileTask) -> Remarks:
    task.target.write_text(task.source.name)
    return Remarks(("a note",))


def test_everything_is_done_in_order(plan: Plan):
    outcomes = batch(plan, write).outcomes
    assert [outcome.task for outcome in outcomes] == list(plan.tasks)
    assert {(outcome.status, outcome.remarks) for outcome in outcomes} == {("done", Remarks(("a note",)))}


def test_one_failure_does_not_stop_the_others(plan: Plan):
    def do(task: FileTask) -> Remarks:
        if task.source.stem == "2":
            raise NotAPicture("2.jpg: no picture")
        return write(task)

    with pytest.raises(BatchIncomplete, match=r"1 of 6 failed: .*2\.jpg"):
        batch(plan, do)
    assert [outcome.status for outcome in batch.report.outcomes] == ["done"] * 2 + ["failed"] + ["done"] * 3


@pytest.mark.parametrize(("raised", "kind"), [(KeyError("x"), AutochromeError), (MemoryError(), NoMemory)])
def test_what_nobody_foresaw_is_one_failure_and_names_the_file(plan: Plan, raised: Exception, kind: type):
    def do(task: FileTask) -> Remarks:
        raise raised

    with pytest.raises(BatchIncomplete, match=r"and 1 more"):
        batch(plan, do)
    for outcome in batch.report.outcomes:
        assert type(outcome.error) is kind
        assert str(outcome.task.source) in str(outcome.error)


def lose_a_part(task: FileTask) -> Remarks:
    write(task)
    return Remarks(losses=("the file ends after 3 of 8 rows",)) if task.source.stem == "2" else Remarks()


def test_results_that_lack_a_part_have_their_own_exit_code(plan: Plan, capsys: pytest.CaptureFixture[str]):
    report = LineReport(quiet=False, single=False)
    with pytest.raises(FinishedWithLosses, match=r"1 of 6 inputs .*2\.jpg"):
        run_batch(plan, lose_a_part, existing="refuse", report=report, jobs=1, single=False)
    assert "2.jpg: the file ends after 3 of 8 rows" in capsys.readouterr().err
    assert plan.tasks[2].target.exists()


def test_a_single_result_that_lacks_a_part_says_which(plan: Plan):
    with pytest.raises(FinishedWithLosses, match=r"2\.jpg: the file ends after 3 of 8 rows"):
        batch(Plan(plan.tasks[2:3], (), True), lose_a_part, single=True)


def test_a_failure_counts_more_than_a_loss(plan: Plan):
    def do(task: FileTask) -> Remarks:
        if task.source.stem == "4":
            raise NotAPicture("4.jpg: no picture")
        return lose_a_part(task)

    with pytest.raises(BatchIncomplete):
        batch(plan, do)
    assert batch.report.outcomes[2].remarks.losses


def test_a_report_for_programs_names_losses_in_any_encoding(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    out = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", out)
    strange = FileTask(tmp_path / "ń\udcff.jpg", tmp_path / "2.jpg")
    report = JsonReport()
    report.add(Outcome(strange, "done", remarks=Remarks(losses=("half",))))
    report.conclude([Outcome(strange, "done", remarks=Remarks(losses=("half",)))], 1.0)
    lines = [json.loads(line) for line in out.buffer.getvalue().splitlines()]
    assert lines[0]["source"] == str(strange.source)
    assert lines[0]["losses"] == ["half"]
    assert lines[1]["with_losses"] == 1


def test_a_single_file_fails_with_its_own_error(plan: Plan):
    def do(task: FileTask) -> Remarks:
        raise NotAPicture("no picture")

    with pytest.raises(NotAPicture):
        batch(Plan(plan.tasks[:1], (), False), do, single=True)


@pytest.mark.parametrize(
    ("existing", "status", "content"),
    [("refuse", "failed", "old"), ("skip", "skipped", "old"), ("overwrite", "done", "0.jpg")],
)
def test_results_that_stand_already(plan: Plan, existing: str, status: str, content: str):
    old = plan.tasks[0].target
    old.parent.mkdir()
    old.write_text("old")
    if existing == "refuse":
        with pytest.raises(BatchIncomplete):
            batch(plan, write, existing)
        assert isinstance(batch.report.outcomes[0].error, OutputExists)
    else:
        batch(plan, write, existing)
    assert batch.report.outcomes[0].status == status
    assert old.read_text() == content


def test_of_two_runs_at_once_the_slower_skips(plan: Plan):
    def do(task: FileTask) -> Remarks:
        raise OutputExists("another run was quicker")

    assert {outcome.status for outcome in batch(plan, do, "skip").outcomes} == {"skipped"}
    with pytest.raises(BatchIncomplete):
        batch(plan, do, "refuse")


def test_a_name_too_long_is_one_failure(plan: Plan):
    long = FileTask(plan.tasks[0].source, plan.tasks[0].target.with_name("y" * 300 + ".jpg"))
    with pytest.raises(BatchIncomplete, match="1 of 7"):
        batch(Plan((*plan.tasks, long), (), True), write)
    assert isinstance(batch.report.outcomes[-1].error, OutputNotWritable)
    assert "too long" in str(batch.report.outcomes[-1].error)


def test_names_cannot_control_the_terminal(plan: Plan, capsys: pytest.CaptureFixture[str]):
    evil = FileTask(plan.tasks[0].source.with_name("a\x1b[2Jb\nc\u202e.jpg"), plan.tasks[0].target)
    run_batch(
        Plan((evil,), (), True),
        write,
        existing="refuse",
        report=LineReport(quiet=False, single=True),
        jobs=1,
        single=True,
    )
    assert "a\\x1b[2Jb\\nc\\u202e.jpg" in capsys.readouterr().err
    assert print_error(NotAPicture("a\x1b[2J: no picture")) == 14
    assert capsys.readouterr().err == "autochrome: a\\x1b[2J: no picture\n"


def test_what_was_left_out_is_noted(plan: Plan, capsys: pytest.CaptureFixture[str]):
    report = LineReport(quiet=False, single=False)
    some = Plan(plan.tasks, (), True, left_out=Counter({".heic": 3, ".psd": 1}))
    run_batch(some, write, existing="refuse", report=report, jobs=1, single=False)
    assert "note: files of other kinds left out: 3 .heic, 1 .psd" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path):
    (tmp_path / "file").touch()
    blocked = Plan((FileTask(tmp_path / "a.jpg", tmp_path / "file" / "a.jpg"),), (), into_folder=True)
    with pytest.raises(OutputNotWritable, match="file"):
        batch(blocked, write, single=True)


def test_an_empty_folder_is_a_failure_beside_the_others(plan: Plan, tmp_path: Path):
    with pytest.raises(BatchIncomplete, match="1 of 7"):
        batch(Plan(plan.tasks, ((tmp_path / "nothing", NothingFound("nothing")),), True), write)


def test_an_interruption_concludes_and_leaves_no_thread(plan: Plan):
    class Interrupted(Listener):
        def add(self, outcome: Outcome) -> None:
            super().add(outcome)
            if len(self.outcomes) == 2:
                raise KeyboardInterrupt

    report = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        run_batch(plan, write, existing="refuse", report=report, jobs=2, single=False)
    assert report.concluded == [2]
    assert not [t for t in threading.enumerate() if t.name.startswith("autochrome")]
    assert not list(plan.tasks[-1].target.parent.glob("*.part"))
