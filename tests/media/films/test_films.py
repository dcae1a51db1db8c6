"""A film goes through unharmed: Y′ bit for bit, every time, every byte of sound, and whatever else it carried."""

import os
import signal
import subprocess
import sys
from fractions import Fraction
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
    OutputExists,
    OutputNotWritable,
    SameFile,
    UsageError,
)
from autochrome.media.films import FilmWriter, create_film, open_film
from autochrome.options import FilmOptions
from filmmaking import decoded, make_film, noise, packets, picture, shown

LOSSLESS = FilmOptions(codec="ffv1")
QUICK = FilmOptions(preset="ultrafast")


def tint(source: Path, target: Path, options: FilmOptions = QUICK, *, shift: int = 9, **more) -> FilmWriter:
    """The whole way with one colour for all frames."""
    with open_film(source) as film, create_film(target, film, options, **more) as writer:
        depth = writer.plan.depth
        code = (1 << (depth - 1)) + shift
        plane = np.full(writer.chroma_shape, code, np.uint8 if depth == 8 else np.uint16)
        for frame in film:
            if writer.holds(frame.index):
                writer.pass_by(frame)
            else:
                writer.write(frame, plane, plane)
                writer.cut()
    return writer


KINDS = ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le", "gray", "gray10le"]


@pytest.mark.parametrize("size", [(48, 64), (47, 63), (33, 18)], ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_lightness_goes_through_bit_for_bit(tmp_path: Path, kind: str, size: tuple[int, int]):
    source = make_film(tmp_path / "in.mkv", codec="ffv1", kind=kind, size=size, times=range(4), sound=None)
    tint(source, tmp_path / "out.mkv", LOSSLESS)
    before, after = decoded(source), decoded(tmp_path / "out.mkv")
    assert len(before) == len(after) == 4
    depth = 10 if "10" in kind else 8
    for old, new in zip(before, after, strict=True):
        assert np.array_equal(old[0], new[0])
        assert (new[1] == (1 << (depth - 1)) + 9).all()
        assert (new[2] == (1 << (depth - 1)) + 9).all()
        if len(old) == 3:
            assert old[1].shape == new[1].shape


@pytest.mark.parametrize("kind", ["yuvj420p", "yuv411p", "yuv410p", "yuv440p", "nv12", "yuyv422"])
def test_unusual_planes_keep_their_lightness(tmp_path: Path, kind: str):
    codec = {"yuvj420p": "mjpeg", "yuv411p": "ffv1", "yuv410p": "ffv1", "yuv440p": "ffv1"}.get(
        kind, "rawvideo"
    )
    source = make_film(tmp_path / "in.mkv", codec=codec, kind=kind, times=range(3), sound=None)
    with open_film(source) as film:
        before = [frame.y_plane.copy() for frame in film]
        assert film.facts.plane_format.full == (kind == "yuvj420p")
    tint(source, tmp_path / "out.mkv", LOSSLESS)
    assert all(np.array_equal(a, b[0]) for a, b in zip(before, decoded(tmp_path / "out.mkv"), strict=True))
    with open_film(tmp_path / "out.mkv") as film:
        assert film.facts.plane_format.full == (kind == "yuvj420p")


def test_a_lossless_mp4_keeps_lightness_and_sound_and_times(tmp_path: Path):
    source = make_film(tmp_path / "in.mp4")
    tint(source, tmp_path / "out.mp4", FilmOptions(crf=0, preset="ultrafast"))
    assert all(
        np.array_equal(a[0], b[0])
        for a, b in zip(decoded(source), decoded(tmp_path / "out.mp4"), strict=True)
    )
    assert shown(tmp_path / "out.mp4") == shown(source)
    assert packets(tmp_path / "out.mp4", "audio") == packets(source, "audio")


TIMES = {
    "constant": (list(range(30)), Fraction(1, 25)),
    "NTSC": ([n * 1001 for n in range(30)], Fraction(1, 30000)),
    "variable": ([0, 1, 5, 6, 7, 30, 31, 60, 61, 62, 90, 91], Fraction(1, 1000)),
    "late": ([90000 + n * 3003 for n in range(20)], Fraction(1, 90000)),
    "gaps": ([*range(0, 10), *range(100, 110), *range(500, 505)], Fraction(1, 24)),
    "one frame": ([0], Fraction(1, 25)),
    "two late frames": ([1000, 1040], Fraction(1, 1000)),
}


@pytest.mark.parametrize("name", TIMES)
@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
def test_times_are_kept_exactly(tmp_path: Path, name: str, suffix: str):
    times, base = TIMES[name]
    source = make_film(tmp_path / f"in{suffix}", times=times, base=base, sound=None)
    tint(source, tmp_path / f"out{suffix}", FilmOptions(preset="medium"))
    assert shown(tmp_path / f"out{suffix}") == shown(source)
    assert len(shown(source)) == len(times)
    with av.open(str(source)) as old, av.open(str(tmp_path / f"out{suffix}")) as new:
        assert old.streams.video[0].time_base == new.streams.video[0].time_base


@pytest.mark.parametrize("name", TIMES)
@pytest.mark.parametrize("codec", ["ffv1", "h264", "vp9"])
def test_times_in_matroska_are_kept_exactly(tmp_path: Path, name: str, codec: str):
    times, base = TIMES[name]
    source = make_film(tmp_path / "in.mkv", times=times, base=base, sound=None)
    writer = tint(source, tmp_path / "out.mkv", FilmOptions(codec=codec, preset="ultrafast"))
    assert shown(tmp_path / "out.mkv") == shown(source)
    assert not writer.notes


def test_matroska_says_that_it_rounds_times(tmp_path: Path):
    source = make_film(tmp_path / "in.mp4", times=[n * 1001 for n in range(8)], base=Fraction(1, 30000))
    writer = tint(source, tmp_path / "out.mkv")
    assert any("thousandths" in note for note in writer.notes)
    off = [abs(a - b) for a, b in zip(shown(source), shown(tmp_path / "out.mkv"), strict=True)]
    assert max(off) <= Fraction(1, 2000)


def test_parts_join_without_a_seam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Every frame its own cut: as many parts as can be, B-frames in each, and still one film."""
    monkeypatch.setattr("autochrome.media.films.writer._PART_SECONDS", 0.2)
    source = make_film(tmp_path / "in.mp4", times=range(40))
    tint(source, tmp_path / "out.mp4", FilmOptions(crf=0, preset="medium"))
    assert shown(tmp_path / "out.mp4") == shown(source)
    assert all(
        np.array_equal(a[0], b[0])
        for a, b in zip(decoded(source), decoded(tmp_path / "out.mp4"), strict=True)
    )


def test_everything_beside_the_pictures_is_carried(tmp_path: Path):
    source = make_film(
        tmp_path / "in.mkv",
        subtitles=True,
        chapters=True,
        words={"title": "A day in town", "comment": "reel two"},
    )
    tint(source, tmp_path / "out.mkv", words={"colours": "by software"})
    for kind in ("audio", "subtitle"):
        assert packets(tmp_path / "out.mkv", kind) == packets(source, kind)
        assert packets(source, kind)
    with av.open(str(tmp_path / "out.mkv")) as film:
        words = {key.lower(): value for key, value in film.metadata.items()}
        assert words["title"] == "A day in town"
        assert words["comment"] == "reel two"
        assert words["colours"] == "by software"
        assert [c["metadata"]["title"] for c in film.chapters()] == ["first", "second"]
        assert [float(c["start"] * c["time_base"]) for c in film.chapters()] == [0, 0.2]


def test_an_attachment_is_carried(tmp_path: Path):
    source = tmp_path / "in.mkv"
    with av.open(str(source), "w") as film:
        video = film.add_stream("ffv1", rate=25)
        video.width = video.height = 16
        film.add_attachment("letters.ttf", "application/x-truetype-font", b"letters" * 99)
        film.mux(video.encode(picture(16, 16, "yuv420p")))
        film.mux(video.encode(None))
    tint(source, tmp_path / "out.mkv", LOSSLESS)
    with av.open(str(tmp_path / "out.mkv")) as film:
        (kept,) = [s for s in film.streams if s.type == "attachment"]
        assert kept.name == "letters.ttf"
        assert kept.data == b"letters" * 99


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_picture_stays_turned(tmp_path: Path, turn: int):
    source = make_film(tmp_path / "in.mp4", turn=turn, sound=None)
    tint(source, tmp_path / "out.mp4")
    with open_film(source) as old, open_film(tmp_path / "out.mp4") as new:
        assert old.facts.matrix_display == new.facts.matrix_display
        assert old.facts.turn == new.facts.turn == turn


def test_what_does_not_fit_is_said(tmp_path: Path):
    source = make_film(tmp_path / "in.mkv", subtitles=True)
    writer = tint(source, tmp_path / "out.mp4")
    (note,) = [note for note in writer.notes if "left out" in note]
    assert "subtitles" in note
    assert len(packets(tmp_path / "out.mp4", "audio")) == len(packets(source, "audio"))


@pytest.mark.parametrize(("matrix", "number"), [("bt709", 1), ("bt601", 6), ("bt2020", 9)])
@pytest.mark.parametrize("full", [False, True])
def test_colour_tags_are_read_and_written(tmp_path: Path, matrix: str, number: int, full: bool):
    tags = {
        "colorspace": number,
        "color_range": 2 if full else 1,
        "color_primaries": number,
        "color_trc": 6 if number == 6 else 1,
    }
    source = make_film(tmp_path / "in.mp4", settings=tags, sound=None, times=range(3))
    tint(source, tmp_path / "out.mp4")
    for path in (source, tmp_path / "out.mp4"):
        with open_film(path) as film:
            assert film.facts.plane_format.matrix == matrix
            assert film.facts.plane_format.full == full
            assert film.facts.primaries == number
            assert film.facts.transfer == tags["color_trc"]


def test_interlaced_stays_interlaced(tmp_path: Path):
    flags = av.codec.context.Flags.interlaced_dct | av.codec.context.Flags.interlaced_me
    source = make_film(
        tmp_path / "in.mp4",
        options={"x264-params": "interlaced=1:tff=1"},
        settings={"flags": int(flags)},
        sound=None,
    )
    tint(source, tmp_path / "out.mp4")
    for path in (source, tmp_path / "out.mp4"):
        with open_film(path) as film:
            assert film.facts.interlaced
            assert all(frame.interlaced for frame in film)


def test_rgb_turns_into_planes_with_the_right_matrix(tmp_path: Path):
    """A green field: Y′ is green's share of it."""
    frame = av.VideoFrame.from_ndarray(np.full((16, 16, 3), (0, 255, 0), np.uint8), format="rgb24")
    with av.open(str(tmp_path / "in.mkv"), "w") as film:
        video = film.add_stream("ffv1", rate=25)
        video.width, video.height, video.pix_fmt = 16, 16, "bgr0"
        film.mux(video.encode(frame.reformat(format="bgr0")))
        film.mux(video.encode(None))
    with open_film(tmp_path / "in.mkv") as film:
        (only,) = list(film)
    assert film.facts.plane_format.matrix == "bt601"
    assert abs(int(only.y_plane[8, 8]) - (16 + 219 * 0.587)) <= 1


@pytest.mark.parametrize(
    ("codec", "suffix", "kind"),
    [
        ("h264", ".mp4", "yuv420p"),
        ("hevc", ".mp4", "yuv420p10le"),
        ("hevc", ".mkv", "yuv420p"),
        ("prores", ".mov", "yuv422p10le"),
        ("vp9", ".webm", "yuv420p"),
        ("ffv1", ".mkv", "yuv420p"),
    ],
)
def test_every_codec_is_written_and_near(tmp_path: Path, codec: str, suffix: str, kind: str):
    base = np.add.outer(np.arange(64), np.arange(96)).astype(np.uint8) + 40
    source = make_film(
        tmp_path / "in.mkv",
        codec="ffv1",
        size=(64, 96),
        lights=[np.roll(base, n, 1) for n in range(5)],
        times=range(5),
        sound=None,
    )
    options = FilmOptions(codec=codec, preset="ultrafast", pixel_format=kind)
    writer = tint(source, tmp_path / f"out{suffix}", options)
    assert writer.plan.pixel_format == kind
    assert len(shown(tmp_path / f"out{suffix}")) == 5
    shift = 2 if "10" in kind else 0
    for old, new in zip(decoded(source), decoded(tmp_path / f"out{suffix}"), strict=True):
        assert np.abs((new[0] >> shift).astype(int) - old[0]).mean() < 3
        assert abs(float(new[1].mean()) - (128 << shift) - 9) < 3 << shift


def test_like_takes_the_codec_of_the_original(tmp_path: Path):
    source = make_film(tmp_path / "in.mkv", codec="ffv1", sound=None)
    assert tint(source, tmp_path / "out.mkv", FilmOptions(codec="like")).plan.codec.encoder == "ffv1"


def test_deeper_light_than_the_codec_takes_is_said(tmp_path: Path):
    source = make_film(tmp_path / "in.mkv", codec="ffv1", kind="gray16le", sound=None)
    writer = tint(source, tmp_path / "out.mp4", FilmOptions(crf=0, preset="ultrafast"))
    assert any("rounded" in note for note in writer.notes)
    for old, new in zip(decoded(source), decoded(tmp_path / "out.mp4"), strict=True):
        assert np.abs(new[0].astype(int) * 64 - old[0]).mean() <= 128  # ten bits are not lossless at crf 0


def test_an_odd_size_goes_into_h264(tmp_path: Path):
    source = make_film(tmp_path / "in.mkv", codec="ffv1", size=(47, 63), sound=None)
    writer = tint(source, tmp_path / "out.mp4", FilmOptions(crf=0, preset="ultrafast"))
    assert any("odd" in note for note in writer.notes)
    assert all(
        np.array_equal(a[0], b[0])
        for a, b in zip(decoded(source), decoded(tmp_path / "out.mp4"), strict=True)
    )


# — what goes wrong —


def tint_until(source: Path, target: Path, last: int, error: BaseException, **more) -> None:
    """Begin a film, and fail after some frames."""
    with open_film(source) as film, create_film(target, film, QUICK, **more) as writer:
        plane = np.full(writer.chroma_shape, 137, np.uint8)
        for frame in film:
            writer.write(frame, plane, plane)
            writer.cut()
            if frame.index == last:
                raise error


def test_an_error_leaves_nothing(tmp_path: Path):
    source = make_film(tmp_path / "in.mp4")
    with pytest.raises(RuntimeError, match="mine"):
        tint_until(source, tmp_path / "out.mp4", 5, RuntimeError("mine"))
    assert {path.name for path in tmp_path.iterdir()} == {"in.mp4"}


def test_work_goes_on_where_it_was_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A process is killed without a word; the same call goes on and the film is the one an undisturbed call makes."""
    source = make_film(tmp_path / "in.mp4", times=range(60))
    code = (
        "import os, signal, sys; sys.path[:0] = [{tests!r}]\n"
        "import autochrome.media.films.writer as writing\n"
        "writing._PART_SECONDS = 0.4\n"
        "import numpy as np\n"
        "from autochrome.media.films import create_film, open_film\n"
        "from autochrome.options import FilmOptions\n"
        "with open_film({source!r}) as film, "
        "create_film({target!r}, film, FilmOptions(preset='ultrafast')) as writer:\n"
        "    plane = np.full(writer.chroma_shape, 137, np.uint8)\n"
        "    for frame in film:\n"
        "        writer.write(frame, plane, plane); writer.cut()\n"
        "        if frame.index == 40: os.kill(os.getpid(), signal.SIGKILL)\n"
    ).format(tests=str(Path(__file__).parents[1]), source=str(source), target=str(tmp_path / "out.mp4"))
    assert subprocess.run([sys.executable, "-c", code]).returncode == -signal.SIGKILL
    assert not (tmp_path / "out.mp4").exists()
    monkeypatch.setattr("autochrome.media.films.writer._PART_SECONDS", 0.4)
    with open_film(source) as film:
        resumed = create_film(tmp_path / "out.mp4", film, QUICK)
        assert 20 <= sum(resumed.holds(n) for n in range(60)) < 41
    tint(source, tmp_path / "out.mp4")
    tint(source, tmp_path / "whole.mp4")
    assert packets(tmp_path / "out.mp4", "video") == packets(tmp_path / "whole.mp4", "video")
    assert {path.name for path in tmp_path.iterdir()} == {"in.mp4", "out.mp4", "whole.mp4"}


def test_parts_of_another_job_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("autochrome.media.films.writer._PART_SECONDS", 0.4)
    source = make_film(tmp_path / "in.mp4", times=range(60))
    target = tmp_path / "out.mp4"
    with pytest.raises(KeyboardInterrupt):
        tint_until(source, target, 40, KeyboardInterrupt(), job={"vivid": 1})
    with open_film(source) as film:
        assert create_film(target, film, QUICK, job={"vivid": 1}).holds(0)
        assert not create_film(target, film, QUICK, job={"vivid": 2}).holds(0)
        assert not create_film(target, film, QUICK, job={"vivid": 1}).holds(0)


def test_places_that_will_not_do(tmp_path: Path):
    source = make_film(tmp_path / "in.mp4", times=range(3), sound=None)
    (tmp_path / "there.mp4").write_bytes(b"old")
    with open_film(source) as film:
        for name, error in {
            "in.mp4": SameFile,
            "there.mp4": OutputExists,
            "no/such/folder.mp4": OutputNotWritable,
            "out.avi": OutputNotWritable,
            "out": OutputNotWritable,
        }.items():
            with pytest.raises(error, match=name):
                create_film(tmp_path / name, film)
        with pytest.raises(UsageError, match="webm"):
            create_film(tmp_path / "out.webm", film, FilmOptions(codec="h264"))
        with pytest.raises(UsageError, match="yuv420p"):
            create_film(tmp_path / "out.mp4", film, FilmOptions(pixel_format="rgb24"))
    assert (tmp_path / "there.mp4").read_bytes() == b"old"


def _cut_short(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _scratched(data: bytes) -> bytes:
    """Noise over stretches of the middle."""
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
    """Some bytes, anywhere, are others."""
    random, bad = np.random.default_rng(4), np.frombuffer(data, np.uint8).copy()
    wrong = random.random(len(bad)) < share
    bad[wrong] = random.integers(0, 256, int(wrong.sum()))
    return bad.tobytes()


def _renamed(data: bytes, *names: bytes) -> bytes:
    """Boxes or elements that nobody knows any more."""
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
        writer = tint(bad, tmp_path / "out.mkv", QUICK)
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


def test_things_that_are_no_film(tmp_path: Path):
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


def test_a_film_without_frames_says_so(tmp_path: Path):
    with av.open(str(tmp_path / "none.mkv"), "w") as film:
        video = film.add_stream("ffv1", rate=25)
        video.width = video.height = 16
        film.start_encoding()
    with pytest.raises((FilmDamaged, NotAFilm), match="none"):
        open_film(tmp_path / "none.mkv")


def test_a_wrong_name_does_not_matter(tmp_path: Path):
    source = make_film(tmp_path / "in.mkv", times=range(4), sound=None)
    source.rename(tmp_path / "in.mp4")
    tint(tmp_path / "in.mp4", tmp_path / "out.mkv", LOSSLESS)
    assert len(shown(tmp_path / "out.mkv")) == 4


def test_a_film_that_changes_its_size_ends_there_and_says_so(tmp_path: Path):
    small = make_film(tmp_path / "a.ts", size=(48, 64), sound=None, times=range(10))
    large = make_film(tmp_path / "b.ts", size=(96, 128), sound=None, times=range(10, 20))
    (tmp_path / "both.ts").write_bytes(small.read_bytes() + large.read_bytes())
    with open_film(tmp_path / "both.ts") as film:
        assert len(list(film)) == 10
        assert any("changes its size" in note for note in film.notes)


def test_broken_packets_are_counted(tmp_path: Path):
    source = make_film(tmp_path / "in.mkv", times=range(30), sound=None, options={"g": "1"})
    data = bytearray(source.read_bytes())
    places = [p for _, p in packets(source, "video")]
    start = bytes(data).index(places[10][:40])
    data[start : start + len(places[10])] = os.urandom(8) + bytes(len(places[10]) - 8)
    (tmp_path / "bad.mkv").write_bytes(bytes(data))
    with open_film(tmp_path / "bad.mkv") as film:
        assert 28 <= len(list(film)) <= 30
        assert film.notes


def test_frames_own_their_memory(tmp_path: Path):
    """Colour written into one frame must not show in frames decoded later from it."""
    source = make_film(tmp_path / "in.mp4", times=range(12), sound=None)
    expected = decoded(source)
    with open_film(source) as film:
        for frame, planes in zip(film, expected, strict=True):
            assert np.array_equal(frame.y_plane, planes[0])
            frame.y_plane[:] = 0


def test_noise_is_what_it_says():
    assert noise(8, 8, 10, 0).max() > 255
