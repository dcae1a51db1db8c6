"""How a film is written: the table of codecs, and planes that hold the Y′ of the film without a change."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2

from autochrome.errors import OutputNotWritable, UsageError
from autochrome.media.films.facts import FilmFacts
from autochrome.media.films.frame_budget import LARGE, is_large
from autochrome.media.films.mxf import check_rate
from autochrome.media.films.side_data import mastering_settings
from autochrome.options import FilmOptions

_AVX512 = 13  # OpenCV's number of these instructions; its Python module has no name for it
_BLOCKS = 8  # blocks of 16 pixels that x264 processes at once with them


@dataclass(frozen=True, slots=True)
class Codec:
    """One way to encode frames."""

    encoder: str  # FFmpeg's name
    reads: tuple[str, ...]  # FFmpeg's decoders of the same format, for the option `like`
    depths: tuple[int, ...]
    samplings: tuple[str, ...]  # that it can encode, the largest last
    containers: tuple[str, ...]  # suffixes of files that can hold it
    settings: Callable[
        [FilmOptions, int, str], dict[str, str]
    ]  # options, width in pixels, sampling → options of the encoder
    tag: str | None = None  # four letters that players expect in MP4 and MOV
    odd: bool = True  # encodes 4:2:0 frames of odd width or height
    fields: bool = True  # marks interlaced frames as such
    alpha: tuple[str, ...] = ()  # samplings in which it stores transparency too
    alpha_depths: tuple[int, ...] = ()  # depths in which it does so, and in which many programs can read it
    smallest: tuple[int, int] = (1, 1)  # width and height of a frame


def _x264(options: FilmOptions, width: int, sampling: str) -> dict[str, str]:
    usual = {"crf": str(options.crf), "preset": options.preset}
    if -(-width // 16) % _BLOCKS == 0 or not cv2.checkHardwareSupport(_AVX512):
        return usual
    # After the end of such a row x264 reads memory that was never written, so its output is not always the same.
    return usual | {"x264-params": "asm=AVX2"}


def _x265(options: FilmOptions, width: int, sampling: str) -> dict[str, str]:
    return {"crf": str(options.crf), "preset": options.preset, "x265-params": "log-level=error"}


def _ffv1(options: FilmOptions, width: int, sampling: str) -> dict[str, str]:
    return {"level": "3", "g": "1"}


def _prores(options: FilmOptions, width: int, sampling: str) -> dict[str, str]:
    return {"profile": "4444" if sampling == "444" else "hq", "vendor": "apl0"}


def _dnxhr(options: FilmOptions, width: int, sampling: str) -> dict[str, str]:
    return {"profile": "dnxhr_444" if sampling == "444" else "dnxhr_hqx"}


def _vp9(options: FilmOptions, width: int, sampling: str) -> dict[str, str]:
    speed = {"ultrafast": 8, "superfast": 7, "veryfast": 6, "faster": 5, "fast": 4, "medium": 3}
    pace = str(speed.get(options.preset, 2))
    return {"crf": str(options.crf), "deadline": "good", "cpu-used": pace, "row-mt": "1", "b": "0"}


_WITHOUT_LOOKAHEAD = ("ultrafast", "superfast")  # presets that look at no later frames
_USUAL = ("420", "422", "444")
CODECS: dict[str, Codec] = {
    "h264": Codec("libx264", ("h264",), (8, 10), _USUAL, (".mp4", ".mkv", ".mov"), _x264, odd=False),
    "hevc": Codec(
        "libx265",
        ("hevc",),
        (8, 10, 12),
        _USUAL,
        (".mp4", ".mkv", ".mov"),
        _x265,
        tag="hvc1",
        odd=False,
        fields=False,
    ),
    "ffv1": Codec(
        "ffv1",
        ("ffv1",),
        (8, 9, 10, 12, 14, 16),
        _USUAL,
        (".mkv", ".mxf"),
        _ffv1,
        alpha=_USUAL,
        alpha_depths=(8, 10, 16),
    ),
    "prores": Codec(
        "prores_ks",
        ("prores",),
        (10,),
        ("422", "444"),
        (".mov", ".mkv", ".mxf"),
        _prores,
        alpha=("444",),
        alpha_depths=(10,),
    ),
    "dnxhr": Codec("dnxhd", ("dnxhd",), (10,), ("422", "444"), (".mov", ".mxf"), _dnxhr, smallest=(256, 120)),
    # PyAV's libvpx is built without the depths above 8 bits.
    "vp9": Codec("libvpx-vp9", ("vp9",), (8,), _USUAL, (".webm", ".mkv", ".mp4"), _vp9, fields=False),
}
CONTAINERS = {
    ".mp4": "mp4",
    ".m4v": "mp4",
    ".mkv": "matroska",
    ".mov": "mov",
    ".webm": "webm",
    ".mxf": "mxf",
}
"""Suffix → FFmpeg's muxer."""
_OWN = {".webm": "vp9", ".mxf": "dnxhr"}
"""The codec of a container that is not meant for h264, if the user names none."""
_WITH_FIELDS = ("matroska", "webm", "mov")  # these store the order of the fields of a stream


@dataclass(frozen=True, slots=True)
class Plan:
    """How one film is written."""

    codec: Codec
    container: str
    pixel_format: str
    sampling: str
    depth: int
    alpha: bool
    settings: dict[str, str]
    notes: tuple[str, ...]

    def chroma_shape(self, height: int, width: int) -> tuple[int, int]:
        """(h, w) of a chroma plane of a frame; an odd last row or column has its own sample."""
        down = 2 if self.sampling == "420" else 1
        across = 1 if self.sampling == "444" else 2
        return -(-height // down), -(-width // across)


def plan(target: Path, facts: FilmFacts, options: FilmOptions) -> Plan:
    """Choose codec and planes for a film. They have the depth of the film if they can, so that Y′ stays bit-exact."""
    suffix = target.suffix.lower()
    if suffix not in CONTAINERS:
        raise OutputNotWritable(
            f"{target}: films are written as {', '.join(CONTAINERS)}; choose one of these."
        )
    codec = _codec(target, suffix, facts, options)
    _check_size(target, facts, codec)
    if suffix == ".mxf":
        check_rate(target, facts.rate)
    if options.pixel_format != "auto":
        sampling, depth = _chosen_format(options.pixel_format, codec, target)
    else:
        sampling, depth = _like_film(facts, codec)
    notes = []
    if sampling == "420" and not codec.odd and (facts.width % 2 or facts.height % 2):
        sampling = "444"
        notes.append(
            "the frames have an odd number of rows or columns, so colour is stored at full size (4:4:4)"
        )
    if depth < facts.plane_format.depth:
        notes.append(f"the film has {facts.plane_format.depth} bits, the codec stores {depth}: Y′ is rounded")
    if facts.rgb and options.pixel_format == "auto" and codec.encoder != "ffv1":
        notes.append(
            "a film of R′G′B′ is stored as Y′CbCr 4:4:4 in the full range, which some players cannot show; "
            "--pixel-format yuv420p is for these"
        )
    tail = "" if depth == 8 else f"{depth}le"
    alpha = facts.alpha and options.pixel_format == "auto" and sampling in codec.alpha
    kind = f"yuv{'a' if alpha else ''}{sampling}p{tail}"
    settings = codec.settings(options, facts.width, sampling)
    ahead = codec.encoder != "libx264" or options.preset not in _WITHOUT_LOOKAHEAD
    if codec.encoder in LARGE and is_large(facts.y_bytes) and ahead:
        settings = _add_parameters(settings, *LARGE[codec.encoder])
    if facts.interlaced and not codec.fields:
        notes.append(_fields_note(codec, CONTAINERS[suffix]))
    if facts.mastering:
        stored = mastering_settings(facts.mastering, codec.encoder)
        if stored is None:
            notes.append(f"{codec.reads[0]} stores no HDR10 mastering data here; they are left out")
        else:
            option, value = stored
            settings = _add_parameters(settings, option, value)
    return Plan(codec, CONTAINERS[suffix], kind, sampling, depth, alpha, settings, tuple(notes))


def _add_parameters(settings: dict[str, str], option: str, value: str) -> dict[str, str]:
    """The same settings with more parameters in one option, such as `x264-params`."""
    return settings | {option: f"{settings[option]}:{value}" if option in settings else value}


def _check_size(target: Path, facts: FilmFacts, codec: Codec) -> None:
    """Refuse frames that are too small for a codec."""
    width, height = codec.smallest
    if facts.width < width or facts.height < height:
        raise OutputNotWritable(
            f"{target}: {codec.encoder} takes frames from {width}×{height} pixels on, and the film has "
            f"{facts.width}×{facts.height}; choose another --codec, such as prores."
        )


def _fields_note(codec: Codec, container: str) -> str:
    says = (
        "only the file as a whole says so"
        if container in _WITH_FIELDS
        else "and this container does not say so"
    )
    return (
        f"the frames are interlaced, but {codec.reads[0]} does not mark them as such, {says}; "
        "--codec h264 or ffv1 marks them"
    )


def _codec(target: Path, suffix: str, facts: FilmFacts, options: FilmOptions) -> Codec:
    name: str = options.codec
    if name == "like":
        name = next((key for key, codec in CODECS.items() if facts.codec in codec.reads), "auto")
    if name == "auto":
        name = _OWN.get(suffix, "h264")
    codec = CODECS[name]
    if suffix.replace(".m4v", ".mp4") not in codec.containers:
        raise UsageError(
            f"{target}: {name} is stored in {' or '.join(codec.containers)}; change the name or the codec."
        )
    return codec


def _like_film(facts: FilmFacts, codec: Codec) -> tuple[str, int]:
    """Sampling and depth of the film, or the nearest of the codec that lose nothing."""
    near = {"gray": "420", "410": "420", "411": "422", "440": "444"}.get(facts.sampling, facts.sampling)
    alpha = facts.alpha and codec.alpha
    samplings, depths = (codec.alpha, codec.alpha_depths) if alpha else (codec.samplings, codec.depths)
    sampling = near if near in samplings else samplings[0]
    depth = next((bits for bits in depths if bits >= facts.plane_format.depth), depths[-1])
    return sampling, depth


def _chosen_format(name: str, codec: Codec, target: Path) -> tuple[str, int]:
    """Sampling and depth from the name of a pixel format."""
    match = re.fullmatch(r"yuv(420|422|444)p(?:(\d+)(?:le)?)?", name)
    sampling, depth = (match[1], int(match[2] or 8)) if match else ("", 0)
    if sampling not in codec.samplings or depth not in codec.depths:
        formats = ", ".join(f"yuv{s}p{'' if d == 8 else d}" for s in codec.samplings for d in codec.depths)
        raise UsageError(f"{target}: {codec.encoder} cannot write {name}; choose one of {formats}.")
    return sampling, depth
