"""The film of `make demo`: a camera moves over photographs, with cuts, a dissolve, a fade to black, and sound."""

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
FRAME_RATE, SAMPLE_RATE = 25, 44100  # per second
SHOT, TRANSITION = 75, 15  # frames
NOTES = (220.0, 277.2, 329.6, 415.3, 440.0)  # Hz, one for each shot

RgbBytes = NDArray[np.uint8]


def make_film(folder: Path, photographs: dict[str, RgbBytes], model: str) -> Path:
    """Write the film, colour it with `autochrome film`, and write grey, colour and truth side by side."""
    reel = write_film(folder / "reel.mp4", list(photographs.values()))
    color = folder / "reel-color.mp4"
    run_autochrome("film", reel, "-o", color, "--overwrite", "--compare", "--compare-gif", "--model", model)
    return color.with_name("reel-color-compare.mp4")


def run_autochrome(*arguments: str | Path) -> None:
    """Run a command of autochrome, as a person does; ends this program if the command fails."""
    done = subprocess.run([sys.executable, "-m", "autochrome", *map(str, arguments)], check=False)
    if done.returncode:
        sys.exit(done.returncode)


def write_film(path: Path, photographs: list[RgbBytes]) -> Path:
    """Write the film with its true colours. `autochrome film` reads only its Y′ plane."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as film:
        video: Any = film.add_stream("libx264", rate=FRAME_RATE, options={"crf": "16", "preset": "veryfast"})
        video.height, video.width, video.pix_fmt = *SIZE, "yuv420p"
        audio: Any = film.add_stream("aac", rate=SAMPLE_RATE)
        count = 0
        for count, picture in enumerate(frames(photographs), start=1):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = count - 1, Fraction(1, FRAME_RATE)
            film.mux(video.encode(frame))
        film.mux(video.encode(None))
        for block in sound(count / FRAME_RATE):
            film.mux(audio.encode(block))
        film.mux(audio.encode(None))
    return path


def frames(photographs: list[RgbBytes]) -> Iterator[RgbBytes]:
    """(360, 640, 3) frames, a shot for each photograph. The second dissolves into the third, the last fades out."""
    shots = [camera(enlarge(photograph), number) for number, photograph in enumerate(photographs)]
    for number, shot in enumerate(shots):
        for n in range(TRANSITION if number == 2 else 0, SHOT):
            picture = shot(n).astype(np.float32)
            if number == 1 and n >= SHOT - TRANSITION:
                weight = (n - SHOT + TRANSITION + 1) / (TRANSITION + 1)
                picture += weight * (shots[2](n - SHOT + TRANSITION) - picture)
            if number == len(shots) - 1 and n >= SHOT - TRANSITION:
                picture *= (SHOT - 1 - n) / TRANSITION
            yield np.round(picture).astype(np.uint8)


def camera(photograph: RgbBytes, number: int) -> Callable[[int], RgbBytes]:
    """Returns a function: frame number → what the camera sees. It moves closer or away, and a little to the side."""
    height, width = photograph.shape[:2]
    largest = min(height / SIZE[0], width / SIZE[1])

    def view(n: int) -> RgbBytes:
        progress = n / (SHOT - 1) if number % 2 == 0 else 1 - n / (SHOT - 1)
        scale = largest * (1 - 0.25 * progress)
        rows, columns = scale * SIZE[0], scale * SIZE[1]
        top, left = (height - rows) * (0.2 + 0.5 * progress), (width - columns) * (0.8 - 0.6 * progress)
        y = top + (np.arange(SIZE[0]) + 0.5) * scale - 0.5
        x = left + (np.arange(SIZE[1]) + 0.5) * scale - 0.5
        return sample_bilinear(photograph, y.clip(0, height - 1), x.clip(0, width - 1))

    return view


def sample_bilinear(picture: RgbBytes, y: NDArray[np.float64], x: NDArray[np.float64]) -> RgbBytes:
    """Bilinear interpolation at rows y and columns x."""
    above, before = y.astype(int), x.astype(int)
    below, after = np.minimum(above + 1, picture.shape[0] - 1), np.minimum(before + 1, picture.shape[1] - 1)
    down, across = (y - above)[:, None, None], (x - before)[None, :, None]
    upper = picture[above][:, before] * (1 - across) + picture[above][:, after] * across
    lower = picture[below][:, before] * (1 - across) + picture[below][:, after] * across
    return np.round(upper * (1 - down) + lower * down).astype(np.uint8)


def sound(seconds: float) -> Iterator[av.AudioFrame]:
    """A note for each shot, with its fifth, as blocks of samples."""
    total = int(seconds * SAMPLE_RATE)
    for start in range(0, total, 1024):
        time = (np.arange(start, min(start + 1024, total)) / SAMPLE_RATE).astype(np.float64)
        note = NOTES[min(int(start / SAMPLE_RATE * FRAME_RATE / SHOT), len(NOTES) - 1)]
        inside = (time * FRAME_RATE / SHOT) % 1
        wave = (
            (np.sin(2 * np.pi * note * time) + 0.5 * np.sin(3 * np.pi * note * time))
            * 0.2
            * np.exp(-3 * inside)
        )
        block = av.AudioFrame.from_ndarray(
            np.stack([wave, wave]).astype(np.float32), format="fltp", layout="stereo"
        )
        block.sample_rate, block.pts, block.time_base = SAMPLE_RATE, start, Fraction(1, SAMPLE_RATE)
        yield block


def enlarge(picture: RgbBytes) -> RgbBytes:
    """Enlarge a photograph, so that a part of it fills a frame."""
    scale = max(1.0, 1.35 * SIZE[0] / picture.shape[0], 1.35 * SIZE[1] / picture.shape[1])
    if scale == 1.0:
        return picture
    shape = round(picture.shape[0] * scale), round(picture.shape[1] * scale)
    return np.asarray(np.round(255 * resize(picture, shape, order=3)), np.uint8)
