"""What must not get in, and what must not hurt."""

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from autochrome.studio.errors import TooLarge, TooSlow
from autochrome.studio.guard import POLICY, Guard
from autochrome.studio.limits import Bounds
from autochrome.studio.uploads import plain_name, receive
from pictures import COLOR, pil
from studiohelp import Open, address

API = "/api/projects"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int, height: int) -> bytes:
    """A PNG of one bit a pixel, all of them black: a few kilobytes."""
    rows = zlib.compress(bytes((width // 8 + 1) * height), 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def nothing_is_left(folder: Path) -> bool:
    return not [*(folder / "studio" / "incoming").iterdir(), *(folder / "studio" / "projects").iterdir()]


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "8.8.8.8", "", "[", "localhost.evil"]
)
def test_only_its_own_names_are_heard(web: TestClient, host: str):
    answer = web.get(API, headers={"Host": host})
    assert (answer.status_code, answer.json()["error"]["kind"]) == (403, "Forbidden")


@pytest.mark.parametrize("host", ["localhost:8470", "127.0.0.1", "[::1]:8470", "LOCALHOST"])
def test_loopback_has_several_names(web: TestClient, host: str):
    assert web.get(API, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_other_pages_may_not_ask(web: TestClient, headers: dict[str, str], jpeg: bytes):
    assert web.post(API, content=jpeg, headers=headers).status_code == 403
    assert web.get(API, headers=headers).status_code == 403
    assert web.get(API).json() == []


def test_its_own_page_may_ask(web: TestClient):
    headers = {"Origin": "http://127.0.0.1:8470", "Sec-Fetch-Site": "same-origin"}
    assert web.get(API, headers=headers).status_code == 200


def test_every_answer_carries_the_policy(web: TestClient):
    for path in ("/api/projects", "/api/nothing", "/nothing", "/"):
        headers = web.get(path).headers
        assert headers["content-security-policy"] == POLICY
        assert headers["x-content-type-options"] == "nosniff"
    assert "unsafe" not in POLICY


def test_a_token_is_asked_of_everybody(open_studio: Open):
    web = open_studio(hosts=("studio.lan",), token="secret-token")
    base = {"Host": "studio.lan"}
    assert web.get(API, headers=base).status_code == 401
    assert web.get(API, headers=base | {"Authorization": "Bearer wrong"}).status_code == 401
    assert web.get(API, headers=base | {"Authorization": "Bearer secret-token"}).status_code == 200
    assert web.get(f"{API}?token=secret-token", headers=base).status_code == 401, "never in an address"
    assert web.get("/api/openapi.json", headers=base).status_code == 401
    assert web.post("/api/session", json={"token": "wrong"}, headers=base).status_code == 401
    given = web.post("/api/session", json={"token": "secret-token"}, headers=base)
    assert given.status_code == 204
    assert "httponly" in given.headers["set-cookie"].lower()
    assert "samesite=strict" in given.headers["set-cookie"].lower()
    cookie = given.headers["set-cookie"].split(";")[0]
    assert web.get(API, headers=base | {"Cookie": cookie}).status_code == 200
    assert web.get(API, headers={"Host": "192.168.1.5:8470", "Cookie": cookie}).status_code == 200
    assert web.get(API, headers={"Host": "evil.example", "Cookie": cookie}).status_code == 403


@pytest.mark.parametrize(
    ("name", "data", "status", "kind"),
    [
        ("text.jpg", b"Dear diary, " * 20, 415, "NotAPicture"),
        ("page.png", b"<html><script>alert(1)</script></html>" * 5, 415, "NotAPicture"),
        ("drawing.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>" * 5, 415, "NotAPicture"),
        ("short.jpg", b"\xff\xd8\xff", 422, "PictureDamaged"),
        ("nothing.jpg", b"", 422, "InputEmpty"),
        ("bomb.png", bomb(20_000, 10_000), 422, "PictureTooLarge"),
        ("film.mp4", b"\0\0\0\x18ftypisom" + bytes(500), 415, "NotAFilm"),
        ("film.mkv", b"\x1aE\xdf\xa3" + bytes(500), 415, "NotAFilm"),
    ],
)
def test_what_is_no_picture_is_refused_and_leaves_nothing(
    web: TestClient, tmp_path: Path, name: str, data: bytes, status: int, kind: str
):
    answer = web.post(f"{API}?name={name}", content=data)
    assert (answer.status_code, answer.json()["error"]["kind"]) == (status, kind)
    assert str(tmp_path) not in answer.text
    assert nothing_is_left(tmp_path)
    once = web.post("/api/colorize", content=data)
    assert once.status_code in (415, 422)
    assert nothing_is_left(tmp_path)


def test_a_picture_cut_short_is_found_at_once(web: TestClient, tmp_path: Path, jpeg: bytes):
    answer = web.post(API, content=jpeg[: len(jpeg) // 2])
    assert (answer.status_code, answer.json()["error"]["kind"]) == (422, "PictureDamaged")
    assert nothing_is_left(tmp_path)


def test_bounds_of_size_and_number(open_studio: Open, tmp_path: Path, jpeg: bytes):
    web = open_studio(Bounds(photo_bytes=len(jpeg), projects=1, json_bytes=2000))
    assert web.post(API, content=jpeg + b"\0").status_code == 413
    assert nothing_is_left(tmp_path)
    photo = address(web.post(API, content=jpeg))
    full = web.post(API, content=jpeg)
    assert (full.status_code, full.json()["error"]["kind"]) == (409, "StudioFull")
    assert web.put(f"{photo}/hints", content=b" " * 2001).status_code == 413

    def drip() -> Iterator[bytes]:
        for _ in range(30):
            yield b" " * 100

    assert web.put(f"{photo}/hints", content=drip()).status_code == 413


@pytest.mark.parametrize(
    "path",
    [
        "/api/projects/..%2f..%2fetc%2fpasswd",
        "/api/projects/../../etc/passwd",
        "/api/projects/%2e%2e/thumbnail",
        "/..%2f..%2f..%2fpyproject.toml",
        "/js/..%2f..%2fserver.py",
        "/%2e%2e/server.py",
        "//etc/passwd",
        "/api/jobs/..%2f..%2fjobs.json",
    ],
)
def test_no_path_of_a_client_leads_anywhere(web: TestClient, path: str):
    answer = web.get(path)
    assert answer.status_code in (404, 405, 422)
    assert b"root:" not in answer.content
    assert b"import" not in answer.content


@pytest.mark.parametrize("model", ["/etc/passwd", "../../x.onnx", "", "nonsense"])
def test_a_network_is_a_name_and_no_path(web: TestClient, photo: str, model: str):
    answer = web.patch(photo, json={"settings": {"model": model}})
    assert (answer.status_code, answer.json()["error"]["kind"]) == (422, "ModelUnknown")


def test_a_name_is_only_shown():
    assert plain_name("../../etc/passwd", "photo") == "passwd"
    assert plain_name("C:\\pictures\\boat.jpg", "photo") == "boat.jpg"
    assert plain_name("a\x00\n<script>.jpg", "photo") == "ascript.jpg"
    assert plain_name("...", "photo") == "photo"
    assert len(plain_name("x" * 999, "photo")) == 120


async def stalled(first: bytes) -> AsyncIterator[bytes]:
    yield first
    await asyncio.sleep(60)


async def trickle(first: bytes) -> AsyncIterator[bytes]:
    yield first
    while True:
        await asyncio.sleep(0.02)
        yield b"\0"


@pytest.mark.parametrize("sender", [stalled, trickle])
def test_a_slow_client_is_given_up(tmp_path: Path, sender, jpeg: bytes):
    bounds = Bounds(patience=0.2, slowest=1e9)
    with pytest.raises(TooSlow):
        asyncio.run(receive(sender(jpeg[:100]), tmp_path, bounds))
    assert not list(tmp_path.iterdir())


def test_an_endless_file_is_cut_off(tmp_path: Path):
    async def endless() -> AsyncIterator[bytes]:
        yield pil(COLOR, "png")
        while True:
            yield bytes(10_000)

    with pytest.raises(TooLarge):
        asyncio.run(receive(endless(), tmp_path, Bounds(photo_bytes=50_000)))
    assert not list(tmp_path.iterdir())


def test_what_was_left_half_way_is_gone_after_a_restart(open_studio: Open, tmp_path: Path):
    open_studio()
    (tmp_path / "studio" / "incoming" / "old").mkdir()
    (tmp_path / "studio" / "projects" / "0123456789abcdef").mkdir()
    (tmp_path / "studio" / "projects" / "0123456789abcdef" / "project.json").write_text("{")
    assert open_studio().get(API).json() == []
    assert not list((tmp_path / "studio" / "incoming").iterdir())


async def guarded(patience: float) -> list[dict]:
    """What the guard sends where a request's body never ends."""

    async def app(scope: dict, receive: object, send: object) -> None:
        while (await receive()).get("more_body"):
            pass

    async def body() -> dict:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def send(message: dict) -> None:
        sent.append(message)

    sent: list[dict] = []
    scope = {"type": "http", "method": "PUT", "path": "/api/x", "headers": [(b"host", b"localhost")]}
    await Guard(app, bounds=Bounds(patience=patience))(scope, body, send)
    return sent


def test_a_request_that_never_ends_is_answered():
    sent = asyncio.run(guarded(patience=0.2))
    assert sent[0]["status"] == 408
    assert b"TooSlow" in sent[1]["body"]


def test_there_are_no_web_sockets(web: TestClient):
    with pytest.raises(WebSocketDisconnect), web.websocket_connect("/api/events"):
        pass
