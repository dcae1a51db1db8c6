"""Pictures kept ready: looked at once by the network, then painted as often as a person moves the brush."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from autochrome.color.lab import lightness, recolor
from autochrome.color.upsample import LocalLinearColor, apply
from autochrome.hints.file import HintsFile
from autochrome.media.stills import open_still
from autochrome.media.stills.pyramid import Pyramid, Window
from autochrome.model import ColorModel
from autochrome.options import PhotoOptions
from autochrome.parallel import map_ordered
from autochrome.photo import Photo, PreparedPhoto, prepare_photo
from autochrome.studio.color_suggestions import suggest
from autochrome.types import Luma

_READY = 2  # settings for which the slow half is kept
_ROWS = 100  # of a view, coloured at a time: their planes fit into a core's cache
Picture = NDArray[np.uint8]


class PhotoDesk:
    """One photograph on the desk. Several threads may use it at once."""

    def __init__(self, path: Path, megapixels: float) -> None:
        self._still = open_still(path, max_megapixels=megapixels)
        self._levels = Pyramid(self._still)
        self._ready: OrderedDict[tuple[str, int, bool], PreparedPhoto] = OrderedDict()
        self._photo: tuple[object, Photo] | None = None  # of what is kept: many views of it are asked for
        self._seen: tuple[Window, Picture, Luma] | None = None  # the last view: a brush stays in one
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Bytes it holds, about."""
        return self._levels.size + 40_000_000

    def color(self, network: ColorModel, options: PhotoOptions, hints: HintsFile) -> Photo:
        """Decide the colours; only the quick half, where the slow one was done before."""
        return replace(self._get_ready(network, options), options=options).color(said(hints))

    def kept(self, network: ColorModel, options: PhotoOptions, hints: HintsFile, revision: object) -> Photo:
        """The same, remembered until `revision` is another."""
        with self._lock:
            if self._photo is not None and self._photo[0] == revision:
                return self._photo[1]
        photo = self.color(network, options, hints)
        with self._lock:
            self._photo = revision, photo
        return photo

    def before(self, window: Window) -> Picture:
        """(down, across) grey or (down, across, 3) sRGB."""
        return self._view(window)[0]

    def after(self, photo: Photo, window: Window) -> Picture:
        """(down, across, 3) sRGB: that part of the picture in colour."""
        return colored(self._view(window)[1], photo.coefficients, window)

    def pixel(self, photo: Photo, x: float, y: float) -> tuple[Picture, Picture]:
        """(3,) before and (3,) after, of one pixel at full size; x, y 0…1."""
        before = np.broadcast_to(self._levels.pixel(x, y), 3).reshape(1, 1, 3)
        grey = before[..., 0] if self._levels.grey else np.ascontiguousarray(before)
        spot = Window(x, y, 1 / self._levels.width, 1 / self._levels.height, 1, 1)
        return before[0, 0], colored(lightness(grey), photo.coefficients, spot)[0, 0]

    def likely(self, network: ColorModel, photo: Photo, x: float, y: float) -> list[tuple[str, float]]:
        """(#rrggbb, share 0…1) of the colours that are likely at a place, the likeliest first."""
        return suggest(
            network, self._get_ready(network, photo.options).prepared, photo.prediction.chroma, x, y
        )

    def _get_ready(self, network: ColorModel, options: PhotoOptions) -> PreparedPhoto:
        key = options.model, options.size, options.keep_color
        with self._lock:
            if key not in self._ready:
                self._ready[key] = prepare_photo(self._still, network, options)
                while len(self._ready) > _READY:
                    self._ready.popitem(last=False)
            self._ready.move_to_end(key)
            return self._ready[key]

    def _view(self, window: Window) -> tuple[Picture, Luma]:
        seen = self._seen
        if seen is None or seen[0] != window:
            pixels = self._levels.view(window)
            seen = self._seen = window, pixels, lightness(pixels)
        return seen[1], seen[2]


def colored(luma: Luma, lines: LocalLinearColor, window: Window) -> Picture:
    """(down, across) L* of a window → (down, across, 3) sRGB under the picture's colour."""
    height, width = window.down / window.height, window.across / window.width

    def strip(top: int) -> Picture:
        rows = luma[top : top + _ROWS]
        chroma = apply(lines, rows, window.top * height + top, height, window.left * width, width)
        return np.asarray(recolor(rows, chroma, 8), np.uint8)

    return np.concatenate(list(map_ordered(strip, range(0, len(luma), _ROWS), jobs=2)))


def said(hints: HintsFile) -> HintsFile | None:
    """None where a hints file says nothing: some networks cannot be told anything."""
    return hints if hints.points or hints.strokes or hints.rectangles or hints.frames else None


class Sized(Protocol):
    @property
    def size(self) -> int: ...


D = TypeVar("D", bound=Sized)


class Desks(Generic[D]):
    """The things used last, as many as fit into so many bytes; at least one."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._desks: OrderedDict[str, D] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[str, threading.Lock] = {}

    def get(self, key: str, make: Callable[[], D]) -> D:
        """The one of this key; made once, however many ask."""
        with self._lock:
            if key in self._desks:
                self._desks.move_to_end(key)
                return self._desks[key]
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in self._desks:
                    return self._desks[key]
            desk = make()
            with self._lock:
                self._desks[key] = desk
                self._making.pop(key, None)
                while len(self._desks) > 1 and sum(each.size for each in self._desks.values()) > self._room:
                    self._desks.popitem(last=False)
        return desk

    def forget(self, begin: str) -> None:
        """Let go of everything whose key begins so."""
        with self._lock:
            for key in [key for key in self._desks if key.startswith(begin)]:
                del self._desks[key]
