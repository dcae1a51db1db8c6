"""The studio without a mouse: both stories, the keys of every editor, and an automated check by axe."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from playwright.sync_api import Page

from browsing import (
    Server,
    chroma_at,
    chroma_distance,
    draw_stroke,
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
from filmmaking import make_film
from pictures import pil

pytestmark = needs_browser
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
needs_axe = pytest.mark.skipif(not AXE.is_file(), reason="needs axe-core (npm ci)")
SKY = "#7fa6d6"
_SERIOUS = """async () => {
    const {violations} = await axe.run(document, {resultTypes: ["violations"]});
    return violations.filter(({impact}) => impact === "serious" || impact === "critical")
        .map(({id, nodes}) => `${id}: ${nodes.map(({target}) => target).join(" | ")}`);
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A studio with two photos and a film, and a folder for finished files."""
    folder = tmp_path_factory.mktemp("keyboard")
    files = [folder / "astronaut.jpg", folder / "coffee.jpg", folder / "reel.mp4"]
    files[0].write_bytes(pil(np.asarray(skimage.data.astronaut()[..., 1]), "jpeg", quality=90))
    files[1].write_bytes(pil(np.asarray(skimage.data.coffee()[..., 1]), "jpeg", quality=90))
    make_film(files[2], size=(96, 128))
    with run_studio(folder / "studio", "--output", str(folder / "finished")) as server:
        with open_page() as page:
            page.goto(server.url)
            for file in files:  # one after the other: the order of the library is known
                upload(page, file)
        yield server


def focused(page: Page) -> str:
    """The name of the focused element; BODY where none is focused."""
    name: str = page.evaluate(
        """() => {
            const at = document.activeElement;
            if (at === document.body) return "BODY";
            return at.getAttribute("aria-label") || at.textContent.trim() || at.tagName;
        }"""
    )
    return name


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the control of that name has the focus; it must never fall to the body."""
    for _ in range(90):
        if name in focused(page):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no control {name!r} is reached with Tab; the focus is on {focused(page)!r}")


def test_a_photo_by_keyboard_only(server: Server):
    with open_page() as page:
        page.goto(server.url)
        page.locator(".card-link").first.wait_for()
        tab_to(page, "Search by name")
        page.keyboard.type("astro")
        wait_until(page.locator(".card").count, lambda count: count == 1)
        tab_to(page, "astronaut.jpg")
        page.keyboard.press("Enter")
        page.locator("canvas.overlay").wait_for()
        wait_until(lambda: rgb_at(page, 0.5, 0.5)[3])
        project_id = page.url.split("/")[-1]
        wait_until(lambda: focused(page), lambda name: name != "BODY")
        tab_to(page, "Sky")
        page.keyboard.press("Enter")
        tab_to(page, "Colour, as #rrggbb")
        page.keyboard.press("Enter")
        assert focused(page) == "Picture"
        page.keyboard.press("p")
        page.keyboard.press("Alt+ArrowDown")
        page.keyboard.press("Enter")
        wait_until(lambda: fetch_json(page, f"/projects/{project_id}/hints").get("points"))
        page.keyboard.press("Shift+Tab")
        tab_to(page, "Undo")
        page.keyboard.press("Enter")  # the button is disabled now
        wait_until(lambda: not fetch_json(page, f"/projects/{project_id}/hints").get("points"))
        wait_until(lambda: focused(page), lambda name: name != "BODY")
        page.keyboard.press("Shift+Z")
        tab_to(page, "Save photo")
        with page.expect_download(timeout=90_000) as saved:
            page.keyboard.press("Enter")
        assert Path(saved.value.path()).stat().st_size > 10_000
        wait_until(lambda: focused(page), lambda name: name != "BODY")
        page.keyboard.press("Escape")
        wait_until(lambda: focused(page), lambda name: "astronaut.jpg" in name)


def test_a_film_by_keyboard_only(server: Server):
    with open_page() as page:
        page.goto(server.url)
        page.locator(".card-link").first.wait_for()
        page.keyboard.press("ArrowRight")
        assert "reel.mp4" in focused(page)
        page.keyboard.press("Enter")
        page.locator("canvas.overlay").wait_for()
        wait_until(lambda: page.locator(".shot").count(), timeout=120)
        tab_to(page, "Next frame")
        page.keyboard.press("Enter")
        tab_to(page, "Picture")
        page.keyboard.press("p")
        page.keyboard.press("Alt+ArrowDown")
        page.keyboard.press("Enter")
        page.locator(".key-frame").wait_for()
        tab_to(page, "Export")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Save file").wait_for(timeout=120_000)
        wait_until(lambda: focused(page), lambda name: name != "BODY")
        tab_to(page, "Save file")
        with page.expect_download() as saved:
            page.keyboard.press("Enter")
        assert Path(saved.value.path()).stat().st_size > 1000
        page.keyboard.press("Escape")
        wait_until(lambda: focused(page), lambda name: "reel.mp4" in name)


def test_keys_and_mouse_of_every_editor(server: Server):
    with open_page() as page:
        page.goto(server.url)
        open_project(page, "astronaut.jpg")
        zoom = page.locator(".percent")
        fitted = int(zoom.inner_text().split()[0])

        # Ctrl and the wheel zoom by a step; the map shows where; Space and a drag, or the middle button, move.
        page.mouse.move(*screen_position(page, 0.5, 0.5))
        page.keyboard.down("Control")
        page.mouse.wheel(0, -300)
        page.keyboard.up("Control")
        wait_until(zoom.inner_text, lambda text: fitted < int(text.split()[0]) < 2.5 * fitted)
        page.locator("canvas.navigator").wait_for()
        for button, key in (("left", "Space"), ("middle", None)):
            before = screen_position(page, 0.5, 0.5)
            if key:
                page.keyboard.down(key)
            page.mouse.move(500, 400)
            page.mouse.down(button=button)
            page.mouse.move(460, 380, steps=3)
            page.mouse.up(button=button)
            if key:
                page.keyboard.up(key)
            after = screen_position(page, 0.5, 0.5)
            assert (after[0] - before[0], after[1] - before[1]) == pytest.approx((-40, -20), abs=2)
        path = f"/projects/{page.url.split('/')[-1]}/hints"
        assert not fetch_json(page, path).get("strokes")  # nothing was drawn
        page.keyboard.press("0")
        page.locator("canvas.navigator").wait_for(state="hidden")
        # the picture that fits is drawn with the next animation frame
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

        # Alt and a click take a colour, and the brush stays.
        page.keyboard.down("Alt")
        page.mouse.click(*screen_position(page, 0.5, 0.3))
        page.keyboard.up("Alt")
        field = page.get_by_label("Colour, as #rrggbb")
        assert chroma_distance(page, 0.5, 0.3, field.input_value()) < 8
        assert page.locator(".tool[aria-pressed=true]").get_attribute("data-tool") == "brush"

        # Side by side: a stroke in either half draws at the same place.
        page.keyboard.press("y")
        wait_until(lambda: rgb_at(page, 0.5, 0.5)[3])
        wait_until(lambda: np.ptp(rgb_at(page, 0.5, 0.22)[:3]), lambda spread: spread < 3)  # the half before
        draw_stroke(page, (0.2, 0.8), (0.3, 0.8))
        page.keyboard.press("y")
        project_id = page.url.split("/")[-1]
        hints = wait_until(
            lambda: fetch_json(page, f"/projects/{project_id}/hints"), lambda found: found.get("strokes")
        )
        assert hints["strokes"][0]["path"][0] == pytest.approx([0.2, 0.8], abs=0.02)
        page.keyboard.press("z")

        # The arrow keys go to the next picture, Escape goes back.
        page.keyboard.press("ArrowLeft")
        wait_until(page.title, lambda title: title.startswith("coffee.jpg"))
        page.keyboard.press("PageDown")
        wait_until(page.title, lambda title: title.startswith("astronaut.jpg"))
        page.keyboard.press("Escape")
        wait_until(page.title, lambda title: title.startswith("Library"))


def test_the_library_selects_searches_sorts_and_saves(server: Server):
    with open_page() as page:
        page.goto(server.url)
        page.locator(".card-link").first.wait_for()
        names = page.locator(".card-name")
        assert names.all_inner_texts() == ["reel.mp4", "coffee.jpg", "astronaut.jpg"]
        page.get_by_label("Order").select_option("name")
        assert names.all_inner_texts() == ["astronaut.jpg", "coffee.jpg", "reel.mp4"]
        selected = page.locator(".selection strong")
        page.keyboard.press("Escape")
        page.locator(".card-link").first.focus()
        page.keyboard.press("Control+a")
        assert selected.inner_text() == "3 selected"
        page.keyboard.press("Escape")
        assert not selected.is_visible()
        page.get_by_label("Select astronaut.jpg").check()
        page.get_by_label("Select coffee.jpg").click(modifiers=["Shift"])
        assert selected.inner_text() == "2 selected"
        with page.expect_download(timeout=120_000) as saved:
            page.get_by_role("button", name="Save as ZIP").click()
        assert saved.value.suggested_filename == "autochrome.zip"
        page.get_by_label("Select coffee.jpg").check()
        page.get_by_role("button", name="Save to finished").click()
        finished = server.folder.parent / "finished" / "coffee-color.jpg"
        wait_until(finished.is_file, timeout=60)
        page.get_by_role("button", name="Favourite: coffee.jpg").click()
        page.get_by_role("button", name="Favourites").click()
        wait_until(names.all_inner_texts, lambda found: found == ["coffee.jpg"])


def test_the_sample_picture_is_one_click_away(tmp_path: Path):
    with run_studio(tmp_path / "studio") as server, open_page() as page:
        page.goto(server.url)
        page.get_by_role("button", name="Try it with a sample picture").click()
        page.locator("canvas.overlay").wait_for()
        wait_until(lambda: rgb_at(page, 0.5, 0.1)[3])
        wait_until(
            lambda: np.hypot(*chroma_at(page, 0.15, 0.3)), lambda chroma: chroma > 5
        )  # the sky is blue


@needs_axe
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(server: Server, theme: str):
    with open_page(color_scheme=theme) as page:
        page.goto(server.url)
        page.locator(".card-link").first.wait_for()
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert page.evaluate(_SERIOUS) == []
        for name in ("astronaut.jpg", "reel.mp4"):
            open_project(page, name)
            assert page.evaluate(_SERIOUS) == []
            page.keyboard.press("?")
            page.get_by_role("dialog").wait_for()
            assert page.evaluate(_SERIOUS) == []
            page.keyboard.press("Escape")
            page.get_by_role("button", name="More ways to save").click()
            assert page.evaluate(_SERIOUS) == []
            page.keyboard.press("Escape")
            page.get_by_role("link", name="Library", exact=True).click()
            page.locator(".card-link").first.wait_for()
        page.get_by_role("link", name="Queue").click()
        page.get_by_role("heading", name="Queue").wait_for()
        assert page.evaluate(_SERIOUS) == []
