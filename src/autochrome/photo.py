"""The way of a photo: shrink it, predict colour, put the colour under the unchanged lightness, strip by strip."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias, overload

import numpy as np
from numpy.typing import DTypeLike, NDArray

from autochrome import __version__
from autochrome.color.lab import lightness, recolor
from autochrome.color.resize import resize
from autochrome.color.tone import shift_chroma
from autochrome.color.upsample import LocalLinearColor, apply, fit
from autochrome.cores import usable_cores
from autochrome.errors import UsageError
from autochrome.files import check_output
from autochrome.hints.file import HintsFile
from autochrome.hints.picture import hints_from_picture
from autochrome.hints.references import Match, describe_matches, hints_from_references
from autochrome.hints.source import HintsSource, OpenedHints, open_hints
from autochrome.mark import stamp
from autochrome.media.stills import Still, open_still, suffix_for
from autochrome.media.stills.in_memory import pil_from_pixels
from autochrome.media.stills.pyramid import encode_image
from autochrome.media.stills.small_lab import read_small_lab
from autochrome.media.stills.sources import PhotoSource, read_source
from autochrome.model import ColorModel, open_model
from autochrome.options import PhotoOptions, check_options
from autochrome.parallel import map_ordered
from autochrome.provenance import describe
from autochrome.types import Floats, Hints, Pixels, Prediction, Prepared
from autochrome.variations import Variation, make_variations

if TYPE_CHECKING:
    from autochrome.media.stills.in_memory import PILImage

PhotoHints: TypeAlias = HintsSource | Hints
_Matched: TypeAlias = tuple[Hints | None, tuple[Match, ...]]
"""Hints, and how much of the picture each of their references matches."""
_MATCHED_SIDE = 192  # pixels: the long side at which references are compared with a picture
_KEPT_MATCHES = 8
SOFTWARE = f"autochrome {__version__}"
"""The name that the metadata of results gives as the source of their colours."""
_STRIP_PIXELS = 1 << 17  # a strip's float planes fit into the cache of one core
_SHOWN = 1024  # pixels: the long side of the picture that a notebook shows
_CORES = min(4, usable_cores())
_WORKERS = _CORES if _CORES > 1 else 0  # 0: the thread that draws the strips


def colorize_photo(
    source: PhotoSource,
    *,
    model: ColorModel | str | os.PathLike[str] | None = None,
    options: PhotoOptions | None = None,
    hints: PhotoHints | None = None,
) -> "Photo":
    """Predict the colours of one photo.

    source: a path, the bytes of a file, a file that is open for reading bytes, a PIL image, or an array: (H, W) grey,
    (H, W, 3) or (H, W, 4) sRGB, uint8 or uint16. model: a name, an ONNX file, or the result of `open_model`; without
    it, `options.model`. hints: a hints file, the same as a dictionary, or `Hints` over the picture at any size.
    Full-size pixels are computed when the result is saved or its `.image` is read.
    """
    options = check_options(options, PhotoOptions)
    still = open_still(read_source(source), max_megapixels=options.max_megapixels)
    return prepare_photo(still, load_model(options.model if model is None else model), options).color(hints)


@dataclass(frozen=True, slots=True, repr=False)
class PreparedPhoto:
    """A photo after the encoder. `color` is quick and can be called many times."""

    still: Still
    options: PhotoOptions
    model: ColorModel
    prepared: Prepared
    own_color: Hints | None  # the original's own colour, with `keep_color`
    seconds: float  # time of the preparation
    matched: dict[object, tuple[Hints, tuple[Match, ...]]] = field(
        default_factory=dict, compare=False
    )  # by references: they take long

    def __repr__(self) -> str:
        return f"<PreparedPhoto {self.still.name}, {self.still.width}×{self.still.height}>"

    def color(self, hints: PhotoHints | None = None) -> "Photo":
        """Predict the colours, with these hints."""
        started = perf_counter()
        luma = self.prepared.luma
        known, matches = self._merge_hints(hints)
        if known is not None and not self.model.card.hints:
            raise UsageError(
                f"The model {self.model.card.name!r} takes no hints; choose another model, or leave the hints out."
            )
        look = self.options.look
        prediction = self.model.paint(self.prepared, known, look.vivid)
        prediction = replace(prediction, chroma=shift_chroma(prediction.chroma, look.warmth, look.tint))
        coefficients = fit(luma, prediction.chroma)
        seconds = self.seconds + perf_counter() - started
        return Photo(self.still, self.options, prediction, coefficients, seconds, matches)

    def _merge_hints(self, source: PhotoHints | None) -> _Matched:
        """The caller's hints over references and the original's own colour, at render size; None if there are none."""
        luma = self.prepared.luma
        no_matches: tuple[Match, ...] = ()
        if source is None:
            return self.own_color, no_matches
        if isinstance(source, Hints):
            hints, matches = source.resized(*luma.shape), no_matches
        else:
            opened = open_hints(source)
            own, matches = self._match(opened) if opened.file.references else (None, no_matches)
            hints = opened.file.rasterize(*luma.shape, reach=self.options.reach)
            hints = hints.over(own) if own else hints
        return hints.over(self.own_color) if self.own_color else hints, matches

    def _match(self, hints: OpenedHints) -> tuple[Hints, tuple[Match, ...]]:
        """The colours of the references at render size, and how much each matches. The same ones are matched once."""
        key = hints.file.references, hints.folder, tuple(hints.images.items())
        if key not in self.matched:
            luma = self.prepared.luma
            scale = min(1.0, _MATCHED_SIDE / max(luma.shape))
            small = resize(luma, *(max(1, round(side * scale)) for side in luma.shape))
            found, matches = hints_from_references(
                hints.file.references,
                small,
                lambda name: read_small_lab(hints.image_path(name), _MATCHED_SIDE),
            )
            if len(self.matched) >= _KEPT_MATCHES:
                self.matched.clear()
            self.matched[key] = found.resized(*luma.shape), matches
        return self.matched[key]

    def vary(
        self, count: int = 4, hints: PhotoHints | None = None, *, seed: int = 0
    ) -> list["PhotoVariation"]:
        """Predict the colours in `count` ways that differ from `color(hints)` and from each other.

        In each, the machine has set some points of its own, below the given hints. Hints that come as `Hints` are not
        part of `PhotoVariation.hints`. The same seed gives the same variations.
        """
        luma = self.prepared.luma
        known, _ = self._merge_hints(hints)
        variations = make_variations(
            self.model, self.prepared, count, known=known, vivid=self.options.vivid, seed=seed
        )
        given = open_hints(hints).file if hints is not None and not isinstance(hints, Hints) else None
        results = []
        for each in variations:
            file = given or HintsFile(version=1)
            file = file.model_copy(update={"points": (*each.points, *file.points)})
            planes = (
                hints.resized(*luma.shape).over(file.rasterize(*luma.shape))
                if isinstance(hints, Hints)
                else OpenedHints(file, *_where_images_are(hints))
            )
            results.append(PhotoVariation(self.color(planes), file, each))
        return results


def colorize_variations(
    source: PhotoSource,
    count: int = 4,
    *,
    model: ColorModel | str | os.PathLike[str] | None = None,
    options: PhotoOptions | None = None,
    hints: PhotoHints | None = None,
    seed: int = 0,
) -> list["PhotoVariation"]:
    """Colour one photo in `count` ways that differ; see `PreparedPhoto.vary` and `colorize_photo`."""
    options = check_options(options, PhotoOptions)
    still = open_still(read_source(source), max_megapixels=options.max_megapixels)
    network = load_model(options.model if model is None else model)
    return prepare_photo(still, network, options).vary(count, hints, seed=seed)


def prepare_photo(still: Still, model: ColorModel, options: PhotoOptions) -> PreparedPhoto:
    """Shrink the picture to render size, and run the encoder on its luma."""
    started = perf_counter()
    small = still.read_small(options.size)
    own_color = hints_from_picture(small) if options.keep_color and small.ndim == 3 else None
    prepared = model.prepare(lightness(small))
    return PreparedPhoto(still, options, model, prepared, own_color, perf_counter() - started)


@dataclass(frozen=True, slots=True)
class PhotoVariation:
    """One of several ways to colour a photo."""

    photo: "Photo"
    hints: HintsFile  # the machine's points and the caller's marks: with them, `color` gives this photo again
    variation: Variation  # the machine's points alone

    @property
    def apart(self) -> float:
        """a*b*: how far it is from the single answer and from the variations before it, the smallest."""
        return self.variation.apart


@dataclass(frozen=True, slots=True, repr=False)
class Photo:
    """A photo with predicted colours. Full-size pixels are computed on demand, in strips.

    A notebook shows it small. `np.asarray(photo)` is its `.image`.
    """

    still: Still
    options: PhotoOptions
    prediction: Prediction
    coefficients: LocalLinearColor
    seconds: float  # time to predict the colours
    matches: tuple[Match, ...] = ()  # how much of the picture each reference matches

    def __repr__(self) -> str:
        still = self.still
        return f"<Photo {still.name}, {still.width}×{still.height}, {still.depth} bit, in colour>"

    def _repr_png_(self) -> bytes:
        """The picture for a notebook, at most 1024 pixels long."""
        return encode_image(self.small_image(_SHOWN), "png")

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self.image, dtype)

    @property
    def image(self) -> Pixels:
        """(H, W, 3) sRGB in the original's bit depth, uint8 or uint16."""
        return np.concatenate(list(self.strips()))

    @property
    def pil(self) -> "PILImage":
        """The same as a PIL image, with 8 bits a channel. Needs Pillow."""
        return pil_from_pixels(self.image)

    def small_image(self, long_side: int) -> NDArray[np.uint8]:
        """(h, w, 3) sRGB, 8 bit: the picture with at most this many pixels on its long side. Quick at any full size."""
        still = self.still
        scale = min(1.0, long_side / max(still.width, still.height))
        height, width = (max(1, round(scale * side)) for side in (still.height, still.width))
        luma = lightness(still.read_small(min(height, width)))
        if luma.shape != (height, width):  # a panorama
            luma = resize(luma, height, width)
        return recolor(luma, apply(self.coefficients, luma, 0, height), 8).astype(np.uint8, copy=False)

    @property
    def confidence(self) -> Floats | None:
        """(h, w) 0…1 over the same picture; None if the model does not estimate it."""
        return self.prediction.confidence

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know about how the file was read, and about the references."""
        return (*self.still.notes, *describe_matches(self.matches, "picture"))

    @property
    def losses(self) -> tuple[str, ...]:
        """What is missing because the file is damaged. Complete when the picture has been saved."""
        return self.still.losses

    @property
    def suffix(self) -> str:
        """The suffix of a file that suits the original and the options: '.jpg', '.tif', …"""
        return suffix_for(self.still, self.options.format)

    def strips(self) -> Iterator[Pixels]:
        """The coloured picture from top to bottom, (R, W, 3) at a time, computed a few strips ahead."""
        return map_ordered(self._color_strip, self._numbered_strips(), jobs=_WORKERS)

    @overload
    def save(self, target: str | os.PathLike[str], *, overwrite: bool = False) -> Path: ...

    @overload
    def save(self, target: BinaryIO, *, overwrite: bool = False) -> None: ...

    def save(self, target: str | os.PathLike[str] | BinaryIO, *, overwrite: bool = False) -> Path | None:
        """Write the picture with all metadata of the original.

        target: a path, which never holds a half-written file; or a file that is open for writing bytes, which gets the
        format of `.suffix`.
        """
        if isinstance(target, str | os.PathLike):
            return self._write(target, self.strips(), self.still.width, overwrite)
        with tempfile.TemporaryDirectory(prefix="autochrome-") as folder:
            whole = self.save(Path(folder) / f"picture{self.suffix}")
            with whole.open("rb") as file:
                shutil.copyfileobj(file, target)
        target.flush()
        return None

    def save_comparison(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """Write before and after, side by side."""
        pairs = map_ordered(self._compare_strip, self._numbered_strips(), jobs=_WORKERS)
        return self._write(path, pairs, 2 * self.still.width, overwrite)

    def _write(
        self, path: str | os.PathLike[str], strips: Iterator[Pixels], width: int, overwrite: bool
    ) -> Path:
        check_output(path, self.still.path, overwrite=overwrite)
        return self.still.save(
            Path(path),
            strips,
            width=width,
            quality=self.options.quality,
            describe=partial(describe, software=SOFTWARE),
            replace=overwrite,
        )

    def _numbered_strips(self) -> Iterator[tuple[int, Pixels]]:
        """Strips of the original, each with the number of its first row."""
        top = 0
        for strip in self.still.strips(rows=max(8, _STRIP_PIXELS // self.still.width)):
            yield top, strip
            top += len(strip)

    def _color_strip(self, numbered: tuple[int, Pixels]) -> Pixels:
        """(R, W, 3) sRGB: the strip's own lightness with the predicted chroma at full size."""
        top, strip = numbered
        luma = lightness(strip)
        chroma = apply(self.coefficients, luma, top, self.still.height)
        colored = recolor(luma, chroma, self.still.depth)
        if self.options.mark:
            stamp(colored, top, self.still.height)
        return colored

    def _compare_strip(self, numbered: tuple[int, Pixels]) -> Pixels:
        """(R, 2W, 3): the strip of the original, and to its right the same in colour."""
        before: NDArray[Any] = numbered[1]
        if before.ndim == 2:
            before = np.repeat(before[..., None], 3, axis=-1)
        both: Pixels = np.concatenate((before, self._color_strip(numbered)), axis=1)
        return both


def load_model(model: ColorModel | str | os.PathLike[str]) -> ColorModel:
    """The model itself, or an open one by its name or file."""
    return _open_cached(os.fspath(model)) if isinstance(model, str | os.PathLike) else model


@lru_cache(maxsize=1)
def _open_cached(model: str) -> ColorModel:
    """Consecutive calls share one open model."""
    return open_model(model)


def _where_images_are(hints: HintsSource | None) -> tuple[Path | None, Mapping[str, Path]]:
    opened = open_hints({} if hints is None else hints)
    return opened.folder, opened.images
