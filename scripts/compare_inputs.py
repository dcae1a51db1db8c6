"""The input files of `compare_results.py`: stills of every kind, hints and cuts, and short films, all made by code."""

import json
import shutil
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pyvips
import skimage.data
from numpy.typing import NDArray
from PIL import Image

Bytes = NDArray[np.uint8]


def photograph(name: str, width: int, height: int) -> Bytes:
    """(height, width, 3): one of scikit-image's packaged photographs, resized."""
    picture = Image.fromarray(np.asarray(getattr(skimage.data, name)())).convert("RGB")
    return np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC))


def sixteen(pixels: Bytes) -> NDArray[np.uint16]:
    """The same picture with 16 bits, all of them in use."""
    noise = np.random.default_rng(1).integers(0, 256, pixels.shape, np.uint16)
    return pixels.astype(np.uint16) * 256 + noise


def make_stills(folder: Path) -> None:
    """Every kind of picture file that can be read, and a few that cannot."""
    color = photograph("coffee", 240, 160)
    grey = np.asarray(Image.fromarray(color).convert("L"))
    bit = Image.fromarray(grey).convert("1")
    palette = Image.fromarray(color).quantize(64)
    slope = np.broadcast_to(np.linspace(0, 255, 240).astype(np.uint8), grey.shape)
    clear = np.dstack((color, slope))
    grey_clear = np.dstack((grey, slope))
    white = Image.fromarray(255 - np.pad(color, ((0, 0), (0, 0), (0, 1))))

    def pil(name: str, pixels: Any, **options: Any) -> None:
        picture = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
        picture.save(folder / name, **options)

    def vips(name: str, pixels: NDArray[Any], space: str, **options: Any) -> None:
        pyvips.Image.new_from_array(pixels, interpretation=space).write_to_file(folder / name, **options)

    words = Image.Exif()
    words.update({0x0112: 6, 0x013B: "A. Photographer", 0x0132: "1931:05:07 10:00:00", 0x010E: "Café"})
    wide = bytes(pyvips.Operation.call("profile_load", "p3"))
    printing = bytes(pyvips.Operation.call("profile_load", "cmyk"))

    pil("grey.jpg", grey, quality=90)
    pil("color.jpg", color, quality=90)
    pil("progressive.jpg", color, quality=80, progressive=True)
    pil("cmyk.jpg", Image.fromarray(color).convert("CMYK"), quality=90)
    pil("cmyk-profile.jpg", Image.frombytes("CMYK", white.size, white.tobytes()), icc_profile=printing)
    pil(
        "oriented.jpg",
        color,
        exif=words,
        quality=90,
        dpi=(300, 300),
        xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>",
    )
    pil("profile.jpg", color, icc_profile=wide, quality=90, comment=b"a comment")
    pil("bit.png", bit)
    pil("grey8.png", grey)
    pil("color8.png", color)
    vips("grey16.png", sixteen(grey), "grey16")
    vips("color16.png", sixteen(color), "rgb16")
    pil("palette.png", palette)
    pil("palette-clear.png", palette, transparency=3)
    pil("alpha.png", clear)
    vips("alpha16.png", sixteen(clear), "rgb16")
    pil("grey-alpha.png", grey_clear)
    vips("grey-alpha16.png", sixteen(grey_clear), "grey16")
    vips("interlaced.png", color, "srgb", interlace=True)
    pil("grey8.tif", grey)
    pil("color8.tif", color, compression="tiff_lzw", dpi=(600, 600))
    vips("grey16.tif", sixteen(grey), "grey16")
    vips("color16.tif", sixteen(color), "rgb16", compression="deflate", predictor="horizontal")
    vips("grey-alpha.tif", grey_clear, "b-w")
    vips("alpha16.tif", sixteen(clear), "rgb16", compression="lzw")
    pil("bit.tif", bit, compression="group4")
    vips("tiles.tif", color, "srgb", tile=True, tile_width=64, tile_height=64, compression="jpeg")
    pil("float.tif", (grey / 255).astype(np.float32))
    pil("color.webp", color, quality=85)
    pil("lossless.webp", clear, lossless=True)
    vips("color.avif", color, "srgb", compression="av1", effort=2)
    vips("ten-bit.avif", sixteen(color), "rgb16", compression="av1", bitdepth=10, effort=2)
    pil("color.bmp", color)
    pil("grey.bmp", grey)
    pil("color.gif", palette)
    pil("moving.gif", palette, save_all=True, append_images=[palette.transpose(Image.Transpose.ROTATE_180)])
    pil("large.jpg", photograph("astronaut", 1700, 1300), quality=90)
    pil("narrow.png", photograph("camera", 700, 40))
    pil("tiny.png", photograph("chelsea", 5, 3))
    (folder / "broken.jpg").write_bytes((folder / "progressive.jpg").read_bytes()[:4000])
    (folder / "nonsense.png").write_bytes(bytes(range(256)) * 8)

    half = np.repeat(grey[..., None], 3, axis=2)
    half[:, 90:] = color[:, 90:]
    pil("tinted.png", half)
    pil("frame8.png", photograph("astronaut", 160, 120))
    pil("postcard.jpg", photograph("rocket", 200, 150), quality=90)
    (folder / "album" / "deep").mkdir(parents=True)
    pil("album/one.jpg", photograph("astronaut", 160, 160), quality=90)
    pil("album/two.png", photograph("chelsea", 180, 120))
    pil("album/deep/three.webp", photograph("rocket", 160, 110), quality=90)
    pil("album/grey.png", photograph("camera", 128, 128))
    shutil.copytree(folder / "album", folder / "pictures")
    shutil.copy(folder / "nonsense.png", folder / "album" / "bad.png")


def make_notes(folder: Path) -> None:
    """Hints, lists of cuts and the like."""
    marks = {
        "points": [
            {"x": 0.41, "y": 0.3, "color": "#c98f6b"},
            {"x": 0.7, "y": 0.7, "color": "#3f7a4a", "radius": 0.1},
        ],
        "strokes": [{"path": [[0.1, 0.1], [0.5, 0.05], [0.9, 0.1]], "color": "#7fa6d6", "width": 0.05}],
        "rectangles": [{"x": 0, "y": 0.8, "width": 0.6, "height": 0.2, "color": "grey"}],
    }
    frames = [{"frame": 3, **marks}, {"frame": 40, "points": marks["points"]}, {"time": 2.4, **marks}]
    pictures = [{"frame": 8, "picture": "frame8.png"}, {"frame": 60, "reference": "postcard.jpg"}]
    notes: dict[str, Any] = {
        "marks.json": {"version": 1, **marks},
        "wrong.json": {"version": 1, "points": [{"x": 2, "y": 0.3, "color": "red"}]},
        "frames.json": {"version": 1, "frames": frames},
        "pictures.json": {"version": 1, "frames": pictures},
        "late.json": {"version": 1, "frames": [{"frame": 100, "points": marks["points"]}]},
        "cuts.json": {"version": 1, "shots": [{"first": 0}, {"first": 30}, {"first": 50}]},
        "truth.json": {"cuts": [25, 50], "gradual": []},
    }
    for name, note in notes.items():
        (folder / name).write_text(json.dumps(note), encoding="utf-8")


def moving(names: str, width: int, height: int, count: int) -> Iterator[Bytes]:
    """(height, width, 3) each: for every photograph a shot of `count` frames, with a camera that moves slowly."""
    for name in names.split():
        large = photograph(name, width + count, height + count // 2)
        for n in range(count):
            yield large[n // 2 : n // 2 + height, n : n + width]


def make_film(
    path: Path,
    pictures: Iterator[Bytes],
    *,
    codec: str = "libx264",
    kind: str = "yuv420p",
    times: Callable[[int], int] = lambda n: n * 40,
    sound: bool = False,
    subtitles: bool = False,
    turn: int = 0,
) -> None:
    """A film. `times`: number of a picture → milliseconds. One thread and no random numbers, so that it is always
    the same."""
    base = Fraction(1, 1000)
    with av.open(str(path), "w", container_options={"fflags": "+bitexact"}) as film:
        video: Any = film.add_stream(codec, rate=25)
        video.pix_fmt, video.time_base, video.codec_context.time_base = kind, base, base
        video.codec_context.thread_count = 1
        if codec == "libx264":
            video.options = {"preset": "veryfast", "crf": "16"}
        if turn:
            video.set_display_rotation(turn)
        audio: Any = film.add_stream("aac", rate=44100) if sound else None
        text: Any = film.add_mux_stream("subrip", time_base=base) if subtitles else None
        if subtitles:
            film.metadata.update({"title": "A film", "comment": "by nobody"})
            chapter = {"id": 1, "start": 0, "end": 400, "time_base": base, "metadata": {"title": "first"}}
            film.set_chapters([chapter])
        for number, pixels in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            if not number:
                video.width, video.height = frame.width, frame.height
            frame = frame.reformat(format=kind)
            frame.pts, frame.time_base = times(number), base
            film.mux(video.encode(frame))
        film.mux(video.encode(None))
        if text:
            packet = av.Packet(b"Good evening.")
            packet.pts, packet.dts, packet.duration, packet.time_base = 100, 100, 200, base
            packet.stream = text
            film.mux(packet)
        if audio:
            for start in range(0, 2 * 44100, 1024):
                wave = np.sin((np.arange(1024) + start) * (440 * 2 * np.pi / 44100)).astype(np.float32) * 0.5
                block = av.AudioFrame.from_ndarray(np.stack([wave, wave]), format="fltp", layout="stereo")
                block.sample_rate, block.pts, block.time_base = 44100, start, Fraction(1, 44100)
                film.mux(audio.encode(block))
            film.mux(audio.encode(None))


def make_films(folder: Path) -> None:
    """Films of many kinds, most of them two seconds long."""
    make_film(folder / "plain.mp4", moving("astronaut", 160, 120, 50), sound=True)
    make_film(folder / "ten-bit.mkv", moving("coffee", 160, 120, 40), kind="yuv420p10le", sound=True)
    make_film(folder / "grey.mkv", moving("camera", 176, 120, 40), codec="ffv1", kind="gray")
    make_film(folder / "odd.mkv", moving("chelsea", 161, 121, 30), codec="ffv1")
    make_film(folder / "rgb.mkv", moving("coffee", 160, 120, 30), codec="ffv1", kind="bgr0")
    make_film(
        folder / "variable.mkv",
        moving("rocket", 160, 120, 40),
        times=lambda n: 40 * n + 13 * (n % 3) + n // 20 * 500,
    )
    make_film(folder / "turned.mp4", moving("chelsea", 200, 120, 30), turn=90, sound=True)
    make_film(folder / "words.mkv", moving("coffee", 160, 120, 30), sound=True, subtitles=True)
    make_film(folder / "brief.mkv", moving("astronaut", 160, 120, 16))
    make_film(folder / "cuts.mkv", moving("astronaut coffee rocket", 160, 120, 25), codec="ffv1")
    # A part of a film is at least five seconds long. With few frames a second, three parts are quickly made.
    slow = moving("astronaut coffee chelsea", 240, 180, 52)
    make_film(folder / "shots.mp4", slow, times=lambda n: n * 100, sound=True)
    (folder / "damaged.mp4").write_bytes(damaged((folder / "plain.mp4").read_bytes()))
    (folder / "reels").mkdir()
    make_film(folder / "reels" / "first.mp4", moving("rocket", 160, 120, 16))
    make_film(folder / "reels" / "second.mkv", moving("coffee", 160, 120, 16))


def damaged(film: bytes) -> bytes:
    """The same film with zeros in the middle of its pictures."""
    begin = film.index(b"mdat") + 12000
    return film[:begin] + bytes(3000) + film[begin + 3000 :]


def make_inputs(folder: Path) -> None:
    folder.mkdir()
    for make in (make_stills, make_notes, make_films):
        make(folder)
