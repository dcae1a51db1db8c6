"""Projects on disk. Each has a folder, named by its id, and is found again after a restart."""

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
from autochrome.studio.errors import NotFound, StudioFull
from autochrome.studio.history import State, go_to_step, read_history, record_step, set_done
from autochrome.studio.limits import Limits
from autochrome.studio.schemas import ExportInfo, HistoryInfo, Project, ShotSpan, ShotStart, Version, Work
from autochrome.studio.shots import make_spans
from autochrome.studio.versions import add_version, find_version, read_versions, remove_version

_PROJECT, _HINTS = "project.json", "hints.json"
_ID = re.compile(r"[0-9a-f]{16}")


class Library:
    """All projects of one studio. Safe to use from several threads."""

    def __init__(self, folder: Path, limits: Limits, on_change: Callable[[Project], None]) -> None:
        """on_change: is called with every project that is new or has changed."""
        self.folder, self._limits, self._on_change = folder, limits, on_change
        self._projects: dict[str, Project] = {}
        self._lock = threading.RLock()
        shutil.rmtree(
            self.incoming, ignore_errors=True
        )  # uploads that were not complete when the studio ended
        for each in (self._home, self.incoming):
            each.mkdir(parents=True, exist_ok=True)
        for each in sorted(self._home.iterdir()):
            project = _read_project(each)
            if project is not None:
                self._projects[project.id] = project

    @property
    def incoming(self) -> Path:
        """The folder for uploads until they belong to a project, and for deleted projects until they are gone."""
        return self.folder / "incoming"

    @property
    def _home(self) -> Path:
        return self.folder / "projects"

    def all(self) -> list[Project]:
        """Newest first."""
        with self._lock:
            return sorted(self._projects.values(), key=lambda each: (each.created, each.id), reverse=True)

    def get(self, project_id: str) -> Project:
        with self._lock:
            if project_id not in self._projects:
                raise NotFound("There is no such project; it may have been deleted.")
            return self._projects[project_id]

    def folder_of(self, project_id: str) -> Path:
        """The folder of an existing project."""
        return self._home / self.get(project_id).id

    def source_of(self, project_id: str) -> Path:
        """The original file."""
        project = self.get(project_id)
        return self._home / project.id / f"source{project.suffix}"

    def export_of(self, project_id: str) -> Path:
        """The exported file; `NotFound` before the first export."""
        project = self.get(project_id)
        path = self._home / project.id / "export" / f"export{Path(project.export.name).suffix}"
        if not project.export.ready or not path.is_file():
            raise NotFound("This project has not been exported yet.")
        return path

    def preview_of(self, project: Project, shot: ShotSpan) -> Path:
        """Where the preview of a shot lies. Every revision of the project has its own file."""
        name = f"{project.revision}-{shot.first}-{shot.last}.mp4"
        return self.folder_of(project.id) / "previews" / name

    def samples_of(self, project_id: str) -> Path:
        """Where what is known of some frames of a film lies, once its shots were found."""
        return self.folder_of(project_id) / "samples.npz"

    def hints_of(self, project_id: str) -> HintsFile:
        """The saved hints of a project; an empty hints file, at first."""
        path = self.folder_of(project_id) / _HINTS
        return load_hints(path) if path.is_file() else HintsFile(version=1)

    def check_capacity(self) -> None:
        """Refuse one more project than the limits allow."""
        if len(self._projects) >= self._limits.projects:
            raise StudioFull(f"The studio holds {self._limits.projects} projects; delete some first.")

    def add(self, project: Project, files: Path) -> Project:
        """Add a new project. `files` is a folder in `incoming`; it becomes the project's folder."""
        with self._lock:
            self.check_capacity()
            _write_project(files, project)
            files.replace(self._home / project.id)
            self._projects[project.id] = project
        self._on_change(project)
        return project

    def update(self, project_id: str, *, recolored: bool = False, **fields: Any) -> Project:
        """Change some fields of a project. recolored: its colours change too, so its revision grows."""
        with self._lock:
            before = self.get(project_id)
            if recolored:
                fields["revision"] = before.revision + 1
            project = before.model_copy(update=fields)
            if recolored:
                record_step(self._home / project_id, *_states(before, project), film=project.film is not None)
            self._keep(project)
        self._on_change(project)
        return project

    def save_hints(self, project_id: str, hints: HintsFile) -> Project:
        with self._lock:
            folder, film = self.folder_of(project_id), self.get(project_id).film is not None
            states = ({"hints": _hints_state(each)} for each in (self.hints_of(project_id), hints))
            hints.save(folder / _HINTS)
            record_step(folder, *states, film=film)
            return self.update(project_id, recolored=True)

    def history_of(self, project_id: str) -> HistoryInfo:
        """Everything that was done with a project, in order."""
        with self._lock:
            return read_history(self.folder_of(project_id))

    def go_to_step(self, project_id: str, done: int) -> Work:
        """Undo steps, or do them again, until so many count."""
        with self._lock:
            folder, project = self.folder_of(project_id), self.get(project_id)
            now = _state(project) | {"hints": _hints_state(self.hints_of(project_id))}
            state = go_to_step(folder, now, done)
            fields: dict[str, Any] = {"settings": state["settings"], "revision": project.revision + 1}
            if project.film and state["cuts"] is not None and state["cuts"] != now["cuts"]:
                shots = make_spans(project.film, [ShotStart(first=first) for first in state["cuts"]])
                fields["film"] = project.film.model_copy(update={"shots": shots})
            hints = HintsFile.model_validate(state["hints"])
            hints.save(folder / _HINTS)
            set_done(folder, done)
            project = project.model_copy(update=fields)
            self._keep(project)
        self._on_change(project)
        return Work(project=project, hints=hints, history=self.history_of(project_id))

    def versions_of(self, project_id: str) -> tuple[Version, ...]:
        return read_versions(self.folder_of(project_id))

    def add_version(self, project_id: str, name: str) -> Version:
        """Keep the present hints and settings under a name."""
        with self._lock:
            hints = self.hints_of(project_id)
            return add_version(self.folder_of(project_id), name, self.get(project_id), hints)

    def restore_version(self, project_id: str, version_id: str) -> Work:
        """Go back to a version, as one step of the history."""
        with self._lock:
            folder, project = self.folder_of(project_id), self.get(project_id)
            version = find_version(folder, version_id)
            before = {"hints": _hints_state(self.hints_of(project_id)), "settings": dict(project.settings)}
            after = {"hints": _hints_state(version.hints), "settings": dict(version.settings)}
            version.hints.save(folder / _HINTS)
            record_step(folder, before, after, film=project.film is not None, label=f"Version {version.name}")
            fields = {"settings": dict(version.settings), "revision": project.revision + 1}
            project = project.model_copy(update=fields)
            self._keep(project)
        self._on_change(project)
        return Work(project=project, hints=version.hints, history=self.history_of(project_id))

    def remove_version(self, project_id: str, version_id: str) -> None:
        with self._lock:
            remove_version(self.folder_of(project_id), version_id)

    def _keep(self, project: Project) -> None:
        _write_project(self._home / project.id, project)
        self._projects[project.id] = project

    def delete(self, project_id: str) -> None:
        with self._lock:
            folder = self.folder_of(project_id)
            trash = self.incoming / f"trash-{secrets.token_hex(8)}"
            folder.replace(trash)
            del self._projects[project_id]
        shutil.rmtree(trash, ignore_errors=True)


def _state(project: Project) -> State:
    """The settings and the cuts, for the history."""
    shots = project.film.shots if project.film else None
    return {"settings": dict(project.settings), "cuts": [shot.first for shot in shots] if shots else None}


def _states(before: Project, after: Project) -> tuple[State, State]:
    """Both states. The shots that are found first are no step: there were none before."""
    one, other = _state(before), _state(after)
    if one["cuts"] is None:
        one["cuts"] = other["cuts"]
    return one, other


def _hints_state(hints: HintsFile) -> Any:
    return hints.model_dump(mode="json", exclude_defaults=True)


def _write_project(folder: Path, project: Project) -> None:
    """Write project.json. Clients see the errors, so these name the file without its folder."""
    atomic_write(folder / _PROJECT, project.model_dump_json(), name=_PROJECT)


def _holds_links(folder: Path) -> bool:
    """Whether the folder is a symbolic link or has one in it: it could lead to any file of this machine."""
    return folder.is_symlink() or any(path.is_symlink() for path in folder.rglob("*"))


def _read_project(folder: Path) -> Project | None:
    """The project in a folder; None where it cannot be read."""
    if not _ID.fullmatch(folder.name) or _holds_links(folder):
        return None
    try:
        project = Project.model_validate_json((folder / _PROJECT).read_bytes())
    except (OSError, ValidationError, json.JSONDecodeError):
        return None
    if project.id != folder.name or not (folder / f"source{project.suffix}").is_file():
        return None
    if project.export.ready and not (folder / "export").is_dir():
        project = project.model_copy(update={"export": ExportInfo()})
    return project
