"""From a job to what its child is told, and from what the child answers to the project."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autochrome.errors import AutochromeError
from autochrome.hints.file import HintsFile
from autochrome.studio.errors import without_places
from autochrome.studio.films import export_suffix, film_of, shot_of, spans
from autochrome.studio.jobs.child import Child
from autochrome.studio.open_photo import said
from autochrome.studio.references import spoken
from autochrome.studio.schemas import ExportPart, Job, Project, ShotMark, ShotSpan

Studio = Any
"""The open studio, `service.Studio`; imported there it would be a circle."""

Tell = Callable[[float, str], None]


def do(studio: Studio, job: Job, child: Child, tell: Tell) -> None:
    """Do a job. Raises what `Child.run` raises."""
    project = studio.library.get(job.project)
    try:
        WORKS[job.what](studio, project, job, child, tell)
    except AutochromeError as error:
        raise AutochromeError(without_places(str(error), studio.folder)) from error


def _export(studio: Studio, project: Project, job: Job, child: Child, tell: Tell) -> None:
    folder = studio.library.place(project.id) / "export"
    folder.mkdir(exist_ok=True)
    order = _order(studio, project) | {"work": f"export {project.kind}", "folder": str(folder)}
    if project.film:
        order["file"] = f"export{export_suffix(project, studio.options(project))}"
    try:
        result = child.run(order, tell)
    finally:
        for half in folder.glob(".*.part"):
            half.unlink(missing_ok=True)
    file = Path(result["file"])
    for old in folder.iterdir():
        if old.name != file.name:
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    name = f"{Path(project.name).stem}-color{file.suffix}"
    studio.library.change(project.id, export=ExportPart(ready=True, name=name, revision=project.revision))


def _order(studio: Studio, project: Project) -> dict[str, Any]:
    """What every work on a project needs to know."""
    options = studio.options(project)
    hints = said(studio.library.hints(project.id))
    known = None if hints is None else spoken(hints, studio.library.place(project.id))
    named = options.model_dump() | {"model": studio.networks.file(options.model)}
    shots = project.film.shots if project.film else None
    return {
        "cuts": [shot.first for shot in shots] if shots else None,
        "source": str(studio.library.source(project.id)),
        "hints": known.model_dump(mode="json") if isinstance(known, HintsFile) else str(known or "") or None,
        "options": named,
    }


def _shots(studio: Studio, project: Project, job: Job, child: Child, tell: Tell) -> None:
    found = child.run(_order(studio, project) | {"work": "shots", "frames": film_of(project).frames}, tell)
    doubts = {first: doubt for first, doubt in found["shots"] if doubt is not None}
    film = film_of(studio.library.get(project.id))
    shots = spans(film, [ShotMark(first=first) for first, _ in found["shots"]], doubts)
    studio.library.change(project.id, recolored=True, film=film.model_copy(update={"shots": shots}))


def _preview(studio: Studio, project: Project, job: Job, child: Child, tell: Tell) -> None:
    shot = shot_of(project, job.shot or 0)
    path = preview_path(studio, project, shot)
    path.parent.mkdir(exist_ok=True)
    for old in path.parent.iterdir():
        if not old.name.startswith(f"{project.revision}-"):
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    order = {"work": "preview", "file": str(path), "first": shot.first, "last": shot.last}
    try:
        child.run(_order(studio, project) | order, tell)
    finally:
        shutil.rmtree(path.with_name(f".{path.name}.parts"), ignore_errors=True)


def preview_path(studio: Studio, project: Project, shot: ShotSpan) -> Path:
    """Where the preview of a shot lies, as it would be now."""
    name = f"{project.revision}-{shot.first}-{shot.last}.mp4"
    path: Path = studio.library.place(project.id) / "previews" / name
    return path


WORKS: dict[str, Callable[[Studio, Project, Job, Child, Tell], None]] = {
    "export": _export,
    "shots": _shots,
    "preview": _preview,
}
