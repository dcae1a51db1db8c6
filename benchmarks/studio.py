"""Measure how quickly the studio responds: `python benchmarks/studio.py [--quiet-only]`.

Brush strokes:

A 12-megapixel photograph, a view of 1280×800 pixels, one more stroke in each request, with reach 0 as a person's. The
time is that of the client, from the start of the request to the last byte of the image. First with no other load; then
while a film is exported and fifty clients request the lists of jobs and projects every second.

First colour: from the upload of a photograph to the last byte of its view in colour. Exports: twenty small photographs,
from the first request until the last file is there, beside the command line with the same photographs, start included.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from speed import make_photograph
from timing import write_result

STROKES = 200
WARMUP = 10
CLIENTS = 50
VIEWS = [
    {"x": 0, "y": 0, "width": 1, "height": 1, "pixels": [1067, 800]},
    {"x": 0.3, "y": 0.2, "width": 0.32, "height": 0.267, "pixels": [1280, 800]},
]
FIRST_COLORS, EXPORTS, ROUNDS = 7, 20, 3
POLL = """
import asyncio, sys, httpx2

async def client(number, base):
    async with httpx2.AsyncClient(base_url=base) as web:
        await asyncio.sleep(number / 50)
        while True:
            (await web.get("/api/jobs")).raise_for_status()
            (await web.get("/api/projects")).raise_for_status()
            await asyncio.sleep(1)

async def main():
    await asyncio.gather(*(client(n, sys.argv[1]) for n in range(int(sys.argv[2]))))

asyncio.run(main())
"""


class Client:
    """Sends requests to the studio at an address."""

    def __init__(self, base: str) -> None:
        self._base = base

    def request(self, path: str, body: Any = None, method: str | None = None) -> bytes:
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        headers = {
            "Content-Type": "application/octet-stream" if isinstance(body, bytes) else "application/json"
        }
        request = urllib.request.Request(self._base + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as response:
            return bytes(response.read())

    def json(self, path: str, body: Any = None, method: str | None = None) -> Any:
        return json.loads(self.request(path, body, method))


@contextmanager
def run_studio(folder: Path) -> Iterator[str]:
    """Start a studio with its library in a folder; gives its address."""
    command = [sys.executable, "-m", "autochrome", "studio", str(folder), "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            yield process.stderr.readline().split()[-1].rstrip("/")
        finally:
            process.terminate()


def write_film(path: Path, seconds: int) -> Path:
    """Write a film of 720 × 540: a camera moves over a large photograph."""
    import av

    wide = make_photograph(2400, 1600).numpy()
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=25, options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = 720, 540, "yuv420p"
        for number in range(25 * seconds):
            left, top = 4 * number % 1600, 2 * number % 1000
            grey = np.ascontiguousarray(wide[top : top + 540, left : left + 720])
            output.mux(
                stream.encode(av.VideoFrame.from_ndarray(grey, format="gray").reformat(format="yuv420p"))
            )
        output.mux(stream.encode(None))
    return path


def time_strokes(client: Client, project: str, view: dict[str, Any]) -> dict[str, float]:
    """Milliseconds from request to image, while the number of strokes grows to 20."""
    random = np.random.default_rng(0)
    marks: list[dict[str, Any]] = []
    times = []
    for turn in range(WARMUP + STROKES):
        start = random.uniform(0.05, 0.85, 2)
        path = [(start + 0.01 * step).clip(0, 1).tolist() for step in range(12)]
        color = "#" + bytes(random.integers(40, 220, 3).tolist()).hex()
        marks = [*marks[-19:], {"path": path, "color": color, "width": 0.03, "reach": 0}]
        body = {"hints": {"version": 1, "strokes": marks}, "view": view}
        started = time.perf_counter()
        client.request(f"/api/projects/{project}/paint", body)
        if turn >= WARMUP:
            times.append(1000 * (time.perf_counter() - started))
        time.sleep(0.02)  # a person draws no faster
    p50, p95 = np.percentile(times, [50, 95])
    return {"p50_ms": round(float(p50), 1), "p95_ms": round(float(p95), 1), "max_ms": round(max(times), 1)}


def time_first_color(client: Client, source: bytes) -> dict[str, float]:
    """Seconds from the start of an upload to the picture in colour."""
    times = []
    for _ in range(FIRST_COLORS):
        started = time.perf_counter()
        project = client.json("/api/projects?name=scan.jpg", source)["id"]
        client.request(f"/api/projects/{project}/view?pixels=1067x800")
        times.append(time.perf_counter() - started)
        client.request(f"/api/projects/{project}", method="DELETE")
    return {"median_s": round(float(np.median(times)), 3), "max_s": round(max(times), 3)}


def time_exports(client: Client, folder: Path) -> dict[str, float]:
    """Seconds for small photographs in the studio and with the command line: the best of some rounds, in turn."""
    originals = folder / "small"
    originals.mkdir()
    wide = make_photograph(2400, 1600)
    for number in range(EXPORTS):
        wide.crop(80 * number, 40 * number, 640, 480).jpegsave(str(originals / f"{number}.jpg"), Q=90)
    ids = [
        client.json(f"/api/projects?name={path.name}", path.read_bytes())["id"]
        for path in sorted(originals.iterdir())
    ]
    studio, command = [], []
    for turn in range(ROUNDS):
        started = time.perf_counter()
        jobs = [client.json(f"/api/projects/{each}/export", {}, "POST")["id"] for each in ids]
        while client.json(f"/api/jobs/{jobs[-1]}")["state"] in ("waiting", "running"):
            time.sleep(0.02)
        studio.append(time.perf_counter() - started)
        started = time.perf_counter()
        output = folder / f"by-command-{turn}"
        words = [sys.executable, "-m", "autochrome", "photo", str(originals), "-o", str(output), "--quiet"]
        subprocess.run(["nice", "-n", "10", *words], check=True)  # the priority of the studio's worker
        command.append(time.perf_counter() - started)
    return {
        "photographs": EXPORTS,
        "first_round_s": round(studio[0], 2),
        "studio_s": round(min(studio), 2),
        "command_s": round(min(command), 2),
        "ratio": round(min(studio) / min(command), 2),
    }


def measure(folder: Path, *, quiet_only: bool) -> dict[str, Any]:
    """The result of the benchmark. quiet_only: without the part under load."""
    source = folder / "source.jpg"
    make_photograph(4000, 3000).jpegsave(str(source), Q=90)
    with run_studio(folder / "studio") as base:
        client = Client(base)
        photo = client.json("/api/projects?name=scan.jpg", source.read_bytes())["id"]
        result: dict[str, Any] = {"picture": "4000x3000 grey JPEG", "strokes": STROKES}
        result["alone"] = {
            "whole": time_strokes(client, photo, VIEWS[0]),
            "zoomed": time_strokes(client, photo, VIEWS[1]),
        }
        result["first_color"] = time_first_color(client, source.read_bytes())
        result["exports"] = time_exports(client, folder)
        if quiet_only:
            return result
        film = write_film(folder / "film.mp4", 120)
        project = client.json("/api/projects?name=film.mp4", film.read_bytes())["id"]
        job = client.json(f"/api/projects/{project}/export", {}, "POST")["id"]
        polling = subprocess.Popen([sys.executable, "-c", POLL, base, str(CLIENTS)])
        try:
            time.sleep(5)
            result["busy"] = {
                "whole": time_strokes(client, photo, VIEWS[0]),
                "zoomed": time_strokes(client, photo, VIEWS[1]),
            }
            alive = polling.poll() is None
        finally:
            polling.terminate()
            polling.wait()
        result["busy"]["clients_polling"] = CLIENTS if alive else 0
        result["busy"]["export"] = client.json(f"/api/jobs/{job}")["state"]
        client.json(f"/api/jobs/{job}/cancel", {}, "POST")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quiet-only", action="store_true", help="measure only without other load")
    parser.add_argument("--folder", type=Path, help="where to write files; a temporary folder by default")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        write_result("studio", measure(Path(folder), quiet_only=options.quiet_only))


if __name__ == "__main__":
    main()
