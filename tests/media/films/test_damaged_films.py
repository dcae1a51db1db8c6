"""A damaged film is read as far as possible or refused in one sentence."""

import os
from pathlib import Path

import av
import numpy as np
import pytest

from autochrome.errors import (
    AutochromeError,
    FilmDamaged,
    InputEmpty,
    InputMissing,
    InputUnreadable,
    NotAFilm,
)
from autochrome.media.films import open_film
from filmmaking import LOSSLESS, QUICK, make_film, packets, paint_film, shown


def _cut_short(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _scratched(data: bytes) -> bytes:
    """Noise in sections of the middle."""
    random, bad = np.random.default_rng(3), bytearray(data)
    for start in range(len(data) // 3, 2 * len(data) // 3, 4000):
        bad[start : start + 200] = random.integers(0, 256, 200, dtype=np.uint8).tobytes()
    return bytes(bad)


def _holed(data: bytes) -> bytes:
    return data[: len(data) // 3] + bytes(len(data) // 6) + data[len(data) // 2 :]


DAMAGE = {
    "cut in half": _cut_short,
    "first kilobyte alone": lambda data: data[:1024],
    "first bytes alone": lambda data: data[:16],
    "beginning gone": lambda data: data[2048:],
    "last bytes gone": lambda data: data[:-64],
    "scratched": _scratched,
    "holed": _holed,
    "all zeros": lambda data: bytes(len(data)),
    "backwards": lambda data: data[::-1],
}


def _noisy(data: bytes, share: float) -> bytes:
    """Some random bytes are changed."""
    random, bad = np.random.default_rng(4), np.frombuffer(data, np.uint8).copy()
    wrong = random.random(len(bad)) < share
    bad[wrong] = random.integers(0, 256, int(wrong.sum()))
    return bad.tobytes()


def _renamed(data: bytes, *names: bytes) -> bytes:
    """Boxes or elements with unknown names."""
    for name in names:
        data = data.replace(name, b"x" * len(name))
    return data


MORE_DAMAGE = {
    "a byte in ten thousand": lambda data: _noisy(data, 1e-4),
    "a byte in a hundred": lambda data: _noisy(data, 1e-2),
    "every other byte gone": lambda data: data[::2],
    "middle cut out": lambda data: data[: len(data) // 3] + data[len(data) // 2 :],
    "halves swapped": lambda data: data[len(data) // 2 :] + data[: len(data) // 2],
    "twice over": lambda data: data + data,
    "zeros behind": lambda data: data + bytes(9999),
    "noise behind": lambda data: data + _noisy(bytes(9999), 1.0),
    "words in front": lambda data: b"Here is the film you asked for:\n" + data,
    "nine tenths": lambda data: data[: len(data) * 9 // 10],
    "no index": lambda data: _renamed(data, b"moov", b"\x1c\x53\xbb\x6b"),
    "no pictures": lambda data: _renamed(data, b"mdat", b"\x1f\x43\xb6\x75"),
    "no sizes": lambda data: _renamed(data, b"stsz", b"stco", b"\xae"),
    "no codec": lambda data: _renamed(data, b"avc1", b"V_MPEG4/ISO/AVC"),
}

_EVERYWHERE = [(suffix, name) for suffix in (".mp4", ".mkv", ".ts", ".avi", ".webm") for name in DAMAGE]

_IN_TWO = [(suffix, name) for suffix in (".mp4", ".mkv") for name in MORE_DAMAGE]


@pytest.mark.parametrize(("suffix", "damage"), [*_EVERYWHERE, *_IN_TWO])
def test_a_damaged_film_is_finished_or_refused_in_one_sentence(tmp_path: Path, suffix: str, damage: str):
    codec, sound = ("libvpx", "libopus") if suffix == ".webm" else ("libx264", "aac")
    sound = None if suffix == ".webm" else sound
    whole = make_film(
        tmp_path / f"whole{suffix}", codec=codec, sound=sound, times=range(30), options={"g": "10"}
    )
    bad = tmp_path / f"bad{suffix}"
    bad.write_bytes((DAMAGE | MORE_DAMAGE)[damage](whole.read_bytes()))
    writer = refused = None
    try:
        writer = paint_film(bad, tmp_path / "out.mkv", QUICK)
    except AutochromeError as error:
        refused = error
    if refused is not None:
        assert isinstance(refused, NotAFilm | FilmDamaged)
        assert str(refused).startswith(str(bad))
        assert str(refused).endswith(".")
        assert "\n" not in str(refused)
        assert {path.name for path in tmp_path.iterdir()} == {whole.name, bad.name}
    else:
        assert 1 <= len(shown(tmp_path / "out.mkv")) <= 62
        assert writer.target.is_file()


def test_files_that_are_not_films(tmp_path: Path):
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("not a film\n" * 99)
    (tmp_path / "folder.mp4").mkdir()
    with av.open(str(tmp_path / "tone.m4a"), "w", format="mp4") as film:
        stream = film.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = 44100, 0
        film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
    for name, error in {
        "nowhere.mp4": InputMissing,
        "empty.mp4": InputEmpty,
        "folder.mp4": InputUnreadable,
        "text.mp4": NotAFilm,
        "tone.m4a": NotAFilm,
    }.items():
        with pytest.raises(error, match=name):
            open_film(tmp_path / name)


def test_a_film_without_frames_is_an_error(tmp_path: Path):
    with av.open(str(tmp_path / "none.mkv"), "w") as film:
        video = film.add_stream("ffv1", rate=25)
        video.width = video.height = 16
        film.start_encoding()
    with pytest.raises((FilmDamaged, NotAFilm), match="none"):
        open_film(tmp_path / "none.mkv")


def test_a_wrong_name_does_not_matter(tmp_path: Path):
    source = make_film(tmp_path / "in.mkv", times=range(4), sound=None)
    source.rename(tmp_path / "in.mp4")
    paint_film(tmp_path / "in.mp4", tmp_path / "out.mkv", LOSSLESS)
    assert len(shown(tmp_path / "out.mkv")) == 4


def test_a_film_that_changes_its_size_ends_there_with_a_note(tmp_path: Path):
    small = make_film(tmp_path / "a.ts", size=(48, 64), sound=None, times=range(10))
    large = make_film(tmp_path / "b.ts", size=(96, 128), sound=None, times=range(10, 20))
    (tmp_path / "both.ts").write_bytes(small.read_bytes() + large.read_bytes())
    with open_film(tmp_path / "both.ts") as film:
        assert len(list(film)) == 10
        assert any("change their size" in loss for loss in film.losses)


def test_broken_packets_are_counted(tmp_path: Path):
    source = make_film(tmp_path / "in.mkv", times=range(30), sound=None, options={"g": "1"})
    data = bytearray(source.read_bytes())
    places = [p for _, p in packets(source, "video")]
    start = bytes(data).index(places[10][:40])
    data[start : start + len(places[10])] = os.urandom(8) + bytes(len(places[10]) - 8)
    (tmp_path / "bad.mkv").write_bytes(bytes(data))
    with open_film(tmp_path / "bad.mkv") as film:
        assert 28 <= len(list(film)) <= 30
        assert film.losses
