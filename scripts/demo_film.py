"""The film of `make demo`: a camera wanders over photographs, with cuts, a dissolve, a fade to black, and a tune."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from skimage.transform import resize

SIZE = 360, 640  # rows, columns
RATE, HERTZ = 25, 44100
SHOT, BLEND = 75, 15  # frames
NOTES = (220.0, 277.2, 329.6, 415.3, 440.0)  # Hz, one a shot

Bytes = NDArray[np.uint8]


def make_film(folder: Path, photographs: dict[str, Bytes], model: str) -> Path:
    """Draw the film, colour it as a person would, and lay grey, colour and truth side by side."""
    reel = draw(folder / "reel.mp4", list(photographs.values()))
    color = folder / "reel-color.mp4"
    words = [
        "film",
        str(reel),
        "-o",
        str(color),
        "--overwrite",
        "--compare",
        "--compare-gif",
        "--model",
        model,
    ]
    done = subprocess.run([sys.executable, "-m", "autochrome", *words], check=False)
    if done.returncode:
        sys.exit(done.returncode)
    return color.with_name("reel-color-compare.mp4")


def draw(path: Path, photographs: list[Bytes]) -> Path:
    """Its colours are the truth to compare with: who colours a film looks at its light alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as film:
        video: Any = film.add_stream("libx264", rate=RATE, options={"crf": "16", "preset": "veryfast"})
        video.height, video.width, video.pix_fmt = *SIZE, "yuv420p"
        audio: Any = film.add_stream("aac", rate=HERTZ)
        count = 0
        for count, picture in enumerate(frames(photographs), start=1):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = count - 1, Fraction(1, RATE)
            film.mux(video.encode(frame))
        film.mux(video.encode(None))
        for block in tune(count / RATE):
            film.mux(audio.encode(block))
        film.mux(audio.encode(None))
    return path


def frames(photographs: list[Bytes]) -> Iterator[Bytes]:
    """(360, 640, 3) each: a shot a photograph; the second dissolves into the third, the last fades to black."""
    shots = [wander(large(photograph), number) for number, photograph in enumerate(photographs)]
    for number, shot in enumerate(shots):
        for n in range(BLEND if number == 2 else 0, SHOT):
            picture = shot(n).astype(np.float32)
            if number == 1 and n >= SHOT - BLEND:
                share = (n - SHOT + BLEND + 1) / (BLEND + 1)
                picture += share * (shots[2](n - SHOT + BLEND) - picture)
            if number == len(shots) - 1 and n >= SHOT - BLEND:
                picture *= (SHOT - 1 - n) / BLEND
            yield np.round(picture).astype(np.uint8)


def wander(photograph: Bytes, number: int) -> Callable[[int], Bytes]:
    """The camera's view at each frame of a shot: it goes nearer or farther, and a little to the side."""
    height, width = photograph.shape[:2]
    largest = min(height / SIZE[0], width / SIZE[1])

    def view(n: int) -> Bytes:
        along = n / (SHOT - 1) if number % 2 == 0 else 1 - n / (SHOT - 1)
        scale = largest * (1 - 0.25 * along)
        rows, columns = scale * SIZE[0], scale * SIZE[1]
        top, left = (height - rows) * (0.2 + 0.5 * along), (width - columns) * (0.8 - 0.6 * along)
        y = top + (np.arange(SIZE[0]) + 0.5) * scale - 0.5
        x = left + (np.arange(SIZE[1]) + 0.5) * scale - 0.5
        return sampled(photograph, y.clip(0, height - 1), x.clip(0, width - 1))

    return view


def sampled(picture: Bytes, y: NDArray[np.float64], x: NDArray[np.float64]) -> Bytes:
    """Straight lines between the pixels, at rows y and columns x."""
    above, before = y.astype(int), x.astype(int)
    below, after = np.minimum(above + 1, picture.shape[0] - 1), np.minimum(before + 1, picture.shape[1] - 1)
    down, across = (y - above)[:, None, None], (x - before)[None, :, None]
    upper = picture[above][:, before] * (1 - across) + picture[above][:, after] * across
    lower = picture[below][:, before] * (1 - across) + picture[below][:, after] * across
    return np.round(upper * (1 - down) + lower * down).astype(np.uint8)


def tune(seconds: float) -> Iterator[av.AudioFrame]:
    """A note for each shot, with its fifth."""
    total = int(seconds * HERTZ)
    for start in range(0, total, 1024):
        time = (np.arange(start, min(start + 1024, total)) / HERTZ).astype(np.float64)
        note = NOTES[min(int(start / HERTZ * RATE / SHOT), len(NOTES) - 1)]
        inside = (time * RATE / SHOT) % 1
        wave = (
            (np.sin(2 * np.pi * note * time) + 0.5 * np.sin(3 * np.pi * note * time))
            * 0.2
            * np.exp(-3 * inside)
        )
        block = av.AudioFrame.from_ndarray(
            np.stack([wave, wave]).astype(np.float32), format="fltp", layout="stereo"
        )
        block.sample_rate, block.pts, block.time_base = HERTZ, start, Fraction(1, HERTZ)
        yield block


def large(picture: Bytes) -> Bytes:
    """A photograph enlarged until a view of it fills the screen."""
    scale = max(1.0, 1.35 * SIZE[0] / picture.shape[0], 1.35 * SIZE[1] / picture.shape[1])
    if scale == 1.0:
        return picture
    shape = round(picture.shape[0] * scale), round(picture.shape[1] * scale)
    return np.asarray(np.round(255 * resize(picture, shape, order=3)), np.uint8)
