"""Measure time and memory: `python benchmarks/speed.py photo [--huge]`, `… network`, `… film`."""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyvips

from timing import compare_commands, run_once, spread, write_result

AUTOCHROME = [sys.executable, "-m", "autochrome"]
RECODE = (
    "import sys, pyvips\n"
    "pyvips.Image.new_from_file(sys.argv[1], access='sequential').write_to_file(sys.argv[2], Q=92)"
)
RECODE_FOLDER = (
    "import sys, pathlib, pyvips\n"
    "for path in pathlib.Path(sys.argv[1]).iterdir():\n"
    "    pyvips.Image.new_from_file(str(path), access='sequential').write_to_file(f'{sys.argv[2]}/{path.name}', Q=92)"
)


def make_photograph(width: int, height: int) -> pyvips.Image:
    """A grey image with the detail of a photograph: noise of all scales (1/f), from a fixed seed."""
    scales = [
        pyvips.Image.gaussnoise(max(1, width >> k), max(1, height >> k), sigma=9 * 1.6**k, mean=0, seed=k)
        for k in range(0, 9, 2)
    ]
    enlarged = [s.resize(width / s.width, vscale=height / s.height, kernel="linear") for s in scales]
    return (pyvips.Image.sum(enlarged) + 120).cast("uchar").copy(interpretation="b-w")


def measure_photo(folder: Path, runs: int) -> dict[str, Any]:
    """A 12-megapixel JPEG through the command line, beside decoding and encoding it, and `--help`."""
    source = folder / "source.jpg"
    make_photograph(4000, 3000).jpegsave(str(source), Q=90)
    result: dict[str, Any] = compare_commands(
        {
            "photo": [*AUTOCHROME, "photo", str(source), "-o", str(folder / "color.jpg"), "--overwrite"],
            "decode_encode": [sys.executable, "-c", RECODE, str(source), str(folder / "plain.jpg")],
            "help": [*AUTOCHROME, "--help"],
        },
        runs,
    )
    result["photo_over_decode_encode"] = round(
        result["photo"]["wall_s"]["median"] / result["decode_encode"]["wall_s"]["median"], 2
    )
    return {"picture": "4000x3000 grey JPEG", **result}


def measure_folder(folder: Path, runs: int, count: int = 40) -> dict[str, Any]:
    """A folder of 12-megapixel JPEGs through one command, beside decoding and encoding them in one process."""
    sources, plain = folder / "sources", folder / "plain"
    sources.mkdir()
    plain.mkdir()
    picture = make_photograph(4000, 3000)
    for number in range(count):
        picture.jpegsave(str(sources / f"{number}.jpg"), Q=90)
    result: dict[str, Any] = compare_commands(
        {
            "photos": [*AUTOCHROME, "photo", str(sources), "-o", str(folder / "color"), "--overwrite"],
            "decode_encode": [sys.executable, "-c", RECODE_FOLDER, str(sources), str(plain)],
        },
        runs,
    )
    medians = {name: result[name]["wall_s"]["median"] for name in ("photos", "decode_encode")}
    return {
        "pictures": f"{count} of 4000x3000, grey JPEG",
        **result,
        "each_s": {name: round(value / count, 3) for name, value in medians.items()},
        "photos_over_decode_encode": round(medians["photos"] / medians["decode_encode"], 2),
    }


def measure_huge(folder: Path) -> dict[str, Any]:
    """A 600-megapixel TIFF through the command line, beside decoding and encoding it; once each."""
    side = 24500  # squared: 600 megapixels
    source, target = folder / "huge.tif", folder / "huge-color.tif"
    make_photograph(3500, 3500).replicate(7, 7).tiffsave(str(source))
    seconds, peak = run_once([*AUTOCHROME, "photo", str(source), "-o", str(target), "--overwrite"])
    plain, plain_peak = run_once(
        [
            sys.executable,
            "-c",
            RECODE.replace(", Q=92", ", bigtiff=True"),
            str(source),
            str(folder / "plain.tif"),
        ]
    )
    return {
        "picture": f"{side}x{side} grey TIFF",
        "photo": {"wall_s": round(seconds, 1), "peak_mb": round(peak)},
        "decode_encode": {"wall_s": round(plain, 1), "peak_mb": round(plain_peak)},
    }


def measure_network(size: int, runs: int, folder: Path) -> dict[str, Any]:
    """Our network and one of the size of eccv16: both in each runtime, the other also in PyTorch, as people run it."""
    import torch

    from autochrome.model import open_model
    from autochrome.types import Hints
    from eccv16 import make_network, write_onnx

    luma = np.random.default_rng(0).uniform(0, 100, (size, size)).astype(np.float32)
    hints = Hints.none(size, size)
    hints.mask[size // 2, size // 2] = 1
    other = make_network()
    file, plane = write_onnx(other, size, folder / "stand-in.onnx"), torch.from_numpy(luma)[None, None]
    calls: dict[str, Callable[[], Any]] = {"stand-in torch": lambda: other(plane)}
    for runtime, device in (("onnxruntime", "cpu"), ("openvino", "openvino")):
        ours, theirs = open_model(device=device), open_model(file, device=device, contract="eccv16")
        prepared, other_prepared = ours.prepare(luma), theirs.prepare(luma)
        calls |= {
            f"prepare {runtime}": partial(ours.prepare, luma),
            f"paint {runtime}": partial(ours.paint, prepared),
            f"stroke {runtime}": partial(ours.paint, prepared, hints),
            f"stand-in {runtime}": partial(theirs.paint, other_prepared),
        }
    with torch.inference_mode():
        times = _milliseconds(calls, runs)
    medians = {name: value["median"] for name, value in times.items()}
    whole = {r: medians[f"prepare {r}"] + medians[f"paint {r}"] for r in ("onnxruntime", "openvino")}
    return {
        "size": size,
        "ms": times,
        "picture_ms": {runtime: round(value, 2) for runtime, value in whole.items()},
        "times_quicker": {
            "as people run each": round(medians["stand-in torch"] / whole["openvino"], 1),
            **{f"both in {r}": round(medians[f"stand-in {r}"] / value, 1) for r, value in whole.items()},
        },
    }


def _milliseconds(calls: dict[str, Callable[[], Any]], runs: int, warmup: int = 5) -> dict[str, Any]:
    """Time the calls. They take turns, so that other load on the machine affects all equally."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(warmup + runs):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            if turn >= warmup:
                times[name].append(1000 * (time.perf_counter() - started))
    return {name: spread(values) for name, values in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["photo", "network", "film"], help="what to measure")
    parser.add_argument("--runs", type=int, default=5, help="number of timed runs (network: at least 30)")
    parser.add_argument("--size", type=int, default=256, help="side of the network's image, pixels")
    parser.add_argument(
        "--huge", action="store_true", help="also measure a 600-megapixel TIFF (4 GB of disk)"
    )
    parser.add_argument("--seconds", type=float, default=60, help="length of each generated film")
    parser.add_argument(
        "--film",
        type=Path,
        action="append",
        default=[],
        help="a film to measure in place of generated ones",
    )
    parser.add_argument("--folder", type=Path, help="where to write files; a temporary folder by default")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        if options.what == "film":
            from film_speed import measure_film

            write_result("film", measure_film(Path(folder), options.seconds, options.runs, options.film))
            return
        if options.what == "network":
            write_result("network", measure_network(options.size, max(options.runs, 30), Path(folder)))
            return
        result = measure_photo(Path(folder), options.runs)
        result["folder"] = measure_folder(Path(folder), options.runs)
        if options.huge:
            result["huge"] = measure_huge(Path(folder))
    write_result("photo", result)


if __name__ == "__main__":
    main()
