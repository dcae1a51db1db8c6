"""Named versions of a project: its hints and settings at some moment, on disk."""

import secrets
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from autochrome.files import atomic_write
from autochrome.hints.file import HintsFile
from autochrome.studio.errors import NotFound, StudioFull
from autochrome.studio.schemas import Project, Version

_FILE = "versions.json"
_LIMIT = 50
_VERSIONS: TypeAdapter[tuple[Version, ...]] = TypeAdapter(tuple[Version, ...])


def read_versions(folder: Path) -> tuple[Version, ...]:
    """The versions of the project in a folder, the oldest first."""
    try:
        return _VERSIONS.validate_json((folder / _FILE).read_bytes())
    except (OSError, ValidationError):
        return ()


def find_version(folder: Path, version_id: str) -> Version:
    found = next((each for each in read_versions(folder) if each.id == version_id), None)
    if found is None:
        raise NotFound("There is no such version; it may have been removed.")
    return found


def add_version(folder: Path, name: str, project: Project, hints: HintsFile) -> Version:
    """Keep the present hints and settings under a name."""
    versions = read_versions(folder)
    if len(versions) >= _LIMIT:
        raise StudioFull(f"A project holds at most {_LIMIT} versions; remove one first.")
    version = Version(
        id=secrets.token_hex(4),
        name=name,
        created=datetime.now(UTC),
        hints=hints,
        settings=dict(project.settings),
    )
    _save(folder, (*versions, version))
    return version


def remove_version(folder: Path, version_id: str) -> None:
    find_version(folder, version_id)
    _save(folder, tuple(each for each in read_versions(folder) if each.id != version_id))


def _save(folder: Path, versions: tuple[Version, ...]) -> None:
    atomic_write(folder / _FILE, _VERSIONS.dump_json(versions), name=_FILE)
