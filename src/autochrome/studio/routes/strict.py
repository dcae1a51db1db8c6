"""Strictness of the API: an unknown query field is an error, the answer to a wrong method lists the right ones."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.routing import Match, Mount
from starlette.types import Scope

from autochrome.errors import UsageError

PREFIX = "/api"


async def refuse_unknown_query(request: Request) -> None:
    """Refuse query fields that the route does not have. For every route of the API.

    `async`, so that it runs on one thread: FastAPI cannot make its document on two threads at once.
    """
    if not request.query_params:
        return
    path = PREFIX + request.scope["route"].path_format
    operation = request.app.openapi()["paths"][path][request.method.lower()]
    known = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
    for name in request.query_params:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            takes = f"this address takes {', '.join(known)}" if known else "this address takes none"
            raise UsageError(
                f"There is no query field {name!r}; {f'did you mean {close[0]!r}?' if close else takes + '.'}"
            )


def allowed_methods(document: dict[str, Any], path: str) -> list[str]:
    """The methods that an address has, by the OpenAPI document."""
    methods: set[str] = set()
    for template, operations in document["paths"].items():
        pattern = re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path):
            methods |= {method.upper() for method in operations}
    return sorted(methods)


class PageMount(Mount):
    """The page's files at every address but those of the API, whose errors are the API's own."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["path"].startswith(f"{PREFIX}/"):
            return Match.NONE, {}
        return super().matches(scope)


def set_summaries(routers: Iterable[APIRouter]) -> None:
    """The first sentence of a route's docstring is its summary in the document, the others are its description."""
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                text = " ".join((route.endpoint.__doc__ or "").split())
                first, _, rest = text.partition(". ")
                route.summary, route.description = first.rstrip("."), rest
