"""How long the page in the browser takes for a photo of 12 megapixels, in Chromium on this machine.

    make web
    python benchmarks/web.py [--app site/app] [--runs 3]

The page runs on one thread, from a plain file server. Prints the seconds of each step: loading the model, from the
file to the first colour, four variations, one stroke, and saving a JPEG at full size.
"""

import argparse
import io
import json
import os
import platform
import shutil
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from skimage import data

SIDE = (4000, 3000)  # pixels


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def make_photo() -> bytes:
    """A grey JPEG of 12 megapixels."""
    picture = Image.fromarray(data.astronaut()[:384]).convert("L").resize(SIDE, Image.Resampling.BICUBIC)
    content = io.BytesIO()
    picture.save(content, "jpeg", quality=92)
    return content.getvalue()


def measure(page: Page, address: str, photo: bytes) -> dict[str, float]:
    """Seconds of each step of one visit."""
    seconds: dict[str, float] = {}
    started = time.perf_counter()

    def stop(name: str) -> None:
        nonlocal started
        seconds[name] = round(time.perf_counter() - started, 2)
        started = time.perf_counter()

    page.goto(address)
    page.wait_for_selector("body[data-ready]", timeout=120_000)
    stop("load")
    page.set_input_files("#file", {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": photo})
    page.wait_for_function("!document.querySelector('.handle').hidden", timeout=120_000)
    stop("first colour")
    page.wait_for_function("document.querySelectorAll('#variations button').length === 4", timeout=300_000)
    stop("four variations")
    page.click("#brush")
    page.mouse.click(640, 400)
    page.wait_for_function("!document.querySelector('#undo').disabled", timeout=120_000)
    stop("stroke")
    with page.expect_download(timeout=120_000) as download:
        page.click("#save")
    download.value.path()
    stop("save")
    return seconds


def main() -> None:
    """Print the smallest figure of each step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--app", type=Path, default=Path("site/app"))
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(arguments.app)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    photo, runs = make_photo(), []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for _ in range(arguments.runs):
            context = browser.new_context(viewport={"width": 1280, "height": 860})
            runs.append(measure(context.new_page(), f"http://127.0.0.1:{server.server_port}/", photo))
            context.close()
        browser.close()
    best = {name: float(np.min([run[name] for run in runs])) for name in runs[0]}
    machine = f"{platform.machine()}, {os.cpu_count()} processors"
    print(json.dumps({"machine": machine, "runs": len(runs), "seconds": best}, indent=1))


if __name__ == "__main__":
    main()
