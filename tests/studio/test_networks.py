"""Networks that clients choose by name."""

from pathlib import Path

import pytest

from autochrome.errors import ModelUnknown
from autochrome.model.network import OnnxModel
from autochrome.studio.networks import Networks


def test_networks_are_chosen_by_name(tiny_model: Path):
    networks = Networks(str(tiny_model))
    assert networks.default == "tiny"
    assert networks.model_argument("tiny") == str(tiny_model.resolve())
    assert networks.open("tiny") is networks.open("tiny")
    assert networks.open("tiny").card.name == "tiny"
    with pytest.raises(ModelUnknown, match="choose one of"):
        networks.open(str(tiny_model))


def test_a_network_has_painted_with_a_hint_before_the_first_stroke(monkeypatch: pytest.MonkeyPatch):
    hinted, paint = [], OnnxModel.paint

    def record(self, prepared, hints=None, vivid=1.0):
        hinted.append(hints is not None and hints.present)
        return paint(self, prepared, hints, vivid)

    monkeypatch.setattr(OnnxModel, "paint", record)
    networks = Networks()
    networks.open(networks.default)
    assert hinted == [True]
