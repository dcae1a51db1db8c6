"""Files of streamed films that have no frames say what they are."""

import struct
from pathlib import Path

import pytest

from autochrome.errors import FilmDamaged, NotAFilm
from autochrome.media.films import open_film
from ffmpeg_tools import ffmpeg


def streamed(folder: Path, *options: str) -> bytes:
    path = folder / "whole.mp4"
    source = ("-f", "lavfi", "-i", "testsrc=size=64x48:rate=5:duration=1")
    fragments = ("-c:v", "mpeg4", "-movflags", "frag_keyframe+empty_moov+default_base_moof")
    ffmpeg(*source, *fragments, *options, str(path))
    return path.read_bytes()


def split(data: bytes) -> tuple[bytes, bytes]:
    """The header and the segments of a fragmented MP4."""
    at = 0
    while data[at + 4 : at + 8] != b"moof":
        at += int.from_bytes(data[at : at + 4], "big")
    return data[:at], data[at:]


def test_a_segment_and_a_header_are_named(tmp_path: Path) -> None:
    header, segments = split(streamed(tmp_path))
    for data, error, words in (
        (segments, NotAFilm, "segment of a streamed film, without its header; join it"),
        (b"\0\0\0\x10stypmsdh\0\0\0\0" + segments, NotAFilm, "segment of a streamed film"),
        (header, FilmDamaged, r"header \(init segment\) of a streamed film, without frames; join it"),
    ):
        (tmp_path / "part.mp4").write_bytes(data)
        with pytest.raises(error, match=words):
            open_film(tmp_path / "part.mp4")
    (tmp_path / "joined.mp4").write_bytes(header + segments)
    with open_film(tmp_path / "joined.mp4") as film:
        assert film.facts.width == 64


def test_an_encrypted_film_is_named(tmp_path: Path) -> None:
    key = "00112233445566778899aabbccddeeff"
    words = ("-encryption_scheme", "cenc-aes-ctr", "-encryption_key", key, "-encryption_kid", key)
    source = ("-f", "lavfi", "-i", "testsrc=size=64x48:rate=5:duration=1", "-c:v", "libx264")
    path = tmp_path / "a.mp4"
    ffmpeg(*source, *words, str(path))
    data = bytearray(path.read_bytes())
    place = data.index(b"mdat") + 4
    end = place - 8 + int.from_bytes(data[place - 8 : place - 4])
    data[place:end] = bytes(255 - each for each in data[place:end])  # so that nothing is decoded by accident
    path.write_bytes(data)
    with pytest.raises((FilmDamaged, NotAFilm), match="encrypted; decrypt it first"):
        open_film(path)


def test_sound_alone_is_named(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "sine=duration=1", str(tmp_path / "a.mp4"))
    with pytest.raises(NotAFilm, match="has only sound, so there is nothing to colour"):
        open_film(tmp_path / "a.mp4")


def test_other_files_stay_unknown(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(struct.pack(">I4s", 16, b"free") + bytes(300))
    with pytest.raises(NotAFilm, match="cannot be read as a film"):
        open_film(tmp_path / "a.mp4")
