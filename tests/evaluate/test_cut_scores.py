import json

import pytest

from autochrome.errors import InputMissing, UsageError
from autochrome.evaluate.cut_scores import CutScore, TrueCuts, read_true_cuts, score_cuts

TRUTH = TrueCuts(cuts=(10, 20, (30, 36)), gradual=((50, 60),))


@pytest.mark.parametrize(
    ("detected", "expected"),
    [
        ([10, 20, 33], CutScore(3, 0, 0)),
        ([11, 19, 37], CutScore(3, 0, 0)),  # one frame away
        ([], CutScore(0, 3, 0)),
        ([10, 10, 11], CutScore(1, 2, 2)),  # a cut is found once
        ([10, 20, 30, 36], CutScore(3, 0, 1)),  # black between two scenes is one cut
        ([10, 20, 30, 55], CutScore(3, 0, 0)),  # one cut in a dissolve is allowed
        ([10, 20, 30, 51, 55], CutScore(3, 0, 1)),  # two are not
        ([13], CutScore(0, 3, 1)),
    ],
)
def test_each_cut_is_matched_once(detected, expected):
    assert score_cuts(detected, TRUTH) == expected


def test_precision_recall_and_f1():
    some = CutScore(found=3, missed=1, false=2)
    assert some.precision == 0.6
    assert some.recall == 0.75
    assert some.f1 == pytest.approx(2 * 0.6 * 0.75 / 1.35)
    assert score_cuts([], TrueCuts()).f1 == 1
    assert score_cuts([], TRUTH).f1 == 0
    assert some + some == CutScore(6, 2, 4)


def test_true_cuts_from_a_file(tmp_path):
    file = tmp_path / "cuts.json"
    file.write_text(json.dumps({"cuts": [10, 20, [30, 36]], "gradual": [[50, 60]]}))
    assert read_true_cuts(file) == TRUTH
    for wrong in ("[1, 2]", '{"cuts": ["one"]}', "{", '{"scenes": []}'):
        file.write_text(wrong)
        with pytest.raises(UsageError, match="is not a file of true cuts"):
            read_true_cuts(file)
    with pytest.raises(InputMissing):
        read_true_cuts(tmp_path / "nowhere.json")
