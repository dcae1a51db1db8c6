"""Folders and archives with the same pictures list the same pictures."""

import io
import os
import subprocess
import sys
import tarfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from autochrome.errors import InputMissing, InputUnreadable, NothingFound
from autochrome.media.collection import DATA_SUFFIXES, FILM_SUFFIXES, STILL_SUFFIXES, find_pictures

FILES = {f"src/label/{i}.png": os.urandom(50) * (i + 1) for i in range(3)}
OTHERS = ("notes.txt", "src/label/._0.png", ".hidden.jpg")
ARCHIVES = {
    "stored.zip": zipfile.ZIP_STORED,
    "deflated.zip": zipfile.ZIP_DEFLATED,
    "strong.zip": zipfile.ZIP_LZMA,
    "plain.tar": "w",
    "packed.tar.gz": "w:gz",
}


def make(folder: Path, name: str) -> Path:
    """The same files as a folder or as an archive, with some that are no pictures."""
    files = FILES | dict.fromkeys(OTHERS, b"other")
    path, kind = folder / name, ARCHIVES.get(name)
    if kind is None:
        for key, data in files.items():
            (path / key).parent.mkdir(parents=True, exist_ok=True)
            (path / key).write_bytes(data)
    elif isinstance(kind, int):
        with zipfile.ZipFile(path, "w", kind) as archive:
            archive.mkdir("src/folder.png")
            for key, data in files.items():
                archive.writestr(key, data)
    else:
        with tarfile.open(path, kind) as tar:
            for key, data in files.items():
                info = tarfile.TarInfo("./" + key)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize("name", ["folder", *ARCHIVES])
def test_every_kind_of_collection_holds_the_same(name: str, tmp_path: Path):
    entries = find_pictures([make(tmp_path, name)])
    assert {entry.name: entry.read() for entry in entries} == FILES
    assert [entry.name for entry in entries] == list(FILES)
    assert {(entry.source, entry.label) for entry in entries} == {("src", "label")}


@pytest.mark.parametrize("name", ["folder", *ARCHIVES])
def test_only_what_cannot_be_read_alone_is_held_in_memory(name: str, tmp_path: Path):
    held = [entry.data is not None for entry in find_pictures([make(tmp_path, name)])]
    assert held == [name in ("strong.zip", "packed.tar.gz")] * len(FILES)


def test_any_thread_may_read(tmp_path: Path):
    entries = find_pictures([make(tmp_path, "deflated.zip")]) * 20
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda entry: entry.read(), entries)) == list(FILES.values()) * 20


def test_an_archive_keeps_its_own_order(tmp_path: Path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("b.png", "a.png", "c.JPG"):
            archive.writestr(name, name)
    assert [entry.name for entry in find_pictures([path])] == ["b.png", "a.png", "c.JPG"]


def test_only_and_exclude_choose_by_name(tmp_path: Path):
    path = make(tmp_path, "stored.zip")
    assert [entry.name for entry in find_pictures([path], only=["*/1.*", "*/2.*"])] == list(FILES)[1:]
    assert [entry.name for entry in find_pictures([path], exclude=["*/1.png"])] == list(FILES)[::2]
    with pytest.raises(NothingFound, match=r"stored\.zip"):
        find_pictures([path], exclude=["src*"])


def test_one_file_is_a_collection_too(tmp_path: Path):
    (tmp_path / "one.jpe").write_bytes(b"x")
    (entry,) = find_pictures([tmp_path / "one.jpe"])
    assert (entry.name, entry.source, entry.label, entry.read()) == ("one.jpe", "one.jpe", "", b"x")


def test_paths_that_are_no_collection(tmp_path: Path):
    with pytest.raises(InputMissing, match="does not exist"):
        find_pictures([tmp_path / "nowhere"])
    (tmp_path / "note.txt").write_text("hello")
    with pytest.raises(InputUnreadable, match="not a folder, zip, tar or picture file"):
        find_pictures([tmp_path / "note.txt"])
    with pytest.raises(NothingFound, match="none was given"):
        find_pictures([])


def test_a_zip_with_a_password(tmp_path: Path):
    path = make(tmp_path, "stored.zip")
    data = bytearray(path.read_bytes())
    place = data.rindex(b"PK\1\2", 0, data.index(b"src/label/0.png", data.index(b"PK\1\2")))
    data[place + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(InputUnreadable, match="password"):
        find_pictures([path])


def test_suffixes_are_lower_case_and_what_is_data_is_a_photo():
    for suffixes in (DATA_SUFFIXES, FILM_SUFFIXES, STILL_SUFFIXES):
        assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in suffixes)
    assert DATA_SUFFIXES < STILL_SUFFIXES


def test_listing_loads_no_image_library():
    heavy = {"pyvips", "cv2", "PIL", "av", "numpy"}
    code = f"import sys, autochrome.media.collection; print({heavy} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "set()\n"
