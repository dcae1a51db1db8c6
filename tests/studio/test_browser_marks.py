"""Marks in the browser: draw areas, select a mark afterwards, change, move and remove it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import skimage.data
from playwright.sync_api import Page

from autochrome.hints import HintsFile
from browsing import (
    accessibility_problems,
    choose_color,
    chroma_distance,
    draw_stroke,
    fetch_json,
    needs_browser,
    open_library,
    open_project,
    screen_position,
    wait_until,
)

pytestmark = needs_browser
BLUE, RED = "#3c62b8", "#b83a32"
CENTRE, RADIUS = (0.6, 0.4), 0.2


def disc() -> np.ndarray:
    """(240, 240) grey: a light disc on a darker ground, with grain."""
    rows, columns = np.mgrid[:240, :240] / 240
    inside = np.hypot(columns - CENTRE[0], rows - CENTRE[1]) < RADIUS
    grain = np.random.default_rng(1).normal(0, 1.5, inside.shape)
    return np.clip(np.where(inside, 170, 90) + grain, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A library with two photographs."""
    folder = tmp_path_factory.mktemp("originals")
    pictures = {"astronaut.jpg": np.asarray(skimage.data.astronaut()[..., 1]), "disc.jpg": disc()}
    with open_library(folder, pictures, quality=95) as page:
        yield page


@pytest.fixture
def library(page: Page) -> Page:
    page.get_by_role("link", name="Library", exact=True).click()
    return page


def hints_of(page: Page, project_id: str) -> dict[str, Any]:
    found: dict[str, Any] = fetch_json(page, f"/projects/{project_id}/hints")
    return found


def test_a_mark_is_selected_changed_moved_and_removed(library: Page):
    page = library
    project_id = open_project(page, "astronaut.jpg")
    choose_color(page, RED)
    draw_stroke(page, (0.22, 0.8), (0.3, 0.8), (0.38, 0.8))
    wait_until(lambda: chroma_distance(page, 0.3, 0.8, RED), lambda distance: distance < 15)
    wait_until(lambda: hints_of(page, project_id).get("strokes"))

    # From the list: another colour; then size, strength and reach.
    page.locator(".mark-list button", has_text="Stroke").click()
    choose_color(page, BLUE)
    wait_until(lambda: chroma_distance(page, 0.3, 0.8, BLUE), lambda distance: distance < 15)
    page.get_by_label("Size", exact=True).fill("70")
    page.locator("#mark-strength").fill("60")
    page.locator("#mark-reach").fill("40")
    wait_until(
        lambda: hints_of(page, project_id)["strokes"][0],
        lambda stroke: (
            (stroke["color"], stroke.get("strength"), stroke["reach"]) == (BLUE, 0.6, 0.4)
            and stroke["width"] > 0.1
        ),
    )
    assert accessibility_problems(page) == []

    # In the picture: it is dragged to another place, and removed with a key; undo brings it back.
    page.keyboard.press("Escape")
    draw_stroke(page, (0.3, 0.8), (0.3, 0.9))
    wait_until(lambda: hints_of(page, project_id)["strokes"][0]["path"][0][1], lambda y: abs(y - 0.9) < 0.01)
    page.keyboard.press("Delete")
    wait_until(lambda: not hints_of(page, project_id).get("strokes"))
    assert page.get_by_text("Nothing is marked yet.").is_visible()
    page.keyboard.press("z")
    wait_until(lambda: hints_of(page, project_id).get("strokes"))
    assert wait_until(lambda: page.locator(".mark-list button").count()) == 1


def test_an_area_is_drawn_around_a_thing_or_filled_by_a_click(library: Page):
    page = library
    project_id = open_project(page, "disc.jpg")
    choose_color(page, BLUE)
    panel = page.locator("section.panel", has=page.locator("#reach"))
    assert "this thing" in panel.inner_text()
    page.keyboard.press("a")
    assert "inside the outline" in panel.inner_text()
    page.mouse.click(*screen_position(page, *CENTRE))
    filled = wait_until(lambda: hints_of(page, project_id).get("areas"))
    rows, columns = (np.mgrid[:240, :240] + 0.5) / 240
    inside = np.hypot(columns - CENTRE[0], rows - CENTRE[1]) < RADIUS
    mask = HintsFile(version=1, areas=filled).rasterize(240, 240).mask > 0.5
    assert (mask & inside).sum() / (mask | inside).sum() > 0.93
    wait_until(lambda: chroma_distance(page, *CENTRE, BLUE), lambda distance: distance < 15)

    draw_stroke(page, (0.1, 0.7), (0.4, 0.7), (0.4, 0.9), (0.1, 0.9), (0.1, 0.7))
    areas = wait_until(lambda: hints_of(page, project_id)["areas"], lambda areas: len(areas) == 2)
    box = HintsFile(version=1, areas=areas[1:]).rasterize(240, 240).mask
    assert box.sum() == pytest.approx(0.3 * 0.2 * 240 * 240, rel=0.06)
    wait_until(lambda: page.locator(".mark-list button").count() == 2)


def test_the_footprint_of_a_stroke_is_shown_while_it_is_drawn(library: Page):
    page = library
    open_project(page, "astronaut.jpg")
    outlines = "document.querySelector('picture-canvas').footprint.length"
    choose_color(page, "#3f8f4a")
    page.keyboard.press("b")
    page.mouse.move(*screen_position(page, 0.25, 0.7))
    page.mouse.down()
    page.mouse.move(*screen_position(page, 0.35, 0.72), steps=4)
    wait_until(lambda: page.evaluate(outlines))
    page.mouse.up()
    wait_until(lambda: page.evaluate(outlines), lambda count: count == 0)
