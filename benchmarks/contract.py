"""What all benchmarks share: whole commands timed from outside, medians, and the machine in the result."""

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
    """Wall seconds, and peak resident megabytes, of one finished command.

    A lean process stands between: the peak the system reports begins with the size of whoever started the command.
    """
    timer = [sys.executable, "-S", __file__, *command]
    run = subprocess.run(timer, stdout=subprocess.PIPE, text=True, check=False)
    if run.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {run.returncode}")
    seconds, peak = run.stdout.split()
    return float(seconds), float(peak)


def _time(command: Sequence[str]) -> int:
    """Run and print seconds and megabytes; what `run_once` has between itself and the command."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    print(time.perf_counter() - started, usage.ru_maxrss / 1024)
    return os.waitstatus_to_exitcode(status)


def compare(commands: dict[str, Sequence[str]], runs: int, warmup: int = 1) -> dict[str, dict[str, Any]]:
    """Each command `runs` times, in turn, so that a change of the machine's mood meets all of them."""
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for turn in range(warmup + runs):
        for name, command in commands.items():
            result = run_once(command)
            if turn >= warmup:
                seen[name].append(result)
    return {
        name: {"wall_s": spread([r[0] for r in rs]), "peak_mb": round(max(r[1] for r in rs))}
        for name, rs in seen.items()
    }


def spread(values: Sequence[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), 4),
        "min": round(min(values), 4),
        "max": round(max(values), 4),
    }


def machine() -> dict[str, Any]:
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


def publish(name: str, result: dict[str, Any]) -> None:
    """Print the result, and keep it as results/NAME.json."""
    text = json.dumps({"machine": machine(), **result}, indent=2)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    sys.exit(_time(sys.argv[1:]))
