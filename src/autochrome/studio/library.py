"""Projects on disk: a folder each, named by us alone, found again after a restart."""

import json
import re
import secrets
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from autochrome.files import atomic_write
from autochrome.hints.file import HintsFile, load_hints
from autochrome.studio.errors import NoSuchThing, StudioFull
from autochrome.studio.limits import Bounds
from autochrome.studio.schemas import ExportPart, Project

_ABOUT, _HINTS = "project.json", "hints.json"
_ID = re.compile(r"[0-9a-f]{16}")


class Library:
    """All projects of one studio. Safe to use from several threads."""

    def __init__(self, folder: Path, bounds: Bounds, changed: Callable[[Project], None]) -> None:
        """changed: told of every project that is new or different."""
        self.folder, self._bounds, self._changed = folder, bounds, changed
        self._projects: dict[str, Project] = {}
        self._lock = threading.RLock()
        shutil.rmtree(self.incoming, ignore_errors=True)  # what was on its way when the studio ended
        for each in (self.home, self.incoming):
            each.mkdir(parents=True, exist_ok=True)
        for place in sorted(self.home.iterdir()):
            found = _read(place)
            if found is not None:
                self._projects[found.id] = found

    @property
    def home(self) -> Path:
        return self.folder / "projects"

    @property
    def incoming(self) -> Path:
        """Where files lie until they are a project, and what is thrown away until it is gone."""
        return self.folder / "incoming"

    def all(self) -> list[Project]:
        """Newest first."""
        with self._lock:
            return sorted(self._projects.values(), key=lambda each: (each.created, each.id), reverse=True)

    def get(self, number: str) -> Project:
        with self._lock:
            if number not in self._projects:
                raise NoSuchThing("There is no such project; it may have been deleted.")
            return self._projects[number]

    def place(self, number: str) -> Path:
        """The folder of a project that is there."""
        return self.home / self.get(number).id

    def source(self, number: str) -> Path:
        project = self.get(number)
        return self.home / project.id / f"source{project.suffix}"

    def export(self, number: str) -> Path:
        """The finished file."""
        project = self.get(number)
        path = self.home / project.id / "export" / f"export{Path(project.export.name).suffix}"
        if not project.export.ready or not path.is_file():
            raise NoSuchThing("This project has not been exported yet.")
        return path

    def check_room(self) -> None:
        """Whether one more project may come."""
        if len(self._projects) >= self._bounds.projects:
            raise StudioFull(f"The studio holds {self._bounds.projects} projects; delete some first.")

    def add(self, project: Project, files: Path) -> Project:
        """Take in a new project; `files` is a folder in `incoming` that becomes its own."""
        with self._lock:
            self.check_room()
            _write_about(files, project)
            files.replace(self.home / project.id)
            self._projects[project.id] = project
        self._changed(project)
        return project

    def change(self, number: str, *, recolored: bool = False, **news: Any) -> Project:
        """The project with some fields different. recolored: its colours are not what they were."""
        with self._lock:
            before = self.get(number)
            if recolored:
                news["revision"] = before.revision + 1
            project = before.model_copy(update=news)
            _write_about(self.home / number, project)
            self._projects[number] = project
        self._changed(project)
        return project

    def hints(self, number: str) -> HintsFile:
        """What a person said of it; nothing, at first."""
        path = self.place(number) / _HINTS
        return load_hints(path) if path.is_file() else HintsFile(version=1)

    def say(self, number: str, hints: HintsFile) -> Project:
        """Keep what a person said."""
        with self._lock:
            hints.save(self.place(number) / _HINTS)
            return self.change(number, recolored=True)

    def delete(self, number: str) -> None:
        with self._lock:
            place = self.place(number)
            trash = self.incoming / f"trash-{secrets.token_hex(8)}"
            place.replace(trash)
            del self._projects[number]
        shutil.rmtree(trash, ignore_errors=True)


def _write_about(place: Path, project: Project) -> None:
    """Write the project into its folder. Errors go to clients, so they do not show where the studio keeps files."""
    atomic_write(place / _ABOUT, project.model_dump_json(), name=_ABOUT)


def _read(place: Path) -> Project | None:
    """The project in a folder, where there is one that can be read."""
    if not _ID.fullmatch(place.name):
        return None
    try:
        project = Project.model_validate_json((place / _ABOUT).read_bytes())
    except (OSError, ValidationError, json.JSONDecodeError):
        return None
    if project.id != place.name or not (place / f"source{project.suffix}").is_file():
        return None
    if project.export.ready and not (place / "export").is_dir():
        project = project.model_copy(update={"export": ExportPart()})
    return project
