"""A film in the browser: shots, a corrected frame, a reference, an export that is cancelled and resumed."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
import skimage.data
from playwright.sync_api import Page

from autochrome.color.lab import lab_from_srgb
from autochrome.hints.marks import chroma_of
from browsing import (
    Server,
    choose_color,
    chroma_at,
    chroma_distance,
    draw_stroke,
    export_project,
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
HEIGHT, WIDTH, RATE, SHOT = 180, 320, 25, 40
RADIUS, STEP = 34, 3  # pixels; a frame
GREEN = "#3f8f4a"
FRAME, LATER = 4, 24
CUP = 0.4, 0.7  # on the red saucer of the second shot


def ball_at(frame: int) -> tuple[float, float]:
    """The centre of the ball, 0…1 of the picture."""
    return (60 + STEP * frame) / WIDTH, 92 / HEIGHT


def gray_frame(frame: int) -> np.ndarray:
    """(H, W) 0…255. First shot: a ball with a pattern rolls over gravel. Second shot: coffee."""
    if frame >= SHOT:
        return skimage.data.coffee()[20 : 20 + HEIGHT, 10 : 10 + WIDTH, 1]
    ground = skimage.data.gravel()[:HEIGHT, :WIDTH] // 3 + 30
    x, y = (fraction * side for fraction, side in zip(ball_at(frame), (WIDTH, HEIGHT), strict=True))
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    inside = np.hypot(columns - x, rows - y) < RADIUS
    pattern = 165 + 25 * np.sin((columns - x) / 4) * np.cos((rows - y) / 5)
    return np.where(inside, pattern, ground).astype(np.uint8)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("films") / "ball.mp4"
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=RATE, options={"crf": "12"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(2 * SHOT):
            picture = av.VideoFrame.from_ndarray(gray_frame(number), "gray").reformat(format="yuv420p")
            out.mux(video.encode(picture))
        out.mux(video.encode(None))
    return path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with run_studio(tmp_path_factory.mktemp("studio")) as server:
        yield server


def shown_frame(page: Page) -> int:
    """The frame that the timeline names."""
    return int(page.locator(".timecode").inner_text().split("frame ")[1])


def chroma_in_file(path: Path, frame: int, position: tuple[float, float]) -> np.ndarray:
    """(2,) a*b* in one frame of a file at a position (0…1), mean of 7×7 pixels."""
    with av.open(str(path)) as film:
        pictures = [picture.to_ndarray(format="rgb24") for picture in film.decode(video=0)]
    assert len(pictures) == 2 * SHOT
    x, y = round(position[0] * WIDTH), round(position[1] * HEIGHT)
    return lab_from_srgb(pictures[frame][y - 3 : y + 4, x - 3 : x + 4] / 255)[..., 1:].mean(axis=(0, 1))


def test_a_film_from_upload_to_export(server: Server, film: Path, tmp_path: Path):
    truth = f"#{bytes(skimage.data.coffee()[20 + round(CUP[1] * HEIGHT), 10 + round(CUP[0] * WIDTH)]).hex()}"
    with open_page() as page:
        page.goto(server.url)
        upload(page, film)
        project_id = open_project(page, "ball.mp4")
        slider = page.get_by_label("Frame", exact=True)

        def seek(frame: int) -> None:
            slider.fill(str(frame))
            wait_until(
                lambda: page.locator(".timecode").inner_text(), lambda text: text.endswith(f"frame {frame}")
            )
            wait_until(lambda: page.locator("picture-canvas.busy").count(), lambda busy: not busy)

        # Two shots are found; they can be split and joined.
        wait_until(lambda: page.locator(".shot").count(), lambda count: count == 2)
        assert [shot["first"] for shot in fetch_json(page, f"/projects/{project_id}/shots")] == [0, SHOT]
        seek(SHOT + 10)
        page.keyboard.press("s")
        wait_until(lambda: page.locator(".shot").count(), lambda count: count == 3)
        seek(SHOT + 2)
        page.keyboard.press("j")
        wait_until(lambda: page.locator(".shot").count(), lambda count: count == 2)

        # One frame is corrected; twenty frames later the ball is elsewhere and has the same colour.
        seek(LATER)
        original = chroma_distance(page, *ball_at(LATER), GREEN)
        assert original > 25
        seek(FRAME)
        choose_color(page, GREEN)
        x, y = ball_at(FRAME)
        draw_stroke(page, (x - 0.05, y), (x + 0.05, y))
        wait_until(lambda: chroma_distance(page, x, y, GREEN), lambda distance: distance < 15)
        page.locator(".key-frame").wait_for()
        seek(LATER)
        wait_until(
            lambda: chroma_distance(page, *ball_at(LATER), GREEN), lambda distance: distance < original / 2
        )
        shown = chroma_at(page, *ball_at(LATER))

        # The other shot takes its colours from a reference.
        seek(SHOT + 2)
        original = chroma_distance(page, *CUP, truth)
        reference = tmp_path / "coffee.png"
        reference.write_bytes(pil(skimage.data.coffee()[:240, :360], "png"))
        page.locator(".references input").set_input_files(reference)
        page.get_by_text("of the picture").wait_for()
        wait_until(lambda: chroma_distance(page, *CUP, truth), lambda distance: distance < original / 2)

        # A shot plays in the page, from this frame on, and stops where it is.
        page.get_by_role("button", name="Play shot").click()
        wait_until(lambda: shown_frame(page), lambda frame: frame > SHOT + 2)
        page.keyboard.press("Escape")
        page.locator(".player").wait_for(state="hidden")
        assert shown_frame(page) > SHOT + 2

        # A cancelled export leaves no file; the resumed export has the colours of the editor.
        page.get_by_role("button", name="Export").click()
        page.locator(".export-controls").get_by_role("button", name="Cancel").click()
        page.get_by_role("button", name="Resume export").wait_for()
        cancelled = [job for job in fetch_json(page, "/jobs") if job["what"] == "export"]
        assert [job["state"] for job in cancelled] == ["cancelled"]
        assert not fetch_json(page, f"/projects/{project_id}")["export"]["ready"]
        assert page.request.get(f"{server.url}api/projects/{project_id}/export").status == 404

        server.restart()
        page.goto(server.url)
        open_project(page, "ball.mp4")
        wait_until(lambda: page.locator(".shot").count(), lambda count: count == 2)
        saved = export_project(page)
        exported = chroma_in_file(saved, LATER, ball_at(LATER))
        assert np.hypot(*(exported - shown)) < 12
        assert np.hypot(*(exported - chroma_of(GREEN))) < original / 2

        # The queue shows the result and plays it.
        page.get_by_role("link", name="Queue").click()
        page.get_by_role("button", name="View ball.mp4").click()
        wait_until(
            lambda: page.evaluate("document.querySelector('dialog.review video').readyState"),
            lambda state: state >= 2,
        )
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")
