"""Devices: which one is chosen, what an accelerator must show before it is used, and what is said if it is missing."""

import json
import subprocess
import sys

import numpy as np
import pytest

from autochrome.cli import main
from autochrome.errors import ExtraMissing, ModelUnusable, UsageError
from autochrome.model import DEVICE_VARIABLE, devices, open_model, runtimes
from autochrome.model.runtimes import LOADERS
from pictures import png
from tiny import tiny_tint


@pytest.fixture(autouse=True)
def no_variable(monkeypatch):
    monkeypatch.delenv(DEVICE_VARIABLE, raising=False)


@pytest.fixture
def file(tmp_path):
    return tiny_tint(tmp_path / "t.onnx")


class Brighter:
    """A graph on a pretended accelerator: the processor's answer plus an error."""

    def __init__(self, graph, error):
        self.graph, self.error = graph, error

    def run(self, outputs, feeds):
        return [value + np.float32(self.error) for value in self.graph.run(outputs, feeds)]


@pytest.fixture
def pretend(monkeypatch):
    """Pretend that the installed ONNX Runtime offers devices: `pretend(device, error, seconds)`."""

    def offer(device, error=0.0, seconds=0.0):
        monkeypatch.setattr(devices, "list_devices", lambda: ["cpu", device])
        monkeypatch.setitem(LOADERS, device, lambda *a: Brighter(LOADERS["cpu"](*a), error))
        monkeypatch.setattr(devices, "_seconds", lambda model: seconds if model.device == device else 1.0)

    return offer


def test_a_fast_accelerator_with_the_same_colours_is_used_for_many_pictures(file, pretend):
    pretend("cuda", seconds=0.1)
    assert open_model(file, many=True).device == "cuda"
    assert open_model(file).device == "cpu"  # one picture does not pay for its start


@pytest.mark.parametrize(("error", "seconds"), [(0.0, 2.0), (50.0, 0.1)], ids=["slow", "other colours"])
def test_auto_leaves_an_accelerator_that_does_not_pay(file, pretend, error, seconds):
    pretend("dml", error, seconds)
    assert open_model(file, many=True).device == "cpu"


def test_an_accelerator_with_other_colours_is_refused_by_name(file, pretend):
    pretend("coreml", error=50.0)
    with pytest.raises(ModelUnusable, match="'coreml' the model gives other colours"):
        open_model(file, device="coreml")
    pretend("coreml")
    assert open_model(file, device="coreml").device == "coreml"


@pytest.mark.filterwarnings("ignore:Specified provider")
def test_a_provider_without_its_driver_is_no_device(file, monkeypatch):
    """ONNX Runtime lists CUDA also where no driver is, and then computes on the processor with a mere warning."""
    monkeypatch.setattr(devices, "list_devices", lambda: ["cpu", "cuda"])
    with pytest.raises(ModelUnusable, match="CUDAExecutionProvider does not start"):
        open_model(file, device="cuda")
    assert open_model(file, many=True).device == "cpu"


def test_without_accelerators_openvino_colours_many_pictures(file, monkeypatch):
    assert open_model(file, many=True).device == "openvino"
    assert open_model(file).device == "cpu"
    monkeypatch.setattr(runtimes, "find_spec", lambda name: None)
    assert open_model(file, many=True).device == "cpu"
    with pytest.raises(ExtraMissing, match=r"pip install 'autochrome\[fast\]'"):
        open_model(file, device="openvino")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere only ONNX Runtime knows its accelerators")
def test_openvino_is_chosen_without_loading_onnx_runtime(file):
    code = (
        "import sys\nfrom autochrome.model import open_model\n"
        "model = open_model(sys.argv[1], many=True)\nprint(model.device, 'onnxruntime' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code, file], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["openvino", "False"]


def test_a_missing_device_is_one_sentence(file):
    with pytest.raises(ExtraMissing, match="does not use CUDA; run: pip install 'onnxruntime-gpu'"):
        open_model(file, device="cuda")


def test_the_variable_decides_for_auto(file, monkeypatch):
    monkeypatch.setenv(DEVICE_VARIABLE, "cpu")
    assert open_model(file, many=True).device == "cpu"
    monkeypatch.setenv(DEVICE_VARIABLE, "tensorrt")
    assert open_model(file, device="cpu").device == "cpu"
    with pytest.raises(UsageError, match="There is no device 'tensorrt'; choose auto or one of cpu, cuda"):
        open_model(file)


def test_json_names_the_device(tmp_path, file, capsys):
    source, target = tmp_path / "a.png", tmp_path / "b.png"
    source.write_bytes(png(np.full((64, 64), 90, np.uint8)))
    command = ["photo", str(source), "-o", str(target), "--model", str(file), "--json", "--device", "cpu"]
    with pytest.raises(SystemExit, match=r"^0$"):
        main(command)
    summary = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert summary["device"] == "cpu"


def test_models_lists_the_devices(capsys):
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["models"])
    assert "devices that can be used here: cpu" in capsys.readouterr().out
