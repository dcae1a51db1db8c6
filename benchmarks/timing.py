"""Shared by all benchmarks: time whole commands, summarize times, and write the result with the machine in it."""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def run_once(command: Sequence[str]) -> tuple[float, float]:
    """Run a command to its end; returns wall seconds and the peak of resident memory in megabytes.

    A small process starts the command: the peak that the system reports is never below the size of the parent.
    """
    timer = [sys.executable, "-S", __file__, *command]
    run = subprocess.run(timer, stdout=subprocess.PIPE, text=True, check=False)
    if run.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {run.returncode}")
    seconds, peak = run.stdout.split()
    return float(seconds), float(peak)


def _time(command: Sequence[str]) -> int:
    """Run a command and print its seconds and megabytes. This is the small process of `run_once`."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    print(time.perf_counter() - started, usage.ru_maxrss / 1024)
    return os.waitstatus_to_exitcode(status)


def compare_commands(
    commands: dict[str, Sequence[str]], runs: int, warmup: int = 1
) -> dict[str, dict[str, Any]]:
    """Time each command `runs` times. The commands take turns, so other load on the machine affects all equally."""
    measured: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for turn in range(warmup + runs):
        for name, command in commands.items():
            result = run_once(command)
            if turn >= warmup:
                measured[name].append(result)
    return {
        name: {"wall_s": spread([r[0] for r in rs]), "peak_mb": round(max(r[1] for r in rs))}
        for name, rs in measured.items()
    }


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, least and most of some values."""
    return {
        "median": round(statistics.median(values), 4),
        "min": round(min(values), 4),
        "max": round(max(values), 4),
    }


def describe_machine() -> dict[str, Any]:
    """Processor, number of cores, operating system and version of Python."""
    model = "unknown"
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = lines[0].split(":", 1)[1].strip() if lines else model
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def write_result(name: str, result: dict[str, Any]) -> None:
    """Print the result, and write it to results/NAME.json."""
    text = json.dumps({"machine": describe_machine(), **result}, indent=2)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    sys.exit(_time(sys.argv[1:]))
