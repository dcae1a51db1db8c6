"""The door: who may ask at all, and how much. Plain ASGI, around everything."""

import asyncio
import hmac
import ipaddress
import re
import time
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from autochrome.studio.errors import Forbidden, StudioError, TokenNeeded, TooLarge, TooSlow, fault
from autochrome.studio.limits import Bounds

COOKIE = "autochrome_studio"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; style-src 'self'; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
STREAMED = re.compile(r"/api/(projects|colorize|projects/[0-9a-f]{16}/pictures)")
"""POST: their bodies are files, and bounded by who takes them in."""


class Guard:
    """Lets through what comes from the page itself, or from a program that holds the token."""

    def __init__(
        self, app: ASGIApp, *, bounds: Bounds, hosts: Iterable[str] = (), token: str | None = None
    ) -> None:
        """hosts: names besides loopback by which the studio may be called. token: None on loopback."""
        self._app, self._bounds, self._token = app, bounds, token
        self._hosts = {*LOOPBACK, *(host.lower() for host in hosts)}
        self._literal = bool(tuple(hosts))  # reached over a network: its own numbers are names, too

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # there are no web sockets here
            await send({"type": "websocket.close", "code": 1008})
            return
        guarded = _Guarded(send)
        try:
            self._admit(scope)
            if _is_streamed(scope):
                await self._app(scope, receive, guarded)
                return
            guarded.body = body = _Bounded(scope, receive, self._bounds)
            await self._app(scope, body, guarded)
            if body.trouble is not None:
                raise body.trouble
        except StudioError as error:
            if guarded.began:
                raise
            guarded.body = None
            answer = JSONResponse(fault(type(error).__name__, str(error)), error.status)
            await answer(scope, receive, guarded)

    def _admit(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._knows(_name(host)):
            raise Forbidden("The studio is not called by this name; open it by the address it printed.")
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            raise Forbidden("This request comes from another site's page; only the studio's own may ask.")
        if scope["path"].startswith("/api") and headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            raise Forbidden("This request comes from another site's page; only the studio's own may ask.")
        if self._token and scope["path"].startswith("/api/") and scope["path"] != "/api/session":
            self._check_token(headers)

    def _knows(self, name: str) -> bool:
        return name in self._hosts or (self._literal and _is_number(name))

    def _check_token(self, headers: Headers) -> None:
        given = headers.get("authorization", "").removeprefix("Bearer ").strip() or _cookie(headers)
        if not same(given, self._token):
            raise TokenNeeded("The studio wants its token; it was printed where it was started.")


def same(given: str, token: str | None) -> bool:
    """Whether this is the token, in a time that tells nothing."""
    return hmac.compare_digest(given.encode(), (token or "").encode())


class _Guarded:
    """Puts the same safe headers on every answer, and holds back one that was made of half a body."""

    def __init__(self, send: Send) -> None:
        self._send, self.began = send, False
        self.body: _Bounded | None = None

    async def __call__(self, message: Message) -> None:
        if self.body is not None and self.body.trouble is not None and not self.began:
            return
        if message["type"] == "http.response.start":
            self.began = True
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
        await self._send(message)


class _Bounded:
    """A body of a bounded size, that comes in a bounded time."""

    def __init__(self, scope: Scope, receive: Receive, bounds: Bounds) -> None:
        self._receive, self._bounds = receive, bounds
        self._size, self._whole, self._until = 0, False, time.monotonic() + bounds.patience
        self.trouble: StudioError | None = None  # the framework would make something else of what is raised
        if int(_digits(Headers(scope=scope).get("content-length", "0"))) > bounds.json_bytes:
            raise self._too_large()

    async def __call__(self) -> Message:
        if self._whole:  # what still comes is that the client has gone: however late
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), max(0.01, self._until - time.monotonic()))
        except TimeoutError:
            self.trouble = TooSlow("The request did not come to an end; send it again.")
            raise self.trouble from None
        self._size += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._size > self._bounds.json_bytes:
            self.trouble = self._too_large()
            raise self.trouble
        return message

    def _too_large(self) -> TooLarge:
        return TooLarge(
            f"The request is larger than the {self._bounds.json_bytes / 1e6:g} MB that are taken."
        )


def _is_streamed(scope: Scope) -> bool:
    return scope["method"] == "POST" and bool(STREAMED.fullmatch(scope["path"]))


def _name(host: str) -> str:
    """The name in a Host header, without port and brackets."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_number(name: str) -> bool:
    """An address as a number: nobody's name server can point it at us."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _cookie(headers: Headers) -> str:
    try:
        found: Any = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _digits(text: str) -> str:
    return text if text.isascii() and text.isdigit() and len(text) < 19 else "0"
