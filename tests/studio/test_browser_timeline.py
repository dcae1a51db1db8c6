"""The timeline of a film in the browser: exact times, zoom, uncertainty, playback, copied marks, damage."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from playwright.sync_api import Page

from browsing import (
    choose_color,
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
SHOT = 40  # frames
SIZE = 144, 256


def pan(picture: np.ndarray, first: int) -> list[np.ndarray]:
    """Frames of a camera that moves one pixel to the right per frame."""
    height, width = SIZE
    return [picture[40 : 40 + height, first + n : first + n + width] for n in range(SHOT)]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three shots; the third looks like the first."""
    coffee, cat = skimage.data.coffee()[..., 1], skimage.data.chelsea()[..., 1]
    lights = pan(coffee, 60) + pan(cat, 80) + pan(coffee, 64)
    path = tmp_path_factory.mktemp("films") / "cups.mkv"
    return make_film(path, codec="ffv1", size=SIZE, times=range(3 * SHOT), lights=lights, sound=None)


@pytest.fixture(scope="module")
def page(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The editor of the film; the address of its project is in the page's."""
    with run_studio(tmp_path_factory.mktemp("studio")) as server, open_page() as page:
        page.goto(server.url)
        upload(page, film)
        open_project(page, film.name)
        wait_until(lambda: page.locator(".shot").count(), lambda count: count == 3, 90)
        page.locator(".doubt-curve svg").wait_for()
        yield page


def shown_frame(page: Page) -> int:
    return int(page.locator(".timecode").inner_text().split("frame ")[1])


def click_track(page: Page, part: float) -> None:
    """Click the film strip. part: 0…1 of the film."""
    box = page.locator(".track").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + part * box["width"], page.locator(".shots").bounding_box()["y"] + 40)


def test_a_click_goes_to_this_time_and_says_how_sure_the_colours_are(page: Page):
    for part in (0.5, 0.9, 0.1):
        click_track(page, part)
        wait_until(lambda part=part: abs(shown_frame(page) - part * 3 * SHOT) < 1.6)
    assert re.fullmatch(r"sure|fairly sure|unsure|guessing", page.locator(".certainty").inner_text())
    wait_until(lambda: page.locator(".shot[aria-current]").count() == 1)
    page.locator(".shot").nth(2).focus()
    page.keyboard.press("Enter")
    wait_until(lambda: shown_frame(page), lambda frame: frame == 2 * SHOT)


def test_zoom_shows_more_frames_and_finer_times(page: Page):
    labels, tiles = page.locator(".ruler span"), page.locator(".film-strip img")
    before = labels.count(), tiles.count(), page.locator(".track").bounding_box()["width"]
    page.get_by_role("button", name="Show less of the film").click()
    wait_until(lambda: page.locator(".track").bounding_box()["width"], lambda now: now > 1.5 * before[2])
    wait_until(lambda: labels.count() > before[0])
    wait_until(lambda: tiles.count() > before[1])
    page.get_by_role("button", name="Show the whole film").click()
    wait_until(lambda: page.locator(".track").bounding_box()["width"], lambda now: now == before[2])


def test_uncertainty_is_shown_on_a_frame(page: Page):
    page.locator("picture-canvas canvas.overlay").focus()
    page.keyboard.press("d")
    page.locator(".legend").wait_for()
    page.keyboard.press("d")
    page.locator(".legend").wait_for(state="hidden")


def test_a_shot_plays_at_once_and_again_without_a_request(page: Page):
    played: list[str] = []
    page.on("request", lambda request: played.append(request.url) if "/play?" in request.url else None)
    click_track(page, 0.4)
    start = shown_frame(page)
    clicked = time.monotonic()
    page.get_by_role("button", name="Play shot").click()
    wait_until(lambda: shown_frame(page), lambda frame: frame != start)
    assert time.monotonic() - clicked < 10, "one second on a machine that does nothing else"
    wait_until(lambda: page.locator(".player progress").is_visible(), lambda visible: not visible)
    page.get_by_role("button", name="Stop", exact=True).last.click()
    page.locator(".player").wait_for(state="hidden")
    requests = len(played)
    assert requests
    page.keyboard.press("Enter")
    start = shown_frame(page)
    wait_until(lambda: shown_frame(page), lambda frame: frame != start)
    page.keyboard.press("Escape")
    assert len(played) == requests, "nothing has changed"


def test_marks_are_copied_to_the_shot_that_looks_alike(page: Page):
    project = page.url.split("/")[-1]
    click_track(page, 0.1)
    wait_until(lambda: page.locator("picture-canvas.busy").count(), lambda busy: not busy)
    choose_color(page, "#3f8f4a")
    draw_stroke(page, (0.4, 0.5), (0.45, 0.5))
    page.get_by_role("button", name="Copy to shots that look alike").click()
    rows = page.locator("dialog .choices li")
    rows.first.wait_for()
    assert [row.split("·")[0].strip()[:6] for row in rows.all_inner_texts()] == ["Shot 3"]
    page.locator("dialog").get_by_role("button", name="Copy", exact=True).click()
    keys = wait_until(
        lambda: fetch_json(page, f"/projects/{project}/hints").get("frames", []), lambda keys: len(keys) == 2
    )
    assert 2 * SHOT <= keys[1]["frame"] < 3 * SHOT
    wait_until(lambda: page.locator(".key-frame").count() == 2)
    page.keyboard.press("z")
    wait_until(lambda: page.locator(".key-frame").count(), lambda count: count == 1)


def test_nothing_is_cut_off_on_a_phone(page: Page):
    page.set_viewport_size({"width": 390, "height": 844})
    for name in (".timeline-scroll", ".transport .play"):
        box = wait_until(lambda name=name: page.locator(name).bounding_box())
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    page.set_viewport_size({"width": 1280, "height": 800})


def test_a_damaged_film_says_so(page: Page, film: Path, tmp_path: Path):
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(film.read_bytes()[: film.stat().st_size * 2 // 3])
    page.get_by_role("link", name="Library", exact=True).click()
    upload(page, cut)
    open_project(page, "cut.mkv")
    notes = page.locator(".film-notes.damaged")
    wait_until(notes.count, timeout=60)
    assert "damaged" in notes.locator("summary").inner_text()
    notes.locator("summary").click()
    assert notes.locator("li").count() >= 1
