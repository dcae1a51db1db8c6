"""One file in, the same in colour out: a picture at once, a film as a job."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field, create_model
from starlette.background import BackgroundTask

from autochrome.errors import NotAFilm, UsageError
from autochrome.hints.file import HintsFile, hints_from_json
from autochrome.studio.routes.common import (
    FILE_TYPES,
    UPLOAD_BODY,
    CurrentStudio,
    Form,
    errors,
    file_response,
    receive_form,
)
from autochrome.studio.schemas import Job, ProjectChange
from autochrome.studio.service import Studio
from autochrome.studio.settings import FilmSettings, PhotoSettings, film_options

router = APIRouter(prefix="/colorize", tags=["colorize"])
_IMAGE_TYPES = [kind for kind in FILE_TYPES.values() if kind.startswith("image/")]
_Hints = Annotated[
    str | None,
    Field(max_length=2000, description="The JSON of a hints file; longer than this as a form field."),
]
if TYPE_CHECKING:
    PhotoQuery: TypeAlias = BaseModel
    FilmQuery: TypeAlias = BaseModel
else:
    PhotoQuery = create_model("PhotoQuery", __base__=PhotoSettings, hints=(_Hints, None))
    FilmQuery = create_model("FilmQuery", __base__=FilmSettings, hints=(_Hints, None))


@router.post(
    "",
    response_class=FileResponse,
    responses={**errors(415, 429, 507), **file_response("The picture in colour.", *_IMAGE_TYPES)},
    openapi_extra=UPLOAD_BODY,
)
async def colorize(
    studio: CurrentStudio, request: Request, query: Annotated[PhotoQuery, Query()]
) -> Response:
    """Colour one picture. The body is its bytes, or a form with the file; the options may be fields of the form too.
    The response is the file in colour. Nothing is kept. The headers X-Notes and X-Losses are JSON lists of sentences:
    what the result lacks, and what of a damaged original is missing."""
    upload, form = await receive_form(studio, request, films=False)
    with upload.discarded_on_error():
        settings, hints = _read_options(studio, query, form)
        done = await studio.executors.run_slow(lambda: studio.photos.colorize_upload(upload, settings, hints))
        path = upload.folder / str(done.file)
    return FileResponse(
        path,
        media_type=FILE_TYPES[path.suffix],
        headers={"X-Notes": json.dumps(done.notes), "X-Losses": json.dumps(done.losses)},
        background=BackgroundTask(upload.discard),
    )


@router.post("/film", status_code=202, responses=errors(409, 415, 429, 507), openapi_extra=UPLOAD_BODY)
async def colorize_film(studio: CurrentStudio, request: Request, query: Annotated[FilmQuery, Query()]) -> Job:
    """Start to colour one film. The body is its bytes, or a form with the file; the options may be fields of the form
    too. The answer is a job. When it is done, its project has the film as its export; then delete the project."""
    studio.library.check_capacity()
    upload, form = await receive_form(studio, request)
    with upload.discarded_on_error():
        if upload.kind != "film":
            raise NotAFilm("The file is a picture, not a film; send it to /api/colorize.")
        settings, hints = _read_options(studio, query, form)
        options = film_options(settings, studio.networks)
        change = ProjectChange(settings=options.model_dump(include=set(settings)))

        def start() -> Job:
            project = studio.projects.create(upload, form.file_name or "film")
            try:
                studio.projects.change(project.id, change)
                if hints is not None:
                    studio.projects.save_hints(project.id, hints)
                return studio.jobs.add(project.id, "export")
            except BaseException:
                studio.projects.delete(project.id)
                raise

        return await studio.executors.run_slow(start)


def _read_options(studio: Studio, query: BaseModel, form: Form) -> tuple[Mapping[str, Any], HintsFile | None]:
    """The settings and hints of a request, from its query and its form. `UsageError` for fields that are wrong."""
    settings: dict[str, Any] = query.model_dump(exclude_unset=True)
    for name, value in form.fields.items():
        if name not in type(query).model_fields:
            raise UsageError(
                f"There is no form field {name!r}; this address takes {', '.join(type(query).model_fields)}."
            )
        settings[name] = value
    text = settings.pop("hints", None)
    hints = None if text is None else hints_from_json(text)
    if hints is not None:
        studio.projects.check_size(hints)
    return settings, hints
