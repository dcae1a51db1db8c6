"""The machine during training: CPU, memory and GPU every few seconds, in machine.csv."""

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
GPU_COLUMNS = {
    "temperature.gpu": "gpu_celsius",
    "power.draw": "gpu_watts",
    "memory.used": "gpu_memory_mb",
    "utilization.gpu": "gpu_percent",
}
"""Name of a value in nvidia-smi → its column in machine.csv."""


def measure_cpu() -> dict[str, float]:
    """The load of each CPU core since the last call, in percent, and memory in MB; empty without psutil."""
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


def measure_gpu() -> dict[str, float]:
    """Temperature, power, memory and load of the first GPU; empty if nvidia-smi does not report all of them."""
    tool = which("nvidia-smi")
    if tool is None:
        return {}
    command = [tool, f"--query-gpu={','.join(GPU_COLUMNS)}", "--format=csv,noheader,nounits", "--id=0"]
    try:
        output = subprocess.run(command, capture_output=True, text=True, timeout=4, check=True).stdout
        values = [float(value) for value in output.split(",")]
    except (OSError, ValueError, subprocess.SubprocessError):
        return {}  # training goes on without these values
    return dict(zip(GPU_COLUMNS.values(), values, strict=False))


def peak_memory_mb(on_gpu: bool) -> float:
    """The peak memory of this process in MB, on the GPU or in RAM; 0 if the system does not report it."""
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
    """Measures in a thread while it is open, and adds rows to machine.csv in the folder of a run."""

    def __init__(
        self,
        run: Path,
        every: float = EVERY,  # seconds
        sources: Iterable[Callable[[], dict[str, float]]] = (measure_cpu, measure_gpu),
    ) -> None:
        self._path, self._every, self._sources = run / "machine.csv", every, tuple(sources)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._write_rows, daemon=True, name="monitor")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._thread.join()

    def _write_rows(self) -> None:
        self._measure()  # the CPU load is measured from here
        columns: list[str] = []
        while not self._closed.wait(self._every):
            row = {"time": round(time.time(), 1), **self._measure()}
            is_first = not columns
            columns = columns or list(row)
            with self._path.open("a", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
                if is_first and file.tell() == 0:
                    writer.writeheader()
                writer.writerow(row)

    def _measure(self) -> dict[str, float]:
        return {name: round(value, 1) for source in self._sources for name, value in source().items()}


def read_machine(run: Path) -> list[dict[str, float]]:
    """machine.csv of a run: column → value for each row, without empty values."""
    path = run / "machine.csv"
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [{k: float(v) for k, v in row.items() if k and v} for row in csv.DictReader(file)]
