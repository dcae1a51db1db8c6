"""Files whose pieces do not fit each other: FFmpeg skips the damaged ones, and we say where they are."""

import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from autochrome.media.films import open_film
from autochrome.media.films.structure import find_break
from autochrome.media.films.structure.pieces import FileBytes
from ffmpeg_tools import make_foreign

X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "5")
FILMS: dict[str, tuple[str, ...]] = {
    "a.mkv": ("-c:v", "ffv1", "-g", "1", "-c:a", "flac"),
    "a.webm": ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"),
    "a.avi": ("-c:v", "mjpeg", "-c:a", "pcm_s16le"),
    "a.ogv": ("-c:v", "libtheora", "-c:a", "libvorbis"),
    "a.flv": (*X264, "-c:a", "aac"),
    "a.wmv": ("-c:v", "wmv2", "-c:a", "wmav2"),
    "a.mxf": ("-c:v", "mpeg2video", "-g", "1"),
    "a.gif": (),
    "a.ts": X264,
    "a.mov": (*X264, "-g", "1"),
}


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("films")
    return {name: make_foreign(folder / name, *words, size="96x64") for name, words in FILMS.items()}


def _read(path: Path) -> tuple[int, tuple[str, ...]]:
    with open_film(path) as film:
        return sum(1 for _ in film), film.losses


def _damaged(path: Path, folder: Path, change: Callable[[bytearray], bytearray]) -> Path:
    damaged = folder / path.name
    damaged.write_bytes(change(bytearray(path.read_bytes())))
    return damaged


def _names_a_place(losses: tuple[str, ...]) -> bool:
    return any("damaged from byte" in loss for loss in losses)


@pytest.mark.parametrize("name", [name for name in FILMS if name not in ("a.ts", "a.mov")])
def test_a_missing_piece_is_a_loss(tmp_path: Path, films: dict[str, Path], name: str):
    """FFmpeg finds its way behind the hole, and gives fewer frames without an error."""

    def cut(data: bytearray) -> bytearray:
        start = len(data) // 2
        del data[start : start + min(1500, len(data) // 8)]
        return data

    frames, losses = _read(_damaged(films[name], tmp_path, cut))
    assert frames
    assert _names_a_place(losses)


@pytest.mark.parametrize("name", [name for name in FILMS if name != "a.mov"])
def test_a_film_that_was_only_cut_is_not_damaged(tmp_path: Path, films: dict[str, Path], name: str):
    """`container_end` says that it is cut."""
    size = films[name].stat().st_size // 3 * 2
    frames, losses = _read(_damaged(films[name], tmp_path, lambda data: data[: size - size % 188]))
    assert frames
    assert not _names_a_place(losses)


def test_a_whole_missing_page_of_ogg(tmp_path: Path, films: dict[str, Path]):
    """Each page that is left is sound: only their numbers tell."""

    def without_page(data: bytearray) -> bytearray:
        start = data.index(b"OggS", len(data) // 2)
        del data[start : data.index(b"OggS", start + 4)]
        return data

    assert _names_a_place(_read(_damaged(films["a.ogv"], tmp_path, without_page))[1])


def test_a_whole_missing_packet_of_asf(tmp_path: Path, films: dict[str, Path]):
    def without_packet(data: bytearray) -> bytearray:
        header = int.from_bytes(data[16:24], "little")
        start = header + 50 + 3200  # the second packet
        del data[start : start + 3200]
        data[header + 16 : header + 24] = struct.pack(
            "<Q", int.from_bytes(data[header + 16 : header + 24], "little") - 3200
        )
        return data

    assert _names_a_place(_read(_damaged(films["a.wmv"], tmp_path, without_packet))[1])


def test_an_object_of_asf_whose_pieces_differ_in_its_size(tmp_path: Path):
    """FFmpeg drops it without an error."""
    source = make_foreign(tmp_path / "in.wmv", "-c:v", "wmv2", "-q:v", "2", size="320x240")

    def change(data: bytearray) -> bytearray:
        size = data[int.from_bytes(data[16:24], "little") + 50 + 3200 :].index(
            b"\x08"
        )  # of the data it repeats
        place = int.from_bytes(data[16:24], "little") + 50 + 3200 + size + 1
        data[place] ^= 1
        return data

    assert _names_a_place(_read(_damaged(source, tmp_path, change))[1])


def test_two_pictures_of_gif_that_became_one(tmp_path: Path, films: dict[str, Path]):
    """The chains of sub-blocks fit, and the data are those of two pictures."""

    def join(data: bytearray) -> bytearray:
        control = b"\x21\xf9\x04"
        second = data.index(control, data.index(control) + 8)
        third = data.index(control, second + 8)
        del data[second + 8 + 10 + 1 + 256 : third + 8 + 10 + 1 + 256]  # behind the first sub-block of each
        return data

    frames, losses = _read(_damaged(films["a.gif"], tmp_path, join))
    assert frames == 24
    assert _names_a_place(losses)


def test_a_gif_that_goes_on_after_its_end(tmp_path: Path, films: dict[str, Path]):
    def end_early(data: bytearray) -> bytearray:
        middle = data.index(b"\x21\xf9\x04", len(data) // 2)
        data[middle:middle] = b"\x3b"
        return data

    frames, losses = _read(_damaged(films["a.gif"], tmp_path, end_early))
    assert frames < 25
    assert _names_a_place(losses)


def test_words_behind_a_gif_are_no_damage(tmp_path: Path, films: dict[str, Path]):
    (tmp_path / "a.gif").write_bytes(films["a.gif"].read_bytes() + bytes(3))
    assert _read(tmp_path / "a.gif") == (25, ())
    assert find_break(_damaged(films["a.gif"], tmp_path, lambda data: data + b"some words"), "gif") is None


def test_a_table_of_mov_that_lacks_frames(tmp_path: Path, films: dict[str, Path]):
    """The table of sizes has 20 frames, that of times 25."""

    def shorten(data: bytearray) -> bytearray:
        sizes = data.index(b"stsz")
        data[sizes + 12 : sizes + 16] = struct.pack(">I", 20)
        return data

    frames, losses = _read(_damaged(films["a.mov"], tmp_path, shorten))
    assert (frames, losses) == (20, ("frames that cannot be decoded and are missing: 5",))


def test_lost_packets_of_a_transport_stream(tmp_path: Path, films: dict[str, Path]):
    """Two packets are missing: their counters tell."""

    def lose(data: bytearray) -> bytearray:
        start = len(data) // 2 // 188 * 188
        del data[start : start + 2 * 188]
        return data

    losses = _read(_damaged(films["a.ts"], tmp_path, lose))[1]
    assert any("packets that are not whole" in loss for loss in losses)


def test_a_film_without_its_first_key_frame(tmp_path: Path, films: dict[str, Path]):
    """The first block of Matroska becomes empty space."""
    source = make_foreign(tmp_path / "in.mkv", *X264, "-x264-params", "open-gop=0:scenecut=0")
    data = bytearray(source.read_bytes())
    first = data.index(b"\xa3", data.index(b"\x1f\x43\xb6\x75"))
    data[first] = 0xEC
    (tmp_path / "late.mkv").write_bytes(bytes(data))
    assert any("begins without a key frame" in loss for loss in _read(tmp_path / "late.mkv")[1])


def test_one_gap_in_a_short_film_is_named(tmp_path: Path):
    """One of ten frames is missing: too few for a share of all frames to say that the rate is constant."""
    words = ("-vf", "select='not(eq(n,4))'", "-fps_mode", "vfr", "-c:v", "ffv1")
    with open_film(make_foreign(tmp_path / "gap.mkv", *words, seconds=0.4)) as film:
        assert sum(1 for _ in film) == 9
        assert any(note.startswith("gaps in the times of the frames: 1,") for note in film.notes)


def test_each_frame_behind_a_broken_last_packet_is_kept(tmp_path: Path):
    """The decoder reports an error and gives frames at once: the error counts, and the frames come out."""
    source = make_foreign(tmp_path / "in.mp4", "-c:v", "mpeg4", "-bf", "2", "-g", "50", seconds=0.48)
    with open_film(source) as film:
        assert sum(1 for _ in film) == 12
    data = bytearray(source.read_bytes())
    last = data.rindex(b"\0\0\1\xb6", 0, data.index(b"moov"))
    data[last : last + 20] = bytes(20)
    (tmp_path / "a.mp4").write_bytes(bytes(data))
    assert _read(tmp_path / "a.mp4")[0] == 11
    assert "broken packets that are left out: 1" in _read(tmp_path / "a.mp4")[1]


@pytest.mark.parametrize("container", ["avi", "asf", "matroska", "webm", "flv"])
def test_a_film_that_was_written_into_a_pipe_is_whole(tmp_path: Path, container: str):
    """Its sizes and counts are unknown, or nonsense."""
    codec = {"avi": "mpeg4", "asf": "wmv2", "flv": "flv"}.get(container, "libvpx")
    words = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=96x64:r=25:d=1", "-c:v", codec]
    made = subprocess.run([*words, "-f", container, "-"], check=True, capture_output=True).stdout
    (tmp_path / "film").write_bytes(made)
    assert _read(tmp_path / "film") == (25, ())


@pytest.mark.parametrize("name", ["asf", "avi", "flv", "gif", "matroska", "mxf", "ogg", "?"])
def test_files_of_a_few_bytes(tmp_path: Path, name: str):
    for size in (0, 1, 5, 20, 300):
        (tmp_path / "few").write_bytes(bytes(range(256))[:size] * 2)
        find_break(tmp_path / "few", name)


def test_bytes_of_a_file(tmp_path: Path):
    """Places across the windows, behind the end, and a mark that lies in two windows."""
    data = bytes(70_000) + b"mark" + bytes(100)
    (tmp_path / "file").write_bytes(data)
    with (tmp_path / "file").open("rb", buffering=0) as file:
        read = FileBytes(file, len(data))
        assert read.at(69_998, 4) == b"\0\0ma"
        assert read.at(len(data) - 2, 1 << 60) == b"\0\0"
        assert read.at(len(data) + 5, 3) == b""
        assert read.find(b"mark", 70_000 - 65_536 + 2) == 70_000
        assert read.find(b"mark", 70_001) is None
        with pytest.raises(IndexError):
            read.byte(len(data))


def test_a_packet_that_gives_no_frame(tmp_path: Path):
    """A flag says that nothing is in it, but it is as large as a frame; the decoder reports no error."""
    source = make_foreign(
        tmp_path / "in.mp4", "-c:v", "mpeg4", "-bf", "2", "-q:v", "2", size="320x240", seconds=0.48
    )
    data = bytearray(source.read_bytes())
    last = data.rindex(b"\0\0\1\xb6", 0, data.index(b"moov"))
    bits = int.from_bytes(data[last + 4 : last + 12], "big")
    # Two bits of type, one that ends the seconds, a marker, the ticks, a marker, and the flag.
    size = (25 - 1).bit_length()
    place = 63 - (2 + 1 + 1 + size + 1)
    assert bits >> place & 1
    data[last + 4 : last + 12] = (bits & ~(1 << place)).to_bytes(8, "big")
    (tmp_path / "a.mp4").write_bytes(bytes(data))
    frames, losses = _read(tmp_path / "a.mp4")
    assert frames == 11
    assert "frames that cannot be decoded and are missing: 1" in losses
