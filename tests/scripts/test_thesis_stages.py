"""`scripts/thesis_stages.py`: every stage is timed, and the sums are the sums."""

import json
import sys
from pathlib import Path

import pytest

from filmmaking import make_film
from thesis_stages import main
from tiny import Graph, plane


def network(path: Path, *inputs: str) -> Path:
    """It predicts two values of the luma, whatever the frame before was."""
    graph = Graph()
    graph.node("Concat", [graph.scaled("luma", 0.1), graph.scaled("luma", -0.1)], "ab", axis=1)
    return graph.save(path, {"luma": plane(1), **{name: plane(2) for name in inputs}}, {"ab": plane(2)})


def test_stages_and_their_sums(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    film = make_film(tmp_path / "grey.mkv", sound=None)
    alone, after = network(tmp_path / "alone.onnx"), network(tmp_path / "after.onnx", "hint")
    out = tmp_path / "stages.json"
    arguments = [str(film), "--independent", str(alone), "--dependent", str(after), "--json", str(out)]
    monkeypatch.setattr(sys, "argv", ["thesis_stages.py", *arguments])
    main()
    stages = json.loads(out.read_text())
    first, later = stages.pop("a first frame of a shot"), stages.pop("a later frame")
    assert all(milliseconds > 0 for milliseconds in stages.values())
    assert first == pytest.approx(sum(stages.values()) - stages["dependent network"], abs=0.01)
    assert later == pytest.approx(sum(stages.values()) - stages["independent network"], abs=0.01)
    assert "577.7" in capsys.readouterr().out
