"""The networks that a client may choose by name: the installed ones, and the one of `autochrome studio --model`."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Condition
from typing import Any

from cachetools import LRUCache, cached

from autochrome.errors import AutochromeError, ModelUnknown
from autochrome.model import ColorModel, list_models, open_for_film, open_model
from autochrome.types import Hints

_OPEN = 2  # networks that are kept open


class Networks:
    """A table from names to files. A client's name is only looked up there; it is never used as a path."""

    def __init__(self, model: str | None = None, folder: Path | None = None) -> None:
        """model: the default; an installed name, or an ONNX file. folder: more networks, tuned in this studio."""
        installed = list_models()
        self._files: dict[str, Path] = {each.name: each.path for each in installed}
        self._cards: dict[str, dict[str, Any]] = {
            each.name: each.card.model_dump(mode="json") for each in installed
        }
        self.default = model or next(iter(self._files), "tint")
        if model is not None and model not in self._files:
            self.default = Path(model).stem
            self._files[self.default] = Path(model).resolve()
            self._cards[self.default] = open_model(model).card.model_dump(mode="json")
        self.folder = folder
        for path in sorted(folder.glob("*.onnx")) if folder else ():
            with suppress(AutochromeError):  # a file that was damaged meanwhile
                self.add(path)
        self._open = _kept(self._open_file)
        self._open_film = _kept(self._open_file_for_film)

    def add(self, path: Path) -> None:
        """Offer the network in a file by the file's name; it hides no other."""
        if path.stem not in self._files:
            self._cards[path.stem] = open_model(path, wait=False).card.model_dump(mode="json")
            self._files[path.stem] = path

    def __contains__(self, name: str) -> bool:
        return name in self._files

    def check(self, name: str) -> None:
        """Refuse a name that is not in the table."""
        if name not in self._files:
            raise ModelUnknown(
                f"There is no network {name!r} here; choose one of {', '.join(self._files) or 'none'}."
            )

    def model_argument(self, name: str) -> str:
        """The same network as a value of `--model`: the name of an installed network, or a path."""
        self.check(name)
        path = self._files[name]
        return name if any(each.name == name and each.path == path for each in list_models()) else str(path)

    def open(self, name: str) -> ColorModel:
        """The network of that name. It is opened once and kept open."""
        self.check(name)
        return self._open(name)

    def open_for_film(self, name: str) -> ColorModel:
        """The same network as an export of a film opens it: another runtime may give slightly other colours."""
        self.check(name)
        return self._open_film(name)

    def cards(self) -> list[dict[str, Any]]:
        """The card of every network; `name` is the name to choose it by."""
        return [card | {"name": name} for name, card in self._cards.items()]

    def _open_file(self, name: str) -> ColorModel:
        network = open_model(self._files[name])
        _warm_up(network)
        return network

    def _open_file_for_film(self, name: str) -> ColorModel:
        return open_for_film(self._files[name])


def _kept(open_file: Callable[[str], ColorModel]) -> Callable[[str], ColorModel]:
    """The same function; the networks that it opened last stay open. Safe to use from several threads."""
    cache: LRUCache[str, ColorModel] = LRUCache(_OPEN)
    kept: Callable[[str], ColorModel] = cached(cache, key=lambda name: name, condition=Condition())(open_file)
    return kept


def _warm_up(network: ColorModel) -> None:
    """Paint once with a hint. The network loads the graph for hints now, so that the first stroke need not wait."""
    if network.card.features:
        hints = Hints.none(network.card.multiple, network.card.multiple)
        hints.mask[0, 0] = 1
        network.paint(network.prepare(hints.mask), hints)
