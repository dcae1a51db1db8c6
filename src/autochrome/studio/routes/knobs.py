"""What can be chosen, and letting people in."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from autochrome import __version__
from autochrome.studio.errors import TokenNeeded
from autochrome.studio.guard import COOKIE, same
from autochrome.studio.routes.common import Here, faults
from autochrome.studio.schemas import KnobsAnswer, Part
from autochrome.studio.service import visible_schema

router = APIRouter(tags=["knobs"])


class Credentials(Part):
    token: Annotated[str, Field(max_length=200)]


@router.get("/knobs", responses=faults())
async def knobs(studio: Here) -> KnobsAnswer:
    """Every knob as JSON schema, the networks, and the version: what controls are drawn from."""
    return KnobsAnswer(
        photo=visible_schema("photo"),
        film=visible_schema("film"),
        models=studio.networks.cards(),
        model=studio.networks.default,
        version=__version__,
    )


@router.post("/session", status_code=204, responses=faults())
async def session(credentials: Credentials, request: Request) -> Response:
    """Give the token once; the browser keeps it as a cookie that no script can read."""
    token = request.app.state.token
    if token is not None and not same(credentials.token, token):
        raise TokenNeeded("This is not the token; it was printed where the studio was started.")
    answer = Response(status_code=204)
    if token is not None:
        answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", path="/", max_age=30 * 86400)
    return answer
