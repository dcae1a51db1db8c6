"""Start the studio: open a socket, print the address, open a browser, serve until Ctrl-C."""

import ipaddress
import secrets
import socket
import sys
import threading
import webbrowser
from contextlib import ExitStack, suppress
from pathlib import Path
from types import FrameType

import uvicorn
from platformdirs import user_data_path
from sse_starlette.sse import AppStatus

from autochrome.errors import UsageError
from autochrome.studio.app import create_app
from autochrome.studio.connections import PatientProtocol
from autochrome.studio.guard import LOOPBACK
from autochrome.studio.limits import Limits
from autochrome.studio.service import Studio

_CONNECTIONS = 512
_SHUTDOWN_TIMEOUT = 3  # seconds that running responses have when the studio stops
_BACKLOG = 128  # connections that may wait
_BROWSER_DELAY = 0.5  # seconds


def serve(
    folder: Path | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 8470,
    browser: bool = True,
    api_only: bool = False,
    token: str | None = None,
    model: str | None = None,
    limits: Limits | None = None,
    output: Path | None = None,
) -> None:
    """Run until Ctrl-C. port: 0 chooses a free one. token: clients must send it; made up if others reach the host.

    output: a folder for finished files.
    """
    if token is None and not is_loopback(host):
        token = secrets.token_urlsafe(24)
    with _listen(host, port) as listener:
        studio = Studio(folder or default_folder(), model=model, limits=limits, output=output)
        try:
            app = create_app(studio, hosts=_host_names(host), token=token, api_only=api_only)
            # Browsers do not send the part behind '#', so no server and no log sees the token.
            page = _address(host, listener.getsockname()[1]) + (f"#token={token}" if token else "")
            _print(f"autochrome studio: {page}")
            _print(f"projects are stored in {studio.folder}; Ctrl-C stops the studio.")
            if browser and not api_only:
                threading.Timer(_BROWSER_DELAY, webbrowser.open, (page,)).start()
            config = uvicorn.Config(
                app,
                http=PatientProtocol,
                log_level="warning",
                access_log=False,
                server_header=False,
                limit_concurrency=_CONNECTIONS,
                timeout_graceful_shutdown=_SHUTDOWN_TIMEOUT,
            )
            with suppress(KeyboardInterrupt):  # the usual way to stop it
                _Server(config, studio).run(sockets=[listener])
        finally:
            studio.close()


class _Server(uvicorn.Server):
    """Ends the event streams first, because they never end by themselves."""

    def __init__(self, config: uvicorn.Config, studio: Studio) -> None:
        super().__init__(config)
        AppStatus.enable_automatic_graceful_drain = False  # it could cut off a stream that is about to end
        self._studio = studio

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._studio.events.close()
        super().handle_exit(sig, frame)


def default_folder() -> Path:
    """The folder for projects, in the user's data folder."""
    return user_data_path("autochrome", appauthor=False) / "studio"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host in LOOPBACK:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host_names(host: str) -> tuple[str, ...]:
    """The host names of the studio besides loopback."""
    return () if is_loopback(host) else (host, socket.gethostname())


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with ExitStack() as on_error:
            listener = on_error.enter_context(socket.socket(family, socket.SOCK_STREAM))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(_BACKLOG)  # now, so that a client can connect as soon as the address is printed
            on_error.pop_all()
    except OSError as error:
        raise UsageError(
            f"{host}:{port} cannot be used ({error.strerror}); choose another with --host or --port."
        ) from error
    return listener


def _address(host: str, port: int) -> str:
    name = socket.gethostname() if host in ("0.0.0.0", "::") else host
    return f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"


def _print(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
