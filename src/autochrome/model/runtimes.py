"""The runtimes that run a model: ONNX Runtime and OpenVINO. [only home of both]

They are loaded when the first model is opened, never on import. Their exceptions do not leave this module.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autochrome.errors import ModelUnusable, NoMemory
from autochrome.types import Floats

_BF16 = "BF16"  # twice as fast as float32 on processors that have it
_OUT_OF_MEMORY = ("bad alloc", "bad_alloc", "allocate memory", "out of memory", "not enough memory")


class Graph(Protocol):
    """A loaded graph. Several threads may call it at the same time."""

    def run(self, outputs: Sequence[str], feeds: Mapping[str, NDArray[Any]]) -> list[Floats]:
        """The requested outputs, float32. Feeds that the graph has no input for are ignored."""


Source: TypeAlias = Path | bytes


@contextmanager
def _runtime_errors(file: str, action: str) -> Iterator[None]:
    """Turn every exception of a runtime into one of ours."""
    try:
        yield
    except MemoryError:
        raise NoMemory(f"{file}: not enough memory to {action} it; use a smaller --size.") from None
    except Exception as error:  # both runtimes raise many classes without a common base
        message = " ".join(str(error).split())
        if any(phrase in message.lower() for phrase in _OUT_OF_MEMORY):
            raise NoMemory(f"{file}: not enough memory to {action} it; use a smaller --size.") from None
        raise ModelUnusable(f"{file}: the runtime cannot {action} it ({message[:160]}).") from None


class _OnnxRuntime:
    """A graph in ONNX Runtime. provider: the execution provider; settings: its options."""

    def __init__(
        self,
        source: Source,
        file: str,
        threads: int | None,
        reduced: bool,
        provider: str = "CPUExecutionProvider",
        settings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4  # errors are raised; do not print them too
        options.intra_op_num_threads = threads or 0
        # Idle threads sleep: a film's decoder and encoder need the cores between two frames.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._file = file
        self._quiet = onnxruntime.RunOptions()
        self._quiet.log_severity_level = 4
        with _runtime_errors(file, "load"):
            self._session = onnxruntime.InferenceSession(
                source if isinstance(source, bytes) else str(source),
                options,
                providers=[(provider, dict(settings))],
            )
        if self._session.get_providers()[0] != provider:  # it falls back to the processor with a mere warning
            raise ModelUnusable(
                f"{file}: {provider} does not start; its driver or its libraries are missing."
            )
        self._inputs = {port.name for port in self._session.get_inputs()}

    def run(self, outputs: Sequence[str], feeds: Mapping[str, NDArray[Any]]) -> list[Floats]:
        with _runtime_errors(self._file, "run"):
            known = {name: value for name, value in feeds.items() if name in self._inputs}
            values = self._session.run(list(outputs), known, self._quiet)
        return [np.asarray(value, np.float32) for value in values]


_CONVERTERS = "openvino.tools.ovc"
"""A part of OpenVINO that we do not import: it is slow to load, and sends telemetry over the network."""
_CORE_LOCK = Lock()  # several threads load graphs at the same time


def _core() -> Any:
    """The one OpenVINO core. It is never freed: its threads outlive a model and still need its code."""
    with _CORE_LOCK:
        return _make_core()


@lru_cache(maxsize=1)
def _make_core() -> Any:
    modules: dict[str, Any] = sys.modules
    was_imported = modules.setdefault(_CONVERTERS, None)
    import openvino

    if not was_imported:
        del modules[_CONVERTERS]
    return openvino.Core()


class _OpenVino:
    def __init__(self, source: Source, file: str, threads: int | None, reduced: bool) -> None:
        self._file = file
        self._idle: SimpleQueue[Any] = SimpleQueue()  # each request serves one caller at a time
        with _runtime_errors(file, "load"):
            core = _core()
            settings: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY"}
            if threads:
                settings["INFERENCE_NUM_THREADS"] = threads
            use_bf16 = reduced and _BF16 in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
            settings["INFERENCE_PRECISION_HINT"] = "bf16" if use_bf16 else "f32"
            model = core.read_model(source if isinstance(source, bytes) else str(source))
            self._compiled = core.compile_model(model, "CPU", settings)
            self._ports = {name: port for port in self._compiled.outputs for name in port.names}
            self._inputs = {name for port in self._compiled.inputs for name in port.names}

    def run(self, outputs: Sequence[str], feeds: Mapping[str, NDArray[Any]]) -> list[Floats]:
        with _runtime_errors(self._file, "run"):
            try:
                request = self._idle.get_nowait()
            except Empty:
                request = self._compiled.create_infer_request()
            known = {name: value for name, value in feeds.items() if name in self._inputs}
            request.infer(known, share_inputs=True, share_outputs=True)
            values = [self._take_output(request, self._ports[name]) for name in outputs]
            self._idle.put(request)
        return values

    def _take_output(self, request: Any, port: Any) -> Floats:
        """The output without a copy: the request gets a new buffer for its next run."""
        tensor = request.get_tensor(port)
        request.set_tensor(port, type(tensor)(tensor.element_type, tensor.shape))
        return np.asarray(tensor.data, np.float32)


Loader: TypeAlias = Callable[[Source, str, int | None, bool], Graph]
"""Loads a graph: (source, file name for messages, number of threads, may run in bf16)."""

_PROVIDERS: dict[str, tuple[str, dict[str, str]]] = {
    "cpu": ("CPUExecutionProvider", {}),
    "cuda": ("CUDAExecutionProvider", {"use_tf32": "0"}),
    "coreml": ("CoreMLExecutionProvider", {}),
    "dml": ("DmlExecutionProvider", {}),
}
"""Device → the execution provider of ONNX Runtime, and its options."""

_CUDA_LIBRARY = "libonnxruntime_providers_cuda.so"  # ONNX Runtime loads it from its own folder

LOADERS: dict[str, Loader] = {
    **{
        device: partial(_OnnxRuntime, provider=provider, settings=settings)
        for device, (provider, settings) in _PROVIDERS.items()
    },
    "openvino": _OpenVino,
}
"""Every device, and what loads a graph there."""


def _list_providers() -> list[str]:
    """The execution providers of ONNX Runtime. On Linux its files tell whether there is more than the processor."""
    runtime = find_spec("onnxruntime")
    if sys.platform == "linux" and runtime and runtime.origin:
        if not (Path(runtime.origin).parent / "capi" / _CUDA_LIBRARY).exists():
            return ["CPUExecutionProvider"]
    import onnxruntime

    found: list[str] = onnxruntime.get_available_providers()
    return found


def list_devices() -> list[str]:
    """The devices that this installation can use."""
    offered = _list_providers()
    found = [device for device, (provider, _) in _PROVIDERS.items() if provider in offered]
    return [*found, *(["openvino"] if find_spec("openvino") else [])]
