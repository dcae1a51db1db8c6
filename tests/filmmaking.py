"""Films made by code: known frames, known times, a tone, and other streams."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from autochrome.media.films import FilmWriter, create_film, open_film
from autochrome.options import FilmOptions

RATE = 44100
LOSSLESS = FilmOptions(codec="ffv1")
QUICK = FilmOptions(preset="ultrafast")


def noise(height: int, width: int, depth: int, seed: int) -> np.ndarray:
    """(height, width) codes in which every bit matters: a slope and noise over all of the range."""
    random = np.random.default_rng(seed)
    slope = np.linspace(0, 0.7, width)[None] + random.random((height, width)) * 0.3
    return np.round(slope * (2**depth - 1)).astype(np.uint8 if depth == 8 else np.uint16)


def picture(
    height: int, width: int, kind: str, seed: int = 0, light: np.ndarray | None = None
) -> av.VideoFrame:
    frame = av.VideoFrame(width, height, kind)
    depth = frame.format.components[0].bits
    size = 1 if depth == 8 else 2
    for number, plane in enumerate(frame.planes):
        row = plane.line_size // size
        codes = np.zeros((plane.height, row), np.uint8 if depth == 8 else np.uint16)
        if number == 0 and light is not None:
            codes[:, : light.shape[1]] = light
        else:
            codes[:] = noise(plane.height, row, depth, seed * 7 + number)
        plane.update(codes.tobytes())
    return frame


def make_film(
    path: Path,
    *,
    codec: str = "libx264",
    kind: str = "yuv420p",
    size: tuple[int, int] = (48, 64),
    times: Sequence[int] = range(12),
    base: Fraction = Fraction(1, 25),
    lights: Sequence[np.ndarray] | None = None,
    sound: str | None = "aac",
    subtitles: bool = False,
    metadata: dict[str, str] | None = None,
    chapters: bool = False,
    turn: int = 0,
    options: dict[str, str] | None = None,
    settings: dict[str, object] | None = None,
) -> Path:
    """A film with a frame at each of `times` (ticks of `base`), and a tone of the same length."""
    height, width = size
    with av.open(str(path), "w", container_options={"movflags": "+use_metadata_tags"}) as film:
        film.metadata.update(metadata or {})
        video = film.add_stream(codec, rate=round(1 / base) if base < 1 else 25, options=options or {})
        video.width, video.height, video.pix_fmt = width, height, kind
        video.codec_context.time_base = video.time_base = base
        for name, value in (settings or {}).items():
            setattr(video.codec_context, name, value)
        if turn:
            video.set_display_rotation(turn)
        audio = film.add_stream(sound, rate=RATE) if sound else None
        text = film.add_mux_stream("subrip", time_base=Fraction(1, 1000)) if subtitles else None
        if chapters:
            thousandth = Fraction(1, 1000)
            marks = [(0, 200, "first"), (200, 400, "second")]
            film.set_chapters(
                [
                    {"id": n, "start": a, "end": b, "time_base": thousandth, "metadata": {"title": t}}
                    for n, (a, b, t) in enumerate(marks)
                ]
            )
        if audio is not None:
            _tone(film, audio, seconds=float(len(times) * base) + 0.2)
        if text is not None:
            packet = av.Packet(b"Good evening.")
            packet.pts, packet.dts, packet.duration, packet.time_base = 100, 100, 200, Fraction(1, 1000)
            packet.stream = text
            film.mux(packet)
        for number, pts in enumerate(times):
            frame = picture(height, width, kind, number, None if lights is None else lights[number])
            frame.pts, frame.time_base = pts, base
            film.mux(video.encode(frame))
        film.mux(video.encode(None))
    return path


def _tone(film: av.container.OutputContainer, stream: av.AudioStream, seconds: float) -> None:
    layout = "stereo"
    for start in range(0, int(seconds * RATE), 1024):
        wave = np.sin((np.arange(1024) + start) * (440 * 2 * np.pi / RATE)).astype(np.float32) * 0.5
        frame = av.AudioFrame.from_ndarray(np.stack([wave, wave]), format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        film.mux(stream.encode(frame))
    film.mux(stream.encode(None))


def packets(path: Path, kind: str) -> list[tuple[Fraction, bytes]]:
    """(time in seconds, bytes) of every packet of the streams of one kind."""
    with av.open(str(path)) as film:
        return [(p.pts * p.time_base, bytes(p)) for p in film.demux() if p.stream.type == kind and p.size]


def shown(path: Path) -> list[Fraction]:
    """When each picture is shown, in seconds."""
    with av.open(str(path)) as film:
        base = film.streams.video[0].time_base
        return [frame.pts * base for frame in film.decode(video=0)]


def decoded(path: Path) -> list[list[np.ndarray]]:
    """The planes of every picture."""
    with av.open(str(path)) as film:
        return [_planes(frame) for frame in film.decode(video=0)]


def _planes(frame: av.VideoFrame) -> list[np.ndarray]:
    kind = np.uint8 if frame.format.components[0].bits == 8 else np.uint16
    return [
        np.frombuffer(p, kind)
        .reshape(-1, p.line_size // np.dtype(kind).itemsize)[: p.height, : p.width]
        .copy()
        for p in frame.planes
    ]


def paint_film(
    source: Path, target: Path, options: FilmOptions = QUICK, *, shift: int = 9, **more
) -> FilmWriter:
    """Read a film and write it with one colour in all frames."""
    with open_film(source) as film, create_film(target, film, options, **more) as writer:
        depth = writer.plan.depth
        code = (1 << (depth - 1)) + shift
        plane = np.full(writer.chroma_shape, code, np.uint8 if depth == 8 else np.uint16)
        for frame in film:
            writer.end_part_before(frame, begins_shot=True)
            if writer.has_frame(frame.index):
                writer.skip(frame)
            else:
                writer.write(frame, plane, plane)
    return writer
