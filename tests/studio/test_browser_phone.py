"""The studio on phones and tablets: everything within reach, and both stories done with fingers."""

from collections.abc import Iterator

import numpy as np
import pytest
import skimage.data

from browsing import (
    Server,
    accessibility_problems,
    chroma_distance,
    export_project,
    fetch_json,
    needs_browser,
    open_page,
    open_project,
    run_studio,
    upload,
    wait_until,
)
from filmmaking import make_film
from pictures import pil
from touching import controls_out_of_reach, pinch, touch_stroke

pytestmark = needs_browser
SIZES = [(390, 844, "light"), (430, 932, "dark"), (844, 390, "dark"), (1024, 768, "light")]
SKY = "#7fa6d6"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A studio with one photo and one film."""
    folder = tmp_path_factory.mktemp("phone")
    photo = folder / "astronaut.jpg"
    photo.write_bytes(pil(np.asarray(skimage.data.astronaut()[..., 1]), "jpeg", quality=90))
    film = make_film(folder / "reel.mp4", size=(96, 128))
    with run_studio(folder / "studio") as server:
        with open_page() as page:
            page.goto(server.url)
            upload(page, photo, film)
            open_project(page, "reel.mp4")
            wait_until(lambda: page.locator(".shot").count(), timeout=120)
        yield server


@pytest.mark.parametrize(("width", "height", "theme"), SIZES)
def test_everything_is_within_reach(server: Server, width: int, height: int, theme: str):
    with open_page(width, height, has_touch=True, is_mobile=True, color_scheme=theme) as page:
        page.goto(server.url)
        page.locator(".card-link").first.wait_for()
        assert controls_out_of_reach(page) == []
        assert accessibility_problems(page) == []
        for name in ("astronaut.jpg", "reel.mp4"):
            page.goto(f"{server.url}#/")
            open_project(page, name)
            assert controls_out_of_reach(page) == []
            assert accessibility_problems(page) == []
            assert page.evaluate("innerWidth") == width  # nothing is so wide that the phone zooms out
            picture = page.locator("picture-canvas").bounding_box()
            assert picture["width"] * picture["height"] > 0.4 * width * (height - 200)
            assert picture["height"] > 150
            for button in page.locator(".sheet-button:visible").all():
                button.tap()
                assert controls_out_of_reach(page) == []
                assert accessibility_problems(page) == []
                assert page.locator("picture-canvas").bounding_box()["height"] > 150
                page.get_by_role("button", name="Close", exact=True).tap()


def test_a_photo_corrected_with_fingers(server: Server):
    with open_page(390, 844, has_touch=True, is_mobile=True) as page:
        page.goto(server.url)
        page.locator(".card-link", has_text="astronaut.jpg").tap()
        page.locator("canvas.overlay").wait_for()
        project_id = page.url.split("/")[-1]
        zoom = page.locator(".percent")
        fitted = int(wait_until(zoom.inner_text).split()[0])

        # Two fingers zoom, and draw nothing.
        pinch(page, 2.5)
        wait_until(zoom.inner_text, lambda text: int(text.split()[0]) > 2 * fitted)
        page.get_by_role("button", name="Fit the picture").tap()
        wait_until(zoom.inner_text, lambda text: int(text.split()[0]) == fitted)
        assert fetch_json(page, f"/projects/{project_id}/hints").get("strokes", []) == []

        # A colour from the sheet, and a stroke with one finger.
        page.get_by_role("button", name="Colours").tap()
        page.get_by_role("button", name="Sky").tap()
        wait_until(lambda: page.locator("picture-canvas.busy").count(), lambda busy: not busy)
        assert chroma_distance(page, 0.3, 0.8, SKY) > 20
        touch_stroke(page, (0.22, 0.8), (0.38, 0.8))
        wait_until(lambda: chroma_distance(page, 0.3, 0.8, SKY), lambda distance: distance < 15)
        page.get_by_role("button", name="Close", exact=True).tap()
        page.get_by_role("button", name="Undo").tap()
        wait_until(lambda: chroma_distance(page, 0.3, 0.8, SKY), lambda distance: distance > 20)
        page.get_by_role("button", name="Redo").tap()
        wait_until(lambda: chroma_distance(page, 0.3, 0.8, SKY), lambda distance: distance < 15)
        assert export_project(page).stat().st_size > 10_000


def test_a_film_corrected_with_fingers(server: Server):
    with open_page(844, 390, has_touch=True, is_mobile=True) as page:
        page.goto(server.url)
        open_project(page, "reel.mp4")
        wait_until(lambda: page.locator(".shot").count())
        wait_until(lambda: page.locator("picture-canvas.busy").count(), lambda busy: not busy)
        page.get_by_role("button", name="Next frame").tap()
        touch_stroke(page, (0.4, 0.5), (0.6, 0.5))
        page.locator(".key-frame").wait_for()
        assert export_project(page).stat().st_size > 1000
