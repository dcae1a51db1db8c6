"""Run a studio in its own process, and drive its page with Chromium."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from playwright.sync_api import Page, sync_playwright

from autochrome.color.lab import lab_from_srgb
from autochrome.hints.marks import chroma_of
from pictures import pil

CHROMIUM = shutil.which("chromium")
T = TypeVar("T")
TIMEOUT = 30  # seconds that a test waits for a condition
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium (apt-get install chromium)")

_READ_PIXELS = """([x, y]) => {
    const canvas = document.querySelector("canvas.pixels"), box = canvas.getBoundingClientRect();
    const density = canvas.width / box.width;
    const at = [(x - box.left) * density, (y - box.top) * density].map(Math.round);
    return [...canvas.getContext("2d").getImageData(at[0] - 1, at[1] - 1, 3, 3).data];
}"""

_ACCESSIBILITY_PROBLEMS = """() => {
    const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255)
        .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
        .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
    const numbers = (color) => { const found = color.match(/[\\d.]+/g).map(Number); return [...found, 1].slice(0, 4); };
    const over = (top, below) => [0, 1, 2].map((n) => top[n] * top[3] + below[n] * (1 - top[3]));
    const background = (element) => {
        const layers = [];
        for (let at = element; at; at = at.parentElement) layers.push(numbers(getComputedStyle(at).backgroundColor));
        return layers.reverse().reduce((below, top) => over(top, below), [0, 0, 0]);
    };
    const found = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        const element = text.parentElement;
        if (!text.data.trim() || !element.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
        if (element.closest(":disabled, .visually-hidden, option, noscript")) continue;
        const pair = [background(element), numbers(getComputedStyle(element).color)].map(luminance);
        const contrast = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
        if (contrast < 4.5) found.push(`${text.data.trim()}: contrast ${contrast.toFixed(2)}`);
    }
    const controls = "button, a[href], input, select, progress, [role=slider], [tabindex='0']";
    for (const control of document.querySelectorAll(controls)) {
        if (!control.checkVisibility()) continue;
        const labels = [...(control.labels ?? [])].map((label) => label.textContent).join("");
        const name = control.getAttribute("aria-label") || control.textContent.trim() || labels.trim() || control.title;
        if (!name) found.push(`no name: ${control.outerHTML.slice(0, 120)}`);
    }
    return found;
}"""


class Server:
    """The command `autochrome studio FOLDER`, started and stopped like in a terminal."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder, self.arguments = folder, arguments
        self.process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self) -> "Server":
        command = [
            sys.executable,
            "-m",
            "autochrome",
            "studio",
            str(self.folder),
            "--port",
            "0",
            "--no-browser",
        ]
        self.process = subprocess.Popen(
            [*command, *self.arguments],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        assert "http://" in line, line + self.process.stderr.read()
        self.url = line.split()[-1].split("#")[0]
        return self

    def stop(self) -> None:
        assert self.process is not None
        assert self.process.stderr is not None
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stderr.close()

    def restart(self) -> None:
        self.stop()
        self.start()


@contextmanager
def run_studio(folder: Path, *arguments: str) -> Iterator[Server]:
    server = Server(folder, *arguments).start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def open_page(width: int = 1280, height: int = 800, **context: Any) -> Iterator[Page]:
    """Open a browser page. An error in its console, an exception or a crash fails the test."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": height}, **context)
        errors: list[str] = []
        page.on("crash", lambda _: errors.append("the page crashed"))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if _is_error(line.text, line.type) else None)
        try:
            yield page
        finally:
            browser.close()
        assert not errors, errors


def _is_error(text: str, kind: str) -> bool:
    """The browser itself logs refused requests; the page shows those, and tests read them there."""
    refused = text.startswith("Failed to load resource") or "blocked by CORS policy" in text
    return kind == "error" and not refused


def wait_until(read: Callable[[], T], accept: Callable[[T], object] = bool, timeout: float = TIMEOUT) -> T:
    """Read a value again and again until it is accepted; return it."""
    end = time.monotonic() + timeout
    while True:
        value = read()
        if accept(value):
            return value
        assert time.monotonic() < end, f"no accepted value in {timeout} s; the last was {value!r:.400}"
        time.sleep(0.05)


def fetch_json(page: Page, path: str) -> Any:
    """GET an address below /api from the page, with its origin; return the JSON."""
    return page.evaluate("path => fetch(path).then(response => response.json())", f"/api{path}")


@contextmanager
def open_library(folder: Path, pictures: dict[str, np.ndarray], quality: int) -> Iterator[Page]:
    """The page of a studio whose library holds these pictures as JPEG, by name."""
    for name, pixels in pictures.items():
        (folder / name).write_bytes(pil(pixels, "jpeg", quality=quality))
    with run_studio(folder / "studio") as server, open_page() as page:
        page.goto(server.url)
        upload(page, *(folder / name for name in pictures))
        yield page


def upload(page: Page, *files: Path) -> None:
    """Choose files in the file dialog, and wait until the library shows them all."""
    before = page.locator(".card:not(.upload)").count()
    page.locator(".empty:visible input, .library:visible input[type=file]").first.set_input_files(files)
    wait_until(lambda: page.locator(".card:not(.upload)").count(), lambda count: count == before + len(files))


def open_project(page: Page, name: str) -> str:
    """Open a project from the library; return its id."""
    page.locator(".card-link", has_text=name).first.click()
    page.wait_for_selector("picture-canvas canvas.overlay")
    wait_until(lambda: rgb_at(page, 0.5, 0.5)[3])
    return page.url.rsplit("/", 1)[-1]


def accessibility_problems(page: Page) -> list[str]:
    """Text with a contrast below 4.5 : 1, and controls without a name."""
    found: list[str] = page.evaluate(_ACCESSIBILITY_PROBLEMS)
    return found


def screen_position(page: Page, x: float, y: float) -> tuple[float, float]:
    """A position of the picture (0…1) → a position on the screen, CSS pixels."""
    found = page.evaluate(
        """([x, y]) => {
            const canvas = document.querySelector("picture-canvas"), box = canvas.getBoundingClientRect();
            const at = canvas.viewport.toScreen(x, y);
            return [box.left + at.x, box.top + at.y];
        }""",
        [x, y],
    )
    return found[0], found[1]


def rgb_at(page: Page, x: float, y: float) -> np.ndarray:
    """(4,) RGBA 0…255 on the canvas at a position of the picture (0…1), mean of 3×3 pixels."""
    return np.reshape(page.evaluate(_READ_PIXELS, list(screen_position(page, x, y))), (9, 4)).mean(axis=0)


def chroma_at(page: Page, x: float, y: float) -> np.ndarray:
    """(2,) a*b* on the canvas at a position of the picture (0…1)."""
    return np.asarray(lab_from_srgb(rgb_at(page, x, y)[:3] / 255)[1:])


def chroma_distance(page: Page, x: float, y: float, color: str) -> float:
    """The distance in a*b* between the canvas and a colour, at a position of the picture (0…1)."""
    return float(np.hypot(*(chroma_at(page, x, y) - chroma_of(color))))


def draw_stroke(page: Page, *positions: tuple[float, float]) -> None:
    """Drag the mouse through positions of the picture (0…1), with the current tool."""
    page.mouse.move(*screen_position(page, *positions[0]))
    page.mouse.down()
    for position in positions[1:]:
        page.mouse.move(*screen_position(page, *position), steps=4)
    page.mouse.up()


def choose_color(page: Page, color: str) -> None:
    field = page.get_by_label("Colour, as #rrggbb")
    field.fill(color)
    field.press("Enter")


def export_project(page: Page) -> Path:
    """Save the photo, or export the film and save its file; return the path of the download."""
    with page.expect_download(timeout=TIMEOUT * 4000) as saved:
        if "/film/" in page.url:
            page.get_by_role("button", name="Export").click()
            page.get_by_role("button", name="Save file").click(timeout=TIMEOUT * 4000)
        else:
            page.get_by_role("button", name="Save photo").click()
    return Path(saved.value.path())
