"""The card: through JSON and back, strict about names, and in the file it belongs to."""

from pathlib import Path

import onnx
import pytest
from pydantic import ValidationError

from autochrome.errors import ModelUnusable
from autochrome.model import CARD_KEY, Card, with_card
from autochrome.model.onnx_file import interface, load
from tiny import tint_card, tiny_tint


def test_a_card_comes_back_from_its_json_as_it_was() -> None:
    card = tint_card(
        figures={"psnr": 25.1, "psnr of grey": 23.9}, ranges={"luma": "L* 0…100"}, notice="Thanks."
    )
    assert Card.read(card.model_dump_json(), "x.onnx") == card


def test_a_card_is_frozen() -> None:
    with pytest.raises(ValidationError):
        tint_card().name = "other"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('{"name": "a", "contract": "tint", "licens": "MIT"}', "licens"),
        ('{"name": "a"}', "contract"),
        ('{"name": "a", "contract": "tint", "multiple": 0}', "multiple"),
        ('{"name": "a", "contract": "tint", "hints": 5}', "hints"),
        ("not json", "the top level"),
    ],
)
def test_a_wrong_card_is_one_sentence_that_names_file_and_field(text: str, named: str) -> None:
    with pytest.raises(ModelUnusable, match=rf"^mine\.onnx: its card is invalid at '{named}'"):
        Card.read(text, "mine.onnx")


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"multiple": 1}, "any size"),
        ({"multiple": 32}, "any size, padded to multiples of 32"),
        ({"fixed": 256}, "resized to 256×256"),
    ],
)
def test_the_size_rule_in_words(rule: dict[str, int], words: str) -> None:
    assert Card(name="a", contract="lab-luma", **rule).size_rule == words


def test_a_new_card_replaces_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    path = tiny_tint(tmp_path / "a.onnx")
    before = onnx.load(path)
    new = tint_card(version="2", summary="Ein Bärchen × 3")
    path.write_bytes(with_card(with_card(path.read_bytes(), tint_card(version="1")), new))
    after = onnx.load(path)
    onnx.checker.check_model(after)
    assert [(p.key, Card.read(p.value, "a")) for p in after.metadata_props] == [(CARD_KEY, new)]
    assert after.graph == before.graph
    assert Card.read(interface(load(path), "a").metadata[CARD_KEY], "a") == new
