"""The ASGI application: routes, error handlers, the page's files, and the guard around them."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from autochrome import __version__
from autochrome.errors import AutochromeError
from autochrome.options import describe_fault
from autochrome.studio.errors import error_body, hide_paths, status_of
from autochrome.studio.guard import Guard
from autochrome.studio.routes import (
    colorize,
    docs,
    films,
    history,
    jobs,
    models,
    photos,
    projects,
    references,
    settings,
    sharing,
    variations,
    versions,
)
from autochrome.studio.routes.strict import (
    PREFIX,
    PageMount,
    allowed_methods,
    refuse_unknown_query,
    set_summaries,
)
from autochrome.studio.service import Studio

_ROUTERS = (
    settings.router,
    projects.router,
    history.router,
    versions.router,
    variations.router,
    references.router,
    photos.router,
    films.router,
    jobs.router,
    models.router,
    sharing.router,
    colorize.router,
)
_DESCRIPTION = (
    "Colour for black-and-white photographs and film. All work happens on the machine that answers."
)


def create_app(
    studio: Studio, *, hosts: Iterable[str] = (), token: str | None = None, api_only: bool = False
) -> ASGIApp:
    """The whole studio as an ASGI application. hosts: host names besides loopback.

    token: clients must send it for everything but the page's files; None: no token is needed.
    """
    app = FastAPI(
        title="autochrome studio",
        description=_DESCRIPTION,
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    app.state.studio, app.state.token = studio, token
    set_summaries(_ROUTERS)
    for router in _ROUTERS:
        app.include_router(router, prefix=PREFIX, dependencies=[Depends(refuse_unknown_query)])
    app.include_router(docs.router)
    app.add_exception_handler(AutochromeError, _answer_error)
    app.add_exception_handler(RequestValidationError, _answer_invalid_request)
    app.add_exception_handler(HTTPException, _answer_http_error)
    if not api_only:
        page = _Page(directory=Path(str(files("autochrome"))) / "studio" / "static", html=True)
        app.router.routes.append(PageMount("/", page))
    return Guard(app, limits=studio.limits, hosts=hosts, token=token)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.studio.start()
    yield
    app.state.studio.events.close()


class _Page(StaticFiles):
    """The page's files. A browser checks at every load whether they have changed."""

    async def get_response(self, path: str, scope: Any) -> Any:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


async def _answer_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AutochromeError)
    sentence = hide_paths(str(error), request.app.state.studio.folder)
    return JSONResponse(error_body(type(error).__name__, sentence), status_of(error))


async def _answer_invalid_request(request: Request, error: Exception) -> JSONResponse:
    """The first field that pydantic refuses, in one sentence."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][1:]) or "The request"
    return JSONResponse(error_body("UsageError", f"{field}: {describe_fault(first)}."), 422)


async def _answer_http_error(request: Request, error: Exception) -> JSONResponse:
    """An unknown address, or a method that it does not have."""
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    kind, path, headers = phrase.title().replace(" ", ""), request.url.path, dict(error.headers or {})
    sentence = f"{phrase}: {path}"
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        methods = ", ".join(allowed_methods(request.app.openapi(), path)) or headers.get("Allow", "GET")
        headers["Allow"] = methods
        sentence = f"{path} has no method {request.method}; it has {methods}."
    return JSONResponse(error_body(kind, sentence), error.status_code, headers)
