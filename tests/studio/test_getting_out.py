"""Getting work out: a folder chosen at the start, a ZIP that is streamed, pictures for sharing."""

import io
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from autochrome.errors import UsageError
from autochrome.studio.app import create_app
from autochrome.studio.output import OutputFolder, free_name, stream_zip
from autochrome.studio.service import Studio
from filmmaking import make_film
from studiohelp import BASE, project_path, wait_for_end


def test_a_job_saves_into_the_folder_that_was_chosen_at_the_start(
    tmp_path: Path, tiny_model: Path, jpeg: bytes
):
    folder = tmp_path / "finished" / "here"
    studio = Studio(tmp_path / "studio", model=str(tiny_model), output=folder)
    with TestClient(create_app(studio), base_url=BASE) as client:
        assert client.get("/api/knobs").json()["folder"] == "here"
        photo = project_path(client.post("/api/projects?name=boat.jpg", content=jpeg))
        for name in ("boat-color.jpg", "boat-color (2).jpg"):  # the second time without a new export
            job = client.post(f"{photo}/export?to_folder=true").json()
            assert wait_for_end(client, job)["note"] == f"saved as {name}"
            assert (folder / name).read_bytes() == client.get(f"{photo}/export").content
        assert sorted(path.name for path in folder.iterdir()) == ["boat-color (2).jpg", "boat-color.jpg"]
    studio.close()


def test_without_a_folder_nothing_is_saved_there(client: TestClient, photo: str):
    assert client.get("/api/knobs").json()["folder"] is None
    refused = client.post(f"{photo}/export?to_folder=true")
    assert refused.status_code == 409
    assert "--output" in refused.json()["error"]["message"]


def test_a_file_is_no_folder(tmp_path: Path):
    (tmp_path / "letter.txt").write_text("Dear friend")
    with pytest.raises(UsageError, match="this is a file"):
        OutputFolder(tmp_path / "letter.txt")


def test_a_zip_holds_every_file_under_a_name_of_its_own(client: TestClient, jpeg: bytes):
    photos = [project_path(client.post("/api/projects?name=boat.jpg", content=jpeg)) for _ in range(2)]
    query = "&".join(f"project={path.rsplit('/', 1)[-1]}" for path in photos)
    assert client.get(f"/api/exports?{query}").status_code == 404  # nothing is exported yet
    for path in photos:
        wait_for_end(client, client.post(f"{path}/export").json())
    answer = client.get(f"/api/exports?{query}")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["boat-color.jpg", "boat-color (2).jpg"]
        assert archive.read("boat-color.jpg") == client.get(f"{photos[0]}/export").content


def test_a_zip_is_made_while_it_is_sent(tmp_path: Path):
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        file.truncate(64 << 20)
    tracemalloc.start()
    size = sum(len(part) for part in stream_zip([(large, "large.bin")]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 64 << 20
    assert peak < 4 << 20


def test_names_that_are_taken_get_a_number():
    assert free_name("a.jpg", set()) == "a.jpg"
    assert free_name("a.jpg", {"a.jpg", "a (2).jpg"}) == "a (3).jpg"


def test_pictures_for_sharing(client: TestClient, photo: str):
    with Image.open(io.BytesIO(client.get(f"{photo}/comparison").content)) as both:
        assert both.size == (2 * 512 + 6, 512)
        before, after = np.asarray(both)[:, :512], np.asarray(both)[:, 518:]
    assert np.ptp(before, axis=2).mean() < 3 < np.ptp(after, axis=2).mean()
    with Image.open(io.BytesIO(client.get(f"{photo}/animation").content)) as animation:
        assert (animation.format, animation.size) == ("GIF", (512, 512))
        assert animation.n_frames == 16
        assert animation.info["loop"] == 0


def test_the_sample_picture(client: TestClient):
    sample = client.post("/api/projects/sample")
    assert (sample.status_code, sample.json()["name"]) == (201, "Sample.jpg")
    path = f"/api/projects/{sample.json()['id']}"
    assert client.get(f"{path}/thumbnail?side=after").status_code == 200
    assert not client.get(path).json()["favourite"]
    assert client.patch(path, json={"favourite": True}).json()["favourite"]


def test_a_frame_of_a_film_can_be_shared(client: TestClient, tmp_path: Path):
    film = make_film(tmp_path / "reel.mp4").read_bytes()
    path = project_path(client.post("/api/projects?name=reel.mp4", content=film))
    with Image.open(io.BytesIO(client.get(f"{path}/comparison?frame=3").content)) as both:
        assert both.width == 64
    assert client.get(f"{path}/comparison?frame=300").status_code == 404
