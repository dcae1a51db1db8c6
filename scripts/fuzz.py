"""Colour damaged pictures and films: each gives a whole result, one with losses, or one of our errors.

    python scripts/fuzz.py --stills 3000 --films 500 --seed 1

makes small pictures and films of many kinds, damages them (cut, changed bytes, missing and swapped pieces), and colours
them in worker processes. It fails if one crashes, hangs, raises an error that is not ours, leaves half a file, or if
frames are missing without a word. A failing file is kept in the folder `--keep`.
"""

import argparse
import hashlib
import io
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from film_cases import make_case
from worker import Answer, Worker, leftovers

_SECONDS = 60.0
_MEMORY = 6 << 30  # bytes of address space
_FILMS = (
    *(
        "mp4 libx264 yuv420p",
        "mp4 mpeg4 yuv420p",
        "mov prores_ks yuv422p10le",
        "mov qtrle rgb24",
        "mkv ffv1 yuv420p",
    ),
    *(
        "mkv libx264 yuv420p",
        "mkv ffv1 yuva420p",
        "avi mjpeg yuvj422p",
        "avi mpeg4 yuv420p",
        "avi rawvideo bgr24",
    ),
    *(
        "mpg mpeg2video yuv420p",
        "ts libx264 yuv420p",
        "m2ts libx264 yuv420p",
        "flv flv yuv420p",
        "wmv wmv2 yuv420p",
    ),
    *(
        "ogv libtheora yuv420p",
        "webm libvpx yuv420p",
        "3gp h263 yuv420p",
        "mxf mpeg2video yuv422p",
        "gif gif rgb8",
    ),
)


@dataclass(frozen=True, slots=True)
class Task:
    """One damaged file to colour."""

    source: str
    target: str
    model: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one file."""

    kind: str  # done, losses, or the name of our error
    frames: int = 0
    notes: tuple[str, ...] = ()


def color_still(task: Task) -> Outcome:
    """In a worker: colour one picture."""
    from autochrome.errors import AutochromeError, OutputError, UsageError
    from autochrome.options import PhotoOptions
    from autochrome.photo import colorize_photo

    try:
        photo = colorize_photo(task.source, model=task.model, options=PhotoOptions(size=64, max_megapixels=4))
        photo.save(task.target)
    except (OutputError, UsageError):
        raise  # not a fault of the input
    except AutochromeError as error:
        return _named(error)
    return Outcome("losses" if photo.losses else "done", 1, photo.notes)


def color_film(task: Task) -> Outcome:
    """In a worker: colour one film."""
    from autochrome.errors import AutochromeError, OutputError, UsageError
    from autochrome.film.pipeline import colorize_film
    from autochrome.options import FilmOptions

    options = FilmOptions(size=64, codec="ffv1", cuts="none")
    try:
        report = colorize_film(task.source, task.target, model=task.model, options=options)
    except (OutputError, UsageError) as error:
        if "cannot encode frames of" in str(error):  # a damaged size
            return _named(error)
        raise
    except AutochromeError as error:
        return _named(error)
    return Outcome("losses" if report.losses else "done", report.frames, tuple(report.notes))


def _named(error: Exception) -> Outcome:
    """The kind of one of our errors; several lines are a fault."""
    if "\n" in str(error) or type(error).__name__ == "AutochromeError":
        raise ValueError(f"not one clear sentence: {error}")
    return Outcome(type(error).__name__)


def damage(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Changed bytes, changed bits of the header, a missing end, a missing or repeated piece, swapped pieces, zeros."""
    file = bytearray(data)
    place = chance.randrange(len(file))
    size = min(chance.choice((1, 4, 16, 188, 512, 4096)), max(1, len(file) // 3))
    way = chance.randrange(8)
    if way == 0:
        for _ in range(chance.choice((1, 1, 2, 8, 40))):
            file[chance.randrange(len(file))] = chance.randrange(256)
    elif way == 1:
        for _ in range(chance.choice((1, 2, 4))):
            file[chance.randrange(min(len(file), 400))] ^= 1 << chance.randrange(8)
    elif way == 2:
        del file[max(1, place) :]
    elif way == 3:
        del file[place : place + size]
    elif way == 4:
        file[place:place] = file[place : place + size]
    elif way == 5:
        other = chance.randrange(len(file))
        one, two = file[place : place + size], file[other : other + size]
        file[place : place + len(two)], file[other : other + len(one)] = two, one
    elif way == 6:
        file[place : place + size] = bytes(len(file[place : place + size]))
    else:
        head = chance.randrange(4, 64)
        file[:head] = chance.choice(others)[:head]
    return bytes(file)


def make_stills() -> dict[str, bytes]:
    """Small pictures of every kind, by Pillow and tifffile."""
    import tifffile

    random_codes = np.random.default_rng(0)
    slope = np.linspace(0, 200, 48)[None, :, None] + random_codes.integers(0, 55, (32, 48, 3))
    color = slope.astype(np.uint8)
    picture, grey = Image.fromarray(color), Image.fromarray(color[..., 0])
    deep = color[..., 0].astype(np.uint16) * 257
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Maker"
    alpha = Image.fromarray(np.dstack((color, color[..., :1])))

    def pil(image: Image.Image, kind: str, **options: Any) -> bytes:
        buffer = io.BytesIO()
        image.save(buffer, kind, **options)
        return buffer.getvalue()

    def tiff(pixels: np.ndarray, **options: Any) -> bytes:
        buffer = io.BytesIO()
        tifffile.imwrite(buffer, pixels, **options)
        return buffer.getvalue()

    more = {"save_all": True, "append_images": [picture.rotate(180)]}
    return {
        "a.jpg": pil(picture, "JPEG", exif=exif),
        "progressive.jpg": pil(picture, "JPEG", progressive=True),
        "restart.jpg": pil(picture, "JPEG", restart_marker_blocks=2),
        "cmyk.jpg": pil(picture.convert("CMYK"), "JPEG"),
        "two.mpo": pil(picture, "MPO", **more),
        "a.png": pil(picture, "PNG", exif=exif),
        "alpha.png": pil(alpha, "PNG"),
        "palette.png": pil(picture.convert("P"), "PNG"),
        "frames.png": pil(picture, "PNG", **more),
        "deep.png": pil(Image.fromarray(deep), "PNG"),
        "a.tif": pil(picture, "TIFF", exif=exif),
        "lzw.tif": pil(picture, "TIFF", compression="tiff_lzw"),
        "jpeg.tif": pil(picture, "TIFF", compression="jpeg"),
        "fax.tif": pil(grey.convert("1"), "TIFF", compression="group4"),
        "pages.tif": tiff(np.stack((color, color)), photometric="rgb"),
        "tiles.tif": tiff(color, photometric="rgb", tile=(16, 16), compression="zlib"),
        "deep.tif": tiff(deep, photometric="minisblack"),
        "big.tif": tiff(color, photometric="rgb", bigtiff=True),
        "a.webp": pil(picture, "WEBP", exif=exif),
        "frames.webp": pil(picture, "WEBP", **more),
        "a.avif": pil(picture, "AVIF"),
        "a.gif": pil(picture, "GIF"),
        "frames.gif": pil(picture, "GIF", **more),
        "a.bmp": pil(picture, "BMP"),
    }


def make_films(folder: Path, kinds: tuple[str, ...] = _FILMS) -> dict[str, bytes]:
    """Small films of every kind, by ffmpeg."""
    words = folder / "words.srt"
    words.write_text("1\n00:00:00,050 --> 00:00:00,200\nGood evening.\n", encoding="utf-8")
    films = {}
    for number, kind in enumerate(kinds):
        container, encoder, pixel_format = kind.split()
        case = make_case(container, encoder, pixel_format, "-g 4", frames=12)
        film = folder / f"{number}.{container}"
        made = [str(words) if word == "SUBTITLES" else word for word in case.words]
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *made, str(film)], check=True)
        films[film.name] = film.read_bytes()
    return films


class Run:
    """Damages files and judges what comes of them."""

    def __init__(self, model: str, seed: int, keep: Path | None) -> None:
        self._model, self._seed, self._keep = model, seed, keep
        self.outcomes: Counter[str] = Counter()
        self.faults: list[str] = []

    def color(self, files: dict[str, bytes], count: int, *, films: bool) -> None:
        """Colour `count` damaged copies, of each file about as many."""
        function = color_film if films else color_still
        with tempfile.TemporaryDirectory() as name, Worker(function, _SECONDS, _MEMORY) as worker:
            folder = Path(name)
            self._result = f"result{'.mkv' if films else '.png'}"
            whole = {file: self._color_whole(worker, folder, file, data) for file, data in files.items()}
            for number, (file, data) in enumerate(self._damaged(files, count)):
                fault = self._try(worker, folder, file, data, whole[file])
                if fault:
                    self.faults.append(f"{number} {file}: {fault}")
                    print(self.faults[-1], file=sys.stderr, flush=True)
                    if self._keep:
                        self._keep.mkdir(parents=True, exist_ok=True)
                        digest = hashlib.sha256(data).hexdigest()[:8]
                        (self._keep / f"{digest}-{file}").write_bytes(data)

    def _damaged(self, files: dict[str, bytes], count: int) -> Iterator[tuple[str, bytes]]:
        chance, names = random.Random(self._seed), list(files)
        for number in range(count):
            name = names[number % len(names)]
            yield name, damage(files[name], list(files.values()), chance)

    def _color_whole(self, worker: Worker, folder: Path, file: str, data: bytes) -> Outcome:
        answer = self._call(worker, folder, file, data)
        assert answer.ended == "returned", (file, answer)
        assert answer.value.frames, (file, answer)
        outcome: Outcome = answer.value
        return outcome

    def _call(self, worker: Worker, folder: Path, file: str, data: bytes) -> Answer:
        for old in folder.iterdir():
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        source, target = folder / file, folder / self._result
        source.write_bytes(data)
        return worker.call(Task(str(source), str(target), self._model))

    def _try(self, worker: Worker, folder: Path, file: str, data: bytes, whole: Outcome) -> str:
        """What is wrong with the outcome; empty if nothing is. whole: the outcome of the file before the damage."""
        answer = self._call(worker, folder, file, data)
        if answer.ended != "returned":
            return f"{answer.ended}: {answer.value}"
        outcome: Outcome = answer.value
        self.outcomes[outcome.kind] += 1
        written, done = (folder / self._result).exists(), outcome.kind in ("done", "losses")
        if written != done:
            return f"{outcome.kind}, and the result is {'there' if written else 'missing'}"
        if left := leftovers(folder):
            return f"left behind: {', '.join(left)}"
        missing = whole.frames - outcome.frames
        if outcome.kind == "done" and missing > 0 and not set(outcome.notes) - set(whole.notes):
            return f"{missing} of {whole.frames} frames are missing without a word"
        return ""


def main() -> None:
    """Read the command line, damage and colour, and print the outcomes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--stills", type=int, default=3000)
    parser.add_argument("--films", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--model", default="tint", help="colours do not matter here; a tiny network is quicker"
    )
    parser.add_argument("--keep", type=Path, help="a folder for the files that fail")
    given = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    failed = False
    for films, count in ((False, given.stills), (True, given.films)):
        run = Run(given.model, given.seed, given.keep)
        with tempfile.TemporaryDirectory() as folder:
            run.color(make_films(Path(folder)) if films else make_stills(), count, films=films)
        counts = ", ".join(f"{kind} {number}" for kind, number in run.outcomes.most_common())
        print(f"{'films' if films else 'stills'}: {count} damaged, {len(run.faults)} faults; {counts}")
        failed |= bool(run.faults)
    sys.exit(failed)


if __name__ == "__main__":
    main()
