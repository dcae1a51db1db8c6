"""Starting the studio: a socket, the address for the person, a browser."""

import ipaddress
import os
import secrets
import socket
import sys
import threading
import webbrowser
from contextlib import ExitStack, suppress
from pathlib import Path
from types import FrameType

import uvicorn

from autochrome.errors import UsageError
from autochrome.studio.app import create_app
from autochrome.studio.guard import LOOPBACK
from autochrome.studio.limits import Bounds
from autochrome.studio.service import Studio

_CONNECTIONS = 512
_FAREWELL = 3  # seconds that running answers have when the studio ends


def serve(
    folder: Path | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 8470,
    browser: bool = True,
    api_only: bool = False,
    token: str | None = None,
    model: str | None = None,
    bounds: Bounds | None = None,
) -> None:
    """Run until Ctrl-C. port 0: any that is free. token: wanted from everybody; made up for anything but loopback."""
    if token is None and not is_loopback(host):
        token = secrets.token_urlsafe(24)
    door = _bind(host, port)
    with door:
        studio = Studio(folder or home(), model=model, bounds=bounds)
        try:
            app = create_app(studio, hosts=_names(host), token=token, api_only=api_only)
            address = _address(host, door.getsockname()[1])
            # Behind a '#' a token stays in the browser: no server and no log ever sees it.
            print(
                f"autochrome studio: {address}{f'#token={token}' if token else ''}",
                file=sys.stderr,
                flush=True,
            )
            print(
                f"projects are kept in {studio.folder}; Ctrl-C ends the studio.", file=sys.stderr, flush=True
            )
            if browser and not api_only:
                page = f"{address}{f'#token={token}' if token else ''}"
                threading.Timer(0.5, webbrowser.open, (page,)).start()
            config = uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                server_header=False,
                limit_concurrency=_CONNECTIONS,
                timeout_graceful_shutdown=_FAREWELL,
            )
            with suppress(KeyboardInterrupt):  # the usual way to end it
                _Server(config, studio).run(sockets=[door])
        finally:
            studio.close()


class _Server(uvicorn.Server):
    """Ends the streams of events first: they would never end by themselves."""

    def __init__(self, config: uvicorn.Config, studio: Studio) -> None:
        super().__init__(config)
        self._studio = studio

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._studio.events.close()
        super().handle_exit(sig, frame)


def home() -> Path:
    """Where projects are kept when nobody says."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "autochrome" / "studio"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host in LOOPBACK:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _names(host: str) -> tuple[str, ...]:
    """Names besides loopback by which others may call us."""
    return () if is_loopback(host) else (host, socket.gethostname())


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with ExitStack() as trouble:
            door = trouble.enter_context(socket.socket(family, socket.SOCK_STREAM))
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind(where)
            door.listen(128)  # from here on nobody who reads the printed address comes too early
            trouble.pop_all()
    except OSError as error:
        raise UsageError(
            f"{host}:{port} cannot be used ({error.strerror}); choose another with --host or --port."
        ) from error
    return door


def _address(host: str, port: int) -> str:
    shown = socket.gethostname() if host in ("0.0.0.0", "::") else host
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"
