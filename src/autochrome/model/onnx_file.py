"""The part of the ONNX file format that we need: read the interface and the metadata, cut out a graph, add metadata.

An ONNX file is a protobuf message: a sequence of (field number, length, bytes). We parse it by hand, because that needs
no library, copies no weights, and lets `autochrome models` run without loading a runtime.

A file of ours holds several graphs side by side. Each becomes a session of its own, because the released builds of
ONNX Runtime always run the whole graph, not only the path to the requested outputs.
"""

import mmap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from autochrome.errors import InputUnreadable, ModelUnknown, ModelUnusable

Bytes: TypeAlias = bytes | memoryview

# Field numbers of the ONNX format: ModelProto, GraphProto, and what is below.
_GRAPH, _METADATA = 7, 14
_NODE, _INITIALIZER, _INPUT, _OUTPUT, _VALUE_INFO = 1, 5, 11, 12, 13
_TENSOR_NAME = 8


@dataclass(frozen=True, slots=True)
class Port:
    """One input or output of a model."""

    name: str
    kind: int  # ONNX element type: 1 float32, 10 float16, …; 0 unknown
    shape: tuple[int | None, ...]  # None: any length

    @property
    def channels(self) -> int | None:
        return self.shape[1] if len(self.shape) == 4 else None


@dataclass(frozen=True, slots=True)
class Interface:
    """The inputs, the outputs and the metadata of a model."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    metadata: dict[str, str]

    def input(self, name: str) -> Port:
        return next(port for port in self.inputs if port.name == name)


def load(path: Path) -> memoryview:
    """The file's bytes, memory-mapped."""
    try:
        with path.open("rb") as file:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except FileNotFoundError:
        raise ModelUnknown(f"There is no model file {path}; check the path.") from None
    except ValueError:
        raise ModelUnusable(f"{path.name} is empty; download or export the model again.") from None
    except OSError as error:
        raise InputUnreadable(f"{path} cannot be opened ({error.strerror}); check its permissions.") from None


def interface(model: Bytes, file: str) -> Interface:
    """The interface of an ONNX file. file: its name, for error messages."""
    with _format_errors(file):
        graph = _only(model, _GRAPH)
        weights = {_text(tensor, _TENSOR_NAME) for tensor in _all(graph, _INITIALIZER)}
        inputs = tuple(_port(value) for value in _all(graph, _INPUT))
        outputs = tuple(_port(value) for value in _all(graph, _OUTPUT))
        metadata = {_text(entry, 1): _text(entry, 2) for entry in _all(model, _METADATA)}
    # Old exporters list the weights among the inputs.
    return Interface(tuple(p for p in inputs if p.name not in weights), outputs, metadata)


def cut(model: Bytes, outputs: Iterable[str], file: str) -> bytes:
    """The part of an ONNX file that computes these outputs, as a file of its own.

    Subgraphs of control flow are not followed: our models have none.
    """
    with _format_errors(file):
        graph = _cut_graph(_only(model, _GRAPH), set(outputs))
        return b"".join(
            _field(_GRAPH, graph) if number == _GRAPH else bytes(raw) for number, _, raw in _fields(model)
        )


def with_metadata(model: Bytes, key: str, text: str, file: str) -> bytes:
    """The same file with this entry in its metadata. It replaces an older entry of the same key."""
    with _format_errors(file):
        kept = [
            bytes(raw)
            for number, value, raw in _fields(model)
            if number != _METADATA or _text(value, 1) != key
        ]
    return b"".join([*kept, _field(_METADATA, _field(1, key.encode()) + _field(2, text.encode()))])


def _cut_graph(graph: Bytes, outputs: set[str]) -> bytes:
    rows = list(_fields(graph))
    needed = set(outputs)
    nodes = set()
    for i in range(len(rows) - 1, -1, -1):  # nodes are stored in topological order
        number, value, _ = rows[i]
        if number == _NODE and needed.intersection(map(_str, _all(value, 2))):
            nodes.add(i)
            needed.update(map(_str, _all(value, 1)))

    def is_kept(i: int, number: int, value: Bytes) -> bool:
        if number == _NODE:
            return i in nodes
        if number == _INITIALIZER:
            return _text(value, _TENSOR_NAME) in needed
        if number in (_INPUT, _VALUE_INFO):
            return _text(value, 1) in needed
        return number != _OUTPUT or _text(value, 1) in outputs

    return b"".join(raw for i, (number, value, raw) in enumerate(rows) if is_kept(i, number, value))


@contextmanager
def _format_errors(file: str) -> Iterator[None]:
    """Turn parse errors into one sentence."""
    try:
        yield
    except (LookupError, UnicodeDecodeError):
        raise ModelUnusable(
            f"{file} is not an ONNX file, or is cut short; give a whole .onnx file."
        ) from None


def _varint(data: Bytes, at: int) -> tuple[int, int]:
    """The varint that starts at `at`, and the position after it."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _fields(message: Bytes) -> Iterator[tuple[int, Bytes, Bytes]]:
    """Each field of a message: its number, its value, and its raw bytes with the tag."""
    message = memoryview(message)
    at = 0
    while at < len(message):
        start = at
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == 0:
            begin = at
            _, at = _varint(message, at)
        else:
            length, at = _varint(message, at) if kind == 2 else ({1: 8, 5: 4}[kind], at)
            begin, at = at, at + length
        if at > len(message):
            raise IndexError("a field reaches past the end")
        yield tag >> 3, message[begin:at], message[start:at]


def _all(message: Bytes, number: int) -> Iterator[Bytes]:
    return (value for n, value, _ in _fields(message) if n == number)


def _only(message: Bytes, number: int) -> Bytes:
    """The first such field. Reads to the end of the message, so that a truncated file is noticed."""
    found = list(_all(message, number))
    return found[0]


def _str(value: Bytes) -> str:
    return bytes(value).decode()


def _text(message: Bytes, number: int) -> str:
    return next((_str(value) for value in _all(message, number)), "")


def _number(message: Bytes, number: int) -> int:
    return next((_varint(value, 0)[0] for value in _all(message, number)), 0)


def _port(value: Bytes) -> Port:
    """A ValueInfoProto: name, and type → tensor → element type and shape → dimensions."""
    tensors = [tensor for kind in _all(value, 2) for tensor in _all(kind, 1)]
    if not tensors:
        return Port(_text(value, 1), 0, ())
    sides = [side for shape in _all(tensors[0], 2) for side in _all(shape, 1)]
    return Port(_text(value, 1), _number(tensors[0], 1), tuple(_number(side, 1) or None for side in sides))


def _field(number: int, value: bytes) -> bytes:
    """One length-delimited field as bytes."""
    return _as_varint(number << 3 | 2) + _as_varint(len(value)) + value


def _as_varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
