"""Speed of films, for `speed.py film`: beside a pure transcode in the same run, by stage, and for a small clip."""

import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np

from timing import compare_commands

SIZES = {"720p": (720, 1280), "1080p": (1080, 1920)}
STAGES = (
    "proxy frames",
    "cuts",
    "motion and memory",
    "network",
    "local linear model",
    "Cb and Cr planes",
)
PRESET, QUALITY = "veryfast", 18
_TRANSCODE = f"""
import sys, av
with av.open(sys.argv[1]) as old, av.open(sys.argv[2], "w") as new:
    source = old.streams.video[0]
    source.thread_type = "AUTO"
    target = new.add_stream("libx264", rate=source.average_rate)
    target.options = {{"crf": "{QUALITY}", "preset": "{PRESET}"}}
    target.width, target.height, target.pix_fmt = source.width, source.height, "yuv420p"
    target.codec_context.thread_type = "AUTO"
    target.codec_context.time_base = source.time_base
    for frame in old.decode(source):
        frame.pict_type = 0
        new.mux(target.encode(frame))
    new.mux(target.encode(None))
"""


def moving_frames(height: int, width: int, frames: int) -> Iterator[np.ndarray]:
    """(height, width) code values: a camera moves over an image with the detail of a photograph; with film grain."""
    random = np.random.default_rng(0)
    rows, columns = height + 64, width + 2 * frames + 64
    whole = np.zeros((rows, columns), np.float32)
    for step in (1, 4, 16, 64, 256):
        coarse = random.normal(0, 7 * step**0.35, (-(-rows // step) + 1, -(-columns // step) + 1)).astype(
            np.float32
        )
        whole += _enlarged(coarse, step)[:rows, :columns]
    grain = random.normal(0, 2, (height + 37, width + 53)).astype(np.float32)
    for number in range(frames):
        up, left = round(24 + 20 * np.sin(number / 19)), 2 * number
        down, right = number * 29 % 37, number * 31 % 53
        view = (
            whole[up : up + height, left : left + width] + grain[down : down + height, right : right + width]
        )
        yield np.clip(view + 120, 16, 235).astype(np.uint8)


def _enlarged(coarse: np.ndarray, step: int) -> np.ndarray:
    """Enlarge by `step`, with bilinear interpolation."""
    weight = (np.arange(step, dtype=np.float32) / step)[:, None]
    tall = (coarse[:-1, None] * (1 - weight) + coarse[1:, None] * weight).reshape(-1, coarse.shape[1])
    wide = tall[:, :-1, None] * (1 - weight[:, 0]) + tall[:, 1:, None] * weight[:, 0]
    return wide.reshape(tall.shape[0], -1)


def write_film(path: Path, height: int, width: int, frames: int, source_rows: int | None = None) -> Path:
    """Write a grey film of 25 frames per second.

    source_rows: generate it with so many rows and shrink it, so that the motion is as slow as in a large film.
    """
    with av.open(str(path), "w") as film:
        stream: Any = film.add_stream("libx264", rate=25, options={"crf": "16", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 25)
        rows = source_rows or height
        for number, codes in enumerate(moving_frames(rows, rows * width // height, frames)):
            frame = av.VideoFrame.from_ndarray(codes, format="gray8")
            frame = frame.reformat(width, height, "yuv420p", interpolation="AREA")
            frame.pts = number
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
    return path


def measure_film(folder: Path, seconds: float, runs: int, films: list[Path]) -> dict[str, Any]:
    """The result of `speed.py film`. films: measured in place of generated ones."""
    chosen = {film.stem: film for film in films}
    result: dict[str, Any] = {"x264": f"{PRESET}, crf {QUALITY}"}
    for name in chosen or SIZES:
        source = chosen.get(name) or write_film(folder / f"{name}.mp4", *SIZES[name], round(25 * seconds))
        result[name] = {**_compare_with_transcode(source, folder, runs), "stages_ms": measure_stages(source)}
    small = write_film(folder / "small.mp4", 128, 128, 1000, source_rows=720)
    rates = [_frames_per_second(small) for _ in range(runs + 1)][1:]
    result["128x128 without encode, frames/s"] = round(float(np.median(rates)))
    return result


def _compare_with_transcode(source: Path, folder: Path, runs: int) -> dict[str, Any]:
    colored = folder / "color.mp4"
    color = [sys.executable, "-m", "autochrome", "film", str(source), "-o", str(colored)]
    transcode = [sys.executable, "-c", _TRANSCODE]
    times: dict[str, Any] = compare_commands(
        {
            "film": [
                *color,
                "--preset",
                PRESET,
                "--crf",
                str(QUALITY),
                "--overwrite",
                "--restart",
                "--quiet",
            ],
            "transcode": [*transcode, str(source), str(folder / "plain.mp4")],
            "transcode_of_color": [*transcode, str(colored), str(folder / "plain-color.mp4")],
        },
        runs,
    )
    median = {name: times[name]["wall_s"]["median"] for name in times}
    for name in ("transcode", "transcode_of_color"):  # the second also encodes colour
        times[f"film_over_{name}"] = round(median["film"] / median[name], 2)
    return times


def measure_stages(source: Path, most: int = 250) -> dict[str, float]:
    """Processor milliseconds per frame of each stage, on one thread; of at most `most` frames.

    Frames are decoded before, a hundred at a time: a decoder at the same time would use caches and cores.
    """
    import cv2

    from autochrome.film.chroma import ChromaLayer
    from autochrome.film.colored_frame import fit_chroma
    from autochrome.film.painters import MAX_PREDICTIONS, open_network
    from autochrome.film.proxy import make_proxy, network_input, predict
    from autochrome.film.scenes import DEFAULT, DETECTORS
    from autochrome.film.temporal import ShotMemory
    from autochrome.media.films import open_film
    from autochrome.options import FilmOptions

    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    options, detector = FilmOptions(), DETECTORS[DEFAULT]()
    network = open_network(options.model)
    memory = ShotMemory(options.every, 1 + (MAX_PREDICTIONS - 1) * options.smooth)
    spent: dict[str, list[float]] = {stage: [] for stage in STAGES}

    def timed(stage: str, work: Callable[..., Any], *arguments: Any) -> Any:
        started = time.thread_time()
        result = work(*arguments)
        spent[stage].append(time.thread_time() - started)
        return result

    with open_film(source) as film:
        height, width = film.facts.height, film.facts.width
        layer = ChromaLayer(film.facts.plane_format, 8, (-(-height // 2), -(-width // 2)), film.facts.centred)
        waiting: deque[Any] = deque()

        def render(chromas: list[Any]) -> None:
            for chroma in chromas:
                proxy = waiting.popleft()
                coefficients = timed(STAGES[4], fit_chroma, proxy.frame, chroma, proxy.halved_y)
                timed(STAGES[5], layer.render, proxy.frame.y_plane, coefficients)

        for frame in _in_batches(islice(film, most), 100):
            proxy = timed(STAGES[0], make_proxy, frame)
            timed(STAGES[1], detector.process_frame, proxy.grey)
            timed(STAGES[2], memory.add_frame, proxy.grey)
            if memory.wants_prediction:
                luma = timed(STAGES[0], network_input, frame, options.size, film.facts.turn)
                started = time.process_time()
                chroma, _ = predict(luma, network, options.look, film.facts.turn)
                spent[STAGES[3]].append(time.process_time() - started)
                timed(STAGES[2], memory.add_prediction, lambda chroma=chroma: chroma)
            waiting.append(proxy)
            render(timed(STAGES[2], lambda: list(memory.settle())))
        render(timed(STAGES[2], lambda: list(memory.finish())))
    cv2.setNumThreads(threads)
    table = {stage: round(1000 * sum(times) / (frame.index + 1), 2) for stage, times in spent.items()}
    ours = sum(ms for stage, ms in table.items() if stage != "network")
    return {**table, "all but the network": round(ours, 2)}


def _in_batches(frames: Iterator[Any], count: int) -> Iterator[Any]:
    while batch := list(islice(frames, count)):
        yield from batch


def _frames_per_second(source: Path) -> float:
    """Frames per second of the whole pipeline without the encoder, on the threads that `autochrome film` uses."""
    from contextlib import closing

    from autochrome.film.chroma import ChromaLayer
    from autochrome.film.cuts import choose_cuts, split_shots
    from autochrome.film.painters import choose_painter, open_network
    from autochrome.film.pipeline import color_shots
    from autochrome.film.proxy import make_proxy
    from autochrome.media.films import open_film
    from autochrome.media.films.frame_budget import frames_queued
    from autochrome.options import FilmOptions
    from autochrome.parallel import prefetch

    options = FilmOptions()
    network = open_network(options.model)
    started, count = time.perf_counter(), 0
    with open_film(source) as film:
        layer = ChromaLayer(film.facts.plane_format, 8, (64, 64), film.facts.centred)
        painter = choose_painter(network, options, film.facts.turn)
        shots = split_shots(map(make_proxy, film), choose_cuts(options))
        depth = frames_queued(film.facts.y_bytes)
        with closing(prefetch(color_shots(shots, painter, options), depth)) as colored_frames:
            for colored in colored_frames:
                layer.render(colored.frame.y_plane, colored.coefficients)
                count += 1
    return count / (time.perf_counter() - started)
