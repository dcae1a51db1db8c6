"""What a cluster costs: folders and films on Ray beside the same command on this machine, with the same processors.

    python benchmarks/cluster.py                       # 200 photos and a film of two minutes
    python benchmarks/cluster.py --units               # only the units, for simulate_cluster.py
    python benchmarks/cluster.py --photos 20 --megapixels 1 --seconds 20 --runs 1 --dry

Commands are timed from outside and take turns. The cluster runs already, as it does in use: its start is measured
alone, and so is what one unit costs the process that hands the units out. Units are measured in processor time, which
other programs on the machine hardly change. `--dry` does not write the result.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from film_speed import moving_frames
from speed import make_photograph
from timing import RESULTS, compare_commands, describe_machine

PROGRAM = [sys.executable, "-m", "autochrome"]
SHOT = 8.0  # seconds: each shot of the film is a mirror image of the one before
RATE = 25
UNITS = 2000  # without work, to measure what one costs


def open_nothing() -> Callable[[int], int]:
    """Work that does nothing."""
    return abs


def make_film(path: Path, height: int, seconds: float) -> None:
    """A film with a cut after every `SHOT` seconds."""
    import av

    frames = list(moving_frames(height, height * 16 // 9, round(SHOT * RATE)))
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=RATE, options={"crf": "20", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = height * 16 // 9, height, "yuv420p"
        for number in range(round(seconds * RATE)):
            shot, inside = divmod(number, len(frames))
            y_plane = frames[inside][:: 1 - 2 * (shot % 2), :: 1 - 2 * (shot // 2 % 2)]
            frame = av.VideoFrame.from_ndarray(y_plane.copy(), format="gray").reformat(
                format="yuv420p", threads=1
            )
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))


def compare(words: list[str], here: list[str], runs: int) -> dict[str, Any]:
    """The command on this machine and on the cluster, and the extra time of the cluster in percent."""
    commands = {"local": [*PROGRAM, *words, *here], "ray": [*PROGRAM, *words, "--on", "ray"]}
    result: dict[str, Any] = compare_commands(commands, runs)
    local, ray = (result[name]["wall_s"]["median"] for name in ("local", "ray"))
    return result | {"overhead_percent": round(100 * (ray / local - 1), 1)}


def measure_units(cores: int) -> dict[str, float]:
    """Start of the workers, and processor time of the handing-out process for one unit, in seconds."""
    from autochrome.parallel import Work, open_cluster, run_units

    started = time.perf_counter()
    engine = open_cluster("ray", Work(open_nothing, memory=64 << 20), lambda text: None)
    units = run_units(engine, range(UNITS))
    next(units)
    ready = time.perf_counter()
    spent = time.process_time()
    count = sum(1 for _ in units)
    spent = time.process_time() - spent
    seconds = time.perf_counter() - ready
    return {
        "worker_start_s": round(ready - started, 2),
        "unit_of_driver_s": round(spent / count, 6),
        "units_per_s": round(count / seconds, 1),
        "workers": cores,
    }


def measure_photo(source: Path, times: int = 3) -> dict[str, float]:
    """Processor seconds of one picture, the least of some; and the bytes that are read and written."""
    from autochrome.model import open_model
    from autochrome.photo import colorize_photo

    network, target, spent = open_model("tint", many=True), source.with_name("color.jpg"), []
    for _ in range(times):
        began = time.process_time()
        colorize_photo(source, model=network).save(target, overwrite=True)
        spent.append(time.process_time() - began)
    sizes = {"input_bytes": source.stat().st_size, "output_bytes": target.stat().st_size}
    target.unlink()
    return {"unit_s": round(min(spent), 4)} | sizes


def measure_steps(film: Path, seconds: float, options: Any) -> dict[str, float]:
    """Processor seconds of the three steps of a split film, for each second of film."""
    from autochrome.film.held import SplitFilm
    from autochrome.film.split import ColorRun, FindShots, SplitJob
    from autochrome.model import open_for_film

    network = open_for_film("tint")
    times = {"find": 0.0, "color": 0.0, "join": 0.0}
    job = SplitJob(film, film.with_name("steps.mkv"), options)
    with SplitFilm(job, network, workers=2, overwrite=True) as held:
        steps = list(held.begin())
        while steps:
            step = steps.pop()
            began = time.process_time()
            result = step.do(network)
            kind = (
                "find" if isinstance(step, FindShots) else "color" if isinstance(step, ColorRun) else "join"
            )
            times[kind] += time.process_time() - began
            steps += held.advance(step, result)
    sizes = {"input": film.stat().st_size, "output": job.target.stat().st_size}
    rates = {f"{name}_s": round(spent / seconds, 4) for name, spent in times.items()}
    return rates | {f"{name}_bytes": round(size / seconds) for name, size in sizes.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--photos", type=int, default=200)
    parser.add_argument("--megapixels", type=float, default=12.0)
    parser.add_argument("--seconds", type=float, default=120.0, help="length of the film")
    parser.add_argument("--height", type=int, default=720, help="of the film, in pixels")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--units", action="store_true", help="measure no whole commands")
    parser.add_argument("--dry", action="store_true")
    arguments = parser.parse_args()
    cores = os.cpu_count() or 1
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112 — Ray's name; both commands get the same share of the processors
    os.environ["PYTHONPATH"] = os.pathsep.join(
        [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    ray = [sys.executable, "-m", "ray.scripts.scripts"]
    start = [*ray, "start", "--head", f"--num-cpus={cores}", "--include-dashboard=false"]
    subprocess.run([*start, f"--object-store-memory={100 << 20}"], check=True, stdout=subprocess.DEVNULL)
    folder = Path(tempfile.mkdtemp(prefix="autochrome-cluster-"))
    try:
        result = measure(arguments, folder, cores)
    finally:
        shutil.rmtree(folder)
        subprocess.run([*ray, "stop"], stdout=subprocess.DEVNULL, check=False)
    print(json.dumps(result, indent=2))
    if not arguments.dry:
        (RESULTS / "cluster.json").write_text(json.dumps(result, indent=2) + "\n")


def measure(arguments: argparse.Namespace, folder: Path, cores: int) -> dict[str, Any]:
    """Everything, with the settings beside it."""
    from autochrome.options import FilmOptions

    height = round((arguments.megapixels * 1e6 * 3 / 4) ** 0.5)
    (folder / "scans").mkdir()
    first = folder / "scans" / "0000.jpg"
    make_photograph(height * 4 // 3, height).jpegsave(str(first), Q=90)
    for number in range(1, arguments.photos):
        shutil.copy(first, first.with_name(f"{number:04}.jpg"))
    film = folder / "reel.mkv"
    make_film(film, arguments.height, arguments.seconds)
    result: dict[str, Any] = {
        "machine": describe_machine(),
        "photos": arguments.photos,
        "megapixels": arguments.megapixels,
        "film_seconds": arguments.seconds,
        "film_height": arguments.height,
        "photo_unit": measure_photo(first),
        "film_second": measure_steps(film, arguments.seconds, FilmOptions()),
        "units": measure_units(cores),
    }
    if not arguments.units:
        where = ["-o", f"{folder}/color/", "--overwrite", "--quiet"]
        jobs = ["--jobs", str(cores)]
        result["photo"] = compare(["photo", f"{folder}/scans", *where], jobs, arguments.runs)
        words = ["film", str(film), "-o", f"{folder}/color.mkv", "--overwrite", "--restart", "--quiet"]
        result["film"] = compare(words, [], arguments.runs)
    return result


if __name__ == "__main__":
    main()
