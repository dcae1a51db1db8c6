"""Photographs: make projects of them, colour them, show parts of them."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from autochrome.hints.file import HintsFile
from autochrome.hints.references import Match
from autochrome.media.stills import open_still
from autochrome.media.stills.pyramid import Window, encode_image
from autochrome.model import ColorModel
from autochrome.options import PhotoOptions
from autochrome.photo import Photo, colorize_photo
from autochrome.studio.cache import SizedCache
from autochrome.studio.color_suggestions import doubt_map
from autochrome.studio.errors import NotFound, WrongState
from autochrome.studio.jobs.specs import JobResult
from autochrome.studio.library import Library
from autochrome.studio.limits import THUMBNAIL_SIDE, Limits
from autochrome.studio.networks import Networks
from autochrome.studio.open_photo import OpenPhoto
from autochrome.studio.references import check_pictures
from autochrome.studio.schemas import PaintPhoto, Project, ViewBox
from autochrome.studio.settings import photo_options
from autochrome.studio.uploads import Upload, new_project
from autochrome.variations import Variation

Image = NDArray[np.uint8]
Side = Literal["before", "after"]
_LONGEST = 4 * THUMBNAIL_SIDE  # pixels of a thumbnail's long side


class PhotoService:
    """The photographs of a library. It keeps the last ones open."""

    def __init__(self, library: Library, networks: Networks, limits: Limits) -> None:
        self._library, self._networks, self._limits = library, networks, limits
        self._open: SizedCache[OpenPhoto] = SizedCache(limits.open_photo_bytes)

    def make_project(self, upload: Upload, name: str) -> Project:
        """Read an uploaded photograph completely, so that damage is found now, and write its thumbnail."""
        with open_still(upload.path, max_megapixels=self._limits.megapixels) as still:
            small = still.read_small(THUMBNAIL_SIDE)
            pixels = (small if small.dtype.itemsize == 1 else small >> 8).astype("uint8")
            (upload.folder / "before.jpg").write_bytes(encode_image(pixels))
            notes = (*still.losses, *still.notes)
            return new_project(upload, name, still.width, still.height, notes=notes)

    def colorize_upload(
        self, upload: Upload, settings: Mapping[str, Any], hints: HintsFile | None
    ) -> JobResult:
        """Colour an upload without a project. The file of the result is in the upload's folder."""
        options = photo_options(settings, self._networks)
        options = options.model_copy(update={"max_megapixels": self._limits.megapixels})
        photo = colorize_photo(upload.path, model=self._network(options), options=options, hints=hints)
        path = photo.save(upload.path.with_name(f"result{photo.suffix}"))
        return JobResult(file=path.name, notes=photo.notes, losses=photo.losses)

    def paint(self, project: Project, request: PaintPhoto) -> Image:
        """(h, w, 3) sRGB: a part of a photograph with hints and settings that are not saved."""
        options = photo_options(request.settings, self._networks)
        opened = self._open_photo(project)
        check_pictures(request.hints, self._library.folder_of(project.id))
        photo = opened.color(self._network(options), options, request.hints)
        return opened.after(photo, window_of(request.view))

    def view(self, project: Project, side: Side, window: Window) -> Image:
        """(h, w) or (h, w, 3) sRGB: a part of the original, or of the result with saved hints and settings."""
        if side == "before":
            return self._open_photo(project).before(window)
        opened, photo = self._color(project)
        return opened.after(photo, window)

    def doubt(self, project: Project) -> Image:
        """(h, w) grey: the whole photograph, white where the network is not sure."""
        confidence = self._color(project)[1].confidence
        if confidence is None:
            raise NotFound("This network does not report a confidence.")
        return doubt_map(confidence)

    def pixel(self, project: Project, x: float, y: float) -> tuple[Image, Image]:
        """(3,) before and (3,) after, of one pixel at full size; x, y 0…1."""
        opened, photo = self._color(project)
        return opened.pixel(photo, x, y)

    def suggest_colors(self, project: Project, x: float, y: float) -> list[tuple[str, float]]:
        """(#rrggbb, probability 0…1) of the likely colours at a point, the likeliest first; x, y 0…1."""
        opened, photo = self._color(project)
        return opened.suggest_colors(self._network(photo.options), photo, x, y)

    def vary(self, project: Project, count: int, seed: int = 0) -> list[tuple[Variation, Image]]:
        """The first answer and variations of a photograph with its saved hints and settings, each with a small picture.

        The machine's points that are saved do not count.
        """
        opened, options = self._open_photo(project), photo_options(project.settings, self._networks)
        hints = self._library.hints_of(project.id).without_machine()
        network, window = self._network(options), small_window(project)
        first = opened.color(network, options, hints)
        found = opened.vary(network, options, hints, count, seed)
        return [
            (Variation((), first.prediction.chroma), opened.after(first, window)),
            *((each.variation, opened.after(each.photo, window)) for each in found),
        ]

    def match(self, project: Project) -> tuple[Match, ...]:
        """How much of a photograph each of its saved references matches."""
        return self._color(project)[1].matches

    def close(self, project_id: str) -> None:
        """Free the memory of a photograph."""
        self._open.remove(project_id)

    def _network(self, options: PhotoOptions) -> ColorModel:
        return self._networks.open(options.model)

    def _open_photo(self, project: Project) -> OpenPhoto:
        if project.kind != "photo":
            raise WrongState("This project is a film; request one of its frames.")
        path = self._library.source_of(project.id)
        return self._open.get(project.id, lambda: OpenPhoto(path, self._limits.megapixels))

    def _color(self, project: Project) -> tuple[OpenPhoto, Photo]:
        """A photograph with its saved hints and settings."""
        opened, options = self._open_photo(project), photo_options(project.settings, self._networks)
        hints = self._library.hints_of(project.id)
        return opened, opened.color_saved(self._network(options), options, hints, project.revision)


def small_window(project: Project) -> Window:
    """The whole picture at the size of a thumbnail."""
    scale = THUMBNAIL_SIDE / min(project.width, project.height)
    width, height = (max(1, min(_LONGEST, round(side * scale))) for side in (project.width, project.height))
    return Window(0, 0, 1, 1, width, height)


def window_of(view: ViewBox) -> Window:
    """The same part as a window. A part that lies outside the picture is moved inside."""
    left, top = min(view.x, 1 - view.width), min(view.y, 1 - view.height)
    return Window(left, top, view.width, view.height, *view.pixels)
