"""A real studio in a process of its own, and Chromium to look at it with."""

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

CHROMIUM = shutil.which("chromium")
T = TypeVar("T")
PATIENCE = 30  # seconds until something must have come true
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium (apt-get install chromium)")

_PIXEL = """([x, y]) => {
    const canvas = document.querySelector("canvas.pixels"), box = canvas.getBoundingClientRect();
    const density = canvas.width / box.width;
    const at = [(x - box.left) * density, (y - box.top) * density].map(Math.round);
    return [...canvas.getContext("2d").getImageData(at[0] - 1, at[1] - 1, 3, 3).data];
}"""

_BARRIERS = """() => {
    const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
        .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
        .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
    const numbers = (color) => { const found = color.match(/[\\d.]+/g).map(Number); return [...found, 1].slice(0, 4); };
    const over = (top, below) => [0, 1, 2].map((n) => top[n] * top[3] + below[n] * (1 - top[3]));
    const ground = (element) => {
        const layers = [];
        for (let at = element; at; at = at.parentElement) layers.push(numbers(getComputedStyle(at).backgroundColor));
        return layers.reverse().reduce((below, top) => over(top, below), [0, 0, 0]);
    };
    const found = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        const element = text.parentElement;
        if (!text.data.trim() || !element.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
        if (element.closest(":disabled, .unseen, option, noscript")) continue;
        const [a, b] = [ground(element), numbers(getComputedStyle(element).color)].map(light).sort((a, b) => b - a);
        const contrast = (a + 0.05) / (b + 0.05);
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
    """`autochrome studio FOLDER`, started and stopped as a person would."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.folder, self.words = folder, words
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
            [*command, *self.words],
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
def serving(folder: Path, *words: str) -> Iterator[Server]:
    server = Server(folder, *words).start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def browsing(width: int = 1280, height: int = 800, **context: Any) -> Iterator[Page]:
    """A page; whatever it complains about in its console, or throws, fails the test."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": height}, **context)
        trouble: list[str] = []
        page.on("crash", lambda _: trouble.append("the page crashed"))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on(
            "console", lambda line: trouble.append(line.text) if _is_trouble(line.text, line.type) else None
        )
        try:
            yield page
        finally:
            browser.close()
        assert not trouble, trouble


def _is_trouble(text: str, kind: str) -> bool:
    """Answers that refuse are told by the browser itself; the page shows them, and tests look there."""
    told = text.startswith("Failed to load resource") or "blocked by CORS policy" in text
    return kind == "error" and not told


def until(ask: Callable[[], T], fits: Callable[[T], object] = bool, patience: float = PATIENCE) -> T:
    """The first answer that fits."""
    end = time.monotonic() + patience
    while True:
        answer = ask()
        if fits(answer):
            return answer
        assert time.monotonic() < end, f"it never came true; last: {answer!r:.400}"
        time.sleep(0.05)


def api(page: Page, path: str) -> Any:
    """What the server says, asked with the page's own origin."""
    return page.evaluate("path => fetch(path).then(answer => answer.json())", f"/api{path}")


def bring(page: Page, *files: Path) -> None:
    """Chooses files as a person does, and waits until the library shows them all."""
    there = page.locator(".card:not(.arrival)").count()
    page.locator(".empty:visible input, .library:visible input[type=file]").first.set_input_files(files)
    until(lambda: page.locator(".card:not(.arrival)").count(), lambda count: count == there + len(files))


def open_project(page: Page, name: str) -> str:
    """Goes from the library to the bench; answers the project's id."""
    page.locator(".card-link", has_text=name).first.click()
    page.wait_for_selector("picture-canvas canvas.ink")
    until(lambda: rgb_at(page, 0.5, 0.5)[3])
    return page.url.rsplit("/", 1)[-1]


def barriers(page: Page) -> list[str]:
    """What would keep people out: text of less contrast than 4.5 : 1, and controls without a name."""
    found: list[str] = page.evaluate(_BARRIERS)
    return found


def spot(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where on the screen a place of the picture lies."""
    found = page.evaluate(
        """([x, y]) => {
            const canvas = document.querySelector("picture-canvas"), box = canvas.getBoundingClientRect();
            const at = canvas.viewport.onScreen(x, y);
            return [box.left + at.x, box.top + at.y];
        }""",
        [x, y],
    )
    return found[0], found[1]


def rgb_at(page: Page, x: float, y: float) -> np.ndarray:
    """(4,) 0…255: the pixels on the canvas at a place of the picture, averaged over 3×3; the fourth is opacity."""
    return np.reshape(page.evaluate(_PIXEL, list(spot(page, x, y))), (9, 4)).mean(axis=0)


def chroma_at(page: Page, x: float, y: float) -> np.ndarray:
    """(2,) a*b* of what is seen there."""
    return np.asarray(lab_from_srgb(rgb_at(page, x, y)[:3] / 255)[1:])


def away(page: Page, x: float, y: float, color: str) -> float:
    """How far in a*b* the picture is from a colour there."""
    return float(np.hypot(*(chroma_at(page, x, y) - chroma_of(color))))


def stroke(page: Page, *places: tuple[float, float]) -> None:
    """A line with the tool in the hand."""
    page.mouse.move(*spot(page, *places[0]))
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*spot(page, *place), steps=4)
    page.mouse.up()


def choose_color(page: Page, color: str) -> None:
    field = page.get_by_label("Colour, as #rrggbb")
    field.fill(color)
    field.press("Enter")


def export(page: Page) -> Path:
    """Exports with the button and saves the file; answers where the browser put it."""
    page.get_by_role("button", name="Export").click()
    with page.expect_download(timeout=PATIENCE * 2000) as saved:
        page.get_by_role("link", name="Save file").click(timeout=PATIENCE * 2000)
    return Path(saved.value.path())
