"""Colours by their names: the swatches of the studio and those of CSS."""

import re
from importlib.resources import files

import pytest

from autochrome.color.names import SWATCHES, read_color


def test_the_swatches_are_those_of_the_page():
    script = (files("autochrome") / "studio" / "static" / "js" / "palette.js").read_text(encoding="utf-8")
    shown = re.findall(r'\["([A-Z][a-z ]+)", "(#[0-9a-f]{6})"\]', script)
    assert {name.lower(): color for name, color in shown} == SWATCHES


@pytest.mark.parametrize(
    ("text", "color"),
    [
        ("#c98f6b", "#c98f6b"),
        ("#C98F6B", "#c98f6b"),
        ("#c96", "#cc9966"),
        ("grey", "grey"),
        ("GRAY", "grey"),
        ("tanned_skin", "#b97f58"),
        ("Navajo White", "#ffdead"),
        ("navy", "#34456f"),  # a swatch, before the name of CSS
    ],
)
def test_a_colour_in_words_or_digits(text: str, color: str):
    assert read_color(text) == color


@pytest.mark.parametrize(
    ("text", "says"),
    [("skyy", "did you mean sky"), ("#12", "3 or 6 of the digits"), ("", "#rrggbb"), ("42", "name such as")],
)
def test_what_is_no_colour_is_told(text: str, says: str):
    with pytest.raises(ValueError, match=says):
        read_color(text)
