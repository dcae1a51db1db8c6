"""How quick, in how much memory: `python benchmarks/speed.py photo [--huge]`, `python benchmarks/speed.py network`."""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyvips

from contract import compare, publish, run_once, spread

AUTOCHROME = [sys.executable, "-m", "autochrome"]
RECODE = (
    "import sys, pyvips\n"
    "pyvips.Image.new_from_file(sys.argv[1], access='sequential').write_to_file(sys.argv[2], Q=92)"
)


def photograph(width: int, height: int) -> pyvips.Image:
    """A grey picture with the detail of a photograph: noise of all scales (1/f), the same every time."""
    scales = [
        pyvips.Image.gaussnoise(max(1, width >> k), max(1, height >> k), sigma=9 * 1.6**k, mean=0, seed=k)
        for k in range(0, 9, 2)
    ]
    grown = [s.resize(width / s.width, vscale=height / s.height, kernel="linear") for s in scales]
    return (pyvips.Image.sum(grown) + 120).cast("uchar").copy(interpretation="b-w")


def measure_photo(folder: Path, runs: int) -> dict[str, Any]:
    source = folder / "source.jpg"
    photograph(4000, 3000).jpegsave(str(source), Q=90)
    result: dict[str, Any] = compare(
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


def measure_huge(folder: Path) -> dict[str, Any]:
    side = 24500  # squared: 600 megapixels
    source, target = folder / "huge.tif", folder / "huge-color.tif"
    photograph(3500, 3500).replicate(7, 7).tiffsave(str(source))
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


def measure_network(size: int, runs: int) -> dict[str, Any]:
    from autochrome.model import open_model
    from autochrome.planes import Hints

    luma = np.random.default_rng(0).uniform(0, 100, (size, size)).astype(np.float32)
    hints = Hints.none(size, size)
    hints.mask[size // 2, size // 2] = 1
    result: dict[str, Any] = {"size": size}
    for runtime in ("onnxruntime", "openvino"):
        try:
            model = open_model(runtime=runtime)
        except Exception as error:  # an extra that is not installed is a result, not a failure
            result[runtime] = str(error)
            continue
        prepared = model.prepare(luma)
        result[runtime] = {
            "prepare_ms": _milliseconds(lambda m=model: m.prepare(luma), runs),
            "paint_ms": _milliseconds(lambda m=model, p=prepared: m.paint(p, hints), runs),
        }
    return result


def _milliseconds(call: Any, runs: int) -> dict[str, float]:
    times = []
    for turn in range(runs + 5):
        started = time.perf_counter()
        call()
        if turn >= 5:
            times.append(1000 * (time.perf_counter() - started))
    return spread(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["photo", "network"])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--size", type=int, default=256, help="of the network's picture")
    parser.add_argument("--huge", action="store_true", help="also the 600-megapixel TIFF (4 GB of disk)")
    parser.add_argument("--folder", type=Path, help="where to work; a temporary folder by default")
    given = parser.parse_args()
    if given.what == "network":
        publish("network", measure_network(given.size, max(given.runs, 30)))
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        result = measure_photo(Path(folder), given.runs)
        if given.huge:
            result["huge"] = measure_huge(Path(folder))
    publish("photo", result)


if __name__ == "__main__":
    main()
