"""A cluster of 10, 100 and 1,000 nodes, simulated from unit times that `cluster.py` has measured.

    python benchmarks/simulate_cluster.py              # prints a table, draws docs/images/scale.svg

Workers ask for units. The process that hands them out answers one at a time; the shared storage serves one request at a
time at its full rate; a worker reads, computes and writes. Everything else is left out: so the curve is the best that
can be reached, and it shows which of the three is busy first. A split film begins with one unit that finds its shots,
and ends with one that joins its parts.
"""

import argparse
import heapq
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from timing import RESULTS

NODES = (1, 10, 100, 1000)
CORES = 16  # of a node, so many workers
STORAGE = 12.5e9  # bytes in a second: a hundred gigabits
PICTURE = Path(__file__).parent.parent / "docs" / "images" / "scale.svg"


@dataclass(frozen=True, slots=True)
class Unit:
    """What a unit reads, computes and writes."""

    read: float  # bytes
    compute: float  # seconds
    write: float  # bytes


@dataclass(frozen=True, slots=True)
class Stage:
    """Units that may run side by side. The next stage begins when all are done."""

    units: Sequence[Unit]


@dataclass(slots=True)
class Server:
    """Something that serves one request at a time: the driver, or the storage."""

    free: float = 0.0
    busy: float = 0.0

    def serve(self, now: float, seconds: float) -> float:
        """When a request that comes now is answered."""
        self.free = max(now, self.free) + seconds
        self.busy += seconds
        return self.free


@dataclass(slots=True)
class Cluster:
    """Workers, a driver and a storage."""

    workers: int
    driver_s: float  # of one unit
    storage: float = STORAGE
    driver: Server = field(default_factory=Server)
    disks: Server = field(default_factory=Server)
    computed: float = 0.0
    end: float = 0.0

    def run(self, jobs: Sequence[Sequence[Stage]]) -> float:
        """Seconds until all jobs are done; each is a list of stages."""
        order = itertools.count()
        idle, ready = self.workers, []
        left = {}
        events: list[tuple[float, int, str, int, int, Unit | None]] = []
        for number, stages in enumerate(jobs):
            ready += [(number, 0, unit) for unit in stages[0].units]
            left[number, 0] = len(stages[0].units)
        ready.reverse()
        now = 0.0
        while True:
            while idle and ready:
                number, stage, unit = ready.pop()
                idle -= 1
                given = self.driver.serve(now, self.driver_s)
                heapq.heappush(events, (given, next(order), "read", number, stage, unit))
            if not events:
                break
            now, _, what, number, stage, unit = heapq.heappop(events)
            assert unit is not None
            if what == "read":
                done = self.disks.serve(now, unit.read / self.storage) + unit.compute
                self.computed += unit.compute
                heapq.heappush(events, (done, next(order), "write", number, stage, unit))
            elif what == "write":
                done = self.disks.serve(now, unit.write / self.storage)
                heapq.heappush(events, (done, next(order), "done", number, stage, unit))
            else:
                idle += 1
                left[number, stage] -= 1
                if not left[number, stage] and stage + 1 < len(jobs[number]):
                    units = jobs[number][stage + 1].units
                    left[number, stage + 1] = len(units)
                    ready += [(number, stage + 1, each) for each in units]
        self.end = now
        return now

    def busy(self) -> dict[str, float]:
        """Which part of the time each is busy, 0…1."""
        return {
            "workers": self.computed / (self.end * self.workers),
            "driver": self.driver.busy / self.end,
            "storage": self.disks.busy / self.end,
        }


def folder_of_photos(measured: dict[str, Any], photos: int) -> list[list[Stage]]:
    """A folder: one unit for each picture."""
    photo = measured["photo_unit"]
    unit = Unit(photo["input_bytes"], photo["unit_s"], photo["output_bytes"])
    return [[Stage([unit] * photos)]]


def films_of(measured: dict[str, Any], films: int, seconds: float, workers: int) -> list[list[Stage]]:
    """Films: one with its shots found first, runs of shots, and a join; or many, each one unit."""
    second = measured["film_second"]
    read, write = second["input_bytes"] * seconds, second["output_bytes"] * seconds
    if films >= workers:
        return [[Stage([Unit(read, second["color_s"] * seconds, write)])] for _ in range(films)]
    length = min(120.0, max(5.0, seconds / (4 * workers)))
    runs = max(1, round(seconds / length))
    run = Unit(read / runs, second["color_s"] * seconds / runs, write / runs)
    find, join = Unit(read, second["find_s"] * seconds, 0), Unit(write, second["join_s"] * seconds, write)
    return [[Stage([find]), Stage([run] * runs), Stage([join])] for _ in range(films)]


WORK = {
    "100,000 photos": lambda measured, workers: folder_of_photos(measured, 100_000),
    "a film of 2 hours": lambda measured, workers: films_of(measured, 1, 7200, workers),
    "20,000 films of 10 minutes": lambda measured, workers: films_of(measured, 20_000, 600, workers),
}


def simulate(
    measured: dict[str, Any], nodes: Sequence[int], storage: float = STORAGE
) -> Iterator[dict[str, Any]]:
    """One row for each kind of work and each number of nodes."""
    driver_s = measured["units"]["unit_of_driver_s"]
    for name, make in WORK.items():
        base = 0.0
        for count in nodes:
            cluster = Cluster(count * CORES, driver_s, storage)
            seconds = cluster.run(make(measured, cluster.workers))
            base = base or seconds * count
            busy = cluster.busy()
            most = max(busy, key=lambda key: busy[key])
            waits = "one after another" if max(busy.values()) < 0.5 else most
            yield {
                "work": name,
                "nodes": count,
                "hours": round(seconds / 3600, 4),
                "speedup": round(base / seconds, 1),
                "busy": {key: round(value, 3) for key, value in busy.items()},
                "limit": waits,
            }


def draw(rows: Sequence[dict[str, Any]]) -> str:
    """The speed-up over the number of nodes, both logarithmic, as SVG."""
    from math import log10

    width, height, left, bottom, top, right = 640, 400, 64, 52, 20, 36
    colors = ("#b4532a", "#2f6f8f", "#5f7d3a")

    def place(nodes: float, speedup: float) -> tuple[float, float]:
        x = left + (width - left - right) * log10(nodes) / 3
        y = height - bottom - (height - top - bottom) * log10(max(1.0, speedup)) / 3
        return round(x, 1), round(y, 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="13">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for power in range(4):
        (x, _), (_, y) = place(10**power, 1), place(1, 10**power)
        parts.append(f'<path d="M{x} {top}V{height - bottom}M{left} {y}H{width - right}" stroke="#dddddd"/>')
        parts.append(f'<text x="{x}" y="{height - bottom + 20}" text-anchor="middle">{10**power:,}</text>')
        parts.append(f'<text x="{left - 8}" y="{y + 4}" text-anchor="end">{10**power:,}</text>')
    (x0, y0), (x1, y1) = place(1, 1), place(1000, 1000)
    parts.append(f'<path d="M{x0} {y0}L{x1} {y1}" stroke="#999999" stroke-dasharray="5 4" fill="none"/>')
    for number, name in enumerate(WORK):
        points = [place(row["nodes"], row["speedup"]) for row in rows if row["work"] == name]
        line = "L".join(f"{x} {y}" for x, y in points)
        color = colors[number]
        parts.append(f'<path d="M{line}" stroke="{color}" stroke-width="2" fill="none"/>')
        parts += [f'<circle cx="{x}" cy="{y}" r="3.5" fill="{color}"/>' for x, y in points]
        parts.append(
            f'<rect x="{left + 16}" y="{top + 10 + 22 * number}" width="14" height="4" fill="{color}"/>'
        )
        parts.append(f'<text x="{left + 38}" y="{top + 17 + 22 * number}">{name}</text>')
    parts.append(
        f'<text x="{(left + width) / 2}" y="{height - 10}" text-anchor="middle">nodes of {CORES} cores</text>'
    )
    parts.append(
        f'<text transform="translate(16 {(height - bottom) / 2 + 40}) rotate(-90)">times faster than one node</text>'
    )
    return "\n".join([*parts, "</svg>"]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--measured", type=Path, default=RESULTS / "cluster.json")
    parser.add_argument("--storage", type=float, default=STORAGE, help="bytes in a second")
    parser.add_argument("--picture", type=Path, default=PICTURE)
    arguments = parser.parse_args()
    measured = json.loads(arguments.measured.read_text())
    rows = list(simulate(measured, NODES, arguments.storage))
    print("| work | nodes | hours | times faster | workers busy | driver busy | storage busy | limit |")
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        busy = " | ".join(f"{100 * row['busy'][key]:.0f} %" for key in ("workers", "driver", "storage"))
        print(
            f"| {row['work']} | {row['nodes']} | {row['hours']:.3g} | {row['speedup']} | {busy} | {row['limit']} |"
        )
    arguments.picture.write_text(draw(rows))


if __name__ == "__main__":
    main()
