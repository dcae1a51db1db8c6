"""In every pixel format Y′ stays bit-exact, transparency is kept or noted, and greys of R′G′B′ stay as many.

The films are judged by ffmpeg and ffprobe.
"""

import subprocess
from pathlib import Path

import av
import numpy as np
import pytest

from autochrome.errors import InputUnreadable
from autochrome.media.films import open_film
from autochrome.media.films.conversion import Converter
from autochrome.media.films.planes import layout_of, plane
from autochrome.options import FilmOptions
from autochrome.types import PlaneFormat
from filmmaking import LOSSLESS, QUICK, noise, paint_film

HEIGHT, WIDTH = 32, 48


def probe(path: Path, entry: str) -> str:
    """One entry of the first video stream, as ffprobe reads it."""
    command = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", f"stream={entry}"]
    return subprocess.run(
        [*command, "-of", "csv=p=0", str(path)], capture_output=True, check=True, text=True
    ).stdout.strip()


def plane_by_ffmpeg(path: Path, name: str, depth: int) -> np.ndarray:
    """(frames, H, W) one plane ("y" or "a"), as ffmpeg decodes it."""
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), "-vf", f"extractplanes={name}"]
    data = subprocess.run([*command, "-f", "rawvideo", "-"], capture_output=True, check=True).stdout
    return np.frombuffer(data, np.uint8 if depth == 8 else np.uint16).reshape(-1, HEIGHT, WIDTH)


def raw_frame(kind: str, planes: list[np.ndarray]) -> av.VideoFrame:
    """planes: (rows, bytes) of each plane, as FFmpeg stores it."""
    frame = av.VideoFrame(WIDTH, HEIGHT, kind)
    for stored, rows in zip(frame.planes, planes, strict=True):
        memory = np.frombuffer(stored, np.uint8).reshape(-1, stored.line_size)
        memory[: rows.shape[0], : rows.shape[1]] = rows
    return frame


def raw_film(path: Path, kind: str, planes: list[np.ndarray], full: bool = False) -> Path:
    """An uncompressed film of two equal frames."""
    frame = raw_frame(kind, planes)
    with av.open(str(path), "w") as film:
        video = film.add_stream("rawvideo", rate=25)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, kind
        video.codec_context.color_range = 2 if full else 1
        for _ in range(2):
            film.mux(video.encode(frame))
        film.mux(video.encode(None))
    return path


def as_bytes(codes: np.ndarray, big: bool = False) -> np.ndarray:
    """(rows, columns) code values → (rows, bytes)."""
    stored = codes.astype(">u2" if big else "<u2") if codes.dtype != np.uint8 else codes
    return stored.view(np.uint8).reshape(codes.shape[0], -1)


def packed(*components: np.ndarray, big: bool = False) -> np.ndarray:
    """Components pixel by pixel in one plane."""
    return as_bytes(np.stack(components, axis=-1).reshape(HEIGHT, -1), big)


def components(depth: int) -> list[np.ndarray]:
    """Y′, Cb, Cr and transparency, (H, W) each."""
    return [noise(HEIGHT, WIDTH, depth, seed) for seed in range(4)]


WITHOUT_FILE = ("nv24", "p410le", "xv36le", "ya16le", "ya16be")  # formats that no container stores raw


def _formats() -> dict[str, tuple[int, list[np.ndarray]]]:
    """Pixel format → depth and its planes, laid out by hand."""
    y, u, v, a = components(8)
    y10, u10, v10, a10 = components(10)
    y12, u12, v12, _ = components(12)
    y16, _, _, a16 = components(16)
    return {
        "yuva444p10le": (10, [as_bytes(c) for c in (y10, u10, v10, a10)]),
        "yuva420p": (8, [y, u[::2, ::2], v[::2, ::2], a]),
        "yuv444p10be": (10, [as_bytes(c, big=True) for c in (y10, u10, v10)]),
        "yuv420p10be": (10, [as_bytes(c, big=True) for c in (y10, u10[::2, ::2], v10[::2, ::2])]),
        "gray16be": (16, [as_bytes(y16, big=True)]),
        "nv24": (8, [y, packed(u, v)]),
        "nv12": (8, [y, packed(u, v)[::2, :WIDTH]]),
        "p410le": (10, [as_bytes(y10 << 6), packed(u10 << 6, v10 << 6)]),
        "ayuv": (8, [packed(a, y, u, v)]),
        "vuya": (8, [packed(v, u, y, a)]),
        "vyu444": (8, [packed(v, y, u)]),
        "yuyv422": (8, [packed(y, u)]),
        "uyvy422": (8, [packed(u, y)]),
        "y210le": (10, [packed(y10 << 6, u10 << 6)]),
        "xv36le": (12, [packed(u12 << 4, y12 << 4, v12 << 4, v12 << 4)]),
        "ya8": (8, [packed(y, a)]),
        "ya16le": (16, [packed(y16, a16)]),
        "ya16be": (16, [packed(y16, a16, big=True)]),
    }


@pytest.mark.parametrize("kind", [kind for kind in _formats() if kind not in WITHOUT_FILE])
def test_y_is_exact_in_every_pixel_format(tmp_path: Path, kind: str):
    depth, planes = _formats()[kind]
    source = raw_film(tmp_path / "in.nut", kind, planes)
    writer = paint_film(source, tmp_path / "out.mkv", LOSSLESS)
    layout = layout_of(av.VideoFormat(kind))
    near = {"gray": "420"}.get(layout.sampling, layout.sampling)
    assert probe(tmp_path / "out.mkv", "pix_fmt") == writer.plan.pixel_format
    assert f"{near}p" in writer.plan.pixel_format
    assert ("yuva" in writer.plan.pixel_format) == layout.alpha
    for frame in plane_by_ffmpeg(tmp_path / "out.mkv", "y", depth):
        assert np.array_equal(frame, components(depth)[0])
    if layout.alpha:
        for frame in plane_by_ffmpeg(tmp_path / "out.mkv", "a", depth):
            assert np.array_equal(frame, components(depth)[3])
    assert not any("transparency" in note for note in writer.notes)


@pytest.mark.parametrize("kind", _formats())
def test_converted_frames_keep_y_and_transparency(kind: str):
    depth, planes = _formats()[kind]
    frame = raw_frame(kind, planes)
    converter = Converter(frame.format, PlaneFormat(depth, False, "bt709"))
    for _ in range(3):
        planar = converter.convert(frame)
        assert planar.format.name == layout_of(planar.format).planar_name
        assert np.array_equal(plane(planar, 0, depth), components(depth)[0])
        if layout_of(frame.format).alpha:
            assert np.array_equal(plane(planar, 3, depth), components(depth)[3])


@pytest.mark.parametrize(("kind", "depth"), [("rgb24", 8), ("bgra", 8), ("gbrp10le", 10), ("rgb48be", 16)])
def test_every_grey_of_an_rgb_film_stays(tmp_path: Path, kind: str, depth: int):
    greys = (
        np.linspace(0, (1 << depth) - 1, HEIGHT * WIDTH).round().astype(np.uint8 if depth == 8 else np.uint16)
    )
    grey = greys.reshape(HEIGHT, WIDTH)
    opaque = np.full_like(grey, 255)
    planes = {
        "rgb24": [packed(grey, grey, grey)],
        "bgra": [packed(grey, grey, grey, opaque)],
        "gbrp10le": [as_bytes(grey)] * 3,
        "rgb48be": [packed(grey, grey, grey, big=True)],
    }
    source = raw_film(tmp_path / "in.nut", kind, planes[kind], full=True)
    writer = paint_film(source, tmp_path / "out.mkv", LOSSLESS)
    assert writer.plan.sampling == "444"
    assert probe(tmp_path / "out.mkv", "color_range") == "pc"
    for frame in plane_by_ffmpeg(tmp_path / "out.mkv", "y", depth):
        assert np.array_equal(frame, grey)
    writer = paint_film(source, tmp_path / "out.mp4", QUICK)
    assert any("R′G′B′" in note for note in writer.notes)
    assert not any("transparency" in note for note in writer.notes)  # all pixels are opaque
    assert probe(tmp_path / "out.mp4", "color_range") == "pc"


@pytest.mark.parametrize(
    ("kind", "bits"), [("rgb555le", (5, 5, 5)), ("rgb565be", (5, 6, 5)), ("rgb444le", (4, 4, 4))]
)
def test_white_of_an_rgb_film_of_few_bits_is_white(tmp_path: Path, kind: str, bits: tuple[int, int, int]):
    levels = np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH) % 16 / 15
    red, green, blue = (np.round(levels * ((1 << count) - 1)).astype(np.uint16) for count in bits)
    codes = red << (bits[1] + bits[2]) | green << bits[2] | blue
    rows = codes.astype(">u2" if kind.endswith("be") else "<u2").view(np.uint8)
    source = raw_film(tmp_path / "in.nut", kind, [rows], full=True)
    weights = (0.299, 0.587, 0.114)
    wanted = sum(
        w * c / ((1 << n) - 1) * 255 for w, c, n in zip(weights, (red, green, blue), bits, strict=True)
    )
    with open_film(source) as film:
        for frame in film:
            assert np.abs(frame.y_plane - wanted).max() <= 1
            assert frame.y_plane.max() == 255


def test_a_film_with_a_palette_is_read(tmp_path: Path):
    """Raw video of AVI with 256 colours, which FFmpeg's own R'G'B' says."""
    source = tmp_path / "in.avi"
    make = "ffmpeg -v error -nostdin -f lavfi -i testsrc2=s=48x32:r=25:d=0.2 -c:v rawvideo -pix_fmt pal8"
    subprocess.run([*make.split(), str(source)], check=True)
    read = ["ffmpeg", "-v", "error", "-i", str(source), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    raw = subprocess.run(read, capture_output=True, check=True).stdout
    rgb = np.frombuffer(raw, np.uint8).reshape(-1, 32, 48, 3)
    with open_film(source) as film:
        for frame, wanted in zip(film, rgb @ np.array([0.299, 0.587, 0.114]), strict=True):
            assert np.abs(frame.y_plane - wanted).max() <= 1


def test_prores_4444_keeps_its_transparency(tmp_path: Path):
    make = "ffmpeg -v error -nostdin -f lavfi -i testsrc2=s=48x32:r=25:d=0.2 -vf"
    shape = "format=yuva444p10le,geq=lum='lum(X,Y)':cb='cb(X,Y)':cr='cr(X,Y)':a='X*20'"
    source = tmp_path / "in.mov"
    subprocess.run([*make.split(), shape, "-c:v", "prores_ks", "-profile:v", "4444", str(source)], check=True)
    writer = paint_film(source, tmp_path / "out.mov", FilmOptions(codec="like"))
    assert probe(tmp_path / "out.mov", "pix_fmt") == probe(source, "pix_fmt")
    before, after = (plane_by_ffmpeg(path, "a", 12) for path in (source, tmp_path / "out.mov"))
    assert np.abs(before.astype(int) - after).max() <= 4  # of 4096: the encoder takes ten bits
    assert np.ptp(after) > 3000
    assert not any("transparency" in note for note in writer.notes)
    paint_film(source, tmp_path / "out.mkv", LOSSLESS)
    before, after = plane_by_ffmpeg(source, "y", 12), plane_by_ffmpeg(tmp_path / "out.mkv", "y", 16) >> 4
    assert np.abs(before.astype(int) - after).max() <= 1  # two versions of one decoder
    writer = paint_film(source, tmp_path / "out.mp4", QUICK)
    assert any("transparency" in note for note in writer.notes)


def test_a_format_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    source = raw_film(tmp_path / "in.nut", "nv12", _formats()["nv12"][1])
    monkeypatch.setattr("autochrome.media.films.planes.Layout.planar_name", "xv30be")
    with pytest.raises(InputUnreadable, match="nv12"):
        open_film(source)
