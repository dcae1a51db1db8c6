"""How well scenes are found: `python benchmarks/scenes.py --data check256.zip --clips FOLDER`.

Films with known cuts: made of still pictures (one film a difficulty, and several seeds), and pieces of real clips
laid end to end in a random order. Every detector that can be run here sees the same frames. Precision, recall and
F1 over all cuts, processor time a frame, and what each detector did on each difficulty (found / missed / made up);
the time of SSIM with histogram on a pair of 128×128.
"""

import argparse
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from time import thread_time

import numpy as np
from PIL import Image

from autochrome.color.resize import resize
from autochrome.errors import ExtraMissing
from autochrome.evaluate.cut_scores import CutScore, TrueCuts, score_cuts
from autochrome.film.proxy import make_proxy
from autochrome.film.scenes import DETECTORS, GreyFrame, find_cuts
from autochrome.media.films import open_film
from contract import publish, spread

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from made_films import MadeFilm, make_films

TAKES = 12  # pictures in a made film


def made(data: Path, seeds: int) -> Iterator[MadeFilm]:
    with zipfile.ZipFile(data) as archive:
        names = archive.namelist()
        for seed in range(seeds):
            taken = names[seed * TAKES : (seed + 1) * TAKES]
            pictures = [np.asarray(Image.open(BytesIO(archive.read(name))).convert("L")) for name in taken]
            yield from make_films(pictures, seed)


def spliced(folder: Path, pieces: int = 40) -> MadeFilm:
    """Pieces of 12 to 60 frames, two neighbours never out of the same clip."""
    clips = []
    for path in sorted(folder.iterdir()):
        with open_film(path) as reader:
            clips.append([make_proxy(frame).grey for frame in reader])
    dice = np.random.default_rng(0)
    frames: list[GreyFrame] = []
    cuts = []
    last = -1
    for _ in range(pieces):
        which = int(dice.choice([i for i in range(len(clips)) if i != last]))
        length = int(dice.integers(12, 61))
        start = int(dice.integers(0, max(1, len(clips[which]) - length)))
        if frames:
            cuts.append(len(frames))
        frames += [_to_size(frame) for frame in clips[which][start : start + length]]
        last = which
    return MadeFilm("real clips", frames, TrueCuts(cuts=tuple(cuts)))


def _to_size(frame: GreyFrame) -> GreyFrame:
    return np.asarray(np.rint(resize(frame.astype(np.float32), 72, 128)), np.uint8)


def pair_time() -> dict[str, float]:
    """Milliseconds of processor time a frame of 128×128, by the rule of SSIM and histogram."""
    dice = np.random.default_rng(0)
    frames = [dice.integers(0, 256, (128, 128), np.uint8) for _ in range(200)]
    times = []
    for _ in range(16):
        detector = DETECTORS["thesis"]()
        started = thread_time()
        for frame in frames:
            detector.process_frame(frame)
        times.append(1e3 * (thread_time() - started) / len(frames))
    return spread(times[1:])  # the first warms up


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a zip of pictures")
    parser.add_argument("--clips", type=Path, help="a folder of films without cuts of their own")
    parser.add_argument("--seeds", type=int, default=2, help="films of each difficulty")
    given = parser.parse_args()
    films = list(made(given.data, given.seeds))
    if given.clips:
        films.append(spliced(given.clips))
    result: dict[str, object] = {"ssim_and_histogram_ms_a_pair": pair_time()}
    for name, make in DETECTORS.items():
        try:
            make()
        except ExtraMissing as missing:
            print(missing)
            continue
        by_film: dict[str, CutScore] = defaultdict(lambda: CutScore(0, 0, 0))
        seconds = []
        for film in films:
            found = find_cuts(film.frames, make())
            by_film[film.name] += score_cuts(found.cuts, film.truth)
            seconds.append(found.seconds)
        total = sum(by_film.values(), CutScore(0, 0, 0))
        result[name] = {
            "precision": total.precision,
            "recall": total.recall,
            "f1": total.f1,
            "ms_a_frame": 1e3 * float(np.median(seconds)),
            "found / missed / made up": {
                k: f"{a.found} / {a.missed} / {a.false}" for k, a in by_film.items()
            },
        }
        print(f"{name:14} precision {total.precision:.3f}  recall {total.recall:.3f}  F1 {total.f1:.3f}")
    publish("scenes", result)


if __name__ == "__main__":
    main()
