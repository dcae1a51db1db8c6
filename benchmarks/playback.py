"""Measure how soon the studio plays a shot: `python benchmarks/playback.py [FILM]`.

Without FILM: a made shot of 240 frames of 1280×720. Seconds from the request to the first frame, to the 25th, and to
the last, when every frame has its final colours: of a shot that was never coloured, from its middle and from its first
frame; of the same shot again; of the same shot with a new mark.
"""

import argparse
import struct
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from studio import Client, run_studio
from timing import write_result

WIDTH = 960  # pixels at the longer side of the frames
MARK = {"x": 0.5, "y": 0.5, "color": "#a03020", "radius": 0.05}


def write_shot(path: Path) -> Path:
    """A film of one shot: a camera moves over a drawn picture."""
    source = "mandelbrot=size=1280x720:rate=25:end_scale=0.2,format=gray,format=yuv420p"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-frames:v", "240", "-y", str(path)]
    subprocess.run(command, check=True)
    return path


def play(base: str, project: str, first: int, last: int) -> dict[str, Any]:
    """Play a part of a shot as fast as the studio sends it."""
    started, arrived, final = time.perf_counter(), [], set()
    url = f"{base}/api/projects/{project}/frames/{first}/play?last={last}&width={WIDTH}"
    with urllib.request.urlopen(url, timeout=600) as stream:
        while header := stream.read(12):
            frame, state, length = struct.unpack("<III", header)
            stream.read(length)
            arrived.append(time.perf_counter() - started)
            final |= {frame} if state == 1 else set()
    drafts = len(arrived) - len(final)
    result = {"first_s": arrived[0], "frame_25_s": arrived[min(24, len(arrived) - 1)], "last_s": arrived[-1]}
    return {name: round(value, 3) for name, value in result.items()} | {
        "frames": len(final),
        "drafts": drafts,
    }


def measure(folder: Path, film: Path | None) -> dict[str, Any]:
    source = film or write_shot(folder / "shot.mp4")
    with run_studio(folder / "studio") as base:
        client = Client(base)
        data = source.read_bytes()
        cold, project = (client.json(f"/api/projects?name={source.name}", data) for _ in range(2))
        last = project["film"]["frames"] - 1
        for each in (cold, project):
            client.json(f"/api/projects/{each['id']}/shots", [{"first": 0}], "PUT")
        identity = project["id"]
        client.request(f"/api/projects/{cold['id']}/frames/0?width={WIDTH}")  # the page shows a frame first
        result = {
            "from_the_middle": play(base, cold["id"], last // 2, last),
            "from_the_start": play(base, identity, 0, last),
            "again": play(base, identity, 0, last),
        }
        hints = {"version": 1, "frames": [{"frame": last // 2, "points": [MARK]}]}
        client.json(f"/api/projects/{identity}/hints", hints, "PUT")
        result["with_a_new_mark"] = play(base, identity, 0, last)
        result["film"] = f"{project['width']}×{project['height']}, {last + 1} frames"
        return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("film", type=Path, nargs="?", help="a film of one shot")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write_result("playback", measure(Path(folder), options.film))


if __name__ == "__main__":
    main()
