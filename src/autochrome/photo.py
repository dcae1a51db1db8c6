"""The way of a photo: look at it small, decide colour, lay the colour under the untouched lightness, strip by strip."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from time import perf_counter
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autochrome import __version__
from autochrome.color.lab import lightness, recolor
from autochrome.color.upsample import LocalLinearColor, apply, fit
from autochrome.errors import UsageError
from autochrome.files import check_output
from autochrome.hints.file import HintsFile, load_hints
from autochrome.hints.picture import hints_from_picture
from autochrome.mark import stamp
from autochrome.media.stills import Source, Still, open_still, suffix_for
from autochrome.model import ColorModel, open_model
from autochrome.options import PhotoOptions
from autochrome.parallel import map_ordered
from autochrome.provenance import describe
from autochrome.types import Floats, Hints, Luma, Pixels, Prediction, Prepared

HintsSource: TypeAlias = HintsFile | Hints | str | os.PathLike[str]
_SOFTWARE = f"autochrome {__version__}"
_STRIP = 1 << 17  # pixels: a strip's float planes fit into a core's cache
_WORKERS = min(4, os.cpu_count() or 1)


def colorize_photo(
    source: Source,
    *,
    model: ColorModel | str | os.PathLike[str] | None = None,
    options: PhotoOptions | None = None,
    hints: HintsSource | None = None,
) -> "Photo":
    """Decide the colours of one photograph.

    `source` is a path, the bytes of a file, a PIL image, or an array: (H, W) grey, (H, W, 3) or (H, W, 4) sRGB, uint8
    or uint16. `model` is a name, an ONNX file, or what `open_model` gave; without it, `options.model`. `hints` is a
    hints file, or `Hints` over the picture at any size. The full-size colour is computed when the result is saved
    or its `.image` is asked for.
    """
    options = options or PhotoOptions()
    still = open_still(source, max_megapixels=options.max_megapixels)
    return prepare_photo(still, _network(options.model if model is None else model), options).color(hints)


@dataclass(frozen=True, slots=True)
class PreparedPhoto:
    """A photograph the network has looked at: the slow half is done, `color` may be asked as often as wanted."""

    still: Still
    options: PhotoOptions
    network: ColorModel
    prepared: Prepared
    kept: Hints | None  # the colour that the original still has, where that is to be believed
    seconds: float  # it took to get ready

    def color(self, hints: HintsSource | None = None) -> "Photo":
        """Decide the colours, with what a person knows of them."""
        started = perf_counter()
        luma = self.prepared.luma
        known = _known(hints, self.kept, luma)
        if known is not None and not self.network.card.hints:
            raise UsageError(
                f"The network {self.network.card.name!r} takes no hints; choose another, or leave them out."
            )
        painted = self.network.paint(self.prepared, known, self.options.vivid)
        lines = fit(luma, painted.chroma)
        return Photo(self.still, self.options, painted, lines, self.seconds + perf_counter() - started)


def prepare_photo(still: Still, network: ColorModel, options: PhotoOptions) -> PreparedPhoto:
    """Look at a picture small, and let the network do the slow half of its work."""
    started = perf_counter()
    small = still.small(options.size)
    kept = hints_from_picture(small) if options.keep_color and small.ndim == 3 else None
    prepared = network.prepare(lightness(small))
    return PreparedPhoto(still, options, network, prepared, kept, perf_counter() - started)


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph whose colours are decided. Full-size pixels are made on demand, in strips."""

    still: Still
    options: PhotoOptions
    painted: Prediction
    coefficients: LocalLinearColor
    seconds: float  # it took to decide the colours

    @property
    def image(self) -> Pixels:
        """(H, W, 3) sRGB in the original's bit depth, uint8 or uint16."""
        return np.concatenate(list(self.strips()))

    @property
    def confidence(self) -> Floats | None:
        """(h, w) 0…1 over the same picture: how sure the network is; None where it does not say."""
        return self.painted.confidence

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about how the file was read."""
        return self.still.notes

    @property
    def suffix(self) -> str:
        """The kind of file that suits the original and the options: '.jpg', '.tif', …"""
        return suffix_for(self.still, self.options.format)

    def strips(self) -> Iterator[Pixels]:
        """The coloured picture from top to bottom, (R, W, 3) at a time, computed a few strips ahead."""
        return map_ordered(self._colored, self._places(), jobs=_WORKERS)

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """Write the picture with everything its original carried. Nothing half-written ever stands at `path`."""
        return self._write(path, self.strips(), self.still.width, overwrite)

    def save_comparison(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """Write before and after, side by side."""
        return self._write(path, self._pairs(), 2 * self.still.width, overwrite)

    def _write(
        self, path: str | os.PathLike[str], strips: Iterator[Pixels], width: int, overwrite: bool
    ) -> Path:
        target = Path(path)
        check_output(target, self.still.path, overwrite=overwrite)
        return self.still.save(
            target,
            strips,
            width=width,
            quality=self.options.quality,
            describe=partial(describe, software=_SOFTWARE),
        )

    def _places(self) -> Iterator[tuple[int, Pixels]]:
        """Strips of the original, each with the number of its first row."""
        top = 0
        for strip in self.still.strips(rows=max(8, _STRIP // self.still.width)):
            yield top, strip
            top += len(strip)

    def _colored(self, place: tuple[int, Pixels]) -> Pixels:
        """One strip: its own lightness, the picture's colour."""
        top, strip = place
        luma = lightness(strip)
        chroma = apply(self.coefficients, luma, top, self.still.height)
        colored = recolor(luma, chroma, self.still.depth)
        if self.options.mark:
            stamp(colored, top, self.still.height)
        return colored

    def _pairs(self) -> Iterator[Pixels]:
        return map_ordered(self._beside, self._places(), jobs=_WORKERS)

    def _beside(self, place: tuple[int, Pixels]) -> Pixels:
        """One strip of the original and, to its right, the same in colour."""
        before: NDArray[Any] = place[1]
        if before.ndim == 2:
            before = np.repeat(before[..., None], 3, axis=-1)
        beside: Pixels = np.concatenate((before, self._colored(place)), axis=1)
        return beside


def _network(model: ColorModel | str | os.PathLike[str]) -> ColorModel:
    return _opened(os.fspath(model)) if isinstance(model, str | os.PathLike) else model


@lru_cache(maxsize=1)
def _opened(model: str) -> ColorModel:
    """Calls one after the other share the network they opened."""
    return open_model(model)


def _known(source: HintsSource | None, kept: Hints | None, luma: Luma) -> Hints | None:
    """What is known of the colours, over the small picture: a person's word on top of what the original still has."""
    if source is None:
        return kept
    said = source if isinstance(source, HintsFile | Hints) else load_hints(source)
    planes = said.rasterize(*luma.shape) if isinstance(said, HintsFile) else said.resized(*luma.shape)
    return planes.over(kept) if kept else planes
