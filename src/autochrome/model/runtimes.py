"""What runs a network: ONNX Runtime or OpenVINO. [only home of both]

Both are loaded when the first network is opened, never on import. Their exceptions stay here.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autochrome.errors import ExtraMissing, ModelUnusable, NoMemory, UsageError
from autochrome.types import Floats

RUNTIME_VARIABLE = "AUTOCHROME_RUNTIME"
"""This environment variable decides the runtime where nobody else does."""

_QUICKEST = "BF16"  # where the processor has it, twice as quick as f32
_FULL = ("bad alloc", "bad_alloc", "allocate memory", "out of memory", "not enough memory")


class Graph(Protocol):
    """A network, or half of one, ready to run. May be called from several threads at once."""

    def run(self, outputs: Sequence[str], feeds: Mapping[str, NDArray[Any]]) -> list[Floats]:
        """Answers by name, float32. What the graph has no input for, since it was cut out of a larger one, is left."""


Source: TypeAlias = Path | bytes


def choose(runtime: str, many: bool) -> str:
    """The name of the runtime that will be used; see `open_model` for the rule."""
    wanted = runtime if runtime != "auto" else os.environ.get(RUNTIME_VARIABLE, "auto")
    if wanted == "auto":
        return "openvino" if many and find_spec("openvino") else "onnxruntime"
    if wanted not in RUNTIMES:
        raise UsageError(f"There is no runtime '{wanted}'; choose auto or one of {', '.join(RUNTIMES)}.")
    if wanted == "openvino" and not find_spec("openvino"):
        raise ExtraMissing("OpenVINO is not installed; run: pip install 'autochrome[fast]'.")
    return wanted


@contextmanager
def _translated(file: str, doing: str) -> Iterator[None]:
    """Whatever a runtime throws, as one sentence of ours."""
    try:
        yield
    except MemoryError:
        raise NoMemory(f"{file}: not enough memory to {doing} it; use a smaller --size.") from None
    except Exception as trouble:  # both runtimes throw many kinds, without a common root
        said = " ".join(str(trouble).split())
        if any(word in said.lower() for word in _FULL):
            raise NoMemory(f"{file}: not enough memory to {doing} it; use a smaller --size.") from None
        raise ModelUnusable(f"{file}: the runtime cannot {doing} it ({said[:160]}).") from None


class _OnnxRuntime:
    def __init__(self, source: Source, file: str, threads: int | None, rough: bool) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4  # what goes wrong is raised; printing it too helps nobody
        options.intra_op_num_threads = threads or 0
        # Waiting threads sleep: decoding and encoding need the cores between two pictures.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._file = file
        self._quiet = onnxruntime.RunOptions()
        self._quiet.log_severity_level = 4
        with _translated(file, "load"):
            self._session = onnxruntime.InferenceSession(
                source if isinstance(source, bytes) else str(source),
                options,
                providers=["CPUExecutionProvider"],
            )
        self._wanted = {port.name for port in self._session.get_inputs()}

    def run(self, outputs: Sequence[str], feeds: Mapping[str, NDArray[Any]]) -> list[Floats]:
        with _translated(self._file, "run"):
            wanted = {name: value for name, value in feeds.items() if name in self._wanted}
            answers = self._session.run(list(outputs), wanted, self._quiet)
        return [np.asarray(answer, np.float32) for answer in answers]


_CONVERTERS = "openvino.tools.ovc"
"""What importing OpenVINO would load too: it takes a while, and reports to its makers over the network."""
_FIRST = Lock()  # graphs are loaded by several threads at once


def _core() -> Any:
    """OpenVINO itself, once: its threads outlive a network, and must not find their code unloaded."""
    with _FIRST:
        return _make_core()


@lru_cache(maxsize=1)
def _make_core() -> Any:
    modules: dict[str, Any] = sys.modules
    converters_wanted = modules.setdefault(_CONVERTERS, None)
    import openvino

    if not converters_wanted:
        del modules[_CONVERTERS]
    return openvino.Core()


class _OpenVino:
    def __init__(self, source: Source, file: str, threads: int | None, rough: bool) -> None:
        self._file = file
        self._idle: SimpleQueue[Any] = SimpleQueue()  # a request serves one caller at a time
        with _translated(file, "load"):
            core = _core()
            settings: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY"}
            if threads:
                settings["INFERENCE_NUM_THREADS"] = threads
            quick = rough and _QUICKEST in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
            settings["INFERENCE_PRECISION_HINT"] = "bf16" if quick else "f32"
            model = core.read_model(source if isinstance(source, bytes) else str(source))
            self._compiled = core.compile_model(model, "CPU", settings)
            self._ports = {name: port for port in self._compiled.outputs for name in port.names}
            self._wanted = {name for port in self._compiled.inputs for name in port.names}

    def run(self, outputs: Sequence[str], feeds: Mapping[str, NDArray[Any]]) -> list[Floats]:
        with _translated(self._file, "run"):
            try:
                request = self._idle.get_nowait()
            except Empty:
                request = self._compiled.create_infer_request()
            wanted = {name: value for name, value in feeds.items() if name in self._wanted}
            request.infer(wanted, share_inputs=True, share_outputs=True)
            answers = [self._taken(request, self._ports[name]) for name in outputs]
            self._idle.put(request)
        return answers

    def _taken(self, request: Any, port: Any) -> Floats:
        """An answer that needs no copy, since the request gets other room for its next one."""
        answer = request.get_tensor(port)
        request.set_tensor(port, type(answer)(answer.element_type, answer.shape))
        return np.asarray(answer.data, np.float32)


RUNTIMES: dict[str, Callable[[Source, str, int | None, bool], Graph]] = {
    "onnxruntime": _OnnxRuntime,
    "openvino": _OpenVino,
}
"""A graph from its source, the file's name for messages, how many threads, and whether eight bits a number will do."""
