"""Sequences of pictures, made and judged by FFmpeg."""

import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from autochrome.errors import (
    FilmDamaged,
    InputMissing,
    NothingFound,
    OutputExists,
    OutputNotWritable,
    SameFile,
    UsageError,
)
from autochrome.media.films import ImageSequence, create_film, open_film
from autochrome.media.films.sequences.dpx import carried_bytes, read_header, with_all_headers
from autochrome.media.films.sequences.names import find_pattern
from filmmaking import make_film

SIZE = (40, 56)
RAW = {
    "gray16le": "<u2",
    "gray": "u1",
    "rgb48le": "<u2",
    "rgb24": "u1",
    "gbrpf32le": "<f4",
    "gbrp10le": "<u2",
}
WEIGHTS = np.array([0.2126, 0.7152, 0.0722])


def run_ffmpeg(*words: object, data: bytes | None = None) -> bytes:
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-y", *map(str, words)], check=True, capture_output=True, input=data
    )
    return done.stdout


def write_pictures(pattern: Path, pictures: np.ndarray, kind: str, *words: object, first: int = 1) -> None:
    """(N, H, W[, 3]) code values as a sequence, by FFmpeg."""
    pattern.parent.mkdir(exist_ok=True)
    height, width = pictures.shape[1:3]
    raw = ("-f", "rawvideo", "-pix_fmt", kind, "-s", f"{width}x{height}", "-r", "24", "-i", "-")
    run_ffmpeg(*raw, "-start_number", first, *words, pattern, data=pictures.astype(RAW[kind]).tobytes())


def read_picture(path: Path, kind: str = "rgb48le") -> np.ndarray:
    """(H, W, channels) code values, by FFmpeg."""
    raw = run_ffmpeg("-i", path, "-f", "rawvideo", "-pix_fmt", kind, "-")
    pixels = np.frombuffer(raw, RAW[kind])
    if kind.startswith("gbrp"):
        return np.moveaxis(pixels.reshape(3, *SIZE)[[2, 0, 1]], 0, -1)
    return pixels.reshape(*SIZE, -1)


def grey_pictures(count: int, depth: int = 16) -> np.ndarray:
    """(count, H, W) code values with both ends of the range and every bit in use."""
    random = np.random.default_rng(count)
    codes = random.integers(0, 1 << depth, (count, *SIZE))
    codes[:, 0, :8] = 0
    codes[:, 0, 8:16] = (1 << depth) - 1
    return codes


def luma(rgb: np.ndarray) -> np.ndarray:
    return np.rint(rgb.astype(np.float64) @ WEIGHTS)


def paint(source: object, target: Path, *, strong: float = 0.2, **more: object) -> object:
    """Colour every frame: red at the left, blue at the right."""
    from autochrome.film.chroma import ChromaLayer

    with open_film(source) as film, create_film(target, film, **more) as writer:
        layer = ChromaLayer(film.facts.plane_format, writer.plan.depth, writer.chroma_shape, True)
        coefficients = np.zeros((4, 1, 2), np.float32)
        coefficients[2:] = np.array([[-strong, strong], [strong, -strong]], np.float32)[:, None]
        for frame in film:
            if writer.has_frame(frame.index):
                writer.skip(frame)
            else:
                writer.write(frame, *layer.render(frame.y_plane, coefficients))
    return writer


@pytest.mark.parametrize("suffix", [".png", ".tif", ".dpx"])
def test_sixteen_bits_of_grey_are_kept_code_by_code(tmp_path: Path, suffix: str):
    grey = grey_pictures(3)
    kind = "gray16le"
    write_pictures(tmp_path / f"in/scan.%06d{suffix}", grey, kind, first=86400)
    writer = paint(tmp_path / "in", tmp_path / f"out/scan.%06d{suffix}")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        f"scan.{number:06d}{suffix}" for number in (86400, 86401, 86402)
    }
    for number, codes in enumerate(grey):
        rgb = read_picture(tmp_path / f"out/scan.{86400 + number:06d}{suffix}")
        assert (luma(rgb) == codes).all()
        assert np.ptp(rgb, axis=-1).mean() > 3000, "it should have colour"
    assert not any("rounded" in note for note in writer.notes)


@pytest.mark.parametrize("depth", [8, 10])
def test_equal_channels_are_grey_and_every_depth_is_exact(tmp_path: Path, depth: int):
    grey = grey_pictures(2, depth)
    kind, suffix = ("rgb24", ".png") if depth == 8 else ("gbrp10le", ".dpx")
    stacked = np.repeat(grey[..., None], 3, axis=-1)
    pixels = np.moveaxis(stacked, -1, 1).reshape(2, *SIZE, 3) if depth == 10 else stacked
    write_pictures(tmp_path / f"in/a%d{suffix}", pixels, kind)
    paint(tmp_path / f"in/a%d{suffix}", tmp_path / f"out/b.####{suffix}")
    for number in (1, 2):
        rgb = read_picture(tmp_path / f"out/b.{number:04d}{suffix}", kind)
        assert (luma(rgb) == grey[number - 1]).all()


def test_an_exr_keeps_its_light(tmp_path: Path):
    light = np.geomspace(1e-4, 8, SIZE[0] * SIZE[1]).reshape(1, *SIZE)
    write_pictures(
        tmp_path / "in/a.%04d.exr", np.repeat(light[:, None], 3, axis=1).reshape(1, *SIZE, 3), "gbrpf32le"
    )
    writer = paint(tmp_path / "in", tmp_path / "out/a.%04d.exr")
    assert any("linear" in note for note in writer_notes(tmp_path / "in"))
    rgb = read_picture(tmp_path / "out/a.0001.exr", "gbrpf32le")
    assert np.abs(rgb @ WEIGHTS / light[0] - 1).max() < 2e-3  # the steps of half floats
    assert writer.notes == ("tags of the pictures (resolution, profile, dates) are not carried over",)


def writer_notes(path: Path) -> tuple[str, ...]:
    with open_film(path) as film:
        return film.notes


def test_jpeg_keeps_the_plane_that_it_is_given(tmp_path: Path):
    smooth = np.broadcast_to(np.linspace(20, 220, SIZE[1]), (1, *SIZE))
    write_pictures(tmp_path / "in/a%03d.jpg", smooth, "gray", "-q:v", 2)
    paint(tmp_path / "in", tmp_path / "out/a%03d.jpg")
    before = read_picture(tmp_path / "in/a001.jpg", "gray").astype(int)
    after = read_picture(tmp_path / "out/a001.jpg", "gray").astype(int)
    assert np.abs(before - after).max() <= 2
    assert np.ptp(read_picture(tmp_path / "out/a001.jpg", "rgb24").astype(int), axis=-1).mean() > 10


def write_scans(folder: Path, grey: np.ndarray) -> list[Path]:
    """(N, H, W) grey of 10 bits as DPX files with complete headers, which FFmpeg does not write."""
    planes = np.repeat(grey[:, None], 3, axis=1).reshape(len(grey), *SIZE, 3)
    write_pictures(folder / "a.%04d.dpx", planes, "gbrp10le")
    paths = sorted(folder.iterdir())
    for path in paths:
        path.write_bytes(with_all_headers(path.read_bytes(), b"user data of the scanner"))
    return paths


def test_the_fields_of_a_dpx_header_are_carried(tmp_path: Path):
    for number, path in enumerate(write_scans(tmp_path / "in", grey_pictures(2, 10)), start=1):
        data = bytearray(path.read_bytes())
        for place in (at for field in carried_bytes() for at in range(field.start, field.stop)):
            if place not in range(801, 1408):  # the meaning of the code values
                data[place] = place * 7 % 96 + 32
        order = ">" if data[:4] == b"SDPX" else "<"
        data[768:770] = bytes(2)  # upright
        data[1724:1728] = np.array([18], f"{order}f4").tobytes()
        data[1920:1924] = np.array([0x01000000 + number], f"{order}u4").tobytes()
        path.write_bytes(data)
    with open_film(tmp_path / "in") as film:
        assert film.facts.rate == 18
        assert str(film.facts.timecode) == "01:00:00:01"
    paint(tmp_path / "in", tmp_path / "out/a.%04d.dpx")
    for name in ("a.0001.dpx", "a.0002.dpx"):
        before, after = read_header(tmp_path / "in" / name), read_header(tmp_path / "out" / name)
        swapped = before.big != after.big
        for field in carried_bytes():
            step = field.step
            for place in range(field.start, field.stop, step):
                old, new = before.data[place : place + step], after.data[place : place + step]
                assert new == (old[::-1] if swapped else old)
        assert after.user == b"user data of the scanner"
    assert exif(tmp_path / "out/a.0002.dpx", "OriginalFrameRate") == "18"
    assert exif(tmp_path / "out/a.0002.dpx", "TimeCode") == str(0x01000002)


def exif(path: Path, tag: str) -> str:
    """One tag, by ExifTool."""
    words = ["exiftool", "-s3", "-n", f"-{tag}", path]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


def test_a_log_scan_is_coloured_as_it_looks_and_stays_exact(tmp_path: Path):
    grey = grey_pictures(1, 10)
    (path,) = write_scans(tmp_path / "in", grey)
    data = bytearray(path.read_bytes())
    data[801] = 1  # printing density
    path.write_bytes(data)
    with open_film(tmp_path / "in") as film:
        frame = next(iter(film))
        assert "log" in film.notes[0]
        assert (frame.y_plane[grey[0] >= 685] == 65535).all()
        assert (frame.y_plane[grey[0] <= 95] == 0).all()
        middle = frame.y_plane[np.abs(grey[0] - 470) < 3] / 65535
        assert (np.abs(middle - 0.46) < 0.02).all()  # a fifth of the light of white
    paint(tmp_path / "in", tmp_path / "out/a.%04d.dpx")
    assert (luma(read_picture(tmp_path / "out/a.0001.dpx", "gbrp10le")) == grey[0]).all()
    assert read_header(tmp_path / "out/a.0001.dpx").transfer == "log"


def test_gaps_are_named_and_keep_their_time(tmp_path: Path):
    write_pictures(tmp_path / "in/a.%03d.png", grey_pictures(9), "gray16le")
    for number in (3, 6, 7):
        (tmp_path / f"in/a.{number:03d}.png").unlink()
    with open_film(ImageSequence(tmp_path / "in", rate=Fraction(18))) as film:
        assert film.notes == ("3 pictures are missing in the sequence: 3, 6-7",)
        assert [(frame.index, frame.pts) for frame in film] == [
            (0, 0),
            (1, 1),
            (2, 3),
            (3, 4),
            (4, 7),
            (5, 8),
        ]
    with open_film(ImageSequence(tmp_path / "in", rate=Fraction(10)), start=0.2, end=0.5) as film:
        assert [frame.index for frame in film] == [2, 3]
    paint(tmp_path / "in", tmp_path / "out/a.%03d.png")
    assert sorted(path.name[2:5] for path in (tmp_path / "out").iterdir()) == [
        "001",
        "002",
        "004",
        "005",
        "008",
        "009",
    ]


def test_a_damaged_picture_is_named(tmp_path: Path):
    write_pictures(tmp_path / "in/a.%03d.png", grey_pictures(3), "gray16le")
    (tmp_path / "in/a.002.png").write_bytes(b"nothing")
    with open_film(tmp_path / "in") as film:
        assert [frame.pts for frame in film] == [0, 2]
        assert "a.002.png is damaged and left out" in film.notes
    write_pictures(tmp_path / "in/b.%03d.png", grey_pictures(3)[:, :20], "gray16le")
    (tmp_path / "in/b.002.png").replace(tmp_path / "in/a.002.png")
    with (
        open_film(tmp_path / "in/a.%03d.png") as film,
        pytest.raises(FilmDamaged, match=r"a\.002\.png.*56×20"),
    ):
        list(film)


def test_a_film_becomes_a_sequence_with_its_timecode(tmp_path: Path):
    test = "testsrc=size=56x40:rate=24:duration=0.25"
    words = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-timecode", "01:00:00:00")
    run_ffmpeg("-f", "lavfi", "-i", test, *words, tmp_path / "a.mov")
    paint(tmp_path / "a.mov", tmp_path / "out/f.%06d.dpx")
    header = read_header(tmp_path / "out/f.000005.dpx")
    assert str(header.timecode(Fraction(24))) == "01:00:00:05"
    assert header.rate == 24
    weights = np.array([0.299, 0.587, 0.114])  # a small film is read as BT.601
    with open_film(tmp_path / "a.mov") as film:
        for frame in film:
            rgb = read_picture(tmp_path / f"out/f.{frame.index:06d}.dpx", "gbrp10le")
            black, white = frame.plane_format.black, frame.plane_format.white
            back = np.rint(np.rint(rgb @ weights) * (white - black) / 1023 + black)
            assert (back == frame.y_plane.clip(black, white)).all()


def test_an_interrupted_sequence_goes_on(tmp_path: Path):
    write_pictures(tmp_path / "in/a.%03d.png", grey_pictures(4), "gray16le")
    out = tmp_path / "out/a.%03d.png"

    def work(stop_at: int | None) -> list[int]:
        written = []
        with open_film(tmp_path / "in") as film, create_film(out, film, job={"look": 1}) as writer:
            plane = np.full(writer.chroma_shape, 33000, np.uint16)
            for frame in film:
                writer.end_part_before(frame, begins_shot=frame.index in (0, 2))
                if frame.index == stop_at:
                    raise KeyboardInterrupt
                if writer.has_frame(frame.index):
                    writer.skip(frame)
                else:
                    writer.write(frame, plane, plane)
                    written.append(frame.index)
        return written

    with pytest.raises(KeyboardInterrupt):
        work(3)
    assert not list((tmp_path / "out").glob("*.png"))
    assert work(None) == [2, 3]
    assert len(list((tmp_path / "out").iterdir())) == 4
    with pytest.raises(OutputExists):
        work(None)


def test_nothing_is_left_after_an_error(tmp_path: Path):
    write_pictures(tmp_path / "in/a.%03d.png", grey_pictures(2), "gray16le")
    with (
        pytest.raises(ZeroDivisionError),
        open_film(tmp_path / "in") as film,
        create_film(tmp_path / "out/a.%03d.png", film),
    ):
        raise ZeroDivisionError
    assert not (tmp_path / "out").exists()


def test_wrong_names(tmp_path: Path):
    write_pictures(tmp_path / "in/a.%03d.png", grey_pictures(1), "gray16le")
    with pytest.raises(SameFile):
        paint(tmp_path / "in", tmp_path / "in/a.%03d.png")
    with pytest.raises(OutputNotWritable, match=r"\.dpx"):
        paint(tmp_path / "in", tmp_path / "out/a.%03d.bmp")
    with pytest.raises(InputMissing):
        open_film(tmp_path / "in/c.%03d.png")
    with pytest.raises(InputMissing):
        open_film(tmp_path / "none/c.%03d.png")
    write_pictures(tmp_path / "in/b.%03d.png", grey_pictures(1), "gray16le")
    with pytest.raises(UsageError, match=r"2 sequences.*a\.%03d\.png"):
        open_film(tmp_path / "in")
    assert isinstance(make_film(tmp_path / "100%.mp4", sound=None), Path)
    with open_film(tmp_path / "100%.mp4") as film:
        assert film.facts.frames == 12
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingFound):
        find_pattern(tmp_path / "empty")
