"""A comparison: grey, the result and, if the film has colours, the original side by side; a film or a GIF."""

import os
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from autochrome.color.ycbcr import chroma_middle
from autochrome.errors import AutochromeError, OutputNotWritable
from autochrome.files import atomic_path
from autochrome.media.films.ffmpeg_errors import encoder_errors
from autochrome.media.films.planes import plane
from autochrome.media.films.reader import FilmReader
from autochrome.types import Frame

SUFFIXES = (".mp4", ".mkv", ".mov", ".gif")
_HEIGHT = {"gif": 144}  # pixels at most; 480 for the other formats
_INTERVAL = {"gif": 0.12}  # seconds between two frames at least
_CONTAINERS = {"mkv": "matroska"}  # FFmpeg's name, where it is not the suffix
_BASE = {"gif": Fraction(1, 100)}
_COLORED = 3.0  # code values of 8 bits: a mean distance of Cb and Cr from grey above this is colour
_SAMPLES = 12  # key frames that are searched for colour

RGB = NDArray[np.uint8]


def check_comparison(path: str | os.PathLike[str]) -> Path:
    """Check the suffix of the path of a comparison."""
    target = Path(path)
    if target.suffix.lower() not in SUFFIXES:
        raise OutputNotWritable(
            f"{target}: a comparison is written as {', '.join(SUFFIXES)}; change its name."
        )
    return target


def save_comparison(
    source: str | os.PathLike[str],
    colored: str | os.PathLike[str],
    path: str | os.PathLike[str],
    start: float | None = None,
    end: float | None = None,
) -> Path:
    """Write the film in grey next to the coloured film; and the film itself as a third if it has colours.

    start, end: seconds of the source that were coloured.
    """
    target = check_comparison(path)
    kind = target.suffix.lower()[1:]
    truth = has_colors(source)
    with (
        atomic_path(target) as part,
        encoder_errors(target),
        FilmReader(source, start=start, end=end) as old,
        FilmReader(colored) as new,
    ):
        shape = _panel_size(old, _HEIGHT.get(kind, 480))
        rows = _rows(old, new, shape, truth, _INTERVAL.get(kind, 0.0))
        _write(part, kind, rows, shape[1] * (3 if truth else 2), shape[0])
    return target


def has_colors(source: str | os.PathLike[str]) -> bool:
    """Whether a film has colours, measured in some of its key frames."""
    strong = 0.0
    with suppress(AutochromeError), FilmReader(source, keys_only=True) as film:
        depth = film.facts.plane_format.depth
        if film.facts.sampling == "gray":
            return False
        for frame in islice(film, _SAMPLES):
            planes = (plane(frame.decoded, number, depth).astype(np.float32) for number in (1, 2))
            distance = np.mean([np.abs(codes - chroma_middle(depth)).mean() for codes in planes])
            strong = max(strong, float(distance) / (1 << (depth - 8)))
    return strong > _COLORED


def _panel_size(film: FilmReader, max_height: int) -> tuple[int, int]:
    """Height and width of one panel: upright, both even."""
    facts = film.facts
    height, width = (facts.height, facts.width) if facts.turn % 180 == 0 else (facts.width, facts.height)
    scale = min(1.0, max_height / height)
    return max(2, round(height * scale / 2) * 2), max(2, round(width * scale / 2) * 2)


def _rows(
    old: FilmReader, new: FilmReader, shape: tuple[int, int], truth: bool, interval: float
) -> Iterator[tuple[float, RGB]]:
    """Each frame of the comparison: (seconds since the first frame, (h, w, 3) panels side by side)."""
    begins = last = None
    for before, after in zip(old, new, strict=False):
        begins = before.time if begins is None else begins
        if last is not None and before.time - last < interval - 1e-6:
            continue
        last = before.time
        original = _upright(before, shape, old.facts.turn)
        result = _upright(after, shape, new.facts.turn)
        grey = np.repeat(_grey(before, shape, old.facts.turn)[..., None], 3, axis=2)
        yield before.time - begins, np.hstack((grey, result, original) if truth else (grey, result))


def _upright(frame: Frame, shape: tuple[int, int], turn: int, kind: str = "rgb24") -> RGB:
    """The frame resized to `shape`, upright."""
    height, width = shape if turn % 180 == 0 else shape[::-1]
    pixels = frame.decoded.reformat(width, height, kind, interpolation="AREA", threads=1).to_ndarray()
    return np.ascontiguousarray(np.rot90(pixels, turn // 90))


def _grey(frame: Frame, shape: tuple[int, int], turn: int) -> RGB:
    """(h, w): Y′ alone, in the full range."""
    return _upright(frame, shape, turn, "gray")


def _write(path: Path, kind: str, rows: Iterator[tuple[float, RGB]], width: int, height: int) -> None:
    base = _BASE.get(kind, Fraction(1, 12800))
    with av.open(str(path), "w", format=_CONTAINERS.get(kind, kind)) as output:
        stream: Any = output.add_stream("gif" if kind == "gif" else "libx264", rate=Fraction(1 / base))
        stream.width, stream.height = width, height
        stream.pix_fmt = "pal8" if kind == "gif" else "yuv420p"
        stream.codec_context.time_base = stream.time_base = base
        stream.options = {} if kind == "gif" else {"crf": "20", "preset": "veryfast"}
        palette = _palette(width, height, base) if kind == "gif" else None
        last = -1
        for seconds, pixels in rows:
            frame: Any = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            last = max(last + 1, round(seconds / base))
            frame.pts, frame.time_base = last, base
            if palette is not None:
                palette.push(frame)
                frame = palette.pull()
                frame.pts, frame.time_base = last, base
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))


def _palette(width: int, height: int, base: Fraction) -> Any:
    """A filter that chooses 256 colours for each frame."""
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=width, height=height, format=av.VideoFormat("rgb24", width, height), time_base=base
    )
    split, make = graph.add("split"), graph.add("palettegen", "stats_mode=single")
    use, sink = graph.add("paletteuse", "new=1:dither=bayer:bayer_scale=4"), graph.add("buffersink")
    source.link_to(split)
    split.link_to(make, 0, 0)
    split.link_to(use, 1, 0)
    make.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    return graph
