"""Field order, shape of pixels, HDR10 data and captions are kept or noted, as ffprobe sees them."""

import os
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from autochrome.media.films import open_film
from autochrome.media.films.side_data import SideDataCheck
from autochrome.options import FilmOptions
from filmmaking import LOSSLESS, QUICK, make_film, paint_film

SIZE = "s=96x64:r=25:d=0.2"
HDR = (
    "log-level=error:hdr10=1:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:max-cll=1000,400:"
    "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"
)


def ffmpeg(*arguments: str | Path) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *map(str, arguments)], check=True)


def probe(path: Path, entries: str, *more: str) -> list[str]:
    """The different answers of ffprobe for the first video stream."""
    command = [
        "ffprobe",
        "-v",
        "error",
        "-select_streams",
        "v:0",
        *more,
        "-show_entries",
        entries,
        "-of",
        "csv=p=0",
    ]
    found = subprocess.run([*command, str(path)], capture_output=True, check=True, text=True).stdout
    return sorted({line.strip(",") for line in found.split() if line.strip(",")})


@pytest.mark.parametrize(("order", "flag"), [("tff", "1,1"), ("bff", "1,0")])
def test_field_order_survives_a_change_of_planes(tmp_path: Path, order: str, flag: str):
    source = tmp_path / "in.mov"
    ffmpeg(
        *("-f", "lavfi", "-i", f"testsrc2={SIZE},interlace=scan={order},format=yuv422p10le"),
        *("-c:v", "prores_ks", "-flags", "+ildct", "-top", "1" if order == "tff" else "0", source),
    )
    assert probe(source, "frame=interlaced_frame,top_field_first") == [flag]
    with open_film(source) as film:
        assert film.facts.field_order in ((2, 5) if order == "tff" else (3, 4))
    for target, options in {
        "out.mp4": FilmOptions(pixel_format="yuv420p", preset="ultrafast"),
        "out.mkv": FilmOptions(codec="ffv1", pixel_format="yuv422p"),
        "out.mov": FilmOptions(codec="prores"),
    }.items():
        paint_film(source, tmp_path / target, options)
        assert probe(tmp_path / target, "frame=interlaced_frame,top_field_first") == [flag], target
    writer = paint_film(source, tmp_path / "hevc.mkv", FilmOptions(codec="hevc", preset="ultrafast"))
    assert any("interlaced" in note for note in writer.notes)


@pytest.mark.parametrize(
    ("suffix", "codec"), [(".mkv", "ffv1"), (".webm", "vp9"), (".mkv", "h264"), (".mp4", "h264")]
)
def test_the_shape_of_pixels_is_kept(tmp_path: Path, suffix: str, codec: str):
    source, target = tmp_path / "in.mkv", tmp_path / f"out{suffix}"
    ffmpeg("-f", "lavfi", "-i", f"testsrc2={SIZE},setsar=16/11", "-c:v", "libx264", source)
    writer = paint_film(source, target, FilmOptions(codec=codec, preset="ultrafast"))
    assert probe(target, "stream=sample_aspect_ratio") == ["16:11"]
    assert not any("shape" in note for note in writer.notes)
    ffmpeg(
        "-err_detect", "+crccheck+explode", "-i", target, "-f", "null", "-"
    )  # checksums of the header are right
    assert len(list(av.open(str(target)).decode(video=0))) == 5


def test_the_container_decides_about_the_shape_of_pixels(tmp_path: Path):
    """H.264 whose own header says 27:64, in a container that says square."""
    odd, source, target = (tmp_path / name for name in ("odd.mp4", "in.mp4", "out.mkv"))
    ffmpeg("-f", "lavfi", "-i", f"testsrc2={SIZE}", "-vf", "setsar=27/64", "-c:v", "libx264", odd)
    ffmpeg("-i", odd, "-c", "copy", "-aspect", "3:2", source)
    assert probe(source, "stream=sample_aspect_ratio") == ["1:1"]
    paint_film(source, target, options=LOSSLESS)
    assert probe(target, "frame=sample_aspect_ratio") == ["1:1"]


def test_a_lost_shape_of_pixels_is_noted(tmp_path: Path):
    source, target = tmp_path / "in.mkv", tmp_path / "out.mxf"
    size = SIZE.replace("96x64", "256x128")
    ffmpeg("-f", "lavfi", "-i", f"testsrc2={size}", "-vf", "setsar=16/11", "-c:v", "ffv1", source)
    writer = paint_film(source, target, options=FilmOptions(size=64, codec="dnxhr"))
    kept = probe(target, "stream=sample_aspect_ratio") == ["16:11"]
    assert kept != any("shape of the pixels" in note for note in writer.notes)


def test_hdr10_data_is_kept_or_noted(tmp_path: Path):
    source = tmp_path / "in.mp4"
    ffmpeg(
        "-f",
        "lavfi",
        "-i",
        f"testsrc2={SIZE},format=yuv420p10le",
        "-c:v",
        "libx265",
        "-x265-params",
        HDR,
        source,
    )
    wanted = probe(source, "frame=side_data_list:side_data", "-show_frames")
    assert any("13250/50000" in line for line in wanted)
    for codec in ("hevc", "h264"):
        target = tmp_path / f"{codec}.mp4"
        writer = paint_film(source, target, FilmOptions(codec=codec, preset="ultrafast"))
        with open_film(source) as old, open_film(target) as new:
            assert new.facts.mastering == old.facts.mastering
            assert new.facts.mastering is not None
            assert new.facts.mastering.light == "1000,400"
        assert not any("HDR10" in note for note in writer.notes)
    assert any(
        "13250/50000" in line
        for line in probe(tmp_path / "hevc.mp4", "frame=side_data_list:side_data", "-show_frames")
    )
    writer = paint_film(source, tmp_path / "out.mkv", LOSSLESS)
    assert any("HDR10" in note for note in writer.notes)


def captions() -> bytes:
    """An SEI unit of H.264 with one pair of CEA-608 caption bytes."""
    pairs = bytes((0xFC, 0x94, 0x2C)) * 2
    payload = b"\xb5\x00\x31GA94\x03" + bytes((0x40 | 2, 0xFF)) + pairs + b"\xff"
    return b"\0\0\0\1\x06\x04" + bytes((len(payload),)) + payload + b"\x80"


def test_captions_inside_frames_are_kept_or_noted(tmp_path: Path):
    plain = make_film(tmp_path / "plain.h264", sound=None, times=range(5), options={"bf": "0", "g": "1"})
    start = b"\0\0\0\1\x67"  # each key frame begins with its parameters
    (tmp_path / "in.h264").write_bytes(plain.read_bytes().replace(start, captions() + start))
    for target, options, kept in (
        ("a.mp4", QUICK, True),
        ("b.mp4", FilmOptions(pixel_format="yuv444p"), True),
        ("c.mkv", LOSSLESS, False),
    ):
        writer = paint_film(tmp_path / "in.h264", tmp_path / target, options)
        with av.open(str(tmp_path / target)) as film:
            kinds = [{data.type.name for data in frame.side_data} for frame in film.decode(video=0)]
        assert all(("A53_CC" in found) == kept for found in kinds), target
        assert any("captions" in note for note in writer.notes) != kept


def test_side_data_of_the_first_frame_are_not_read_from_freed_memory(tmp_path: Path):
    """The reader looks at them before the frame is made writable, which moves them. glibc overwrites what is freed."""
    source = make_film(tmp_path / "in.mkv", sound=None, times=range(3), codec="libx264")
    with av.open(str(source)) as film:
        kinds = [data.type.name for data in next(film.decode(video=0)).side_data]
    code = (
        "import sys\nfrom autochrome.media.films import open_film\n"
        "with open_film(sys.argv[1]) as film: first = next(iter(film)).decoded\n"
        "print(*(data.type.name for data in first.side_data))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, source],
        capture_output=True,
        text=True,
        env=os.environ | {"MALLOC_PERTURB_": "165"},
    )
    assert kinds
    assert ran.stdout.split() == kinds, ran.stderr


def test_dolby_vision_is_noted():
    class Data:
        def __init__(self, name: str) -> None:
            self.type = type("Kind", (), {"name": name})

    class Frame:
        side_data = (Data("DOVI_METADATA"), Data("DYNAMIC_HDR_PLUS"), Data("DISPLAYMATRIX"))

    check = SideDataCheck("libx265", "hevc")
    check.look_at(Frame())
    check.look_at(Frame())
    assert [note.split(",")[0] for note in check.notes] == [
        "the film has Dolby Vision metadata",
        "the film has HDR10+ metadata",
    ]
    assert np.all([note.endswith("left out") for note in check.notes])


@pytest.mark.parametrize("space", ["bt470bg", "smpte170m"])
def test_of_two_names_of_one_matrix_the_film_keeps_its_own(tmp_path: Path, space: str):
    source = tmp_path / "in.mkv"
    ffmpeg("-f", "lavfi", "-i", f"testsrc2={SIZE}", "-c:v", "ffv1", "-colorspace", space, source)
    paint_film(source, tmp_path / "out.mp4", QUICK)
    assert probe(tmp_path / "out.mp4", "frame=color_space") == [space]
