"""`autochrome adapt`: the table that it prints, and what it refuses."""

from pathlib import Path

import pytest

from autochrome.cli import main
from autochrome.cli.adapt import print_table
from autochrome.errors import InputMissing, UsageError
from autochrome.lab.adapt.options import Adapted, Comparison
from autochrome.model import Card

SCORES = {"grey": 26.26, "gain": 0.5, "pooled": 0.4, "color": 0.52}


def adapted(share: float) -> Adapted:
    better = {**SCORES, "gain": 1.5, "pooled": 1.4, "color": 0.68}
    comparison = Comparison("reel-4.mkv", 40, SCORES, better)
    return Adapted(Path("series.onnx"), Card(name="series", contract="tint"), comparison, share, 12.3, 9600)


def test_the_table_has_grey_before_and_after(capsys):
    print_table(adapted(0.5))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "40 watched pictures (reel-4.mkv), at --vivid 1:"
    assert lines[2].split() == ["grey", "0.00", "dB", "0.00", "dB", "(26.26)", "0", "%"]
    assert lines[3].split() == ["before", "+0.50", "dB", "+0.40", "dB", "52%"]
    assert lines[4].split() == ["after", "+1.50", "dB", "+1.40", "dB", "68%"]
    assert lines[-1] == "series.onnx: 9600 crops in 12.3 minutes"


def test_a_tuning_that_helps_nothing_says_so(capsys):
    print_table(adapted(0.0))
    assert "colours are as before" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["adapt", "missing.mp4", "-o", "series.onnx"], InputMissing),
        (["adapt", ".", "-o", "series.bin"], UsageError),
        (["adapt", ".", "-o", "series.onnx", "--minutes", "0"], UsageError),
    ],
)
def test_wrong_words_have_their_exit_code(words, error, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        main(words)
    assert stop.value.code == error.exit_code
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not Path("series.onnx").exists()
