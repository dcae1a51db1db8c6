"""Open a model by name or file: find it, read its card, choose its contract, load it."""

from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from autochrome.cores import core_share, usable_cores
from autochrome.errors import AutochromeError, ModelUnknown, ModelUnusable, UsageError
from autochrome.model.card import CARD_KEY, Card
from autochrome.model.contracts import CONTRACTS
from autochrome.model.devices import check_device, open_on_device
from autochrome.model.network import DTYPES, OnnxModel, fixed_size
from autochrome.model.onnx_file import Interface, Port, cut, load
from autochrome.model.onnx_file import interface as read_interface
from autochrome.model.runtimes import LOADERS, Graph

_ELEMENT_TYPES = {2: "uint8", 3: "int8", 6: "int32", 7: "int64", 11: "float64", 16: "bfloat16"}


class InstalledModel(BaseModel):
    """A model that comes with the package."""

    model_config = ConfigDict(frozen=True)

    name: str
    path: Path
    size: int  # bytes
    sha256: str
    card: Card


class ModelReport(BaseModel):
    """Whether a model file can be used, and how; or why not."""

    model_config = ConfigDict(frozen=True)

    path: Path
    usable: bool
    reason: str = ""  # one sentence, if it is not usable
    contract: str = ""
    about: str = ""  # the contract as a sentence
    sizes: str = ""  # the size rule as a sentence
    hints: str = ""  # which hints it takes, as a sentence
    device: str = ""
    sha256: str = ""
    card: Card | None = None


def open_model(
    name_or_path: str | Path = "tint",
    *,
    device: str = "auto",
    many: bool = False,
    threads: int | None = None,
    contract: str | None = None,
    wait: bool = True,
) -> OnnxModel:
    """Open a model by its name (see `list_models`) or its ONNX file.

    device: "cpu" is ONNX Runtime on the processor, "openvino" is OpenVINO on the processor, "cuda", "coreml" and "dml"
    are accelerators that the installed ONNX Runtime can use. "auto": the environment variable AUTOCHROME_DEVICE if it
    is set; else, if `many` is true, whichever is fastest and gives the same colours; else "cpu". On two cores, with the
    shipped model at 256×256, OpenVINO takes 7 ms per picture instead of 9, and 0.2 s more to load: set `many` for a
    hundred pictures or more.
    threads: the number of threads of the runtime; None lets the runtime choose, or is the share of a worker process.
    contract: a row of the contract table, if the file's card and its interface do not lead to the right one.
    wait: return when the model is loaded; else the first use waits, and raises what is wrong with the file.
    """
    path = find_model(name_or_path)
    check_device(device)
    threads = core_share() if threads is None else threads
    data = load(path)
    interface = read_interface(data, path.name)
    card = read_card(interface, path, contract)
    _check_interface(interface, card, path.name)

    file = path.stat()
    edition = f"{file.st_size}-{file.st_mtime_ns}"

    def open_on(place: str) -> OnnxModel:
        def load_graph(outputs: Sequence[str]) -> Graph:
            if not card.features:
                return LOADERS[place](path, path.name, threads, False)
            # The first stages of the encoder need float32: bf16 loses the small steps of luma in a dark sky.
            exact = set(outputs) == set(card.exact or card.features)
            return LOADERS[place](cut(data, outputs, path.name), path.name, threads, not exact)

        return OnnxModel(path.name, card, interface, load_graph, edition, place, wait=wait)

    return open_on_device(open_on, device, many)


def open_for_film(model: str | Path = "tint", device: str = "auto") -> OnnxModel:
    """Open a model for a film: it shares the processor with a decoder and an encoder, and loads in the background."""
    return open_model(model, device=device, many=True, threads=max(1, usable_cores() // 2), wait=False)


def list_models() -> list[InstalledModel]:
    """The models that come with the package, by name. Loads no runtime."""
    return [_installed(path) for path in sorted(_weights_folder().glob("*.onnx"))]


def check_model(path: str | Path, *, device: str = "auto") -> ModelReport:
    """Check whether a file can be used, by painting one small picture with it. Never raises an AutochromeError."""
    path = Path(path)
    try:
        model = open_model(path, device=device)
        model.paint(model.prepare(np.full((32, 32), 50, np.float32)))
        interface = read_interface(load(path), path.name)
    except AutochromeError as error:
        return ModelReport(path=path, usable=False, reason=str(error))
    size = fixed_size(interface, model.card)
    hints = {0: "none", 2: "chroma, such as the frame before", 3: "chroma and mask"}
    return ModelReport(
        path=path,
        usable=True,
        contract=model.card.contract,
        about=CONTRACTS[model.card.contract].about,
        sizes=f"resized to {size[1]}×{size[0]}" if size else model.card.size_rule,
        hints=hints[model.card.hints],
        device=model.device,
        sha256=_digest(path),
        card=model.card,
    )


def find_model(name_or_path: str | Path) -> Path:
    """The file of a name or a path."""
    text = str(name_or_path)
    installed = {path.stem: path for path in _weights_folder().glob("*.onnx")}
    if text in installed:
        return installed[text]
    path = Path(text)
    if path.is_file():
        return path
    names = ", ".join(sorted(installed)) or "none"
    raise ModelUnknown(
        f"There is no model '{text}'; give an ONNX file, or one of the installed names: {names}."
    )


def read_card(interface: Interface, path: Path, contract: str | None = None) -> Card:
    """The card in a file; for a file without one, a card made from the contract that matches its interface."""
    if contract and contract not in CONTRACTS:
        raise UsageError(f"There is no contract '{contract}'; choose one of {', '.join(CONTRACTS)}.")
    text = interface.metadata.get(CARD_KEY)
    if text is not None:
        card = Card.read(text, path.name)
        if contract:
            card = card.model_copy(update={"contract": contract})
        if card.contract not in CONTRACTS:
            raise ModelUnusable(
                f"{path.name}: its card names an unknown contract '{card.contract}'; known are {', '.join(CONTRACTS)}."
            )
        return card
    name = contract or next(
        (name for name, row in CONTRACTS.items() if interface.outputs and row.fits(interface)), None
    )
    if name is None:
        raise ModelUnusable(
            f"{path.name}: the interface {_describe(interface)} is unknown; "
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
        output="rgb" if row.output_channels == 3 else "ab",
    )


def _check_interface(interface: Interface, card: Card, file: str) -> None:
    """Find faults that the runtimes report less clearly."""
    if not interface.inputs or not interface.outputs:
        raise ModelUnusable(f"{file} has no inputs or no outputs; it is not a model that colours pictures.")
    for port in interface.inputs:
        if port.kind not in DTYPES:
            kind = _ELEMENT_TYPES.get(port.kind, f"element type {port.kind}")
            raise ModelUnusable(f"{file}: its input '{port.name}' is {kind}; export it with float32 inputs.")
        if port.shape[:1] not in ((), (1,), (None,)):
            raise ModelUnusable(
                f"{file}: its input '{port.name}' takes a batch of {port.shape[0]}; export it for one picture."
            )
    names = {port.name for port in (*interface.inputs, *interface.outputs)}
    missing = ({*card.features, *card.features.values()} - names) | ({*card.exact} - {*card.features})
    if missing:
        raise ModelUnusable(
            f"{file}: its card names features that the file does not have ({', '.join(sorted(missing))})."
        )


def _describe(interface: Interface) -> str:
    def shapes(ports: Sequence[Port]) -> str:
        return (
            ", ".join(f"{p.name} {'×'.join(str(side or '?') for side in p.shape)}" for p in ports)
            or "nothing"
        )

    return f"({shapes(interface.inputs)}) → ({shapes(interface.outputs)})"


def _weights_folder() -> Path:
    return Path(str(files("autochrome.model"))) / "weights"


def _installed(path: Path) -> InstalledModel:
    card = read_card(read_interface(load(path), path.name), path)
    return InstalledModel(
        name=path.stem, path=path, size=path.stat().st_size, sha256=_digest(path), card=card
    )


def _digest(path: Path) -> str:
    return sha256(load(path)).hexdigest()
