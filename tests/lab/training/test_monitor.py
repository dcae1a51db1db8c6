import subprocess
import time
from types import SimpleNamespace

import psutil

from autochrome.lab.training import monitor
from autochrome.lab.training.monitor import (
    GPU_COLUMNS,
    Monitor,
    measure_cpu,
    measure_gpu,
    peak_memory_mb,
    read_machine,
)
from autochrome.lab.training.run_page import machine_plots, thin_out, write_run_page


def test_cpu_and_memory_are_measured(tmp_path):
    with Monitor(tmp_path, every=0.05):
        limit = time.monotonic() + 10
        while len(read_machine(tmp_path)) < 3 and time.monotonic() < limit:
            sum(range(100_000))
    rows = read_machine(tmp_path)
    assert len(rows) >= 3
    assert 0 <= rows[-1]["cpu0_percent"] <= 100
    assert rows[-1]["ram_mb"] > rows[-1]["own_ram_mb"] > 20
    assert {plot.title for plot in machine_plots(tmp_path)} >= {"Processors", "Memory"}


def test_a_resumed_run_continues_the_same_file(tmp_path):
    def source():
        return {"cpu0_percent": 5.0}

    for _ in range(2):
        with Monitor(tmp_path, every=0.01, sources=[source]):
            time.sleep(0.1)
    rows = read_machine(tmp_path)
    assert len(rows) > 2
    assert all(row["cpu0_percent"] == 5 for row in rows)


def test_gpu_values_of_nvidia_smi(monkeypatch):
    monkeypatch.setattr(monitor, "which", lambda name: "/usr/bin/nvidia-smi")
    result = SimpleNamespace(stdout="41, 118.53, 2048, 97\n")
    monkeypatch.setattr(monitor.subprocess, "run", lambda *a, **k: result)
    assert measure_gpu() == {"gpu_celsius": 41, "gpu_watts": 118.53, "gpu_memory_mb": 2048, "gpu_percent": 97}
    assert list(GPU_COLUMNS.values()) == list(measure_gpu())
    result.stdout = "41, [N/A], 2048, 97\n"
    assert measure_gpu() == {}


def test_without_gpu_values_training_goes_on(monkeypatch):
    def hangs(*a, **k):
        raise subprocess.TimeoutExpired("nvidia-smi", 4)

    monkeypatch.setattr(monitor, "which", lambda name: "/usr/bin/nvidia-smi")
    monkeypatch.setattr(monitor.subprocess, "run", hangs)
    assert measure_gpu() == {}
    monkeypatch.setattr(monitor, "which", lambda name: None)
    assert measure_gpu() == {}


def test_without_psutil_there_are_no_cpu_values(monkeypatch):
    monkeypatch.setattr(monitor, "_psutil", lambda: None)
    assert measure_cpu() == {}


def test_lines_with_many_points_are_thinned_out():
    values = [(float(i), float(i % 2)) for i in range(3000)]
    thin = thin_out(values)
    assert len(thin) == 300
    assert thin[0] == (4.5, 0.5)
    assert thin_out([]) == []


def test_the_report_of_a_run(small_recipe, tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    (run / "recipe.yaml").write_text(small_recipe.read_text())
    (run / "steps.csv").write_text("step,rate,total,network_gradient\n0,1,2,3\n1,1,1,2\n")
    (run / "epochs.csv").write_text("phase,epoch,total_steps,seconds,gain,color\none,1,2,7,0.5,0.3\n")
    (run / "machine.csv").write_text("time,gpu_celsius,gpu_watts\n10,40,100\n70,45,\n")
    page = write_run_page(run).read_text()
    for title in ("Losses", "Epoch durations", "Held-out pictures", "GPU temperature", "GPU power"):
        assert title in page, title


def test_peak_memory_is_in_megabytes_and_never_falls():
    held = bytearray(b"x" * 64_000_000)
    then = psutil.Process().memory_info().rss / 1e6
    del held
    assert 0.95 * then < peak_memory_mb(on_gpu=False) < 100 * then
