import re
from html.parser import HTMLParser

import numpy as np
import pytest

from autochrome.errors import OutputNotWritable
from autochrome.evaluate.charts import Marker, Plot, Series, draw_svg, ticks
from autochrome.evaluate.report_page import Figure, FigureRow, Gallery, Table, data_uri, write_report

VOID = {"meta", "img", "line", "circle"}


class Page(HTMLParser):
    """Checks that tags are closed in order, and collects the addresses that the page loads."""

    def __init__(self):
        super().__init__()
        self.open, self.fetched, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.fetched += [value for key, value in attrs if key in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.fetched += [value for key, value in attrs if key in ("src", "href")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def read(path):
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    assert page.open == []
    return page


IMAGE = np.full((20, 30, 3), 90, np.uint8)


def test_a_page_loads_nothing_and_has_all_content(tmp_path):
    path = tmp_path / "new" / "page.html"
    write_report(
        path,
        "Grey & <colour>",
        [Table("Scores", ["", "dB"], [["grey", "24.0"], ["ours", "26.1"]], note="of 3", strong=[1])],
        [Gallery("Best", [FigureRow("a/b.png", [Figure("truth", IMAGE)])])],
        [Plot("Curve", "x", "y", [Series("one", [(0, 0), (1, 2)]), Series("two", [(0, 1), (1, 1)])])],
        lead="Lead.",
        notes=[("psnr", "decibels")],
    )
    page = read(path)
    text = "".join(page.text)
    for word in (
        "Grey & <colour>",
        "Lead.",
        "Scores",
        "26.1",
        "of 3",
        "Best",
        "a/b.png",
        "Curve",
        "two",
        "decibels",
    ):
        assert word in text
    assert len(page.fetched) == 1
    assert page.fetched[0].startswith("data:image/webp;base64,")
    assert "http" not in path.read_text(encoding="utf-8")
    assert list(path.parent.iterdir()) == [path]


def test_a_title_alone_is_a_page(tmp_path):
    write_report(tmp_path / "p.html", "Empty")
    assert "Empty" in read(tmp_path / "p.html").text


def test_a_path_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputNotWritable, match="cannot be written"):
        write_report(tmp_path / "file" / "p.html", "No")


def test_data_uri_holds_the_image():
    import base64
    import io

    from PIL import Image

    content = base64.b64decode(data_uri(IMAGE).split(",")[1])
    shown = np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)
    assert shown.shape == IMAGE.shape
    assert np.abs(shown - 90).max() <= 3


def circles(svg):
    return [tuple(map(float, pair)) for pair in re.findall(r'cx="([\d.-]+)" cy="([\d.-]+)"', svg)]


def test_larger_values_are_right_and_up():
    (x0, y0), (x1, y1) = circles(draw_svg(Plot("t", "x", "y", [Series("s", [(0, 0), (10, 5)])])))
    assert x0 < x1
    assert y0 > y1


def test_values_that_are_not_finite_are_left_out():
    nan, inf = float("nan"), float("inf")
    svg = draw_svg(
        Plot("t", "x", "y", [Series("s", [(0, nan), (1, inf), (2, 3)], labels=["a"])], [Marker(2, "cut")])
    )
    assert "nan" not in svg
    assert "inf" not in svg
    assert len(circles(svg)) == 1
    assert draw_svg(Plot("t", "x", "y", [Series("s", [(0, nan)])])) == ""
    assert draw_svg(Plot("t", "x", "y", [])) == ""


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 10, [0, 2, 4, 6, 8, 10]), (-3.2, 1.1, [-3, -2, -1, 0, 1]), (21.3, 24.9, [22, 23, 24])],
)
def test_ticks_are_round_numbers(low, high, expected):
    assert ticks(low, high) == pytest.approx(expected)
