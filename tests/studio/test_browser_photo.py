"""A photograph in the browser: brought, coloured, painted, undone, exported, and found again after a restart."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import skimage.data

from browsing import (
    Server,
    api,
    away,
    barriers,
    bring,
    browsing,
    choose_color,
    chroma_at,
    export,
    needs_browser,
    open_project,
    rgb_at,
    serving,
    spot,
    stroke,
    until,
)
from conftest import Ran
from pictures import pil

pytestmark = needs_browser
BLUE = "#3c62b8"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("photos")) as server:
        yield server


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A grey photograph of 512×512."""
    path = tmp_path_factory.mktemp("originals") / "astronaut.jpg"
    path.write_bytes(pil(np.asarray(skimage.data.astronaut()[..., 1]), "jpeg", quality=90))
    return path


def test_the_whole_story_of_a_photograph(
    server: Server, picture: Path, tmp_path: Path, autochrome: Callable[..., Ran]
):
    with browsing() as page:
        page.goto(server.url)
        page.get_by_role("heading", name="Bring in something grey").wait_for()
        bring(page, picture)
        number = open_project(page, "astronaut.jpg")
        until(lambda: np.ptp(rgb_at(page, 0.5, 0.22)[:3]), lambda spread: spread > 8)  # the face has colour

        place = (0.3, 0.8)
        was = chroma_at(page, *place)
        assert away(page, *place, BLUE) > 30
        choose_color(page, BLUE)
        stroke(page, (0.22, 0.8), (0.3, 0.8), (0.38, 0.8))
        until(lambda: away(page, *place, BLUE), lambda far: far < 15)

        page.keyboard.press("z")
        until(lambda: np.hypot(*(chroma_at(page, *place) - was)), lambda far: far < 3)
        page.keyboard.press("Shift+Z")
        until(lambda: away(page, *place, BLUE), lambda far: far < 15)

        saved = export(page).read_bytes()
        hints = tmp_path / "hints.json"
        hints.write_text(json.dumps(api(page, f"/projects/{number}/hints")))
        assert json.loads(hints.read_text())["strokes"][0]["color"] == BLUE
        ran = autochrome("photo", picture, "-o", tmp_path / "by-command.jpg", "--hints", hints)
        assert ran.code == 0, ran.err
        assert saved == (tmp_path / "by-command.jpg").read_bytes()

        server.restart()
        page.goto(server.url)
        open_project(page, "astronaut.jpg")
        until(lambda: away(page, *place, BLUE), lambda far: far < 15)
        page.get_by_role("link", name="Save file").wait_for()


def test_tools_and_views(server: Server, picture: Path):
    with browsing() as page:
        page.goto(server.url)
        bring(page, picture)
        number = open_project(page, "astronaut.jpg")

        # A point, put down without a mouse.
        choose_color(page, BLUE)
        page.keyboard.press("p")
        page.locator("canvas.ink").focus()
        page.keyboard.press("Alt+ArrowDown")
        page.keyboard.press("Enter")
        until(lambda: len(api(page, f"/projects/{number}/hints").get("points", [])))

        # Grey stays where it is kept, and the eraser takes marks away.
        page.keyboard.press("g")
        stroke(page, (0.2, 0.9), (0.4, 0.9))
        until(lambda: away(page, 0.3, 0.9, "grey"), lambda far: far < 8)
        page.keyboard.press("e")
        stroke(page, (0.2, 0.9), (0.4, 0.9))
        until(lambda: api(page, f"/projects/{number}/hints").get("strokes", []), lambda left: not left)

        # Colours likely at a place become the colour in the hand.
        page.keyboard.press("b")
        page.mouse.move(*spot(page, 0.5, 0.22))
        likely = page.locator(".likely .swatch").first
        likely.wait_for()
        likely.click()
        assert page.get_by_label("Colour, as #rrggbb").input_value() == likely.get_attribute("data-color")

        # Before while a key is held, although a button was pressed last; and at the left of the slider.
        page.keyboard.down("Space")
        until(lambda: np.ptp(rgb_at(page, 0.5, 0.22)[:3]), lambda spread: spread < 3)
        page.keyboard.up("Space")
        until(lambda: np.ptp(rgb_at(page, 0.5, 0.22)[:3]), lambda spread: spread > 8)
        page.keyboard.press("c")
        slider = page.get_by_role("slider", name="Before and after")
        slider.press("End")
        until(lambda: np.ptp(rgb_at(page, 0.5, 0.22)[:3]), lambda spread: spread < 3)
        slider.press("Home")
        until(lambda: np.ptp(rgb_at(page, 0.5, 0.22)[:3]), lambda spread: spread > 8)
        page.keyboard.press("c")

        # Doubt is drawn over the picture; a knob is the command line's, and kept.
        page.keyboard.press("d")
        page.locator(".legend").wait_for()
        page.keyboard.press("d")
        page.get_by_label("Vivid").fill("0")
        until(lambda: np.ptp(rgb_at(page, 0.5, 0.22)[:3]), lambda spread: spread < 3)
        until(lambda: api(page, f"/projects/{number}")["settings"], lambda found: found == {"vivid": 0})
        page.get_by_label("Vivid").fill("1")
        until(lambda: np.ptp(rgb_at(page, 0.5, 0.22)[:3]), lambda spread: spread > 8)

        # Zoomed in to more than its pixels, the same place is still there.
        page.mouse.move(*spot(page, 0.5, 0.22))
        page.mouse.wheel(0, -1500)
        until(lambda: page.locator(".percent").inner_text(), lambda text: int(text.split()[0]) > 300)
        until(lambda: np.ptp(rgb_at(page, 0.5, 0.22)[:3]), lambda spread: spread > 8)


def test_files_are_dropped_and_bad_ones_refused_in_a_sentence(server: Server, picture: Path):
    with browsing() as page:
        page.goto(server.url)
        page.locator(".library, .empty").first.wait_for(state="attached")
        there = page.locator(".card:not(.arrival)").count()
        page.evaluate(
            """([good, bad]) => {
                const dropped = new DataTransfer();
                const bytes = Uint8Array.from(atob(good), (letter) => letter.charCodeAt(0));
                dropped.items.add(new File([bytes], "dropped.jpg", {type: "image/jpeg"}));
                dropped.items.add(new File([bad], "letter.jpg", {type: "image/jpeg"}));
                window.dispatchEvent(new DragEvent("drop", {dataTransfer: dropped, bubbles: true, cancelable: true}));
            }""",
            [
                base64.b64encode(picture.read_bytes()).decode(),
                "Dear friend, this is a letter and no picture.\n" * 20,
            ],
        )
        until(lambda: page.locator(".card-link", has_text="dropped.jpg").count())
        toast = page.get_by_role("alert")
        toast.wait_for()
        assert "letter.jpg" in toast.inner_text()
        assert page.locator(".card:not(.arrival)").count() == there + 1


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 768), (768, 1024)])
def test_everything_fits_and_can_be_read(server: Server, picture: Path, width: int, height: int):
    with browsing(width, height, has_touch=width < 1280) as page:
        page.goto(server.url)
        bring(page, picture)
        assert barriers(page) == []
        open_project(page, "astronaut.jpg")
        page.locator("summary").last.click()
        assert barriers(page) == []
        assert page.locator("picture-canvas").bounding_box()["width"] > width / 2
        for box in page.locator(
            "header, .editor, .rail, .strip, .side-panels, .now, .picker, .everyday, .knob"
        ).all():
            assert box.evaluate("element => element.scrollWidth <= element.clientWidth + 1"), (
                box.get_attribute("class")
            )
        page.keyboard.press("?")
        page.get_by_role("dialog").wait_for()
        assert barriers(page) == []
        page.keyboard.press("Escape")
        page.get_by_role("link", name="Queue").click()
        page.get_by_role("heading", name="Queue").wait_for()
        assert barriers(page) == []
