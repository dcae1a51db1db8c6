"""Routes, guard and the page, put together."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from autochrome import __version__
from autochrome.errors import AutochromeError
from autochrome.studio.errors import fault, status_of, without_places
from autochrome.studio.guard import Guard
from autochrome.studio.routes import films, jobs, knobs, once, photos, projects
from autochrome.studio.service import Studio

_ROUTERS = (knobs.router, projects.router, photos.router, films.router, jobs.router, once.router)
_ABOUT = "Colour for black-and-white photographs and film. All of it happens on the machine that answers."


def create_app(
    studio: Studio, *, hosts: Iterable[str] = (), token: str | None = None, api_only: bool = False
) -> ASGIApp:
    """The whole studio as an ASGI application. hosts: names besides loopback by which it may be called.

    token: what everybody must show who wants more than the page's own files; None for nobody.
    """
    app = FastAPI(
        title="autochrome studio",
        description=_ABOUT,
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_life,
    )
    app.state.studio, app.state.token = studio, token
    for router in _ROUTERS:
        app.include_router(router, prefix="/api")
    app.add_exception_handler(AutochromeError, _ours)
    app.add_exception_handler(RequestValidationError, _wrong)
    app.add_exception_handler(HTTPException, _plain)
    if not api_only:
        app.mount("/", _Page(directory=Path(str(files("autochrome"))) / "studio" / "static", html=True))
    return Guard(app, bounds=studio.bounds, hosts=hosts, token=token)


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    app.state.studio.start()
    yield
    app.state.studio.events.close()


class _Page(StaticFiles):
    """The page's own files; a browser asks each time whether they are still the same."""

    async def get_response(self, path: str, scope: Any) -> Any:
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = "no-cache"
        return answer


async def _ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AutochromeError)
    sentence = without_places(str(error), request.app.state.studio.folder)
    return JSONResponse(fault(type(error).__name__, sentence), status_of(error))


async def _wrong(request: Request, error: Exception) -> JSONResponse:
    """What pydantic found, in one sentence that names the field."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return JSONResponse(fault("UsageError", f"{where}: {first['msg']}."), 422)


async def _plain(request: Request, error: Exception) -> JSONResponse:
    """No such address, a method that is not there."""
    assert isinstance(error, HTTPException)
    words = HTTPStatus(error.status_code).phrase
    return JSONResponse(
        fault(words.title().replace(" ", ""), f"{words}: {request.url.path}"),
        error.status_code,
        error.headers,
    )
