"""References in the browser: several pictures, their match, a mask, and one that matches nothing says so."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage.data
from playwright.sync_api import Page

from browsing import (
    accessibility_problems,
    fetch_json,
    needs_browser,
    open_page,
    open_project,
    run_studio,
    upload,
    wait_until,
)
from pictures import pil

pytestmark = needs_browser
COFFEE = skimage.data.coffee()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("originals")
    pictures = {"grey.jpg": COFFEE[..., 1], "coffee.png": COFFEE, "cat.png": skimage.data.chelsea()}
    for name, pixels in pictures.items():
        kind = "jpeg" if name.endswith("jpg") else "png"
        (folder / name).write_bytes(pil(np.ascontiguousarray(pixels), kind))
    return folder


@pytest.fixture(scope="module")
def page(folder: Path) -> Iterator[Page]:
    with run_studio(folder / "studio") as server, open_page() as page:
        page.goto(server.url)
        upload(page, folder / "grey.jpg")
        yield page


def references(page: Page, project_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = fetch_json(page, f"/projects/{project_id}/hints").get("references", [])
    return found


def test_references_of_a_photo_show_their_match_and_take_a_mask(page: Page, folder: Path):
    project_id = open_project(page, "grey.jpg")
    page.get_by_label("Coloured pictures of similar things").set_input_files(
        [folder / "coffee.png", folder / "cat.png"]
    )
    wait_until(lambda: len(references(page, project_id)), lambda count: count == 2)
    page.get_by_text("Matches nothing here, so it gives no colour").wait_for()
    match = page.locator(".reference-facts", has_text="of the picture")
    whole = int(wait_until(lambda: match.inner_text()).split()[1].rstrip("%").strip())
    assert whole > 40
    assert accessibility_problems(page) == []

    # Around the left third of the picture: less matches, and undo takes the mask back.
    box = page.locator(".reference-picture").first.bounding_box()
    assert box
    corners = [(0.02, 0.02), (0.33, 0.02), (0.33, 0.98), (0.02, 0.98)]
    page.locator(".reference-picture").first.scroll_into_view_if_needed()
    box = page.locator(".reference-picture").first.bounding_box()
    assert box
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=3)
    page.mouse.up()
    wait_until(lambda: references(page, project_id)[0].get("mask"))
    wait_until(
        lambda: match.inner_text() if match.count() else "",
        lambda text: "of the picture" in text and int(text.split()[1].rstrip("%").strip()) < whole * 0.7,
    )
    page.get_by_role("button", name="Use all of it").click()
    wait_until(lambda: not references(page, project_id)[0].get("mask"))
    page.get_by_role("button", name="Remove the reference").last.click()
    wait_until(lambda: len(references(page, project_id)), lambda count: count == 1)
    page.keyboard.press("z")
    wait_until(lambda: len(references(page, project_id)), lambda count: count == 2)
