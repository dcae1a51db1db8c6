"""What the studio refuses: bad files, bad paths, requests from other sites, missing tokens."""

import http.client
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
import pyvips

from browsing import Server, fetch_json, needs_browser, open_page, run_studio, upload
from pictures import COLOR, pil

pytestmark = needs_browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with run_studio(tmp_path_factory.mktemp("security") / "studio") as server:
        yield server


def send(server: Server, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> int:
    """Send one request, with path and headers unchanged; return the status."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    connection.request(method, path, body or None, {name.title(): value for name, value in headers.items()})
    status = connection.getresponse().status
    connection.close()
    return status


def test_bombs_and_files_that_are_no_pictures_are_refused_with_one_sentence(server: Server, tmp_path: Path):
    bomb, letter, good = (tmp_path / name for name in ("bomb.png", "letter.jpg", "good.jpg"))
    pyvips.Image.black(20_000, 10_000).pngsave(str(bomb))  # 200 megapixels in few bytes
    assert bomb.stat().st_size < 1_000_000
    letter.write_text("Dear friend, this is a letter and no picture.\n" * 20)
    good.write_bytes(pil(COLOR, "jpeg"))
    with open_page() as page:
        page.goto(server.url)
        for file, text in ((bomb, "megapixels"), (letter, "picture")):
            page.locator(".empty input[type=file]").set_input_files(file)
            toast = page.get_by_role("alert").filter(has_text=file.name)
            toast.wait_for()
            assert text in toast.inner_text()
            assert toast.inner_text().strip().count("\n") == 0
        page.get_by_role("heading", name="Add photos or films").wait_for()
        assert fetch_json(page, "/projects") == []
        upload(page, good)  # the next upload works


def test_no_path_leaves_the_folder(server: Server):
    secret = server.folder.parent / "secret.txt"
    secret.write_text("a secret")
    for path in (
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/js/../../secret.txt",
        "/js/..%2f..%2f..%2fapp.py",
        "/api/projects/../../secret.txt",
        "/api/projects/..%2f..%2fsecret.txt/export",
        "/api/projects/%2e%2e/hints",
    ):
        assert send(server, path) in (400, 403, 404, 405, 422), path
    assert send(server, "/js/main.js") == 200


def test_other_hosts_and_origins_are_refused(server: Server):
    own = server.url.rstrip("/")
    picture = pil(COLOR, "jpeg")
    assert send(server, "/api/projects", host="evil.example") == 403
    assert send(server, "/", host="evil.example") == 403
    assert send(server, "/api/projects?name=a.jpg", "POST", picture, origin="http://evil.example") == 403
    assert send(server, "/api/projects?name=a.jpg", "POST", picture, origin="null") == 403
    assert send(server, "/api/projects?name=a.jpg", "POST", picture, origin=own) == 201


@pytest.fixture
def other_site(tmp_path: Path) -> Iterator[str]:
    """The address of another site on this machine."""
    (tmp_path / "index.html").write_text("<!doctype html><h1>Another site</h1>")
    site = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=tmp_path))
    thread = Thread(target=site.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{site.server_port}/"
    site.shutdown()
    thread.join()
    site.server_close()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


def test_a_page_of_another_site_can_do_nothing(server: Server, other_site: str):
    with open_page() as page:
        page.goto(server.url)
        before = len(fetch_json(page, "/projects"))
        page.goto(other_site)
        for mode, method in (("cors", "GET"), ("cors", "POST"), ("no-cors", "POST")):
            response = page.evaluate(
                """([url, mode, method]) =>
                    fetch(url + "api/projects?name=site.jpg", {method, mode, body: method === "POST" ? "x" : null})
                    .then((response) => response.type + response.status, () => "refused")""",
                [server.url, mode, method],
            )
            assert response in ("refused", "opaque0")  # the page cannot read the response
        page.goto(server.url)
        assert len(fetch_json(page, "/projects")) == before


def test_a_studio_with_a_token_needs_it_once(tmp_path: Path):
    with run_studio(tmp_path, "--token", "open-sesame") as server, open_page() as page:
        assert send(server, "/api/projects") == 401
        page.goto(server.url)
        field = page.get_by_label("Token")
        field.fill("wrong")
        field.press("Enter")
        page.get_by_role("alert").wait_for()
        field.fill("open-sesame")
        field.press("Enter")
        page.get_by_role("heading", name="Add photos or films").wait_for()

        page.context.clear_cookies()
        page.goto("about:blank")
        page.goto(f"{server.url}#token=open-sesame")  # the address that the terminal prints
        page.get_by_role("heading", name="Add photos or films").wait_for()
        assert "sesame" not in page.url
