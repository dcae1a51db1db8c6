"""From a job to what its child is told, and from what the child answers to the project."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autochrome.studio.child import Child
from autochrome.studio.desk import said
from autochrome.studio.nouns import ExportPart, Job, Project

if TYPE_CHECKING:
    from autochrome.studio.studio import Studio

Tell = Callable[[float, str], None]


def do(studio: "Studio", job: Job, child: Child, tell: Tell) -> None:
    """Do a job. Raises what `Child.run` raises."""
    project = studio.library.get(job.project)
    WORKS[job.what](studio, project, job, child, tell)


def _export(studio: "Studio", project: Project, job: Job, child: Child, tell: Tell) -> None:
    folder = studio.library.place(project.id) / "export"
    folder.mkdir(exist_ok=True)
    order = _order(studio, project) | {"work": f"export {project.kind}", "folder": str(folder)}
    try:
        result = child.run(order, tell)
    finally:
        for half in folder.glob(".autochrome-*.part"):
            half.unlink(missing_ok=True)
    file = Path(result["file"])
    for old in folder.iterdir():
        if old.name != file.name:
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    name = f"{Path(project.name).stem}-color{file.suffix}"
    studio.library.change(project.id, export=ExportPart(ready=True, name=name, revision=project.revision))


def _order(studio: "Studio", project: Project) -> dict[str, Any]:
    """What every work on a project needs to know."""
    options = studio.options(project)
    hints = said(studio.library.hints(project.id))
    named = options.model_dump() | {"model": studio.networks.file(options.model)}
    return {
        "source": str(studio.library.source(project.id)),
        "hints": None if hints is None else hints.model_dump(mode="json"),
        "options": named,
    }


WORKS: dict[str, Callable[["Studio", Project, Job, Child, Tell], None]] = {"export": _export}
