"""Where the time of `--method thesis` goes: milliseconds of each stage, beside what the original reported.

python scripts/thesis_stages.py FILM --independent FILE.onnx --dependent FILE.onnx [--limit 1000] [--json FILE]

Every frame takes every stage here, also the one that its place in the shot would not need. So each mean has as many
frames behind it; the last rows add up what a first frame and a later frame of a shot need.
"""

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from time import perf_counter

import numpy as np

from autochrome.film.chroma import ChromaLayer
from autochrome.film.colored_frame import fit_chroma
from autochrome.film.proxy import make_proxy, network_input, predict
from autochrome.film.scenes import Thesis
from autochrome.film.thesis import THESIS_SIZE
from autochrome.media.films import open_film
from autochrome.model import ColorModel, open_for_film
from autochrome.options import Look
from autochrome.types import Hints

REPORTED = {"scene test": 4.6, "independent network": 577.7, "dependent network": 21.7}
"""Milliseconds, in the thesis, on an RTX A5000."""
_WARM_UP = 5  # frames that are not counted: runtimes plan on their first ones


class Clock:
    """Adds up the time of each stage."""

    def __init__(self) -> None:
        self._seconds: dict[str, list[float]] = {}

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Count the time of the block."""
        started = perf_counter()
        yield
        self._seconds.setdefault(stage, []).append(perf_counter() - started)

    def milliseconds(self) -> dict[str, float]:
        """Stage → its mean."""
        return {name: 1000 * float(np.mean(times[_WARM_UP:])) for name, times in self._seconds.items()}


def measure(path: Path, independent: ColorModel, dependent: ColorModel, limit: int) -> dict[str, float]:
    """Stage → milliseconds per frame, of at most `limit` frames."""
    clock, detector, look = Clock(), Thesis(), Look()
    with open_film(path) as film:
        facts = film.facts
        layer = ChromaLayer(
            facts.plane_format, 8, (-(-facts.height // 2), -(-facts.width // 2)), facts.centred
        )
        frames = islice(film, limit)
        while True:
            with clock.time("decode"):
                frame = next(frames, None)
            if frame is None:
                return clock.milliseconds()
            with clock.time("small frame"):
                proxy = make_proxy(frame)
            with clock.time("scene test"):
                detector.process_frame(proxy.grey)
            luma = network_input(frame, THESIS_SIZE, facts.turn)
            with clock.time("independent network"):
                chroma, _ = predict(luma, independent, look, facts.turn)
            hints = Hints(np.rot90(chroma, facts.turn // 90), np.ones(luma.shape, np.float32))
            with clock.time("dependent network"):
                chroma, _ = predict(luma, dependent, look, facts.turn, hints)
            with clock.time("colour planes"):
                layer.render(frame.y_plane, fit_chroma(frame, chroma, proxy.halved_y))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Time the stages of the film method of the thesis.")
    parser.add_argument("film", type=Path)
    parser.add_argument("--independent", type=Path, required=True)
    parser.add_argument("--dependent", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=1000, help="number of frames")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    arguments = parser.parse_args()
    independent, dependent = (
        open_for_film(str(path)) for path in (arguments.independent, arguments.dependent)
    )
    stages = measure(arguments.film, independent, dependent, arguments.limit)
    total = sum(stages.values())
    stages["a first frame of a shot"] = total - stages["dependent network"]
    stages["a later frame"] = total - stages["independent network"]
    print(f"{'ms per frame':<26}{'here':>8}{'reported':>10}")
    for name, milliseconds in stages.items():
        print(f"{name:<26}{milliseconds:>8.2f}{REPORTED.get(name, ''):>10}")
    if arguments.json:
        arguments.json.write_text(
            json.dumps({name: round(each, 3) for name, each in stages.items()}, indent=1) + "\n"
        )


if __name__ == "__main__":
    main()
