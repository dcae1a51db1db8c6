"""Compare coloured films with the original in colour, frame by frame: PSNR and SSIM (least, most, mean), steadiness.

python scripts/score_films.py ORIGINAL COLOURED… [--limit 200] [--json FILE]
"""

import argparse
import json
from pathlib import Path

import numpy as np

from autochrome.evaluate.film_protocol import RowCollector, compare_frames
from autochrome.media.films.rgb_frames import read_rgb_frames

HEAD = ("", "PSNR least", "most", "mean", "SSIM least", "most", "mean", "colour", "change along the motion")


def main() -> None:
    """Print a table with grey and the truth beside the films."""
    parser = argparse.ArgumentParser(description="Compare coloured films with the original in colour.")
    parser.add_argument("original", type=Path)
    parser.add_argument("colored", type=Path, nargs="+")
    parser.add_argument("--size", type=int, default=256, help="short side of the compared frames, pixels")
    parser.add_argument("--limit", type=int, help="number of frames")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    arguments = parser.parse_args()
    films = {path.name: read_rgb_frames(path, arguments.size) for path in arguments.colored}
    collectors = compare_frames(arguments.original, films, arguments.size, arguments.limit, lambda: None)
    rows = {name: figures(collector, collectors) for name, collector in collectors.items() if name != "truth"}
    lines = [HEAD, *((name, *map(str, row.values())) for name, row in rows.items())]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")


def figures(collector: RowCollector, all_: dict[str, RowCollector]) -> dict[str, float]:
    """PSNR of every frame in dB, SSIM of every tenth, colourfulness of the truth's, change in a*b* along the motion."""
    row = collector.row("", all_["grey"], all_["truth"])
    ssim = [score.ssim for score in collector.scores]
    found = {
        "psnr_least": min(collector.psnr),
        "psnr_most": max(collector.psnr),
        "psnr": float(np.mean(collector.psnr)),
        "ssim_least": min(ssim),
        "ssim_most": max(ssim),
        "ssim": float(np.mean(ssim)),
        "color_share": (row.colorfulness_share or 0) / 100,
        "change": row.warped_error,
    }
    return {name: round(value, 3) for name, value in found.items()}


if __name__ == "__main__":
    main()
