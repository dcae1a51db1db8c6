"""Compare the cut detectors on films with known cuts: `python benchmarks/scenes.py --data check256.zip --clips FOLDER`.

The films are made from still pictures (one for each difficulty and seed); one more joins pieces of real clips in random
order. Every installed detector gets the same frames. The result has precision, recall and F1 over all cuts, processor
time per frame, and the cuts that were found / missed / false on each film; and the time of SSIM with histogram on two
frames of 128×128.
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
from timing import spread, write_result

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from films_with_cuts import FilmWithCuts, make_films_with_cuts

SHOTS = 12  # of each film made from pictures


def films_from_pictures(data: Path, seeds: int) -> Iterator[FilmWithCuts]:
    """Films made from the pictures in a zip."""
    with zipfile.ZipFile(data) as archive:
        names = archive.namelist()
        for seed in range(seeds):
            chosen = names[seed * SHOTS : (seed + 1) * SHOTS]
            pictures = [np.asarray(Image.open(BytesIO(archive.read(name))).convert("L")) for name in chosen]
            yield from make_films_with_cuts(pictures, seed)


def film_from_clips(folder: Path, pieces: int = 40) -> FilmWithCuts:
    """Pieces of 12 to 60 frames; two pieces in a row are never from the same clip."""
    clips = []
    for path in sorted(folder.iterdir()):
        with open_film(path) as reader:
            clips.append([make_proxy(frame).grey for frame in reader])
    random = np.random.default_rng(0)
    frames: list[GreyFrame] = []
    cuts = []
    last = -1
    for _ in range(pieces):
        clip = int(random.choice([i for i in range(len(clips)) if i != last]))
        length = int(random.integers(12, 61))
        start = int(random.integers(0, max(1, len(clips[clip]) - length)))
        if frames:
            cuts.append(len(frames))
        frames += [_resize(frame) for frame in clips[clip][start : start + length]]
        last = clip
    return FilmWithCuts("real clips", frames, TrueCuts(cuts=tuple(cuts)))


def _resize(frame: GreyFrame) -> GreyFrame:
    return np.asarray(np.rint(resize(frame.astype(np.float32), 72, 128)), np.uint8)


def time_thesis() -> dict[str, float]:
    """Milliseconds of processor time per frame of 128×128 for the detector of the thesis, SSIM with histogram."""
    random = np.random.default_rng(0)
    frames = [random.integers(0, 256, (128, 128), np.uint8) for _ in range(200)]
    times = []
    for _ in range(16):
        detector = DETECTORS["thesis"]()
        started = thread_time()
        for frame in frames:
            detector.process_frame(frame)
        times.append(1e3 * (thread_time() - started) / len(frames))
    return spread(times[1:])  # the first run is a warm-up


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a zip of pictures")
    parser.add_argument("--clips", type=Path, help="a folder of films that have no cuts")
    parser.add_argument("--seeds", type=int, default=2, help="number of films for each difficulty")
    options = parser.parse_args()
    films = list(films_from_pictures(options.data, options.seeds))
    if options.clips:
        films.append(film_from_clips(options.clips))
    result: dict[str, object] = {"ssim_and_histogram_ms_a_pair": time_thesis()}
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
            "found / missed / false": {k: f"{a.found} / {a.missed} / {a.false}" for k, a in by_film.items()},
        }
        print(f"{name:14} precision {total.precision:.3f}  recall {total.recall:.3f}  F1 {total.f1:.3f}")
    write_result("scenes", result)


if __name__ == "__main__":
    main()
