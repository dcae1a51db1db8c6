"""A film in the browser: shots, a corrected frame that is carried on, an export cancelled and taken up again."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
import skimage.data

from autochrome.color.lab import lab_from_srgb
from autochrome.hints.marks import chroma_of
from browsing import (
    Server,
    api,
    away,
    bring,
    browsing,
    choose_color,
    chroma_at,
    export,
    needs_browser,
    open_project,
    serving,
    stroke,
    until,
)
from pictures import pil

pytestmark = needs_browser
HEIGHT, WIDTH, RATE, SHOT = 180, 320, 25, 40
RADIUS, STEP = 34, 3  # pixels; a frame
GREEN = "#3f8f4a"
FRAME, LATER = 4, 24
CUP = 0.4, 0.7  # on the red saucer of the second shot


def ball_at(frame: int) -> tuple[float, float]:
    """The ball's middle in shares of the picture."""
    return (60 + STEP * frame) / WIDTH, 92 / HEIGHT


def light(frame: int) -> np.ndarray:
    """(H, W) 0…255. First shot: a ball with a pattern rolls over gravel. Second shot: coffee."""
    if frame >= SHOT:
        return skimage.data.coffee()[20 : 20 + HEIGHT, 10 : 10 + WIDTH, 1]
    ground = skimage.data.gravel()[:HEIGHT, :WIDTH] // 3 + 30
    x, y = (share * side for share, side in zip(ball_at(frame), (WIDTH, HEIGHT), strict=True))
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
            picture = av.VideoFrame.from_ndarray(light(number), "gray").reformat(format="yuv420p")
            out.mux(video.encode(picture))
        out.mux(video.encode(None))
    return path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("studio")) as server:
        yield server


def chroma_in_file(path: Path, frame: int, place: tuple[float, float]) -> np.ndarray:
    """(2,) a*b* around a place of one frame."""
    with av.open(str(path)) as film:
        pictures = [picture.to_ndarray(format="rgb24") for picture in film.decode(video=0)]
    assert len(pictures) == 2 * SHOT
    x, y = round(place[0] * WIDTH), round(place[1] * HEIGHT)
    return lab_from_srgb(pictures[frame][y - 3 : y + 4, x - 3 : x + 4] / 255)[..., 1:].mean(axis=(0, 1))


def test_the_whole_story_of_a_film(server: Server, film: Path, tmp_path: Path):
    truth = f"#{bytes(skimage.data.coffee()[20 + round(CUP[1] * HEIGHT), 10 + round(CUP[0] * WIDTH)]).hex()}"
    with browsing() as page:
        page.goto(server.url)
        bring(page, film)
        number = open_project(page, "ball.mp4")
        slider = page.get_by_label("Frame", exact=True)

        def go(frame: int) -> None:
            slider.fill(str(frame))
            until(
                lambda: page.locator(".timecode").inner_text(), lambda text: text.endswith(f"frame {frame}")
            )
            until(lambda: page.locator("picture-canvas.busy").count(), lambda busy: not busy)

        # Two shots are found; they can be split and joined.
        until(lambda: page.locator(".shot").count(), lambda count: count == 2)
        assert [shot["first"] for shot in api(page, f"/projects/{number}/shots")] == [0, SHOT]
        go(SHOT + 10)
        page.keyboard.press("s")
        until(lambda: page.locator(".shot").count(), lambda count: count == 3)
        go(SHOT + 2)
        page.keyboard.press("j")
        until(lambda: page.locator(".shot").count(), lambda count: count == 2)

        # One frame is corrected; twenty frames later the ball has rolled on, and has the colour there.
        go(LATER)
        was = away(page, *ball_at(LATER), GREEN)
        assert was > 25
        go(FRAME)
        choose_color(page, GREEN)
        x, y = ball_at(FRAME)
        stroke(page, (x - 0.05, y), (x + 0.05, y))
        until(lambda: away(page, x, y, GREEN), lambda far: far < 15)
        page.locator(".key-frame").wait_for()
        go(LATER)
        until(lambda: away(page, *ball_at(LATER), GREEN), lambda far: far < was / 2)
        seen = chroma_at(page, *ball_at(LATER))

        # A coloured picture of the same things tells the other shot its colours.
        go(SHOT + 2)
        was = away(page, *CUP, truth)
        reference = tmp_path / "coffee.png"
        reference.write_bytes(pil(skimage.data.coffee()[:240, :360], "png"))
        page.locator(".reference input").set_input_files(reference)
        page.get_by_text("A reference is on this frame").wait_for()
        until(lambda: away(page, *CUP, truth), lambda far: far < was / 2)

        # A shot plays in the page.
        page.get_by_role("button", name="Play shot").click()
        page.locator(".player video").wait_for(timeout=60_000)
        until(
            lambda: page.evaluate("document.querySelector('.player video').currentTime"),
            lambda time: time > 0.2,
        )
        page.keyboard.press("Escape")
        page.locator(".player video").wait_for(state="detached")

        # An export that is cancelled leaves no file; taken up again it has what was seen.
        page.get_by_role("button", name="Export").click()
        page.locator(".output").get_by_role("button", name="Cancel").click()
        page.get_by_role("button", name="Go on exporting").wait_for()
        cancelled = [job for job in api(page, "/jobs") if job["what"] == "export"]
        assert [job["state"] for job in cancelled] == ["cancelled"]
        assert not api(page, f"/projects/{number}")["export"]["ready"]
        assert page.request.get(f"{server.url}api/projects/{number}/export").status == 404

        server.restart()
        page.goto(server.url)
        open_project(page, "ball.mp4")
        until(lambda: page.locator(".shot").count(), lambda count: count == 2)
        saved = export(page)
        made = chroma_in_file(saved, LATER, ball_at(LATER))
        assert np.hypot(*(made - seen)) < 12
        assert np.hypot(*(made - chroma_of(GREEN))) < was / 2

        # The result stands in the queue's grid, and plays there.
        page.get_by_role("link", name="Queue").click()
        page.get_by_role("button", name="Look at ball.mp4").click()
        until(
            lambda: page.evaluate("document.querySelector('dialog.review video').readyState"),
            lambda state: state >= 2,
        )
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")
