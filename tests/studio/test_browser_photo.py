"""A photo in the browser: upload, colour, paint, undo, export, restart."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import skimage.data

from browsing import (
    Server,
    accessibility_problems,
    choose_color,
    chroma_at,
    chroma_distance,
    draw_stroke,
    export_project,
    fetch_json,
    needs_browser,
    open_page,
    open_project,
    rgb_at,
    run_studio,
    screen_position,
    upload,
    wait_until,
)
from conftest import Ran
from pictures import pil

pytestmark = needs_browser
BLUE = "#3c62b8"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with run_studio(tmp_path_factory.mktemp("photos")) as server:
        yield server


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A grey photograph of 512×512."""
    path = tmp_path_factory.mktemp("originals") / "astronaut.jpg"
    path.write_bytes(pil(np.asarray(skimage.data.astronaut()[..., 1]), "jpeg", quality=90))
    return path


def test_a_photo_from_upload_to_export(
    server: Server, picture: Path, tmp_path: Path, autochrome: Callable[..., Ran]
):
    with open_page() as page:
        page.goto(server.url)
        page.get_by_role("heading", name="Add photos or films").wait_for()
        upload(page, picture)
        project_id = open_project(page, "astronaut.jpg")
        wait_until(
            lambda: np.ptp(rgb_at(page, 0.5, 0.22)[:3]), lambda spread: spread > 8
        )  # the face has colour

        position = (0.3, 0.8)
        original = chroma_at(page, *position)
        assert chroma_distance(page, *position, BLUE) > 30
        choose_color(page, BLUE)
        draw_stroke(page, (0.22, 0.8), (0.3, 0.8), (0.38, 0.8))
        wait_until(lambda: chroma_distance(page, *position, BLUE), lambda distance: distance < 15)

        page.keyboard.press("z")
        wait_until(lambda: np.hypot(*(chroma_at(page, *position) - original)), lambda distance: distance < 3)
        page.keyboard.press("Shift+Z")
        wait_until(lambda: chroma_distance(page, *position, BLUE), lambda distance: distance < 15)

        saved = export_project(page).read_bytes()
        hints = tmp_path / "hints.json"
        hints.write_text(json.dumps(fetch_json(page, f"/projects/{project_id}/hints")))
        assert json.loads(hints.read_text())["strokes"][0]["color"] == BLUE
        ran = autochrome("photo", picture, "-o", tmp_path / "by-command.jpg", "--hints", hints)
        assert ran.code == 0, ran.err
        assert saved == (tmp_path / "by-command.jpg").read_bytes()

        server.restart()
        page.goto(server.url)
        open_project(page, "astronaut.jpg")
        wait_until(lambda: chroma_distance(page, *position, BLUE), lambda distance: distance < 15)


def test_a_picture_that_is_cut_short_shows_its_note(server: Server, picture: Path, tmp_path: Path):
    data = picture.read_bytes()
    (tmp_path / "cut.jpg").write_bytes(data[: len(data) * 2 // 3])
    with open_page() as page:
        page.goto(server.url)
        upload(page, tmp_path / "cut.jpg")
        open_project(page, "cut.jpg")
        note = page.get_by_role("note")
        note.get_by_text("the rest is missing").wait_for()
        assert not accessibility_problems(page)
        page.go_back()
        upload(page, picture)
        open_project(page, picture.name)
        page.locator(".notes").wait_for(state="hidden")


def test_tools_and_views(server: Server, picture: Path):
    with open_page() as page:
        page.goto(server.url)
        upload(page, picture)
        project_id = open_project(page, "astronaut.jpg")

        # A point, drawn without a mouse.
        choose_color(page, BLUE)
        page.keyboard.press("p")
        page.locator("canvas.overlay").focus()
        page.keyboard.press("Alt+ArrowDown")
        page.keyboard.press("Enter")
        wait_until(lambda: len(fetch_json(page, f"/projects/{project_id}/hints").get("points", [])))

        # A grey stroke keeps the picture grey, and the eraser removes it.
        page.keyboard.press("g")
        draw_stroke(page, (0.2, 0.9), (0.4, 0.9))
        wait_until(lambda: chroma_distance(page, 0.3, 0.9, "grey"), lambda distance: distance < 8)
        page.keyboard.press("e")
        draw_stroke(page, (0.2, 0.9), (0.4, 0.9))
        wait_until(
            lambda: fetch_json(page, f"/projects/{project_id}/hints").get("strokes", []),
            lambda left: not left,
        )

        # A click on a likely colour chooses it.
        page.keyboard.press("b")
        with page.expect_response(lambda response: "&y=0.22" in response.url):
            page.mouse.move(*screen_position(page, 0.5, 0.22))
        likely = page.locator(".likely .swatch").first
        likely.wait_for()
        likely.click()
        assert page.get_by_label("Colour, as #rrggbb").input_value() == likely.get_attribute("data-color")

        # Before: while Space is held, also after a click on a button; and at the left of the slider.
        page.keyboard.down("Space")
        wait_until(lambda: np.ptp(rgb_at(page, 0.5, 0.22)[:3]), lambda spread: spread < 3)
        page.keyboard.up("Space")
        wait_until(lambda: np.ptp(rgb_at(page, 0.5, 0.22)[:3]), lambda spread: spread > 8)
        page.keyboard.press("c")
        slider = page.get_by_role("slider", name="Before and after")
        slider.press("End")
        wait_until(lambda: np.ptp(rgb_at(page, 0.5, 0.22)[:3]), lambda spread: spread < 3)
        slider.press("Home")
        wait_until(lambda: np.ptp(rgb_at(page, 0.5, 0.22)[:3]), lambda spread: spread > 8)
        page.keyboard.press("c")

        # The uncertainty map covers the picture; an option is applied and saved.
        page.keyboard.press("d")
        page.locator(".legend").wait_for()
        page.keyboard.press("d")
        page.get_by_label("Vivid").fill("0")
        wait_until(lambda: np.ptp(rgb_at(page, 0.5, 0.22)[:3]), lambda spread: spread < 3)
        wait_until(
            lambda: fetch_json(page, f"/projects/{project_id}")["settings"],
            lambda found: found == {"vivid": 0},
        )
        page.get_by_label("Vivid").fill("1")
        wait_until(lambda: np.ptp(rgb_at(page, 0.5, 0.22)[:3]), lambda spread: spread > 8)

        # Zoomed in beyond the actual size, the pointer is over the same position.
        page.mouse.move(*screen_position(page, 0.5, 0.22))
        page.mouse.wheel(0, -1500)
        wait_until(lambda: page.locator(".percent").inner_text(), lambda text: int(text.split()[0]) > 300)
        wait_until(lambda: np.ptp(rgb_at(page, 0.5, 0.22)[:3]), lambda spread: spread > 8)


def test_dropped_files_are_added_and_bad_ones_refused_with_one_sentence(server: Server, picture: Path):
    with open_page() as page:
        page.goto(server.url)
        page.locator(".library, .empty").first.wait_for(state="attached")
        before = page.locator(".card:not(.upload)").count()
        page.evaluate(
            """([good, bad]) => {
                const dropped = new DataTransfer();
                const bytes = Uint8Array.from(atob(good), (byte) => byte.charCodeAt(0));
                dropped.items.add(new File([bytes], "dropped.jpg", {type: "image/jpeg"}));
                dropped.items.add(new File([bad], "letter.jpg", {type: "image/jpeg"}));
                window.dispatchEvent(new DragEvent("drop", {dataTransfer: dropped, bubbles: true, cancelable: true}));
            }""",
            [
                base64.b64encode(picture.read_bytes()).decode(),
                "Dear friend, this is a letter and no picture.\n" * 20,
            ],
        )
        wait_until(lambda: page.locator(".card-link", has_text="dropped.jpg").count())
        toast = page.get_by_role("alert")
        toast.wait_for()
        assert "letter.jpg" in toast.inner_text()
        assert page.locator(".card:not(.upload)").count() == before + 1


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 768), (768, 1024)])
def test_the_page_fits_the_window_and_is_accessible(server: Server, picture: Path, width: int, height: int):
    with open_page(width, height, has_touch=width < 1280) as page:
        page.goto(server.url)
        upload(page, picture)
        assert accessibility_problems(page) == []
        open_project(page, "astronaut.jpg")
        if page.get_by_role("button", name="Options").is_visible():  # a small screen
            page.get_by_role("button", name="Options").click()
        page.locator("summary").last.click()
        assert accessibility_problems(page) == []
        assert page.locator("picture-canvas").bounding_box()["width"] > width / 2
        for box in page.locator(
            "header, .editor, .rail, .strip, .side-panels, .current-color, .picker, .common, .option"
        ).all():
            assert box.evaluate("element => element.scrollWidth <= element.clientWidth + 1"), (
                box.get_attribute("class")
            )
        page.keyboard.press("?")
        page.get_by_role("dialog").wait_for()
        assert accessibility_problems(page) == []
        page.keyboard.press("Escape")
        page.get_by_role("link", name="Queue").click()
        page.get_by_role("heading", name="Queue").wait_for()
        assert accessibility_problems(page) == []
