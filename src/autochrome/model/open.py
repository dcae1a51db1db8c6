"""From a name or a file to a network: find it, read its card, recognise its contract, load it."""

import os
from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from autochrome.errors import AutochromeError, ModelUnknown, ModelUnusable, UsageError
from autochrome.model.card import CARD_KEY, Card
from autochrome.model.contracts import CONTRACTS
from autochrome.model.network import DTYPES, OnnxModel, fixed_size
from autochrome.model.onnx_file import Interface, Port, cut, interface, load
from autochrome.model.runtimes import RUNTIMES, Graph, choose

_KINDS = {2: "uint8", 3: "int8", 6: "int32", 7: "int64", 11: "float64", 16: "bfloat16"}


class InstalledModel(BaseModel):
    """One of the networks that came with the package."""

    model_config = ConfigDict(frozen=True)

    name: str
    path: Path
    size: int  # bytes
    sha256: str
    card: Card


class Report(BaseModel):
    """Whether a network file can be used, and how; or why not."""

    model_config = ConfigDict(frozen=True)

    path: Path
    usable: bool
    reason: str = ""  # one sentence, where it is not usable
    contract: str = ""
    about: str = ""  # the contract in words
    sizes: str = ""  # the size rule in words
    hints: str = ""  # what colour it can be told, in words
    runtime: str = ""
    sha256: str = ""
    card: Card | None = None


def open_model(
    name_or_path: str | Path = "tint",
    *,
    runtime: str = "auto",
    many: bool = False,
    threads: int | None = None,
    contract: str | None = None,
    wait: bool = True,
) -> OnnxModel:
    """Open a network by its name (see `list_models`) or its ONNX file.

    runtime: "onnxruntime", "openvino", or "auto": the environment variable AUTOCHROME_RUNTIME if it is set; else
    OpenVINO where it is installed and `many` pictures are to come; else ONNX Runtime. On two cores, with the shipped
    network at 256×256, OpenVINO takes 7 ms for a picture instead of 9, and 0.2 s more to load: say `many` from some
    hundred pictures on.
    threads: how many the runtime may use; None leaves it to the runtime.
    contract: a row of the contract table, where neither the file's card nor its doors tell the right one.
    wait: until it is loaded; else its first use waits, and says what is wrong with it.
    """
    path = find(name_or_path)
    chosen = choose(runtime, many)
    data = load(path)
    doors = interface(data, path.name)
    card = read_card(doors, path, contract)
    _check_doors(doors, card, path.name)

    def graph(outputs: Sequence[str]) -> Graph:
        if not card.features:
            return RUNTIMES[chosen](path, path.name, threads, False)
        # What sees the edges needs exact numbers: the lightness of a dark sky has steps that bf16 swallows.
        exact = set(outputs) == set(card.exact or card.features)
        return RUNTIMES[chosen](cut(data, outputs, path.name), path.name, threads, not exact)

    file = path.stat()
    return OnnxModel(path.name, card, doors, graph, f"{file.st_size}-{file.st_mtime_ns}", wait)


def open_for_film(model: str | Path = "tint") -> OnnxModel:
    """Open a network that will share the processor with a decoder and an encoder, and is loaded beside them."""
    return open_model(model, many=True, threads=max(1, (os.cpu_count() or 2) // 2), wait=False)


def list_models() -> list[InstalledModel]:
    """The networks that came with the package, by name. Loads no runtime."""
    return [_installed(path) for path in sorted(_weights().glob("*.onnx"))]


def check_model(path: str | Path, *, runtime: str = "auto") -> Report:
    """Can this file be used, and how? It is opened and asked for one small picture. Raises nothing of ours."""
    path = Path(path)
    try:
        model = open_model(path, runtime=runtime)
        model.paint(model.prepare(np.full((32, 32), 50, np.float32)))
        doors = interface(load(path), path.name)
    except AutochromeError as why:
        return Report(path=path, usable=False, reason=str(why))
    size = fixed_size(doors, model.card)
    told = {
        0: "none: it decides alone",
        2: "colour, such as the frame before",
        3: "colour and how far to believe it",
    }
    return Report(
        path=path,
        usable=True,
        contract=model.card.contract,
        about=CONTRACTS[model.card.contract].about,
        sizes=f"resized to {size[1]}×{size[0]}" if size else model.card.size_rule,
        hints=told[model.card.hints],
        runtime=choose(runtime, many=False),
        sha256=_digest(path),
        card=model.card,
    )


def find(name_or_path: str | Path) -> Path:
    """The file behind a name or a path."""
    text = str(name_or_path)
    installed = {path.stem: path for path in _weights().glob("*.onnx")}
    if text in installed:
        return installed[text]
    path = Path(text)
    if path.is_file():
        return path
    names = ", ".join(sorted(installed)) or "none"
    raise ModelUnknown(
        f"There is no network '{text}'; give an ONNX file, or one of the installed names: {names}."
    )


def read_card(doors: Interface, path: Path, contract: str | None = None) -> Card:
    """The card a file carries; or, for a file without one, what the contract it fits has to say."""
    if contract and contract not in CONTRACTS:
        raise UsageError(f"There is no contract '{contract}'; choose one of {', '.join(CONTRACTS)}.")
    text = doors.metadata.get(CARD_KEY)
    if text is not None:
        card = Card.read(text, path.name)
        if contract:
            card = card.model_copy(update={"contract": contract})
        if card.contract not in CONTRACTS:
            raise ModelUnusable(
                f"{path.name}: we know no contract '{card.contract}'; known are {', '.join(CONTRACTS)}."
            )
        return card
    name = contract or next(
        (name for name, row in CONTRACTS.items() if doors.outputs and row.fits(doors)), None
    )
    if name is None:
        raise ModelUnusable(
            f"{path.name}: {_doors_in_words(doors)} is no interface we know; "
            f"known contracts are {', '.join(CONTRACTS)}."
        )
    row = CONTRACTS[name]
    return Card(
        name=path.stem,
        summary=row.about,
        contract=name,
        multiple=row.multiple,
        fixed=row.fixed,
        hints=row.hints,
        output="rgb" if row.answers == 3 else "ab",
    )


def _check_doors(doors: Interface, card: Card, file: str) -> None:
    """What no runtime would say as clearly."""
    if not doors.inputs or not doors.outputs:
        raise ModelUnusable(f"{file} has no inputs or no outputs; it is no network that colours pictures.")
    for port in doors.inputs:
        if port.kind not in DTYPES:
            kind = _KINDS.get(port.kind, f"element type {port.kind}")
            raise ModelUnusable(f"{file}: its input '{port.name}' is {kind}; export it with float32 inputs.")
        if port.shape[:1] not in ((), (1,), (None,)):
            raise ModelUnusable(
                f"{file}: its input '{port.name}' wants {port.shape[0]} pictures at once; export it for one."
            )
    names = {port.name for port in (*doors.inputs, *doors.outputs)}
    lost = ({*card.features, *card.features.values()} - names) | ({*card.exact} - {*card.features})
    if lost:
        raise ModelUnusable(
            f"{file}: its card names features that the file does not have ({', '.join(sorted(lost))})."
        )


def _doors_in_words(doors: Interface) -> str:
    def words(ports: Sequence[Port]) -> str:
        return (
            ", ".join(f"{p.name} {'×'.join(str(side or '?') for side in p.shape)}" for p in ports)
            or "nothing"
        )

    return f"({words(doors.inputs)}) → ({words(doors.outputs)})"


def _weights() -> Path:
    return Path(str(files("autochrome.model"))) / "weights"


def _installed(path: Path) -> InstalledModel:
    card = read_card(interface(load(path), path.name), path)
    return InstalledModel(
        name=path.stem, path=path, size=path.stat().st_size, sha256=_digest(path), card=card
    )


def _digest(path: Path) -> str:
    return sha256(load(path)).hexdigest()
