"""A photograph that is kept open: its pixels in memory, and the encoder's output for the last settings."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from autochrome.color.lab import lightness, recolor
from autochrome.color.upsample import LocalLinearColor, apply
from autochrome.hints.file import HintsFile
from autochrome.hints.source import OpenedHints, open_hints
from autochrome.media.stills import open_still
from autochrome.media.stills.pyramid import Pyramid, Window
from autochrome.model import ColorModel
from autochrome.options import PhotoOptions
from autochrome.parallel import map_ordered
from autochrome.photo import Photo, PhotoVariation, PreparedPhoto, prepare_photo
from autochrome.studio.color_suggestions import suggest_colors
from autochrome.types import Luma

_PREPARED = 2  # settings for which the encoder's output is kept
_STRIP = 100  # rows of a view that are coloured at a time: their planes fit into a core's cache
_OVERHEAD = 40_000_000  # bytes of the encoder's output, about
Image = NDArray[np.uint8]


class OpenPhoto:
    """One photograph, kept open. Safe to use from several threads."""

    def __init__(self, path: Path, megapixels: float) -> None:
        self._still = open_still(path, max_megapixels=megapixels)
        self._pyramid = Pyramid(self._still)
        self._folder = path.parent  # of the pictures that hints name
        self._prepared: LRUCache[tuple[str, int, bool], PreparedPhoto] = LRUCache(_PREPARED)
        self._saved: tuple[int, Photo] | None = None  # revision, and its result: many views need the same
        self._last_view: tuple[Window, Image, Luma] | None = None  # a brush stays in one view
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Bytes of memory, about."""
        return self._pyramid.size + _OVERHEAD

    def color(self, network: ColorModel, options: PhotoOptions, hints: HintsFile) -> Photo:
        """Decide the colours. The encoder runs only for settings that are new."""
        prepared = replace(self._prepare(network, options), options=options)
        return prepared.color(self._open_hints(hints))

    def color_saved(
        self, network: ColorModel, options: PhotoOptions, hints: HintsFile, revision: int
    ) -> Photo:
        """The same, and keep the result for this revision of the project."""
        with self._lock:
            if self._saved is not None and self._saved[0] == revision:
                return self._saved[1]
        photo = self.color(network, options, hints)
        with self._lock:
            self._saved = revision, photo
        return photo

    def before(self, window: Window) -> Image:
        """(down, across) grey or (down, across, 3) sRGB: a part of the original."""
        return self._view(window)[0]

    def after(self, photo: Photo, window: Window) -> Image:
        """(down, across, 3) sRGB: the same part in colour."""
        return color_view(self._view(window)[1], photo.coefficients, window)

    def pixel(self, photo: Photo, x: float, y: float) -> tuple[Image, Image]:
        """(3,) before and (3,) after: one pixel at full size; x, y 0…1."""
        before = np.broadcast_to(self._pyramid.pixel(x, y), 3).reshape(1, 1, 3)
        grey = before[..., 0] if self._pyramid.grey else np.ascontiguousarray(before)
        window = Window(x, y, 1 / self._pyramid.width, 1 / self._pyramid.height, 1, 1)
        return before[0, 0], color_view(lightness(grey), photo.coefficients, window)[0, 0]

    def suggest_colors(
        self, network: ColorModel, photo: Photo, x: float, y: float
    ) -> list[tuple[str, float]]:
        """(#rrggbb, probability 0…1) of the likely colours at a point, the likeliest first; x, y 0…1."""
        prepared = self._prepare(network, photo.options).prepared
        return suggest_colors(network, prepared, photo.prediction.chroma, x, y)

    def vary(
        self, network: ColorModel, options: PhotoOptions, hints: HintsFile, count: int, seed: int
    ) -> list[PhotoVariation]:
        """Decide the colours in several ways; each has the machine's points below these hints."""
        prepared = replace(self._prepare(network, options), options=options)
        return prepared.vary(count, self._open_hints(hints), seed=seed)

    def _open_hints(self, hints: HintsFile) -> OpenedHints | None:
        known = hints_or_none(hints)
        return None if known is None else open_hints(known, self._folder)

    def _prepare(self, network: ColorModel, options: PhotoOptions) -> PreparedPhoto:
        key = options.model, options.size, options.keep_color
        with self._lock:
            if key not in self._prepared:
                self._prepared[key] = prepare_photo(self._still, network, options)
            return self._prepared[key]

    def _view(self, window: Window) -> tuple[Image, Luma]:
        last = self._last_view
        if last is None or last[0] != window:
            pixels = self._pyramid.view(window)
            last = self._last_view = window, pixels, lightness(pixels)
        return last[1], last[2]


def color_view(luma: Luma, coefficients: LocalLinearColor, window: Window) -> Image:
    """(down, across) L* of a window → (down, across, 3) sRGB, with the photograph's colour."""
    height, width = window.down / window.height, window.across / window.width

    def color_strip(top: int) -> Image:
        rows = luma[top : top + _STRIP]
        chroma = apply(coefficients, rows, window.top * height + top, height, window.left * width, width)
        return np.asarray(recolor(rows, chroma, 8), np.uint8)

    return np.concatenate(list(map_ordered(color_strip, range(0, len(luma), _STRIP), jobs=2)))


def hints_or_none(hints: HintsFile) -> HintsFile | None:
    """None for an empty hints file, because some networks take no hints."""
    return hints if hints.all_marks or hints.frames or hints.references else None
