"""Projects of both kinds: create, change and delete them, save their hints, show their thumbnails."""

import secrets
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autochrome.errors import UsageError
from autochrome.files import atomic_write
from autochrome.hints.file import HintsFile
from autochrome.hints.references import Match
from autochrome.media.stills.pyramid import Window, encode_image
from autochrome.studio.events import Events
from autochrome.studio.films import FilmService
from autochrome.studio.jobs.queue import JobQueue
from autochrome.studio.library import Library
from autochrome.studio.limits import Limits
from autochrome.studio.networks import Networks
from autochrome.studio.photos import PhotoService, Side, small_window
from autochrome.studio.references import add_reference, check_pictures, show_picture
from autochrome.studio.sample import draw_sample
from autochrome.studio.schemas import Project, ProjectChange
from autochrome.studio.settings import film_options, photo_options
from autochrome.studio.shots import poster_frame
from autochrome.studio.uploads import Upload, display_name


class ProjectService:
    """What can be done with every project, whether it is a photograph or a film."""

    def __init__(
        self,
        library: Library,
        networks: Networks,
        photos: PhotoService,
        films: FilmService,
        jobs: JobQueue,
        events: Events,
        limits: Limits,
    ) -> None:
        self._library, self._networks, self._limits = library, networks, limits
        self._photos, self._films, self._jobs, self._events = photos, films, jobs, events

    def create(self, upload: Upload, name: str) -> Project:
        """Make a project of an upload and add it to the library."""
        service = self._photos if upload.kind == "photo" else self._films
        project = service.make_project(upload, display_name(name, upload.kind))
        return self._library.add(project, upload.folder)

    def add_sample(self) -> Project:
        """Make a project of the sample picture."""
        upload = Upload(self._library.incoming / secrets.token_hex(8) / "source.jpg", "photo", ".jpg")
        upload.folder.mkdir()
        with upload.discarded_on_error():
            upload.path.write_bytes(draw_sample())
            return self.create(upload, "Sample.jpg")

    def change(self, project_id: str, change: ProjectChange) -> Project:
        """Give a project another name, or other settings."""
        project = self._library.get(project_id)
        fields: dict[str, Any] = {}
        if change.name is not None:
            fields["name"] = display_name(change.name, project.kind)
        if change.favourite is not None:
            fields["favourite"] = change.favourite
        if change.settings is not None:
            check = photo_options if project.kind == "photo" else film_options
            check(change.settings, self._networks)
            fields["settings"] = {k: v for k, v in change.settings.items() if v is not None}
        return self._library.update(project_id, recolored=change.settings is not None, **fields)

    def delete(self, project_id: str) -> None:
        """Delete a project with its files and its jobs."""
        self._library.get(project_id)
        self._jobs.remove_project(project_id)
        self._library.delete(project_id)
        self._photos.close(project_id)
        self._films.close(project_id)
        self._events.publish("project", {"id": project_id, "gone": True})

    def save_hints(self, project_id: str, hints: HintsFile) -> Project:
        self.check_size(hints)
        project = self._library.get(project_id)
        if project.film:
            self._films.check_hints(project, hints)
        else:
            check_pictures(hints, self._library.folder_of(project_id))
        return self._library.save_hints(project_id, hints)

    def add_picture(self, project_id: str, upload: Upload) -> str:
        """Add a coloured picture to a project; returns the name for the hints."""
        return add_reference(upload, self._library.folder_of(project_id))

    def picture(self, project_id: str, name: str) -> NDArray[np.uint8]:
        """(h, w, 3) sRGB: an uploaded picture, small."""
        return show_picture(name, self._library.folder_of(project_id))

    def match(self, project_id: str, frame: int) -> tuple[Match, ...]:
        """How much of the photograph, or of a frame, each saved reference matches."""
        project = self._library.get(project_id)
        if project.film is None:
            return self._photos.match(project)
        return self._films.match(project, frame, self._library.hints_of(project_id))

    def check_size(self, hints: HintsFile) -> None:
        """Refuse more marks than can be drawn in reasonable time."""
        sources = (hints, *hints.frames)
        marks = sum(len(each.all_marks) for each in sources)
        path_points = sum(len(stroke.path) for each in sources for stroke in each.strokes)
        path_points += sum(len(area.outline) for each in sources for area in each.areas)
        if marks > self._limits.marks or path_points > self._limits.path_points:
            raise UsageError(
                f"The hints have {marks} marks, and their lines {path_points} points; "
                f"the limits are {self._limits.marks} and {self._limits.path_points}."
            )

    def thumbnail(self, project_id: str, side: Side) -> bytes:
        """A JPEG. The one after is made at the first request, and kept until the colours change."""
        project = self._library.get(project_id)
        folder = self._library.folder_of(project_id)
        if side == "before":
            return (folder / "before.jpg").read_bytes()
        path = folder / f"after-{project.revision}.jpg"
        if not path.is_file():
            data = encode_image(self._color_thumbnail(project))
            for old in folder.glob("after-*.jpg"):
                old.unlink(missing_ok=True)
            atomic_write(path, data, name=path.name)
        return path.read_bytes()

    def pair(self, project_id: str, frame: int, side: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """(h, w) or (h, w, 3) before and (h, w, 3) after: a photograph, or one frame. side: pixels of the long side."""
        project = self._library.get(project_id)
        if project.film:
            return self._films.frame(project, frame, "before", side), self._films.frame(
                project, frame, "after", side
            )
        scale = min(1.0, side / max(project.width, project.height))
        width, height = (max(1, round(length * scale)) for length in (project.width, project.height))
        window = Window(0, 0, 1, 1, width, height)
        return self._photos.view(project, "before", window), self._photos.view(project, "after", window)

    def _color_thumbnail(self, project: Project) -> NDArray[np.uint8]:
        """(h, w, 3) sRGB, coloured."""
        window = small_window(project)
        if project.film:
            longest = max(window.across, window.down)
            return self._films.frame(project, poster_frame(project.film.frames), "after", longest)
        return self._photos.view(project, "after", window)
