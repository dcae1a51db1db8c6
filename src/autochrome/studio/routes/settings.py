"""The settings that clients can show, and the session."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from autochrome import __version__
from autochrome.options import LOOKS
from autochrome.studio.errors import TokenNeeded
from autochrome.studio.guard import COOKIE, is_token
from autochrome.studio.routes.common import CurrentStudio, errors
from autochrome.studio.schemas import Schema, SettingsInfo
from autochrome.studio.settings import settings_schema

router = APIRouter(tags=["settings"])
_COOKIE_AGE = 30 * 86400  # seconds


class Credentials(Schema):
    token: Annotated[str, Field(max_length=200)]


@router.get("/knobs", responses=errors())
async def settings(studio: CurrentStudio) -> SettingsInfo:
    """The settings as JSON schemas, the networks, and the version. A page can build its controls from this."""
    return SettingsInfo(
        photo=settings_schema("photo"),
        film=settings_schema("film"),
        models=studio.networks.cards(),
        model=studio.networks.default,
        looks={name: asdict(look) for name, look in LOOKS.items()},
        version=__version__,
        folder=studio.output.name if studio.output else None,
    )


@router.post("/session", status_code=204, responses=errors())
async def session(credentials: Credentials, request: Request) -> Response:
    """Send the token once. The browser keeps it as a cookie that scripts cannot read."""
    token = request.app.state.token
    if token is not None and not is_token(credentials.token, token):
        raise TokenNeeded("The token is wrong; it was printed where the studio was started.")
    response = Response(status_code=204)
    if token is not None:
        response.set_cookie(COOKIE, token, httponly=True, samesite="strict", path="/", max_age=_COOKIE_AGE)
    return response
