"""The settings of a project: the options of the command line that a client may change."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from autochrome.errors import UsageError
from autochrome.options import FilmOptions, Options, PhotoOptions, describe_fault
from autochrome.studio.networks import Networks
from autochrome.studio.schemas import ProjectKind

Settings = Mapping[str, Any]
HIDDEN = {
    "photo": {"compare", "max_megapixels", "reach"},
    "film": {"cuts", "dependent", "end", "reach", "start", "timecode"},
}
"""Options of the command line that the studio sets itself."""


def photo_options(settings: Settings, networks: Networks) -> PhotoOptions:
    """Check the settings of a photograph. One `UsageError` names the first that is wrong."""
    return PhotoOptions(**_check(PhotoSettings, settings, networks))


def film_options(settings: Settings, networks: Networks) -> FilmOptions:
    """Check the settings of a film. One `UsageError` names the first that is wrong."""
    values = _check(FilmSettings, settings, networks)
    if values.get("method") == "thesis":
        raise UsageError("The thesis method needs two networks; use the command line for it.")
    return FilmOptions(**values)


def settings_schema(kind: ProjectKind) -> dict[str, Any]:
    """The JSON schema of the settings, with the defaults of the options."""
    options = PhotoOptions if kind == "photo" else FilmOptions
    schema = options.model_json_schema()
    schema["properties"] = {k: v for k, v in schema["properties"].items() if k not in HIDDEN[kind]}
    if kind == "film":
        schema["properties"]["method"]["enum"].remove("thesis")
    return schema


def _settings_model(kind: ProjectKind, options: type[Options]) -> type[BaseModel]:
    """A model with the same fields as the options, all of them optional."""
    fields: dict[str, Any] = {
        name: (Annotated[(field.annotation, *field.metadata, Field())], None)
        for name, field in options.model_fields.items()
        if name not in HIDDEN[kind]
    }
    return create_model(
        f"{kind.title()}Settings", __config__=ConfigDict(frozen=True, extra="forbid"), **fields
    )


PhotoSettings = _settings_model("photo", PhotoOptions)
FilmSettings = _settings_model("film", FilmOptions)


def _check(model: type[BaseModel], settings: Settings, networks: Networks) -> dict[str, Any]:
    """The settings as arguments of the options, with a network that exists."""
    try:
        values = model.model_validate(settings).model_dump(exclude_none=True)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"The setting {name!r} is wrong: {describe_fault(first)}.") from error
    values.setdefault("model", networks.default)
    networks.check(values["model"])
    return values
