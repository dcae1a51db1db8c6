"""The studio as a process: its address, the lock on its folder, its end."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from autochrome.errors import ExtraMissing, UsageError
from autochrome.studio.server import default_folder, is_loopback
from conftest import Ran

TIMEOUT = 30


@contextmanager
def running(*arguments: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`autochrome studio`, and the first line it prints."""
    command = [
        sys.executable,
        "-m",
        "autochrome",
        "studio",
        *map(str, arguments),
        "--no-browser",
        "--port",
        "0",
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process, process.stderr.readline()
        finally:
            process.kill()


def get(address: str, **headers: str) -> bytes:
    with urllib.request.urlopen(
        urllib.request.Request(address, headers=headers), timeout=TIMEOUT
    ) as response:
        return response.read()


def test_it_prints_its_address_locks_its_folder_and_stops_cleanly(tmp_path: Path):
    with running(tmp_path / "a") as (process, line):
        address = line.split()[-1]
        assert address.startswith("http://127.0.0.1:")
        assert json.loads(get(f"{address}api/projects")) == []
        assert b"<html" in get(address)
        with running(tmp_path / "a") as (second, message):
            assert "another studio uses this folder" in message
            assert second.wait(TIMEOUT) == UsageError.exit_code
        events = urllib.request.urlopen(f"{address}api/events", timeout=TIMEOUT)
        assert events.readline() == b"retry: 2000\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(TIMEOUT) == 0
        events.close()
        rest = process.stderr.read()
    assert "Traceback" not in rest
    assert "ERROR" not in rest


def test_an_open_host_gets_a_random_token_behind_a_hash(tmp_path: Path):
    with running(tmp_path / "a", "--host", "0.0.0.0", "--api-only") as (_, line):
        address, token = line.split()[-1].split("#token=")
        port = address.rstrip("/").rsplit(":", 1)[1]
        base = f"http://127.0.0.1:{port}"
        assert len(token) >= 24
        with pytest.raises(urllib.error.HTTPError, match="401"):
            get(f"{base}/api/projects")
        assert get(f"{base}/api/projects", Authorization=f"Bearer {token}") == b"[]"
        with pytest.raises(urllib.error.HTTPError, match="404"):
            get(base)


def test_incomplete_requests_and_lost_clients_do_no_harm(tmp_path: Path):
    with running(tmp_path / "a") as (_, line):
        address = line.split()[-1]
        port = int(address.rstrip("/").rsplit(":", 1)[1])
        head = f"POST /api/projects HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 1000000\r\n\r\n"
        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
        for connection in idle[:20]:
            connection.sendall(b"GET /api/projects HTTP/1.1\r\nHost: ")
        for _ in range(10):
            with socket.create_connection(("127.0.0.1", port)) as lost:
                lost.sendall(head.encode() + b"\xff\xd8\xff" + bytes(50_000))
        until = time.monotonic() + TIMEOUT
        while list((tmp_path / "a" / "incoming").iterdir()):
            assert time.monotonic() < until, "the upload of a lost client is still there"
            time.sleep(0.02)
        assert get(f"{address}api/projects") == b"[]"
        for connection in idle:
            connection.close()


def test_headers_that_never_end_are_given_up(tmp_path: Path):
    """Also after a first request on the same connection; an upload that goes on is not."""
    patient = "import autochrome.studio.connections as c; c.HEADER_PATIENCE = 0.5; import autochrome.cli as a; a.main()"
    command = [sys.executable, "-c", patient, "studio", str(tmp_path / "a"), "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            port = int(process.stderr.readline().split()[-1].rstrip("/").rsplit(":", 1)[1])
            whole = f"GET /api/projects HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            for sent in (b"", whole.encode(), f"{whole}\r\n{whole}".encode()):
                with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as connection:
                    connection.sendall(sent)
                    received = b""
                    while data := connection.recv(1 << 16):  # ends when the server closes the connection
                        received += data
                    assert received.count(b"HTTP/1.1 200") == sent.count(b"\r\n\r\n")
            upload = whole.replace("GET", "POST") + "Content-Length: 9\r\n\r\n"
            with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as connection:
                connection.sendall(upload.encode() + b"not")
                time.sleep(1)
                connection.sendall(b" a pic")
                assert b"415" in connection.recv(1 << 16).splitlines()[0]
        finally:
            process.kill()


def test_more_connections_than_the_limit_are_refused(tmp_path: Path):
    limited = "import autochrome.studio.server as s; s._CONNECTIONS = 8; import autochrome.cli as a; a.main()"
    command = [sys.executable, "-c", limited, "studio", str(tmp_path / "a"), "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            address = process.stderr.readline().split()[-1]
            port = int(address.rstrip("/").rsplit(":", 1)[1])
            idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(8)]
            time.sleep(0.3)
            with pytest.raises(urllib.error.HTTPError, match="503"):
                get(f"{address}api/projects")
            for connection in idle:
                connection.close()
            time.sleep(0.3)
            assert get(f"{address}api/projects") == b"[]"
        finally:
            process.kill()


def test_a_port_in_use_is_reported_in_one_sentence(autochrome, tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran: Ran = autochrome("studio", tmp_path, "--no-browser", "--port", port)
    assert ran.code == UsageError.exit_code
    assert f"127.0.0.1:{port} cannot be used" in ran.err


def test_without_the_extra_it_tells_what_to_install(
    autochrome, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr("autochrome.cli.studio.find_spec", lambda name: None)
    ran: Ran = autochrome("studio", tmp_path)
    assert ran.code == ExtraMissing.exit_code
    assert ran.err.strip().endswith("pip install 'autochrome[studio]'")


def test_the_default_folder_is_in_the_users_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "autochrome" / "studio"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_folder() == tmp_path / ".local" / "share" / "autochrome" / "studio"


def test_loopback_addresses_are_recognised():
    for host in ("localhost", "127.0.0.1", "127.8.9.1", "::1"):
        assert is_loopback(host)
    for host in ("0.0.0.0", "::", "192.168.0.2", "studio.lan"):
        assert not is_loopback(host)
