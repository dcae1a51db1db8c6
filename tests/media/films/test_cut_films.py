"""A film that was cut short, or lost frames inside, is finished as far as it goes, and says what is missing."""

from pathlib import Path

import pytest

from autochrome.media.films import open_film
from autochrome.media.films.container_end import find_cut
from ffmpeg_tools import make_foreign, probe

H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "10", "-c:a", "aac")
FILMS: dict[str, tuple[str, ...]] = {
    "a.mkv": ("-c:v", "ffv1", "-c:a", "flac"),
    "a.webm": ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"),
    "a.avi": ("-c:v", "mpeg4", "-bf", "2", "-c:a", "mp3"),
    "a.ogv": ("-c:v", "libtheora", "-c:a", "libvorbis"),
    "a.m2ts": H264,
    "a.ts": H264,
    "a.mpg": ("-c:v", "mpeg2video", "-c:a", "mp2"),
    "pieces.mp4": (*H264, "-movflags", "+frag_keyframe+empty_moov"),
    "a.mp4": (*H264, "-movflags", "+faststart"),
    "a.flv": H264,
    "a.dv": ("-target", "pal-dv", "-s", "720x576"),
    "a.mxf": ("-c:v", "mpeg2video"),
    "a.wmv": ("-c:v", "wmv2", "-c:a", "wmav2"),
    "a.gif": (),
    "a.h264": H264[:-2],
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("whole")
    return {name: make_foreign(folder / name, *words, size="320x240") for name, words in FILMS.items()}


def _read(path: Path) -> tuple[int, tuple[str, ...]]:
    """How many frames can be read, and what is missing."""
    with open_film(path) as film:
        return sum(1 for _ in film), film.losses


def _count_repeated(path: Path) -> int:
    """Theora stores an empty packet where the frame before is shown once more."""
    return 25 - int(probe(path, "-show_streams", "-count_frames")["streams"][0]["nb_read_frames"])


@pytest.mark.parametrize("name", FILMS)
def test_a_whole_film_lacks_nothing(whole: dict[str, Path], name: str):
    frames = 25 - (name == "a.ogv") * _count_repeated(whole[name])
    assert _read(whole[name]) == (frames, ())


@pytest.mark.parametrize("name", FILMS)
@pytest.mark.parametrize("part", [0.5, 0.77])
def test_a_film_that_was_cut_short_says_so(tmp_path: Path, whole: dict[str, Path], name: str, part: float):
    """Transport streams are cut between two packets, where nothing but the last frame can tell."""
    data = whole[name].read_bytes()
    size = int(len(data) * part)
    size -= size % {".m2ts": 192, ".ts": 188}.get(whole[name].suffix, 1)
    cut = tmp_path / name
    cut.write_bytes(data[:size])
    frames, losses = _read(cut)
    assert frames > 0
    assert any("cut short" in loss for loss in losses)
    if name in ("a.mkv", "a.webm", "a.avi", "a.flv", "a.mxf"):
        assert any("of 1.0 s are missing" in loss or "of 1.1 s are missing" in loss for loss in losses)


def test_the_end_of_a_file_tells(tmp_path: Path):
    """Files of a few bytes, and other things behind a film, are no reason to complain or to fail."""
    for name in (
        "mov",
        "matroska,webm",
        "avi",
        "ogg",
        "mpegts",
        "mpeg",
        "flv",
        "dv",
        "mxf",
        "asf",
        "gif",
        "?",
    ):
        for size in (0, 1, 5, 20, 300):
            (tmp_path / "few").write_bytes(bytes(range(256))[:size] * 2)
            find_cut(tmp_path / "few", name)


def test_words_behind_an_mp4_are_no_cut(tmp_path: Path, whole: dict[str, Path]):
    (tmp_path / "more.mp4").write_bytes(whole["a.mp4"].read_bytes() + bytes(9999))
    assert _read(tmp_path / "more.mp4") == (25, ())


def test_a_hole_in_a_film_is_named(tmp_path: Path, whole: dict[str, Path]):
    """Zeros in the middle of Matroska: FFmpeg goes on at the next cluster and says nothing."""
    data = bytearray(whole["a.mkv"].read_bytes())
    middle = len(data) // 2
    data[middle : middle + len(data) // 8] = bytes(len(data) // 8)
    (tmp_path / "holed.mkv").write_bytes(bytes(data))
    with open_film(tmp_path / "holed.mkv") as film:
        assert sum(1 for _ in film) < 25
        assert film.losses or film.notes


def test_a_variable_frame_rate_has_no_gaps(tmp_path: Path):
    words = ("-vf", "setpts='(N*0.04+0.008*mod(N,4))/TB'", "-fps_mode", "vfr", "-c:v", "ffv1")
    source = make_foreign(tmp_path / "in.mkv", *words)
    with open_film(source) as film:
        assert sum(1 for _ in film) == 25
        assert not film.losses
        assert not film.notes
