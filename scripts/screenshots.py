"""`make screenshots`: photograph every view of the studio for its page in the documentation.

    python scripts/screenshots.py [FOLDER] [--only NAME …]

Starts a studio with photographs of scikit-image, made grey, and a film that pans over them, drives its page with
Chromium as the tests do, and writes FOLDER/NAME.webp. Look at all of them before they are committed.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page
from skimage.transform import resize

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from browsing import choose_color, draw_stroke, open_page, open_project, run_studio, upload, wait_until
from demo import PICTURES, to_grey
from pictures import pil

NAMES = {
    "Astronaut.jpg": "astronaut",
    "Breakfast.jpg": "coffee",
    "Cat.jpg": "cat",
    "Motorcycle.jpg": "motorcycle",
    "Rocket.jpg": "rocket",
}
FILM = "Home movie.mp4"
SHOTS = ("Astronaut.jpg", "Breakfast.jpg", "Cat.jpg", "Rocket.jpg", "Astronaut.jpg")
SIZE, FRAMES, RATE = (960, 540), 42, 24  # of the film; frames in each shot
SUIT, SKIN, SKY = "#d0691f", "#e0a585", "#7fa6d6"
PHONE = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}


class Photographer:
    """Takes pictures of pages of one studio."""

    def __init__(self, url: str, folder: Path, only: list[str]) -> None:
        self._url, self._folder, self._only = url, folder, only

    def visit(
        self, pose: Callable[[Page], None], *names: str, width: int = 1280, height: int = 800, **context: Any
    ) -> None:
        """Open the page in a new window, bring it into a pose that calls `snap`, unless no picture is wanted."""
        if self._only and not set(names) & set(self._only):
            return
        context.setdefault("color_scheme", "dark")
        with open_page(width, height, **context) as page:
            page.set_default_timeout(90_000)
            page.goto(self._url)
            pose(page)

    def snap(self, page: Page, name: str) -> None:
        """Write one picture, when the page is at rest."""
        settle(page)
        page.wait_for_timeout(1200)
        picture = Image.open(BytesIO(page.screenshot()))
        picture.save(self._folder / f"{name}.webp", quality=80, method=6)
        print(f"{name}: {picture.width}×{picture.height}")


def main() -> None:
    """Start the studio and take all pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", default="docs/images/studio", type=Path, help="where to write")
    parser.add_argument("--only", nargs="*", default=[], help="names of pictures")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        originals = write_originals(folder)
        with run_studio(folder / "studio") as server:
            camera = Photographer(server.url, options.folder, options.only)
            camera.visit(lambda page: camera.snap(page, "start"), "start")
            with open_page() as page:
                page.goto(server.url)
                upload(page, *originals)
            take_photo_pictures(camera)
            take_film_pictures(camera)
            take_small_screens(camera)


def write_originals(folder: Path) -> list[Path]:
    """The grey photographs and the film."""
    files = []
    for name, picture in NAMES.items():
        files.append(folder / name)
        files[-1].write_bytes(pil(to_grey(PICTURES[picture]()), "jpeg", quality=92))
    return [*files, write_film(folder / FILM)]


def write_film(path: Path) -> Path:
    """A grey film of some shots: a camera that moves slowly over photographs."""
    width, height = SIZE
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=RATE, options={"crf": "14"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for shot, name in enumerate(SHOTS):
            wide = enlarge(to_grey(PICTURES[NAMES[name]]()))
            top = 0 if name == "Astronaut.jpg" else (len(wide) - height) // 2
            first = (
                12 if shot == len(SHOTS) - 1 else 0
            )  # the last shot is the first one again, a little later
            for left in (np.arange(first, first + FRAMES) / 2).astype(int):
                part = np.ascontiguousarray(wide[top : top + height, left : left + width])
                output.mux(stream.encode(av.VideoFrame.from_ndarray(part, "gray").reformat(format="yuv420p")))
        output.mux(stream.encode(None))
    return path


def enlarge(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The same picture, a little wider than the film and at least as high."""
    scale = max((SIZE[0] + 40) / grey.shape[1], SIZE[1] / grey.shape[0])
    large = resize(grey, [round(scale * side) for side in grey.shape], order=3, anti_aliasing=False)
    return np.round(255 * large.clip(0, 1)).astype(np.uint8)


def take_photo_pictures(camera: Photographer) -> None:
    """The editor of a photo, and the library."""

    def edit(page: Page) -> None:
        open_project(page, "Astronaut.jpg")
        for color, *path in (
            (SUIT, (0.24, 0.86), (0.34, 0.92)),
            (SUIT, (0.62, 0.6), (0.63, 0.66)),
            (SKIN, (0.43, 0.3), (0.47, 0.32)),
        ):
            choose_color(page, color)
            draw_stroke(page, *path)
            settle(page)
        camera.snap(page, "photo")
        page.get_by_role("button", name="Select").first.click()
        page.locator(".marks-panel li button").first.click()
        page.locator(".marks-panel").evaluate("panel => panel.scrollIntoView({block: 'start'})")
        camera.snap(page, "marks")
        page.keyboard.press("b")
        page.keyboard.press("c")
        camera.snap(page, "compare")
        page.keyboard.press("c")
        page.keyboard.press("y")
        camera.snap(page, "side")
        page.keyboard.press("y")
        page.keyboard.press("d")
        camera.snap(page, "uncertainty")

    def vary(page: Page) -> None:
        open_project(page, "Breakfast.jpg")
        page.get_by_role("button", name="Variations").first.click()
        page.locator(".variation img").nth(5).wait_for()
        camera.snap(page, "variations")

    def library(page: Page) -> None:
        page.locator(".card-link").first.wait_for()
        for name in ("Rocket.jpg", "Cat.jpg"):
            page.get_by_label(f"Select {name}").check(force=True)
        camera.snap(page, "library")

    camera.visit(edit, "photo", "marks", "compare", "side", "uncertainty")
    camera.visit(vary, "variations")
    camera.visit(library, "library")


def take_film_pictures(camera: Photographer) -> None:
    """The editor of a film, and the queue."""

    def edit(page: Page) -> None:
        open_film(page)
        page.get_by_label("Frame", exact=True).fill("18")
        page.wait_for_timeout(1500)
        for color, *path in (
            (SUIT, (0.22, 0.94), (0.27, 0.97)),
            (SUIT, (0.63, 0.95), (0.66, 0.98)),
            (SKY, (0.75, 0.2), (0.7, 0.35), (0.65, 0.6)),
        ):
            choose_color(page, color)
            draw_stroke(page, *path)
            settle(page)
        page.locator(".side-panels").evaluate("panels => panels.scrollTop = 0")
        page.wait_for_timeout(6000)  # the strip of frames
        camera.snap(page, "film")
        page.get_by_role("button", name="Export").click()
        page.get_by_role("button", name="Save file").wait_for()

    def queue(page: Page) -> None:
        page.get_by_role("link", name="Queue").click()
        page.locator(".job").first.wait_for()
        camera.snap(page, "queue")

    camera.visit(edit, "film", "queue")
    camera.visit(queue, "queue")


def take_small_screens(camera: Photographer) -> None:
    """A phone, upright and lying, a tablet, and the light theme."""

    def upright(page: Page) -> None:
        open_project(page, "Astronaut.jpg")
        camera.snap(page, "phone")
        page.get_by_role("button", name="Colours").tap()
        camera.snap(page, "phone-colours")

    def lying(page: Page) -> None:
        open_film(page)
        camera.snap(page, "phone-landscape")

    def photo(name: str, picture: str) -> Callable[[Page], None]:
        def pose(page: Page) -> None:
            open_project(page, picture)
            camera.snap(page, name)

        return pose

    camera.visit(upright, "phone", "phone-colours", width=390, height=844, **PHONE)
    camera.visit(
        lambda page: camera.snap(page, "phone-library"), "phone-library", width=390, height=844, **PHONE
    )
    camera.visit(lying, "phone-landscape", width=844, height=390, **PHONE)
    camera.visit(photo("tablet", "Breakfast.jpg"), "tablet", width=1024, height=768, has_touch=True)
    camera.visit(photo("light", "Cat.jpg"), "light", color_scheme="light")


def open_film(page: Page) -> None:
    open_project(page, FILM)
    wait_until(page.locator(".shot").count, timeout=90)
    page.locator(".doubt-curve svg").wait_for()


def settle(page: Page) -> None:
    """Wait until nothing is being coloured."""
    wait_until(page.locator("picture-canvas.busy").count, lambda busy: not busy, 60)


if __name__ == "__main__":
    main()
