"""Everything one running studio holds, and what routes ask of it."""

import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from autochrome.color.lab import lab_from_srgb, lightness
from autochrome.errors import UsageError
from autochrome.files import atomic_write
from autochrome.hints.file import HintsFile
from autochrome.media.stills.pyramid import Window, encode_image
from autochrome.model import ColorModel
from autochrome.options import FilmOptions, PhotoOptions
from autochrome.photo import Photo
from autochrome.studio.color_suggestions import suggest
from autochrome.studio.errors import NoSuchThing, NotNow, TooMany
from autochrome.studio.events import Events
from autochrome.studio.executors import Bench
from autochrome.studio.films import (
    OpenFilm,
    check_frames,
    face_of,
    film_of,
    film_project,
    firsts_of,
    shot_of,
)
from autochrome.studio.jobs.dispatch import do, preview_path
from autochrome.studio.jobs.queue import Jobs
from autochrome.studio.library import Library
from autochrome.studio.limits import Bounds
from autochrome.studio.networks import Networks
from autochrome.studio.open_photo import Desks, PhotoDesk, said
from autochrome.studio.references import check_names, keep
from autochrome.studio.schemas import HIDDEN, Change, FilmSettings, Kind, PaintFrame, PhotoSettings, Project
from autochrome.studio.uploads import THUMB, Arrived, photo_project, plain_name, receive

_SETTINGS = {"photo": PhotoSettings, "film": FilmSettings}
_SUGGEST = 340  # pixels at the longer side of a frame for which colours are suggested
_MARKS, _PLACES = 2000, 20_000  # of one hints file: more would keep a core busy for minutes


class Studio:
    """One folder of projects, open. `close` it in the end."""

    def __init__(self, folder: Path, *, model: str | None = None, bounds: Bounds | None = None) -> None:
        """model: the network where nobody chooses: an installed name or an ONNX file."""
        self.folder, self.bounds = folder, bounds or Bounds()
        self._open = ExitStack()
        self._open.callback(_lock(folder).close)
        self.networks = Networks(model)
        self.events = Events(self.bounds.listeners)
        self.library = Library(folder, self.bounds, self._tell_project)
        self.bench = Bench()
        self._open.callback(self.bench.close)
        self.jobs = Jobs(
            folder / "jobs.json",
            partial(do, self),
            lambda job: self.events.publish("job", job.model_dump(mode="json")),
            most=self.bounds.waiting,
            kept=self.bounds.kept_jobs,
        )
        self._photos: Desks[PhotoDesk] = Desks(self.bounds.desks)
        self._films: Desks[OpenFilm] = Desks(self.bounds.desks // 4)
        self._arriving = 0

    def start(self) -> None:
        """Begin to work on the queue, and to tell of it in the loop that runs now."""
        self.events.open()
        self.jobs.start()
        self._open.callback(self.jobs.close)

    def close(self) -> None:
        self._open.close()

    def _tell_project(self, project: Project) -> None:
        self.events.publish("project", project.model_dump(mode="json"))

    async def arrive(self, chunks: AsyncIterator[bytes], announced: int, *, films: bool = True) -> Arrived:
        """Stream a body to the disk; a few at a time."""
        if self._arriving >= self.bounds.uploads:
            raise TooMany(f"{self.bounds.uploads} files are on their way already; wait for one to be done.")
        self._arriving += 1
        try:
            return await receive(chunks, self.library.incoming, self.bounds, films=films, announced=announced)
        finally:
            self._arriving -= 1

    def take_in(self, arrived: Arrived, name: str) -> Project:
        """Look at what arrived, and make it a project."""
        shown = plain_name(name, arrived.kind)
        if arrived.kind == "photo":
            project = photo_project(arrived, shown, self.bounds)
        else:
            project = film_project(arrived, shown, self.bounds, self.networks.open(self.networks.default))
        return self.library.add(project, arrived.path.parent)

    def options(self, project: Project, settings: dict[str, Any] | None = None) -> Any:
        """The knobs of a project, or those that somebody tries on it."""
        return self.knobs(project.kind, project.settings if settings is None else settings)

    def knobs(self, kind: Kind, settings: dict[str, Any]) -> PhotoOptions | FilmOptions:
        """Checked settings as options; whatever is wrong is one sentence."""
        try:
            given = _SETTINGS[kind].model_validate(settings).model_dump(exclude_none=True)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise UsageError(f"The setting {where!r} is wrong: {first['msg']}.") from error
        given.setdefault("model", self.networks.default)
        self.networks.file(given["model"])
        if given.get("method") == "thesis":
            raise UsageError("The thesis method takes two networks; use the command line for it.")
        return PhotoOptions(**given) if kind == "photo" else FilmOptions(**given)

    def network(self, options: PhotoOptions | FilmOptions) -> ColorModel:
        return self.networks.open(options.model)

    def photo_desk(self, project: Project) -> PhotoDesk:
        """A photograph kept ready."""
        if project.kind != "photo":
            raise NotNow("This is a film; ask for one of its frames.")
        path = self.library.source(project.id)
        return self._photos.get(project.id, lambda: PhotoDesk(path, self.bounds.megapixels))

    def photo(self, project: Project) -> tuple[PhotoDesk, Photo]:
        """A photograph as it is kept: with its own hints and settings."""
        desk, options = self.photo_desk(project), self.options(project)
        hints = self.library.hints(project.id)
        return desk, desk.kept(self.network(options), options, hints, project.revision)

    def photo_options(self, settings: dict[str, Any]) -> PhotoOptions:
        """Options of a photograph that is no project."""
        options = PhotoOptions(**settings, model=self.networks.default, max_megapixels=self.bounds.megapixels)
        return options

    def change(self, number: str, news: Change) -> Project:
        """Another name, or other settings."""
        fields: dict[str, Any] = {}
        project = self.library.get(number)
        if news.name is not None:
            fields["name"] = plain_name(news.name, project.kind)
        if news.settings is not None:
            self.options(project, news.settings)
            fields["settings"] = {k: v for k, v in news.settings.items() if v is not None}
        return self.library.change(number, recolored=news.settings is not None, **fields)

    def delete(self, number: str) -> None:
        self.library.get(number)
        self.jobs.drop(number)
        self.library.delete(number)
        self._photos.forget(number)
        self._films.forget(number)
        self.events.publish("project", {"id": number, "gone": True})

    def thumbnail(self, number: str, side: str) -> bytes:
        """A JPEG; `after` is made when it is first asked for, and kept until the colours change."""
        project = self.library.get(number)
        place = self.library.place(number)
        if side == "before":
            return (place / "before.jpg").read_bytes()
        path = place / f"after-{project.revision}.jpg"
        if not path.is_file():
            data = encode_image(self._small(project))
            for old in place.glob("after-*.jpg"):
                old.unlink(missing_ok=True)
            atomic_write(path, data, name=path.name)
        return path.read_bytes()

    def _small(self, project: Project) -> NDArray[np.uint8]:
        """A project in colour, as small as a thumbnail."""
        share = THUMB / min(project.width, project.height)
        across, down = (
            max(1, min(4 * THUMB, round(side * share))) for side in (project.width, project.height)
        )
        if project.film:
            return self.frame(project, face_of(project.film.frames), "after", max(across, down))
        desk, photo = self.photo(project)
        return desk.after(photo, Window(0, 0, 1, 1, across, down))

    def film(self, project: Project, settings: dict[str, Any] | None = None) -> OpenFilm:
        """A film kept ready, with its own settings or with those that somebody tries."""
        film_of(project)
        options = self.options(project, settings)
        path, network = self.library.source(project.id), self.network(options)
        key = f"{project.id} {options.model} {options.size}"
        return self._films.get(key, lambda: OpenFilm(path, network, options))

    def frame(self, project: Project, number: int, side: str, width: int) -> NDArray[np.uint8]:
        """(h, w, 3) one frame, before or after."""
        self._check_frame(project, number)
        if side == "before":
            return self.film(project).before(number, width)
        hints = said(self.library.hints(project.id))
        vivid = self.options(project).vivid
        return self.film(project).after(number, hints, firsts_of(project), width, vivid)

    def paint_frame(self, project: Project, number: int, question: PaintFrame) -> NDArray[np.uint8]:
        """(h, w, 3) one frame with marks and settings that are being tried."""
        self._check_frame(project, number)
        check_names(question.hints, self.library.place(project.id))
        desk, vivid = self.film(project, question.settings), self.options(project, question.settings).vivid
        return desk.painted(number, question.hints, firsts_of(project), question.width, vivid)

    def likely(self, project: Project, x: float, y: float, number: int) -> list[tuple[str, float]]:
        """(#rrggbb, share 0…1): colours that are likely at a place of a photograph, or of a frame of a film."""
        network = self.network(self.options(project))
        if project.kind == "photo":
            desk, photo = self.photo(project)
            return desk.likely(network, photo, x, y)
        grey, rgb = (self.frame(project, number, side, _SUGGEST) for side in ("before", "after"))
        chroma = lab_from_srgb(rgb.astype(np.float32) / np.float32(255))[..., 1:]
        return suggest(network, network.prepare(lightness(grey)), chroma, x, y)

    def preview(self, number: str, place: int) -> Path:
        """The preview of a shot, as it would be now."""
        project = self.library.get(number)
        path = preview_path(self, project, shot_of(project, place))
        if not path.is_file():
            raise NoSuchThing("There is no preview of this shot as it is now; order one.")
        return path

    def say(self, number: str, hints: HintsFile) -> Project:
        """Keep what a person said."""
        project = self.library.get(number)
        if project.film:
            check_frames(project, hints)
            check_names(hints, self.library.place(number))
        return self.library.say(number, hints)

    def keep_picture(self, number: str, arrived: Arrived) -> str:
        """A coloured picture for a film's hints to name."""
        film_of(self.library.get(number))
        return keep(arrived, self.library.place(number))

    def _check_frame(self, project: Project, number: int) -> None:
        if number >= film_of(project).frames:
            raise NoSuchThing(
                f"There is no frame {number}; the film has {film_of(project).frames}, from 0 on."
            )


def check_hints(hints: HintsFile) -> HintsFile:
    """Not more marks than can be drawn in reasonable time."""
    sheets = (hints, *hints.frames)
    marks = sum(len(s.points) + len(s.strokes) + len(s.rectangles) for s in sheets)
    places = sum(len(stroke.path) for s in sheets for stroke in s.strokes)
    if marks > _MARKS or places > _PLACES:
        raise UsageError(f"These are {marks} marks; {_MARKS} with {_PLACES} places in all are taken.")
    return hints


def visible_schema(kind: Kind) -> dict[str, Any]:
    """The JSON schema of the knobs that the studio leaves to a person."""
    options = PhotoOptions if kind == "photo" else FilmOptions
    schema = options.model_json_schema()
    schema["properties"] = {k: v for k, v in schema["properties"].items() if k not in HIDDEN[kind]}
    if kind == "film":
        schema["properties"]["method"]["enum"].remove("thesis")
    return schema


def _lock(folder: Path) -> Any:
    """One studio a folder: two would write over each other."""
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / "studio.lock").open("w")
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise UsageError(
            f"{folder}: another studio has this folder open; use its page, or end it first."
        ) from error
    return file
