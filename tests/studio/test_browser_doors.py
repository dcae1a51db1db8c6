"""What the studio does not let in, asked by a browser and by hand."""

import http.client
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
import pyvips

from browsing import Server, api, bring, browsing, needs_browser, serving
from pictures import COLOR, pil

pytestmark = needs_browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("doors") / "studio") as server:
        yield server


def by_hand(server: Server, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> int:
    """The status of one request, its path and headers sent as they are."""
    line = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    line.request(method, path, body or None, {name.title(): value for name, value in headers.items()})
    status = line.getresponse().status
    line.close()
    return status


def test_files_that_are_not_what_they_seem_are_refused_in_a_sentence(server: Server, tmp_path: Path):
    bomb, letter, good = (tmp_path / name for name in ("bomb.png", "letter.jpg", "good.jpg"))
    pyvips.Image.black(20_000, 10_000).pngsave(str(bomb))  # 200 megapixels in few bytes
    assert bomb.stat().st_size < 1_000_000
    letter.write_text("Dear friend, this is a letter and no picture.\n" * 20)
    good.write_bytes(pil(COLOR, "jpeg"))
    with browsing() as page:
        page.goto(server.url)
        for bad, word in ((bomb, "megapixels"), (letter, "picture")):
            page.locator(".empty input[type=file]").set_input_files(bad)
            toast = page.get_by_role("alert").filter(has_text=bad.name)
            toast.wait_for()
            assert word in toast.inner_text()
            assert toast.inner_text().strip().count("\n") == 0
        page.get_by_role("heading", name="Bring in something grey").wait_for()
        assert api(page, "/projects") == []
        bring(page, good)  # and the next is welcome


def test_no_path_leads_out_of_the_folder(server: Server):
    secret = server.folder.parent / "secret.txt"
    secret.write_text("nobody's business")
    for path in (
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/js/../../secret.txt",
        "/js/..%2f..%2f..%2fapp.py",
        "/api/projects/../../secret.txt",
        "/api/projects/..%2f..%2fsecret.txt/export",
        "/api/projects/%2e%2e/hints",
    ):
        assert by_hand(server, path) in (400, 403, 404, 405, 422), path
    assert by_hand(server, "/js/main.js") == 200


def test_strangers_are_turned_away(server: Server):
    own = server.url.rstrip("/")
    picture = pil(COLOR, "jpeg")
    assert by_hand(server, "/api/projects", host="evil.example") == 403
    assert by_hand(server, "/", host="evil.example") == 403
    assert by_hand(server, "/api/projects?name=a.jpg", "POST", picture, origin="http://evil.example") == 403
    assert by_hand(server, "/api/projects?name=a.jpg", "POST", picture, origin="null") == 403
    assert by_hand(server, "/api/projects?name=a.jpg", "POST", picture, origin=own) == 201


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[str]:
    """The address of a page on this machine that is not ours."""
    (tmp_path / "index.html").write_text("<!doctype html><h1>A trap</h1>")
    trap = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path))
    thread = Thread(target=trap.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{trap.server_port}/"
    trap.shutdown()
    thread.join()
    trap.server_close()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words: object) -> None:
        pass


def test_a_page_from_elsewhere_reaches_nothing(server: Server, elsewhere: str):
    with browsing() as page:
        page.goto(server.url)
        there = len(api(page, "/projects"))
        page.goto(elsewhere)
        for mode, method in (("cors", "GET"), ("cors", "POST"), ("no-cors", "POST")):
            answer = page.evaluate(
                """([url, mode, method]) =>
                    fetch(url + "api/projects?name=trap.jpg", {method, mode, body: method === "POST" ? "x" : null})
                    .then((answer) => answer.type + answer.status, () => "refused")""",
                [server.url, mode, method],
            )
            assert answer in ("refused", "opaque0")  # nothing of the answer can be read
        page.goto(server.url)
        assert len(api(page, "/projects")) == there


def test_a_studio_with_a_token_asks_for_it_once(tmp_path: Path):
    with serving(tmp_path, "--token", "open-sesame") as server, browsing() as page:
        assert by_hand(server, "/api/projects") == 401
        page.goto(server.url)
        field = page.get_by_label("Token")
        field.fill("wrong")
        field.press("Enter")
        page.get_by_role("alert").wait_for()
        field.fill("open-sesame")
        field.press("Enter")
        page.get_by_role("heading", name="Bring in something grey").wait_for()

        page.context.clear_cookies()
        page.goto("about:blank")
        page.goto(f"{server.url}#token=open-sesame")  # as the terminal prints it
        page.get_by_role("heading", name="Bring in something grey").wait_for()
        assert "sesame" not in page.url
