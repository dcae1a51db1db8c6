"""Where a model runs: the devices, and the choice between them.

A device is a processor with the runtime that uses it. `auto` never changes results in silence: an accelerator is used
only where it gives the same colours as the processor, and sooner.
"""

import os
import time
from collections.abc import Callable, Sequence

import numpy as np

from autochrome.errors import ExtraMissing, ModelUnusable, UsageError
from autochrome.model.network import OnnxModel
from autochrome.model.runtimes import LOADERS, list_devices
from autochrome.types import Chroma

DEVICE_VARIABLE = "AUTOCHROME_DEVICE"
"""This environment variable names the device for `device="auto"`."""

ACCELERATORS = ("cuda", "coreml", "dml")

_SAME_COLOR = 1.5  # a*b*: results that differ by at most so much, on average, are the same
_TRIAL_SIDE = 256  # pixels

Opener = Callable[[str], OnnxModel]
"""Device → the model, opened there."""


def check_device(device: str) -> str:
    """The device's name, or the one that the environment names for "auto"; raises if there is no such device."""
    wanted = device if device != "auto" else os.environ.get(DEVICE_VARIABLE, "auto")
    if wanted != "auto" and wanted not in LOADERS:
        raise UsageError(f"There is no device '{wanted}'; choose auto or one of {', '.join(LOADERS)}.")
    return wanted


def open_on_device(opener: Opener, device: str, many: bool) -> OnnxModel:
    """Open a model on a device; see `open_model` for what `auto` does."""
    wanted = check_device(device)
    if wanted == "auto":
        return _open_fastest(opener) if many else opener("cpu")
    if wanted != "cpu" and wanted not in list_devices():
        raise ExtraMissing(_advice(wanted))
    model = opener(wanted)
    if wanted in ACCELERATORS and not _agree(model, opener("cpu")):
        raise ModelUnusable(f"On the device '{wanted}' the model gives other colours than on the processor.")
    return model


def _open_fastest(opener: Opener) -> OnnxModel:
    """The model on the fastest device for many pictures."""
    offered = list_devices()
    model = opener("openvino" if "openvino" in offered else "cpu")
    for device in ACCELERATORS:
        if device not in offered:
            continue
        try:
            other = opener(device)
            if _agree(other, model) and _seconds(other) < _seconds(model):
                model = other
        except ModelUnusable:  # the provider is installed, but not its driver
            continue
    return model


def _agree(one: OnnxModel, other: OnnxModel) -> bool:
    """Whether two open models give the same colours for a trial picture."""
    gap = np.linalg.norm(_paint_trial(one) - _paint_trial(other), axis=-1)
    return float(gap.mean()) <= _SAME_COLOR


def _seconds(model: OnnxModel) -> float:
    """How long one picture takes, the shortest of three."""
    times = []
    for _ in range(3):
        started = time.perf_counter()
        _paint_trial(model)
        times.append(time.perf_counter() - started)
    return min(times)


def _paint_trial(model: OnnxModel) -> Chroma:
    """Colour a picture with smooth and with fine parts."""
    across = np.linspace(0, 100, _TRIAL_SIDE, dtype=np.float32)
    luma = np.abs(across[:, None] - across[None])
    luma[::4] *= 0.5
    return model.paint(model.prepare(luma)).chroma


def _advice(device: str) -> str:
    """What to install for a device that is missing."""
    packages: dict[str, Sequence[str]] = {
        "openvino": ("OpenVINO is not installed", "autochrome[fast]"),
        "cuda": ("This ONNX Runtime does not use CUDA", "onnxruntime-gpu"),
        "dml": ("This ONNX Runtime does not use DirectML", "onnxruntime-directml"),
        "coreml": ("This ONNX Runtime does not use CoreML", "onnxruntime"),
    }
    reason, package = packages[device]
    return f"{reason}; run: pip install '{package}'."
