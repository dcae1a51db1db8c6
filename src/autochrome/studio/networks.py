"""The networks a client may choose, by name: those installed, and the one the studio was started with."""

import threading
from pathlib import Path
from typing import Any

from autochrome.errors import ModelUnknown
from autochrome.model import ColorModel, list_models, open_model
from autochrome.types import Hints

_KEPT = 2  # opened at a time


def awake(network: ColorModel) -> ColorModel:
    """The same, once it was told something: the first stroke need not wait for the graph that hears it."""
    if network.card.features:
        hints = Hints.none(network.card.multiple, network.card.multiple)
        hints.mask[0, 0] = 1
        network.paint(network.prepare(hints.mask), hints)
    return network


class Networks:
    """Names → files. A name is looked up in a table and never taken for a path."""

    def __init__(self, given: str | None = None) -> None:
        """given: an installed name, or an ONNX file; it is what is used where nobody chooses."""
        self._files: dict[str, Path] = {}
        self._cards: dict[str, dict[str, Any]] = {}
        for each in list_models():
            self._files[each.name], self._cards[each.name] = each.path, each.card.model_dump(mode="json")
        self._lock = threading.Lock()
        self._open: dict[str, ColorModel] = {}
        self.default: str  # what is used where nobody chooses
        if given is not None and given not in self._files:
            network = open_model(given)
            self.default = Path(given).stem
            self._files[self.default] = Path(given).resolve()
            self._cards[self.default] = network.card.model_dump(mode="json")
        else:
            self.default = given or next(iter(self._files), "tint")

    def file(self, name: str) -> str:
        """What `--model` would be given: the name of an installed network, or the path of the one brought along."""
        self._check(name)
        path = self._files[name]
        return name if any(each.name == name and each.path == path for each in list_models()) else str(path)

    def open(self, name: str) -> ColorModel:
        """The network, opened once."""
        self._check(name)
        with self._lock:
            if name not in self._open:
                while len(self._open) >= _KEPT:
                    del self._open[next(iter(self._open))]
                self._open[name] = awake(open_model(self._files[name]))
            return self._open[name]

    def cards(self) -> list[dict[str, Any]]:
        """The card of each, under the name it is chosen by."""
        return [card | {"name": name} for name, card in self._cards.items()]

    def _check(self, name: str) -> None:
        if name not in self._files:
            raise ModelUnknown(
                f"There is no network {name!r} here; choose one of {', '.join(self._files) or 'none'}."
            )
