"""The guard around the application, as plain ASGI. It refuses requests from other sites, without token, or too long."""

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

from autochrome.studio.errors import (
    Forbidden,
    StudioError,
    TokenNeeded,
    TooLarge,
    TooSlow,
    error_body,
)
from autochrome.studio.limits import Limits

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
_UPLOADS = re.compile(r"/api/(projects|colorize|colorize/film|projects/[0-9a-f]{16}/pictures)")
"""POST requests whose body is a file. `uploads` limits these."""


class Guard:
    """Passes on requests from the studio's own page, and from programs that have the token."""

    def __init__(
        self, app: ASGIApp, *, limits: Limits, hosts: Iterable[str] = (), token: str | None = None
    ) -> None:
        """hosts: host names of the studio besides loopback. token: None where only loopback reaches it."""
        self._app, self._limits, self._token = app, limits, token
        self._hosts = {*LOOPBACK, *(host.lower() for host in hosts)}
        self._allow_addresses = bool(tuple(hosts))  # over a network, IP addresses are valid host names too

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # the studio has no web sockets
            await send({"type": "websocket.close", "code": 1008})
            return
        guarded = _GuardedSend(send)
        try:
            self._check(scope)
            if _is_upload(scope):
                await self._app(scope, receive, guarded)
                return
            guarded.body = body = _LimitedBody(scope, receive, self._limits)
            await self._app(scope, body, guarded)
            if body.error is not None:
                raise body.error
        except StudioError as error:
            if guarded.started:
                raise
            guarded.body = None
            response = JSONResponse(error_body(type(error).__name__, str(error)), error.status)
            await response(scope, receive, guarded)

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._is_own_name(_host_name(host)):
            raise Forbidden(
                "The studio does not have this host name; open it by the address that it printed."
            )
        origin = headers.get("origin")
        other_origin = origin is not None and urlsplit(origin).netloc.lower() != host.lower()
        other_site = headers.get("sec-fetch-site") in ("cross-site", "same-site")
        if other_origin or (other_site and scope["path"].startswith("/api")):
            raise Forbidden(
                "This request comes from a page of another site; only the studio's own page may send it."
            )
        if self._token and scope["path"].startswith("/api/") and scope["path"] != "/api/session":
            self._check_token(headers)

    def _is_own_name(self, name: str) -> bool:
        return name in self._hosts or (self._allow_addresses and _is_address(name))

    def _check_token(self, headers: Headers) -> None:
        token = headers.get("authorization", "").removeprefix("Bearer ").strip() or _cookie(headers)
        if not is_token(token, self._token):
            raise TokenNeeded("The studio needs its token; it was printed where the studio was started.")


def is_token(text: str, token: str | None) -> bool:
    """Compare in constant time, so that the time does not reveal the token."""
    return hmac.compare_digest(text.encode(), (token or "").encode())


class _GuardedSend:
    """Adds the security headers to every response. Holds back a response to a body that was not read completely."""

    def __init__(self, send: Send) -> None:
        self._send, self.started = send, False
        self.body: _LimitedBody | None = None

    async def __call__(self, message: Message) -> None:
        if self.body is not None and self.body.error is not None and not self.started:
            return
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
        await self._send(message)


class _LimitedBody:
    """Receives a request's body, with a limit for its size and its time."""

    def __init__(self, scope: Scope, receive: Receive, limits: Limits) -> None:
        self._receive, self._limits = receive, limits
        self._size, self._complete, self._deadline = 0, False, time.monotonic() + limits.patience
        # kept here, because the framework hides an error raised while reading
        self.error: StudioError | None = None
        if int(_digits(Headers(scope=scope).get("content-length", "0"))) > limits.json_bytes:
            raise self._too_large()

    async def __call__(self) -> Message:
        if self._complete:  # only the disconnect is left, however late it comes
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), max(0.01, self._deadline - time.monotonic()))
        except TimeoutError:
            self.error = TooSlow("The request was not complete in time; send it again.")
            raise self.error from None
        self._size += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        if self._size > self._limits.json_bytes:
            self.error = self._too_large()
            raise self.error
        return message

    def _too_large(self) -> TooLarge:
        return TooLarge(f"The request is larger than the limit of {self._limits.json_bytes / 1e6:g} MB.")


def _is_upload(scope: Scope) -> bool:
    return scope["method"] == "POST" and bool(_UPLOADS.fullmatch(scope["path"]))


def _host_name(host: str) -> str:
    """The name in a Host header, without port and brackets."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    """Whether a host name is an IP address. No name server of an attacker can redirect that."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _cookie(headers: Headers) -> str:
    try:
        morsel: Any = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def _digits(text: str) -> str:
    return text if text.isascii() and text.isdigit() and len(text) < 19 else "0"
