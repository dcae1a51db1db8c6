"""What the machine did while it trained: processors, memory and, where there is one, the GPU, every few seconds."""

import csv
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from shutil import which
from types import ModuleType
from typing import Self

EVERY = 5.0  # seconds
GPU = {
    "temperature.gpu": "gpu_celsius",
    "power.draw": "gpu_watts",
    "memory.used": "gpu_memory_mb",
    "utilization.gpu": "gpu_percent",
}
"""What nvidia-smi calls it, and what we do."""


def processors() -> dict[str, float]:
    """Load of each processor in percent since the last call, and memory; nothing where psutil is not installed."""
    psutil = _psutil()
    if psutil is None:
        return {}
    loads = psutil.cpu_percent(percpu=True)
    memory = psutil.virtual_memory()
    own = psutil.Process().memory_info().rss
    return {
        **{f"cpu{i}_percent": load for i, load in enumerate(loads)},
        "ram_mb": memory.used / 1e6,
        "own_ram_mb": own / 1e6,
    }


def _psutil() -> ModuleType | None:
    try:
        import psutil
    except ImportError:
        return None
    found: ModuleType = psutil
    return found


def gpu() -> dict[str, float]:
    """Temperature, power, memory and use of the first GPU; nothing where there is none."""
    tool = which("nvidia-smi")
    if tool is None:
        return {}
    asked = [tool, f"--query-gpu={','.join(GPU)}", "--format=csv,noheader,nounits", "--id=0"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, timeout=4, check=True).stdout
        values = [float(value) for value in said.split(",")]
    except (OSError, ValueError, subprocess.SubprocessError):
        return {}  # a GPU that does not tell is no reason to stop training
    return dict(zip(GPU.values(), values, strict=False))


def most_memory(on_gpu: bool) -> float:
    """The most memory this process ever held, in MB: on the GPU, or all its own; 0 where the system does not tell."""
    if on_gpu:
        import torch

        return float(torch.cuda.max_memory_allocated()) / 1e6
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    unit = 1 if sys.platform == "darwin" else 1024  # bytes, or KiB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


class Monitor:
    """Samples in a thread for as long as it is open, into machine.csv of a run."""

    def __init__(
        self,
        run: Path,
        every: float = EVERY,
        sources: Iterable[Callable[[], dict[str, float]]] = (processors, gpu),
    ) -> None:
        self._path, self._every, self._sources = run / "machine.csv", every, tuple(sources)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="monitor")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._thread.join()

    def _watch(self) -> None:
        self._sample()  # load is counted from here on
        columns: list[str] = []
        while not self._closed.wait(self._every):
            row = {"time": round(time.time(), 1), **self._sample()}
            fresh = not columns
            columns = columns or list(row)
            with self._path.open("a", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
                if fresh and file.tell() == 0:
                    writer.writeheader()
                writer.writerow(row)

    def _sample(self) -> dict[str, float]:
        return {k: round(v, 1) for source in self._sources for k, v in source().items()}


def read_machine(run: Path) -> list[dict[str, float]]:
    """machine.csv of a run: a dict a sample; what was not told is left out."""
    path = run / "machine.csv"
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [{k: float(v) for k, v in row.items() if k and v} for row in csv.DictReader(file)]
