"""How each kind of job is done: make its spec, run it in a process, store the result in the project.

`HANDLERS` is the table of all kinds.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autochrome.errors import AutochromeError
from autochrome.hints.file import HintsFile
from autochrome.media.films.codecs import CONTAINERS
from autochrome.media.films.stream_choice import prefer_container
from autochrome.options import FilmOptions
from autochrome.studio.errors import hide_paths
from autochrome.studio.jobs.child import Child
from autochrome.studio.jobs.specs import (
    Adapt,
    ExportFilm,
    ExportPhoto,
    FindShots,
    JobResult,
    JobSpec,
    Preview,
    Report,
)
from autochrome.studio.library import Library
from autochrome.studio.networks import Networks
from autochrome.studio.open_photo import hints_or_none
from autochrome.studio.output import OutputFolder
from autochrome.studio.schemas import ExportInfo, Job, JobKind, Project, ShotStart
from autochrome.studio.settings import film_options, photo_options
from autochrome.studio.shots import film_of, first_frames, make_spans, shot_of

Lane = Literal["quick", "export", "learn"]
"""Each lane has a thread of its own, so that a preview does not wait for an export."""
_CONTAINER_OF = {"ffv1": ".mkv", "prores": ".mov"}
"""The container of an exported film whose codec does not fit into the container of the original."""


@dataclass(frozen=True, slots=True)
class Task:
    """One job with everything that its handler needs."""

    job: Job
    project: Project
    library: Library
    networks: Networks
    run: Callable[[JobSpec], JobResult]  # in a process of its own
    output: OutputFolder | None  # for finished files

    @property
    def source(self) -> Path:
        return self.library.source_of(self.project.id)

    @property
    def folder(self) -> Path:
        return self.library.folder_of(self.project.id)

    @property
    def hints(self) -> HintsFile | None:
        """The saved hints."""
        return hints_or_none(self.library.hints_of(self.project.id))

    @property
    def cuts(self) -> tuple[int, ...] | None:
        """The first frames of the film's shots, if they are known."""
        return first_frames(self.project)

    @property
    def film_options(self) -> FilmOptions:
        options = film_options(self.project.settings, self.networks)
        return options.model_copy(update={"model": self.networks.model_argument(options.model)})


@dataclass(frozen=True, slots=True)
class Handler:
    lane: Lane
    run: Callable[[Task], str]  # returns what the user should know of the result


class JobRunner:
    """Does the jobs of one library."""

    def __init__(self, library: Library, networks: Networks, output: OutputFolder | None = None) -> None:
        """output: the folder for finished files."""
        self._library, self._networks, self._output = library, networks, output

    def __call__(self, job: Job, child: Child, report: Report) -> str:
        """Do one job; returns what the user should know of the result.

        Raises `Killed`, or `AutochromeError` with a sentence for the client.
        """
        project = self._library.get(job.project)
        task = Task(
            job, project, self._library, self._networks, lambda spec: child.run(spec, report), self._output
        )
        try:
            return HANDLERS[job.what].run(task)
        except AutochromeError as error:
            raise AutochromeError(hide_paths(str(error), self._library.folder)) from error


def export(task: Task) -> str:
    """Write the file, and where the job says so, a copy in the folder for finished files."""
    if task.output is None or not task.job.to_folder:
        return _write_export(task)
    done = task.project.export
    note = "" if done.ready and done.revision == task.project.revision else _write_export(task)
    path, name = task.library.export_of(task.project.id), task.library.get(task.project.id).export.name
    return "; ".join(filter(None, [note, f"saved as {task.output.save(path, name)}"]))


def _write_export(task: Task) -> str:
    """Write the file that the command line would write with the same hints and settings."""
    folder = task.folder / "export"
    folder.mkdir(exist_ok=True)
    try:
        result = task.run(_export_spec(task, folder))
    finally:
        for part in folder.glob(".*.part"):
            part.unlink(missing_ok=True)
    file = folder / str(result.file)
    _remove([path for path in folder.iterdir() if path != file])
    name = f"{Path(task.project.name).stem}-color{file.suffix}"
    info = ExportInfo(
        ready=True, name=name, revision=task.project.revision, notes=result.notes, losses=result.losses
    )
    task.library.update(task.project.id, export=info)
    return "; ".join([*(f"loss: {loss}" for loss in result.losses), *result.notes])


def find_shots(task: Task) -> str:
    """Find the shots of a film, and how unsure the network is of each."""
    frames = film_of(task.project).frames
    samples = task.library.samples_of(task.project.id)
    spec = FindShots(source=task.source, options=task.film_options, frames=frames, samples=samples)
    result = task.run(spec)
    doubts = {shot.first: shot.doubt for shot in result.shots if shot.doubt is not None}
    film = film_of(task.library.get(task.project.id))
    shots = make_spans(film, [ShotStart(first=shot.first) for shot in result.shots], doubts)
    film = film.model_copy(update={"shots": shots})
    found = {"notes": result.notes, "losses": result.losses}
    task.library.update(task.project.id, recolored=True, film=film, **found)
    return "; ".join(f"loss: {loss}" for loss in result.losses)


def preview(task: Task) -> str:
    """Colour one shot, and drop the previews of older revisions."""
    shot = shot_of(task.project, task.job.shot or 0)
    target = task.library.preview_of(task.project, shot)
    target.parent.mkdir(exist_ok=True)
    current = f"{task.project.revision}-"
    _remove([path for path in target.parent.iterdir() if not path.name.startswith(current)])
    spec = Preview(
        source=task.source,
        target=target,
        options=task.film_options,
        hints=task.hints,
        cuts=task.cuts,
        first=shot.first,
        last=shot.last,
    )
    try:
        task.run(spec)
    finally:
        shutil.rmtree(target.with_name(f".{target.name}.parts"), ignore_errors=True)
    return ""


def adapt(task: Task) -> str:
    """Tune the network to the colours of some projects; from then on it is in the list of networks."""
    request, folder = task.job.adapt, task.networks.folder
    assert request is not None
    assert folder is not None
    sources: dict[str, Path] = {}
    for project_id in request.projects:
        project = task.library.get(project_id)
        name = project.name if project.name not in sources else f"{project.name} {project.id}"
        sources[name] = task.library.source_of(project_id)
    model = task.networks.model_argument(task.networks.default)
    target = folder / f"{request.name}.onnx"
    result = task.run(Adapt(sources=sources, target=target, model=model, minutes=request.minutes))
    task.networks.add(target)
    return "; ".join(result.notes)


HANDLERS: dict[JobKind, Handler] = {
    "adapt": Handler("learn", adapt),
    "export": Handler("export", export),
    "shots": Handler("quick", find_shots),
    "preview": Handler("quick", preview),
}


def _export_spec(task: Task, folder: Path) -> ExportPhoto | ExportFilm:
    if task.project.kind == "film":
        options = task.film_options
        own = task.project.suffix if task.project.suffix in CONTAINERS else ".mp4"
        own = prefer_container(task.source, own)
        target = folder / f"export{_CONTAINER_OF.get(options.codec, own)}"
        return ExportFilm(
            source=task.source, target=target, options=options, hints=task.hints, cuts=task.cuts
        )
    photo = photo_options(task.project.settings, task.networks)
    photo = photo.model_copy(update={"model": task.networks.model_argument(photo.model)})
    return ExportPhoto(source=task.source, folder=folder, options=photo, hints=task.hints)


def _remove(paths: list[Path]) -> None:
    for path in paths:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
