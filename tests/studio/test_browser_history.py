"""Undo in the browser: every change in turn, each where it is seen, and the same after a reload and a restart."""

from collections.abc import Iterator

import numpy as np
import pytest
import skimage.data
from playwright.sync_api import Page

from browsing import (
    Server,
    choose_color,
    chroma_at,
    chroma_distance,
    draw_stroke,
    fetch_json,
    needs_browser,
    open_page,
    open_project,
    run_studio,
    upload,
    wait_until,
)
from filmmaking import make_film

pytestmark = needs_browser
BLUE = "#3c62b8"
FRAMES, MARKED, OTHER, CUT = 12, 2, 9, 6
PLACE = 0.5, 0.5


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with run_studio(tmp_path_factory.mktemp("studio")) as server:
        yield server


@pytest.fixture(scope="module")
def page(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The library, with one film."""
    grey = skimage.data.astronaut()[:96, 140:300, 1]
    path = tmp_path_factory.mktemp("originals") / "astronaut.mp4"
    make_film(path, size=grey.shape, lights=[grey] * FRAMES)
    with open_page() as page:
        page.goto(server.url)
        upload(page, path)
        yield page


def shown_frame(page: Page) -> int:
    return int(page.get_by_label("Frame", exact=True).input_value())


def seek(page: Page, frame: int) -> None:
    page.get_by_label("Frame", exact=True).fill(str(frame))
    wait_until(lambda: page.locator("picture-canvas.busy").count(), lambda busy: not busy)


def labels(page: Page, project_id: str) -> list[str]:
    return [step["label"] for step in fetch_json(page, f"/projects/{project_id}/history")["steps"]]


def done(page: Page, project_id: str) -> int:
    return int(fetch_json(page, f"/projects/{project_id}/history")["done"])


def undo_four_times(page: Page, project_id: str, original: np.ndarray) -> None:
    """Undo the mark on the other frame, the cut, the slider and the stroke; each must be on the screen."""
    seek(page, 0)
    wait_until(lambda: done(page, project_id) == 4)
    page.keyboard.press("z")
    wait_until(lambda: done(page, project_id) == 3)
    wait_until(lambda: shown_frame(page) == OTHER)
    wait_until(lambda: page.locator(".key-frame").count(), lambda count: count == 1)
    page.keyboard.press("z")
    wait_until(lambda: page.locator(".shot").count(), lambda count: count == 1)
    wait_until(lambda: shown_frame(page) == CUT)
    page.keyboard.press("z")
    wait_until(lambda: page.get_by_label("Vivid").input_value(), lambda value: float(value) == 1)
    wait_until(lambda: page.locator(".option.changed").count() == 1)
    page.keyboard.press("z")
    wait_until(lambda: shown_frame(page) == MARKED)
    wait_until(lambda: np.hypot(*(chroma_at(page, *PLACE) - original)), lambda distance: distance < 3)
    wait_until(lambda: page.get_by_role("button", name="Undo").is_disabled())
    wait_until(lambda: done(page, project_id) == 0)


def test_undo_shows_every_change_in_turn_also_after_a_reload_and_a_restart(server: Server, page: Page):
    project_id = open_project(page, "astronaut.mp4")
    wait_until(lambda: page.locator(".shot").count(), lambda count: count == 1)
    seek(page, MARKED)
    original = chroma_at(page, *PLACE)
    assert chroma_distance(page, *PLACE, BLUE) > 20
    choose_color(page, BLUE)
    draw_stroke(page, (0.4, 0.5), PLACE, (0.6, 0.5))
    wait_until(lambda: chroma_distance(page, *PLACE, BLUE), lambda distance: distance < 15)
    page.get_by_label("Vivid").fill("1.3")
    wait_until(lambda: len(labels(page, project_id)), lambda count: count == 2)
    seek(page, CUT)
    page.keyboard.press("s")
    wait_until(lambda: page.locator(".shot").count(), lambda count: count == 2)
    seek(page, OTHER)
    draw_stroke(page, (0.2, 0.3), (0.3, 0.3))
    wait_until(lambda: page.locator(".key-frame").count(), lambda count: count == 2)
    wait_until(
        lambda: labels(page, project_id), lambda found: found == ["Stroke", "Vivid 1.3", "Cut", "Stroke"]
    )

    undo_four_times(page, project_id, original)
    for number in range(4):
        page.keyboard.press("Shift+Z")
        wait_until(lambda number=number: done(page, project_id) == number + 1)
    wait_until(lambda: shown_frame(page) == OTHER)
    page.reload()
    wait_until(lambda: page.locator(".shot").count(), lambda count: count == 2)
    undo_four_times(page, project_id, original)

    page.locator(".history summary").click()
    page.locator(".history-steps button").nth(4).click()
    wait_until(lambda: done(page, project_id) == 4)
    server.restart()
    page.goto(f"{server.url}#/film/{project_id}")
    page.reload()
    wait_until(lambda: page.locator(".shot").count(), lambda count: count == 2)
    wait_until(lambda: page.locator(".history-steps [aria-current]").count())
    undo_four_times(page, project_id, original)
