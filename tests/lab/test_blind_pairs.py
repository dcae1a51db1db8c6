import json

import numpy as np
import pytest

from autochrome.errors import InputMissing, InputUnreadable, UsageError
from autochrome.lab.blind_pairs import count_votes, draw_pairs, hide_networks, read_key, write_key

NAMES = [f"s/{i}.png" for i in range(40)]


def test_left_and_right_are_drawn_by_lot():
    pairs = draw_pairs(["old", "new"], NAMES, seed=1)
    assert pairs == draw_pairs(["old", "new"], NAMES, seed=1)
    assert pairs != draw_pairs(["old", "new"], NAMES, seed=2)
    assert {(pair.left, pair.right) for pair in pairs} == {("old", "new"), ("new", "old")}
    assert 10 < sum(pair.left == "new" for pair in pairs) < 30
    assert [(pair.number, pair.picture) for pair in pairs[:2]] == [(1, "s/0.png"), (2, "s/1.png")]
    with pytest.raises(UsageError, match="two networks; 1"):
        draw_pairs(["old"], NAMES, seed=1)


def test_the_sheet_does_not_name_the_networks():
    pairs = draw_pairs(["old", "new"], NAMES, seed=1)

    def column(value):
        return [np.full((2, 2, 3), value, np.uint8)] * len(NAMES)

    hidden = hide_networks({"grey": column(0), "old": column(1), "new": column(2), "truth": column(3)}, pairs)
    assert list(hidden) == ["grey", "left", "right", "truth"]
    values = {"old": 1, "new": 2}
    for i, pair in enumerate(pairs):
        assert hidden["left"][i].max() == values[pair.left]
        assert hidden["right"][i].max() == values[pair.right]


def test_votes_are_counted_with_the_key(tmp_path):
    pairs = draw_pairs(["old", "new"], NAMES[:4], seed=3)
    write_key(tmp_path / "key.json", pairs)
    assert read_key(tmp_path / "key.json") == pairs
    assert set(json.loads((tmp_path / "key.json").read_text())[0]) == {"number", "picture", "left", "right"}
    for_new = ["left" if pair.left == "new" else "right" for pair in pairs]
    votes = tmp_path / "votes.txt"
    votes.write_text(f"# mine\n1 {for_new[0]}\n3 same\n2 {for_new[1]}\n\n4 {for_new[3]}\n")
    assert count_votes(pairs, votes) == {"old": 0, "new": 3, "same": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 left\n", "pairs 2 have no vote"),
        ("1 left\n1 right\n2 same\n", "pair 1 has two votes"),
        ("1 top\n2 left\n", "'1 top' is no vote"),
        ("7 left\n", "'7 left' is no vote"),
        ("one left\n", "is no vote"),
    ],
)
def test_votes_that_cannot_be_counted(tmp_path, text, message):
    (tmp_path / "votes.txt").write_text(text)
    with pytest.raises(UsageError, match=message):
        count_votes(draw_pairs(["old", "new"], NAMES[:2], seed=3), tmp_path / "votes.txt")


def test_a_missing_key_and_a_wrong_one(tmp_path):
    with pytest.raises(InputMissing):
        read_key(tmp_path / "none.json")
    (tmp_path / "key.json").write_text('[{"number": 1}]')
    with pytest.raises(InputUnreadable, match="not the key"):
        read_key(tmp_path / "key.json")
