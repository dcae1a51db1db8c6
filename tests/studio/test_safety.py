"""Requests that the studio must refuse, and requests that must do no harm."""

import asyncio
import json
import struct
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from autochrome.studio.errors import TooLarge, TooMany, TooSlow
from autochrome.studio.guard import POLICY, Guard
from autochrome.studio.limits import Limits
from autochrome.studio.uploads import Uploads, display_name, save_upload
from pictures import COLOR, pil
from studiohelp import OpenStudio, project_path

API = "/api/projects"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb(width: int, height: int) -> bytes:
    """A black PNG of one bit per pixel: a few kilobytes for many megapixels."""
    rows = zlib.compress(bytes((width // 8 + 1) * height), 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def is_empty(folder: Path) -> bool:
    return not [*(folder / "studio" / "incoming").iterdir(), *(folder / "studio" / "projects").iterdir()]


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "8.8.8.8", "", "[", "localhost.evil"]
)
def test_other_host_names_are_refused(client: TestClient, host: str):
    response = client.get(API, headers={"Host": host})
    assert (response.status_code, response.json()["error"]["kind"]) == (403, "Forbidden")


@pytest.mark.parametrize("host", ["localhost:8470", "127.0.0.1", "[::1]:8470", "LOCALHOST"])
def test_all_names_of_loopback_are_accepted(client: TestClient, host: str):
    assert client.get(API, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_requests_of_other_sites_are_refused(client: TestClient, headers: dict[str, str], jpeg: bytes):
    assert client.post(API, content=jpeg, headers=headers).status_code == 403
    assert client.get(API, headers=headers).status_code == 403
    assert client.get(API).json() == []


def test_requests_of_its_own_page_are_accepted(client: TestClient):
    headers = {"Origin": "http://127.0.0.1:8470", "Sec-Fetch-Site": "same-origin"}
    assert client.get(API, headers=headers).status_code == 200


def test_every_response_has_the_security_headers(client: TestClient):
    for path in ("/api/projects", "/api/nothing", "/nothing", "/"):
        headers = client.get(path).headers
        assert headers["content-security-policy"] == POLICY
        assert headers["x-content-type-options"] == "nosniff"
    assert "unsafe" not in POLICY


def test_every_client_needs_the_token(open_studio: OpenStudio):
    client = open_studio(hosts=("studio.lan",), token="secret-token")
    base = {"Host": "studio.lan"}
    assert client.get(API, headers=base).status_code == 401
    assert client.get(API, headers=base | {"Authorization": "Bearer wrong"}).status_code == 401
    assert client.get(API, headers=base | {"Authorization": "Bearer secret-token"}).status_code == 200
    assert client.get(f"{API}?token=secret-token", headers=base).status_code == 401, "not in an address"
    assert client.get("/api/openapi.json", headers=base).status_code == 401
    assert client.post("/api/session", json={"token": "wrong"}, headers=base).status_code == 401
    given = client.post("/api/session", json={"token": "secret-token"}, headers=base)
    assert given.status_code == 204
    assert "httponly" in given.headers["set-cookie"].lower()
    assert "samesite=strict" in given.headers["set-cookie"].lower()
    cookie = given.headers["set-cookie"].split(";")[0]
    assert client.get(API, headers=base | {"Cookie": cookie}).status_code == 200
    assert client.get(API, headers={"Host": "192.168.1.5:8470", "Cookie": cookie}).status_code == 200
    assert client.get(API, headers={"Host": "evil.example", "Cookie": cookie}).status_code == 403


@pytest.mark.parametrize(
    ("name", "data", "status", "kind"),
    [
        ("text.jpg", b"Dear diary, " * 20, 415, "NotAPicture"),
        ("page.png", b"<html><script>alert(1)</script></html>" * 5, 415, "NotAPicture"),
        ("drawing.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>" * 5, 415, "NotAPicture"),
        ("short.jpg", b"\xff\xd8\xff", 422, "PictureDamaged"),
        ("nothing.jpg", b"", 422, "InputEmpty"),
        ("bomb.png", png_bomb(20_000, 10_000), 422, "PictureTooLarge"),
        ("film.mp4", b"\0\0\0\x18ftypisom" + bytes(500), 415, "NotAFilm"),
        ("film.mkv", b"\x1aE\xdf\xa3" + bytes(500), 415, "NotAFilm"),
    ],
)
def test_files_that_are_no_pictures_are_refused_and_deleted(
    client: TestClient, tmp_path: Path, name: str, data: bytes, status: int, kind: str
):
    response = client.post(f"{API}?name={name}", content=data)
    assert (response.status_code, response.json()["error"]["kind"]) == (status, kind)
    assert str(tmp_path) not in response.text
    assert is_empty(tmp_path)
    colorized = client.post("/api/colorize", content=data)
    assert colorized.status_code in (415, 422)
    assert is_empty(tmp_path)


def test_a_picture_that_is_cut_short_is_taken_with_a_note(client: TestClient, jpeg: bytes):
    """As far as it goes; the same of PNG and TIFF."""
    project = client.post(API, content=jpeg[: len(jpeg) * 2 // 3]).json()
    assert "the rest is missing" in project["notes"][0]


def test_a_truncated_picture_is_refused(client: TestClient, tmp_path: Path):
    data = pil(COLOR, "webp")
    response = client.post(API, content=data[: len(data) // 2])
    assert (response.status_code, response.json()["error"]["kind"]) == (422, "PictureDamaged")
    assert is_empty(tmp_path)


def test_limits_of_size_and_number(open_studio: OpenStudio, tmp_path: Path, jpeg: bytes):
    client = open_studio(Limits(photo_bytes=len(jpeg), projects=1, json_bytes=2000))
    assert client.post(API, content=jpeg + b"\0").status_code == 413
    assert is_empty(tmp_path)
    photo = project_path(client.post(API, content=jpeg))
    full = client.post(API, content=jpeg)
    assert (full.status_code, full.json()["error"]["kind"]) == (409, "StudioFull")
    assert client.put(f"{photo}/hints", content=b" " * 2001).status_code == 413

    def drip() -> Iterator[bytes]:
        for _ in range(30):
            yield b" " * 100

    assert client.put(f"{photo}/hints", content=drip()).status_code == 413


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
def test_paths_of_a_client_open_no_files(client: TestClient, path: str):
    response = client.get(path)
    assert response.status_code in (404, 405, 422)
    assert b"root:" not in response.content
    assert b"import" not in response.content


@pytest.mark.parametrize("model", ["/etc/passwd", "../../x.onnx", "", "nonsense"])
def test_a_network_is_chosen_by_name_and_not_by_path(client: TestClient, photo: str, model: str):
    response = client.patch(photo, json={"settings": {"model": model}})
    assert (response.status_code, response.json()["error"]["kind"]) == (422, "ModelUnknown")


def test_names_are_cleaned():
    assert display_name("../../etc/passwd", "photo") == "passwd"
    assert display_name("C:\\pictures\\boat.jpg", "photo") == "boat.jpg"
    assert display_name("a\x00\n<script>.jpg", "photo") == "ascript.jpg"
    assert display_name("...", "photo") == "photo"
    assert len(display_name("x" * 999, "photo")) == 120


async def stalled(first: bytes) -> AsyncIterator[bytes]:
    yield first
    await asyncio.sleep(60)


async def trickle(first: bytes) -> AsyncIterator[bytes]:
    yield first
    while True:
        await asyncio.sleep(0.02)
        yield b"\0"


@pytest.mark.parametrize("sender", [stalled, trickle])
def test_a_slow_upload_is_refused(tmp_path: Path, sender, jpeg: bytes):
    limits = Limits(patience=0.2, slowest=1e9)
    with pytest.raises(TooSlow):
        asyncio.run(save_upload(sender(jpeg[:100]), tmp_path, limits))
    assert not list(tmp_path.iterdir())


def test_a_stalled_upload_makes_room_for_another(tmp_path: Path, jpeg: bytes):
    async def whole() -> AsyncIterator[bytes]:
        yield jpeg

    async def send_three() -> list[object]:
        uploads = Uploads(tmp_path, Limits(uploads=2, stall=0.2))
        stuck = [asyncio.create_task(uploads.receive(stalled(jpeg[:100]), 0)) for _ in range(2)]
        await asyncio.sleep(0.05)
        with pytest.raises(TooMany):
            await uploads.receive(whole(), 0)
        await asyncio.sleep(0.3)
        done = await uploads.receive(whole(), 0)
        stuck[1].cancel()
        return [done, *await asyncio.gather(*stuck, return_exceptions=True)]

    done, given_up, _ = asyncio.run(send_three())
    assert done.path.read_bytes() == jpeg
    assert isinstance(given_up, TooSlow)
    assert [path.parent for path in tmp_path.rglob("source*")] == [done.folder]


def test_an_endless_upload_is_refused(tmp_path: Path):
    async def endless() -> AsyncIterator[bytes]:
        yield pil(COLOR, "png")
        while True:
            yield bytes(10_000)

    with pytest.raises(TooLarge):
        asyncio.run(save_upload(endless(), tmp_path, Limits(photo_bytes=50_000)))
    assert not list(tmp_path.iterdir())


def test_incomplete_uploads_are_deleted_at_the_next_start(open_studio: OpenStudio, tmp_path: Path):
    open_studio()
    (tmp_path / "studio" / "incoming" / "old").mkdir()
    (tmp_path / "studio" / "projects" / "0123456789abcdef").mkdir()
    (tmp_path / "studio" / "projects" / "0123456789abcdef" / "project.json").write_text("{")
    assert open_studio().get(API).json() == []
    assert not list((tmp_path / "studio" / "incoming").iterdir())


@pytest.mark.parametrize("link", ["source.jpg", "before.jpg", "export", "."])
def test_links_in_the_library_are_not_followed(
    open_studio: OpenStudio, tmp_path: Path, jpeg: bytes, link: str
):
    project = open_studio().post(API, content=jpeg).json()
    folder = tmp_path / "studio" / "projects" / project["id"]
    place, elsewhere = folder / link, tmp_path / "elsewhere"
    if place.exists():
        place.rename(elsewhere)
    else:
        elsewhere.mkdir()
    place.symlink_to(elsewhere)
    assert open_studio().get(API).json() == []


@pytest.mark.parametrize(
    "change",
    [
        {"suffix": "/../../../secret.jpg"},
        {"suffix": ".jpg/../../secret"},
        {"name": "../../secret"},
        {"export": {"ready": True, "name": "../secret.jpg", "revision": 0}},
        {"id": "../../../../secret"},
    ],
)
def test_names_in_a_project_file_are_checked(
    open_studio: OpenStudio, tmp_path: Path, jpeg: bytes, change: dict
):
    project = open_studio().post(API, content=jpeg).json()
    file = tmp_path / "studio" / "projects" / project["id"] / "project.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    (tmp_path / "secret.jpg").write_bytes(jpeg)
    assert open_studio().get(API).json() == []


async def send_endless_request(patience: float) -> list[dict]:
    """The guard's messages for a request whose body never ends."""

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
    await Guard(app, limits=Limits(patience=patience))(scope, body, send)
    return sent


def test_a_request_that_never_ends_gets_a_response():
    sent = asyncio.run(send_endless_request(patience=0.2))
    assert sent[0]["status"] == 408
    assert b"TooSlow" in sent[1]["body"]


def test_there_are_no_web_sockets(client: TestClient):
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/api/events"):
        pass
