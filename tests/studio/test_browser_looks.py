"""Choose in the browser: a variation, the machine's points, a look; copy settings to other pictures."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import skimage.data
from playwright.sync_api import Page

from browsing import (
    accessibility_problems,
    choose_color,
    chroma_at,
    chroma_distance,
    draw_stroke,
    fetch_json,
    needs_browser,
    open_library,
    open_project,
    wait_until,
)

pytestmark = needs_browser
GREEN = "#3f8f4a"
BACKDROP = 0.95, 0.3
PLACES = [(0.6, 0.1), (0.3, 0.8), (0.1, 0.5), (0.9, 0.3), (0.2, 0.65)]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A library with three photographs."""
    folder = tmp_path_factory.mktemp("originals")
    photograph = np.asarray(skimage.data.astronaut()[..., 1])
    pictures = {"astronaut.jpg": photograph, "one.jpg": photograph[:256], "two.jpg": photograph[256:]}
    with open_library(folder, pictures, quality=90) as page:
        yield page


@pytest.fixture
def library(page: Page) -> Page:
    page.get_by_role("link", name="Library", exact=True).click()
    return page


def farthest(page: Page, original: list[np.ndarray]) -> float:
    """The largest distance in a*b* of some places from their original colours."""
    now = [chroma_at(page, *place) for place in PLACES]
    return max(float(np.hypot(*(one - other))) for one, other in zip(now, original, strict=True))


def machine_points(page: Page, project_id: str) -> list[dict[str, Any]]:
    points = fetch_json(page, f"/projects/{project_id}/hints").get("points", [])
    return [point for point in points if point.get("by") == "machine"]


def test_a_variation_is_adopted_and_its_points_are_moved_recoloured_and_removed(library: Page):
    page = library
    project_id = open_project(page, "astronaut.jpg")
    original = [chroma_at(page, *place) for place in PLACES]
    page.get_by_role("button", name="Show variations").click()
    page.locator(".variation").nth(1).wait_for(timeout=120_000)
    assert page.locator(".variation").count() == 6
    assert page.locator(".variation").first.get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="Variation 1").click()
    wait_until(lambda: len(machine_points(page, project_id)), lambda count: count > 5)
    wait_until(lambda: farthest(page, original), lambda distance: distance > 5)
    wait_until(lambda: page.get_by_role("button", name="Variation 1").get_attribute("aria-pressed") == "true")
    assert page.locator(".mark-list button").count() == 0

    # The points are shown when they are wanted; one is moved and gets another colour, one is removed.
    page.get_by_label("points of the machine").click()
    count = wait_until(lambda: page.locator(".mark-list button").count())
    assert count == len(machine_points(page, project_id))
    x, y = (machine_points(page, project_id)[-1][axis] for axis in "xy")
    page.locator(".mark-list button").first.click()
    choose_color(page, GREEN)
    wait_until(lambda: machine_points(page, project_id)[-1]["color"], lambda color: color == GREEN)
    draw_stroke(page, (x, y), BACKDROP)
    wait_until(
        lambda: machine_points(page, project_id)[-1]["x"], lambda moved: abs(moved - BACKDROP[0]) < 0.02
    )
    wait_until(lambda: chroma_distance(page, *BACKDROP, GREEN), lambda distance: distance < 25)
    page.keyboard.press("Delete")
    wait_until(lambda: len(machine_points(page, project_id)), lambda left: left == count - 1)
    assert accessibility_problems(page) == []

    page.get_by_role("button", name="First answer").click()
    wait_until(lambda: not machine_points(page, project_id))
    wait_until(lambda: farthest(page, original), lambda distance: distance < 3)


def test_a_look_is_one_step_and_is_copied_to_other_pictures(library: Page):
    page = library
    project_id = open_project(page, "one.jpg")
    original = chroma_at(page, 0.6, 0.3)
    page.get_by_role("button", name="Hand-tinted").click()
    look = {"vivid": 0.8, "warmth": 0.35, "tint": 0.15}
    wait_until(lambda: fetch_json(page, f"/projects/{project_id}")["settings"], lambda found: found == look)
    wait_until(
        lambda: chroma_at(page, 0.6, 0.3) - original, lambda change: change[1] > 0.5 and change.sum() > 1
    )
    assert float(page.get_by_label("Warmth").input_value()) == 0.35
    page.keyboard.press("z")
    wait_until(lambda: fetch_json(page, f"/projects/{project_id}")["settings"], lambda found: found == {})
    wait_until(lambda: page.locator("button[aria-pressed=true]", has_text="Natural").count())
    page.get_by_role("button", name="Cool").click()
    wait_until(lambda: fetch_json(page, f"/projects/{project_id}")["settings"])
    page.get_by_role("button", name="Copy settings").click()

    page.get_by_role("link", name="Library", exact=True).click()
    for name in ("astronaut.jpg", "two.jpg"):
        page.get_by_label(f"Select {name}").check()
    page.get_by_role("button", name="Paste settings").click()
    for project in fetch_json(page, "/projects"):
        address = f"/projects/{project['id']}"
        wait_until(
            lambda address=address: fetch_json(page, address)["settings"],
            lambda found: found == {"warmth": -0.4},
        )


def test_a_version_is_compared_and_restored(library: Page):
    page = library
    project_id = open_project(page, "two.jpg")
    place = 0.2, 0.4
    page.get_by_role("button", name="Natural").click()
    wait_until(lambda: fetch_json(page, f"/projects/{project_id}")["settings"], lambda found: found == {})
    page.get_by_role("button", name="Save version").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("First")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    page.locator(".version-name", has_text="First").wait_for()
    page.get_by_label("Vivid").fill("0")
    wait_until(lambda: np.hypot(*chroma_at(page, *place)), lambda chroma: chroma < 2)

    # The left side is the version, the right one is the present.
    page.locator(".version-list").get_by_role("button", name="Compare").click()
    wait_until(lambda: np.hypot(*chroma_at(page, *place)), lambda chroma: chroma > 3)
    assert np.hypot(*chroma_at(page, 0.8, 0.6)) < 2
    page.locator(".version-list").get_by_role("button", name="Compare").click()
    wait_until(lambda: np.hypot(*chroma_at(page, *place)), lambda chroma: chroma < 2)
    page.get_by_role("button", name="Restore").click()
    wait_until(lambda: np.hypot(*chroma_at(page, *place)), lambda chroma: chroma > 3)
    wait_until(lambda: fetch_json(page, f"/projects/{project_id}")["settings"] == {})
