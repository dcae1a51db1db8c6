"""The HTTP API as a program uses it: one-shot requests, forms, unknown fields and methods, the page of the API."""

import json
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from autochrome.studio.routes.strict import allowed_methods
from filmmaking import make_film, shown
from pictures import COLOR, opened, pil
from studiohelp import OpenStudio, project_path, wait_for_end

HINTS = {"points": [{"x": 0.5, "y": 0.5, "color": "#c83c28", "radius": 0.4}]}


def pixels(response) -> np.ndarray:
    assert response.status_code == 200, response.text
    return np.asarray(opened(response.content).convert("RGB")).astype(int)


def message(response) -> str:
    return response.json()["error"]["message"]


def is_empty(folder: Path) -> bool:
    return not [*(folder / "studio" / "incoming").iterdir(), *(folder / "studio" / "projects").iterdir()]


def test_a_form_is_the_same_as_a_body(client: TestClient, jpeg: bytes, tmp_path: Path):
    plain = client.post("/api/colorize?vivid=1.5&format=png", content=jpeg)
    form = client.post(
        "/api/colorize", data={"vivid": "1.5", "format": "png"}, files={"file": ("a.jpg", jpeg)}
    )
    assert form.status_code == 200, form.text
    assert form.content == plain.content
    assert is_empty(tmp_path)


def test_headers_say_what_the_result_lacks(client: TestClient, jpeg: bytes):
    whole = client.post("/api/colorize", content=jpeg)
    assert (whole.headers["X-Notes"], whole.headers["X-Losses"]) == ("[]", "[]")
    cut = client.post("/api/colorize", content=jpeg[: len(jpeg) * 3 // 4])
    assert cut.status_code == 200, cut.text
    (loss,) = json.loads(cut.headers["X-Losses"])
    assert loss.startswith("the file ends after about")


def test_fields_of_a_form_may_follow_the_file_in_any_pieces(client: TestClient, jpeg: bytes):
    def part(head: str, data: bytes) -> bytes:
        return b"--xyz\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + data + b"\r\n"

    body = part('name="file"; filename="a.jpg"', jpeg) + part('name="vivid"', b"0") + b"--xyz--\r\n"
    pieces = (body[start : start + 997] for start in range(0, len(body), 997))
    headers = {"Content-Type": "multipart/form-data; boundary=xyz"}
    response = client.post("/api/colorize?format=png", content=pieces, headers=headers)
    assert response.status_code == 200, response.text
    assert np.ptp(pixels(response), axis=-1).max() <= 1

    def send(body: bytes, kind: str = "multipart/form-data; boundary=xyz") -> str:
        response = client.post("/api/colorize", content=body, headers={"Content-Type": kind})
        assert response.status_code in (400, 413, 422), response.text
        return message(response)

    assert "ends too early" in send(body[:-20])
    assert "cannot be read" in send(b"no form at all")
    assert "no boundary" in send(body, "multipart/form-data")
    assert "several files" in send(part('name="a"; filename="a"', jpeg) * 2 + b"--xyz--\r\n")
    assert "has no file" in send(part('name="vivid"', b"1") + b"--xyz--\r\n")
    assert "larger than the limit" in send(part('name="hints"', b"x" * 2_100_000) + b"--xyz--\r\n")
    assert "'vivd'" in send(part('name="f"; filename="a"', jpeg) + part('name="vivd"', b"1") + b"--xyz--\r\n")


def test_projects_and_pictures_come_as_forms_too(client: TestClient, jpeg: bytes, tmp_path: Path):
    created = client.post("/api/projects", files={"file": ("boat.jpg", jpeg)})
    assert client.get(project_path(created)).json()["name"] == "boat.jpg"
    named = client.post("/api/projects", data={"name": "other.jpg"}, files={"file": ("boat.jpg", jpeg)})
    assert named.json()["name"] == "other.jpg"
    assert (
        client.post("/api/projects", data={"nme": "x"}, files={"file": ("boat.jpg", jpeg)}).status_code == 422
    )
    film = project_path(
        client.post("/api/projects", content=make_film(tmp_path / "f.mp4", sound=None).read_bytes())
    )
    assert client.post(f"{film}/pictures", files={"file": ("p.png", pil(COLOR, "png"))}).status_code == 201
    refused = client.post(f"{film}/pictures", data={"x": "1"}, files={"file": ("p.png", pil(COLOR, "png"))})
    assert "takes no form field" in message(refused)


def test_one_shot_takes_hints_model_and_quality(client: TestClient, jpeg: bytes):
    grey = pil(np.full((64, 64), 119, np.uint8), "png")
    hinted = client.post("/api/colorize", params={"hints": json.dumps(HINTS), "model": "tiny"}, content=grey)
    assert pixels(hinted)[32, 32, 0] > pixels(hinted)[32, 32, 1] + 30
    sizes = [
        len(client.post(f"/api/colorize?quality={quality}", content=jpeg).content) for quality in (20, 95)
    ]
    assert sizes[0] < sizes[1] / 2


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"vivd": "1"}, "There is no query field 'vivd'; did you mean 'vivid'?"),
        ({"nonsense": "1"}, "this address takes "),
        ({"vivid": "5"}, "vivid: must be at most 2."),
        ({"model": "../x"}, "There is no network '../x' here"),
        ({"hints": "{"}, "hints: this is not JSON"),
        ({"hints": "[]"}, "hints: this is no hints file"),
        ({"hints": '{"dots": []}'}, "unknown field 'dots'"),
        ({"max_megapixels": "1e9"}, "There is no query field"),
    ],
)
def test_what_is_wrong_in_a_one_shot_request_is_told(
    client: TestClient, jpeg: bytes, tmp_path: Path, query: dict[str, str], says: str
):
    response = client.post("/api/colorize", params=query, content=jpeg)
    assert response.status_code == 422
    assert says in message(response)
    assert is_empty(tmp_path)


def test_a_film_is_a_job(client: TestClient, tmp_path: Path, jpeg: bytes):
    film = make_film(tmp_path / "f.mp4", times=range(6), sound=None)
    started = client.post(
        "/api/colorize/film",
        data={"size": "64", "preset": "ultrafast", "hints": json.dumps({"frames": [{"frame": 2, **HINTS}]})},
        files={"file": ("reel.mp4", film.read_bytes())},
    )
    assert started.status_code == 202, started.text
    project = f"/api/projects/{started.json()['project']}"
    saved = client.get(project).json()
    assert (saved["name"], saved["settings"]) == ("reel.mp4", {"size": 64, "preset": "ultrafast"})
    assert wait_for_end(client, started.json())["state"] == "done"
    (tmp_path / "out.mp4").write_bytes(client.get(f"{project}/export").content)
    assert len(shown(tmp_path / "out.mp4")) == 6
    assert client.delete(project).status_code == 204
    assert is_empty(tmp_path)


def test_a_film_that_cannot_be_a_job_leaves_nothing(client: TestClient, tmp_path: Path, jpeg: bytes):
    film = make_film(tmp_path / "f.mp4", times=range(3), sound=None).read_bytes()
    wrong = [
        client.post("/api/colorize/film", content=jpeg),
        client.post("/api/colorize", content=film),
        client.post("/api/colorize/film?crf=99", content=film),
        client.post("/api/colorize/film", data={"crf": "99"}, files={"file": film}),
        client.post('/api/colorize/film?hints={"frames": [{"frame": 50}]}', content=film),
    ]
    assert [response.status_code for response in wrong] == [415, 415, 422, 422, 422]
    assert "/api/colorize/film" in message(wrong[1])
    assert is_empty(tmp_path)


def test_unknown_query_fields_are_refused_everywhere(client: TestClient, photo: str):
    assert "takes none" in message(client.get("/api/projects?page=2"))
    assert "did you mean 'width'?" in message(client.get(f"{photo}/view?widht=0.5"))
    assert client.get("/?anything=1").status_code == 200


def test_a_wrong_method_is_told_the_right_ones(open_studio: OpenStudio, jpeg: bytes):
    for api_only in (False, True):
        client = open_studio(api_only=api_only)
        response = client.get("/api/colorize")
        assert (response.status_code, response.headers["allow"]) == (405, "POST")
        assert message(response) == "/api/colorize has no method GET; it has POST."
        project = project_path(client.post("/api/projects", content=jpeg))
        assert client.post(project).headers["allow"] == "DELETE, GET, PATCH"
        assert client.get("/api/nonsense").status_code == 404
        assert client.post("/api/nonsense").status_code == 404


def test_allowed_methods_follow_the_document():
    document = {"paths": {"/api/a/{id}": {"get": {}, "put": {}}, "/api/a/b.c": {"post": {}}}}
    assert allowed_methods(document, "/api/a/7") == ["GET", "PUT"]
    assert allowed_methods(document, "/api/a/b.c") == ["GET", "POST", "PUT"]
    assert allowed_methods(document, "/api/a/b/c") == []


@pytest.mark.parametrize("api_only", [False, True])
def test_the_page_of_the_api_has_every_address(open_studio: OpenStudio, api_only: bool):
    client = open_studio(api_only=api_only)
    page = client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    document = client.get("/api/openapi.json").json()
    for path, operations in document["paths"].items():
        assert f"<code>{path}</code>" in page.text
        for operation in operations.values():
            summary = operation["summary"]
            assert summary in page.text.replace("&#x27;", "'")
            assert " " in summary or summary.isalpha()
            assert not summary.endswith(".")
    assert document["paths"]["/api/colorize"]["post"]["summary"] == "Colour one picture"
    assert "<script" not in page.text
    assert client.get("/docs/style.css").headers["content-type"].startswith("text/css")
