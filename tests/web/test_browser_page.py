"""The page that colours photos in the browser, served as plain files: the same arithmetic, and the whole story."""

import io
import json
import runpy
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import sync_playwright
from skimage import data

from autochrome import colorize_photo, open_model
from autochrome.color import upsample
from autochrome.color.lab import lightness, recolor
from autochrome.hints import HintsFile
from autochrome.hints.marks import chroma_of
from autochrome.model.connected import limit_to_thing, thin_out
from autochrome.provenance import SOURCE_TYPE
from autochrome.types import Hints
from browsing import CHROMIUM, needs_browser

ROOT = Path(__file__).parent.parent.parent
pytestmark = [
    needs_browser,
    pytest.mark.skipif(
        not (ROOT / "node_modules/onnxruntime-web").is_dir(), reason="needs onnxruntime-web (npm ci)"
    ),
]
LONG = 120_000  # milliseconds: one thread of WebAssembly beside other tests


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("web") / "app"
    runpy.run_path(str(ROOT / "scripts/build_web.py"))["build"](folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser, address):
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    page.wait_for_selector("body[data-ready]", timeout=LONG)
    yield page
    context.close()
    assert not errors


def open_picture(page, picture, name="grandma.png"):
    content = io.BytesIO()
    Image.fromarray(picture).save(content, "png")
    page.set_input_files("#file", {"name": name, "mimeType": "image/png", "buffer": content.getvalue()})
    page.wait_for_function("document.querySelector('#state').textContent.startsWith('Drag')", timeout=LONG)


def save(page, kind):
    page.select_option("#kind", kind)
    with page.expect_download(timeout=LONG) as download:
        page.click("#save")
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def pictures():
    """Ten pictures of many sizes and kinds, (H, W, 3) sRGB."""
    cat, coffee, rocket, woman = data.chelsea(), data.coffee(), data.rocket(), data.astronaut()
    noise = np.random.default_rng(0).integers(0, 256, (61, 83, 3), np.uint8)
    ramp = np.broadcast_to(np.arange(256, dtype=np.uint8)[None, :, None], (40, 256, 3))
    parts = [
        cat[:90, :120],
        cat[100:221, 50:200],
        coffee[50:140, 100:260],
        coffee[::4, ::4],
        rocket[::5, ::5],
    ]
    parts += [rocket[:80, :101], woman[::4, ::4], woman[200:301, 100:180], noise, ramp]
    return [np.ascontiguousarray(part) for part in parts]


def test_pixels_are_the_same_as_in_python(page):
    """Lightness, guided upsampling and the gamut: within one code value, on ten pictures with strong colours."""
    for picture in pictures():
        luma = lightness(picture)
        height, width = (-(-side // 4) for side in luma.shape)
        chroma = np.random.default_rng(1).normal(0, 25, (height, width, 2)).astype(np.float32)
        ours = recolor(luma, upsample.apply(upsample.fit(luma, chroma), luma, 0, len(luma)), 8)
        planes = [{"data": chroma[..., n].ravel().tolist(), "height": height, "width": width} for n in (0, 1)]
        rgba = np.dstack([picture, np.full(luma.shape, 255, np.uint8)])
        theirs = page.evaluate(
            """async ({ rgba, width, height, planes }) => {
                const { lightness, recolor } = await import("./js/lightness.js");
                const { apply, fit } = await import("./js/upsample.js");
                const chroma = planes.map((plane) => ({ ...plane, data: Float32Array.from(plane.data) }));
                const pixels = Uint8ClampedArray.from(rgba);
                const luma = lightness(pixels);
                const { a, b } = apply(fit({ data: luma, height, width }, chroma), luma, width, 0, height);
                recolor(luma, a, b, pixels);
                return [...pixels];
            }""",
            {
                "rgba": rgba.ravel().tolist(),
                "width": luma.shape[1],
                "height": luma.shape[0],
                "planes": planes,
            },
        )
        gap = np.abs(np.array(theirs).reshape(rgba.shape)[..., :3] - ours.astype(int))
        assert gap.max() <= 1


def test_strokes_are_the_same_as_in_python(page):
    strokes = [
        {"path": [[0.2, 0.3], [0.6, 0.5]], "color": "#b3312c", "width": 0.1, "reach": 0},
        {"path": [[0.5, 0.5]], "color": "grey", "width": 0.01, "reach": 0.4},
    ]
    ours = HintsFile(version=1, strokes=strokes).rasterize(64, 96)
    theirs = page.evaluate(
        """async (strokes) => {
            const { rasterize } = await import("./js/hints.js");
            const { a, b, mask, reach } = rasterize(strokes, 64, 96);
            return [a, b, mask, reach].map((plane) => [...plane]);
        }""",
        strokes,
    )
    a, b, mask, reach = np.array(theirs).reshape(4, 64, 96)
    assert np.abs(mask - ours.mask).max() < 1e-4
    assert np.abs(np.dstack((a, b)) - ours.chroma).max() < 0.01
    assert np.abs(reach - ours.reach)[ours.mask > 0].max() < 1e-4


def test_strokes_are_laid_on_their_thing_as_in_python(page):
    random = np.random.default_rng(2)
    height, width = 20, 28
    weight, carried = random.uniform(0, 1, (height, width)), random.normal(0, 30, (height, width, 2))
    weight[5:15, 5:20] = 0.9
    luma = random.uniform(40, 60, (4 * height, 4 * width))
    mask = np.zeros_like(luma)
    mask[22:50, 24:60] = 0.8
    hints = Hints(np.full((*mask.shape, 2), (30, -20), np.float32), mask.astype(np.float32))
    planes = (np.asarray(plane, np.float32) for plane in (carried, weight))
    chroma, kept = limit_to_thing(*planes, hints, luma.astype(np.float32), 0.05)
    theirs = page.evaluate(
        """async ({ carried, weight, mask, luma, height, width }) => {
            const { limitToThing, thinOut } = await import("./js/connected.js");
            const full = (data) => ({ dims: [1, 1, 4 * height, 4 * width], data: Float32Array.from(data) });
            const hint = { data: [...mask.map(() => 30), ...mask.map(() => -20)] };
            const cells = { dims: [1, 1, height, width], data: Float32Array.from(weight) };
            const hints = { hint, mask: full(mask) };
            const thing = limitToThing(Float32Array.from(carried), cells, hints, full(luma), 0.05);
            return [[...thing.color[0]], [...thing.color[1]], [...thing.weight], [...thinOut(full(mask), 4)]];
        }""",
        {
            "carried": np.moveaxis(carried, -1, 0).ravel().tolist(),
            **{
                name: plane.ravel().tolist()
                for name, plane in (("weight", weight), ("mask", mask), ("luma", luma))
            },
            "height": height,
            "width": width,
        },
    )
    a, b, theirs_kept = (np.array(plane).reshape(height, width) for plane in theirs[:3])
    assert 0.1 < kept.mean() < 0.9
    assert np.abs(theirs_kept - kept).max() < 1e-4
    assert np.abs(np.dstack((a, b)) - chroma)[kept > 0].max() < 0.01
    np.testing.assert_allclose(np.array(theirs[3]).reshape(mask.shape), thin_out(hints, 4).mask)


def test_the_page_colours_as_the_command_line_does(page):
    """A picture of render size, so that both see the same pixels."""
    picture = np.ascontiguousarray(data.astronaut()[:256, 100:404])
    open_picture(page, picture)
    _, saved = save(page, "image/png")
    theirs = np.asarray(Image.open(io.BytesIO(saved)).convert("RGB")).astype(int)
    ours = colorize_photo(picture, model=open_model(device="cpu")).image.astype(int)
    gap = np.abs(theirs - ours)
    assert np.quantile(gap, 0.999) <= 1
    assert gap.max() <= 3
    assert np.ptp(theirs, axis=-1).max() > 30  # it is in colour


def test_the_whole_story(page):
    """Open, choose a variation, correct with the brush, undo, save with the note about the colours."""
    open_picture(page, data.astronaut()[::2, ::2])
    page.wait_for_function("document.querySelectorAll('#variations button').length === 4", timeout=LONG)
    colors = "(() => { const c = document.querySelector('#frame canvas'); return c.toDataURL(); })()"
    page.click("#brush")
    first = page.evaluate(colors)
    page.click("#variations button >> nth=0")
    page.wait_for_function(f"({json.dumps(first)}) !== {colors}", timeout=LONG)
    page.click("text=blue")
    box = page.locator("#frame canvas").bounding_box()
    x, y = box["x"] + 0.45 * box["width"], box["y"] + 0.75 * box["height"]
    adopted = page.evaluate(colors)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, y + 5)
    page.mouse.up()
    page.wait_for_function(
        f"({json.dumps(adopted)}) !== {colors} && !document.querySelector('#undo').disabled", timeout=LONG
    )
    name, saved = save(page, "image/jpeg")
    assert name == "grandma-color.jpg"
    assert SOURCE_TYPE.encode() in saved
    pixels = np.asarray(Image.open(io.BytesIO(saved)))
    painted = pixels[190:194, 116:122].reshape(-1, 3).mean(0)
    assert painted[2] > painted[0] + 10, chroma_of("#2f4f8f")  # blue
    for _ in range(2):
        page.click("#undo")
    page.wait_for_function(f"({json.dumps(first)}) === {colors}", timeout=LONG)


def test_a_file_that_is_no_picture_is_one_sentence(page):
    page.set_input_files("#file", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"no picture"})
    page.wait_for_function("document.querySelector('#state').textContent.includes('not a picture')")


def test_after_the_first_visit_it_works_without_a_connection(page):
    page.wait_for_function("navigator.serviceWorker.controller !== null", timeout=LONG)
    page.context.set_offline(True)
    page.reload()
    page.wait_for_selector("body[data-ready]", timeout=LONG)
    open_picture(page, data.chelsea()[::3, ::3])
    assert save(page, "image/png")[1].startswith(b"\x89PNG")


def test_everything_is_in_reach_on_small_screens(page):
    """On a phone, which is then turned, and on a tablet."""
    page.set_viewport_size({"width": 390, "height": 844})
    open_picture(page, data.chelsea()[::3, ::3])
    page.click("#brush")
    for width, height in ((390, 844), (844, 390), (1024, 768)):
        page.set_viewport_size({"width": width, "height": height})
        for selector in (
            "#frame canvas",
            "#vivid",
            "#brush",
            "#undo",
            "#save",
            "#swatches",
            "#size",
            "#reach",
        ):
            box = page.locator(selector).bounding_box()
            assert box["width"] > 0, selector
            assert box["height"] > 0, selector
            assert box["x"] >= 0, selector
            assert box["y"] >= 0, selector
            assert box["x"] + box["width"] <= width + 1, selector
            assert box["y"] + box["height"] <= height + 1, selector
        canvas = page.locator("#frame canvas").bounding_box()
        assert canvas["height"] >= 0.4 * height * min(1, width / height)  # the picture comes first
