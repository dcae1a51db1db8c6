"""Compare a coloured film with its original, from outside: ffprobe and ffmpeg say what was kept."""

import json
import re
import subprocess
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from comparison import Comparison

_PLANAR = {
    "nv12": "yuv420p",
    "nv21": "yuv420p",
    "nv16": "yuv422p",
    "nv24": "yuv444p",
    "yuyv422": "yuv422p",
    "uyvy422": "yuv422p",
    "yvyu422": "yuv422p",
    "uyyvyy411": "yuv411p",
    "p010le": "yuv420p10le",
    "p010be": "yuv420p10le",
    "p016le": "yuv420p16le",
    "p210le": "yuv422p10le",
}
"""Formats whose Y′ plane `extractplanes` does not take, and planar ones that hold the same code values."""
_RGB = re.compile("rgb|bgr|gbr|pal8|mono|xyz|bayer")
_SHAPE = 0.002  # a shape of pixels may be rounded by so much
_TIME = 0.0011  # seconds: Matroska counts milliseconds
_TAGS = ("color_range", "color_space", "color_primaries", "color_transfer")
_HDR = ("Mastering display metadata", "Content light level metadata")
_CAPTIONS = "ATSC A53 Part 4 Closed Captions"

SAID = {
    "frames": r"missing|cut short|left out|ends there|damaged|gaps|cannot be read",
    "Y′": r"Y′ is rounded|damaged|R′G′B′",
    "times": r"times|no time",
    "sound": r"sound|audio",
    "subtitles": r"subtitle",
    "cover": r"cover",
    "attachments": r"attachment",
    "chapters": r"chapter",
    "shape of pixels": r"shape of the pixels",
    "fields": r"interlaced",
    "range": r"range|R′G′B′",
    "colour tags": r"tags|R′G′B′",
    "rotation": r"rotation",
    "alpha": r"transparency",
    "HDR10": r"HDR10",
    "captions": r"captions",
    "timecode": r"timecode",
}
"""What can be lost → words of a note that says so."""


class SeenFilm:
    """What ffprobe and ffmpeg see in a film. Each runs once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        answer = _probe(path)
        self.streams: list[dict[str, Any]] = answer.get("streams", [])
        self.chapters = len(answer.get("chapters", ()))
        self.tags: dict[str, str] = answer.get("format", {}).get("tags", {})
        videos = [s for s in self.streams if s["codec_type"] == "video"]
        self.video = next((s for s in videos if not s["disposition"]["attached_pic"]), None)
        self.covers = sum(s["disposition"]["attached_pic"] for s in videos)
        rows, number = answer.get("packets_and_frames", ()), (self.video or {}).get("index")
        self._packets = [row for row in rows if row["type"] == "packet"]
        self.frames = [row for row in rows if row["type"] == "frame" and row["stream_index"] == number]
        """Facts of every frame in the order of display."""
        self.times = [_seconds(frame) for frame in self.frames]
        """Seconds at which each frame is shown."""

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """The streams of sound, subtitles, …"""
        return [stream for stream in self.streams if stream["codec_type"] == kind]

    @property
    def pixel_format(self) -> str:
        """FFmpeg's name."""
        name: str = self.frames[0]["pix_fmt"] if self.frames else (self.video or {}).get("pix_fmt", "")
        return name

    @property
    def rgb(self) -> bool:
        """Whether it stores R′G′B′."""
        return bool(_RGB.search(self.pixel_format))

    @property
    def alpha(self) -> bool:
        """Whether it stores transparency."""
        return bool(re.match("yuva|ya8|ya16|rgba|bgra|argb|abgr|gbrap|ayuv", self.pixel_format))

    @cached_property
    def hashes(self) -> list[list[str]]:
        """Of the Y′ plane of every frame; then of every packet of each sound stream."""
        return self._hash(exact=False)

    @cached_property
    def exact_hashes(self) -> list[list[str]]:
        """The same, decoded without the shortcuts of FFmpeg that are off by one in some codecs."""
        return self._hash(exact=True)

    def _hash(self, *, exact: bool) -> list[list[str]]:
        planar = _PLANAR.get(self.pixel_format, self.pixel_format).replace("be", "le")
        luma = "" if planar.startswith("gray") or self.rgb else ",extractplanes=y"
        words = ["-map", f"0:{self._index}", "-vf", f"format={planar}{luma}", "-fps_mode", "passthrough"]
        sounds = len(self.of_kind("audio"))
        words += ["-map", "0:a", "-c:a", "copy"] if sounds else []
        found: list[list[str]] = [[] for _ in range(1 + sounds)]
        for line in _ffmpeg(self.path, *words, "-f", "framemd5", "-", exact=exact).decode().splitlines():
            if not line.startswith("#"):
                cells = line.split(",")
                found[int(cells[0])].append(cells[5].strip())
        return found

    def y_planes(self, weights: tuple[float, float, float]) -> np.ndarray:
        """(N, H, W) Y′, 0…1 of the full range. weights: of R′, G′, B′, for films that store these."""
        words = ["-map", f"0:{self._index}", "-fps_mode", "passthrough", "-f", "rawvideo"]
        shape = len(self.frames), int(self.frames[0]["height"]), -1
        if self.rgb:  # FFmpeg's own conversions to grey, and from 8 to 16 bits, are not exact
            deep = bool(re.search("48|64|1[0246]", self.pixel_format))
            data = _ffmpeg(self.path, *words, "-pix_fmt", "rgb48le" if deep else "rgb24", "-")
            rgb = np.frombuffer(data, "<u2" if deep else "u1").reshape(*shape, 3)
            return rgb / (65535 if deep else 255) @ np.array(weights)
        depth = _depth(self.pixel_format)
        data = _ffmpeg(self.path, *words, "-vf", "extractplanes=y", "-")
        return np.frombuffer(data, "u1" if depth == 8 else "<u2").reshape(shape) / (2**depth - 1)

    def decode_sound(self, number: int) -> bytes:
        """A hash of what the decoder gives for the sound stream of this number."""
        return _ffmpeg(self.path, "-map", f"0:a:{number}", "-c:a", "pcm_s16le", "-f", "md5", "-")

    def sound_begins(self, number: int) -> float | None:
        """Seconds from the first frame to the first sound of a stream."""
        index = self.of_kind("audio")[number]["index"]
        times = (p["pts_time"] for p in self._packets if p["stream_index"] == index and "pts_time" in p)
        sound, first = next(times, None), next((time for time in self.times if time is not None), None)
        return None if sound is None or first is None else float(sound) - first

    @property
    def guessed_delay(self) -> float:
        """Seconds by which FFmpeg shows an AVI with B-frames too late: AVI stores no times for display."""
        video = self.video or {}
        if self.path.suffix.lower() != ".avi" or not video.get("has_b_frames"):
            return 0.0
        frames, seconds = map(int, video["avg_frame_rate"].split("/"))
        return int(video["has_b_frames"]) * seconds / max(frames, 1)

    @property
    def timecode(self) -> str | None:
        """The timecode of the first frame."""
        tags = [self.tags, *(stream.get("tags", {}) for stream in self.streams)]
        return next((v for each in tags for k, v in each.items() if k.lower() == "timecode"), None)

    def side_data(self, kind: str) -> bool:
        """Whether a frame has data of this kind beside it."""
        lists = (frame.get("side_data_list", ()) for frame in self.frames[:50])
        return any(data.get("side_data_type") == kind for each in lists for data in each)

    @property
    def rotation(self) -> int:
        """Degrees by which a player turns the frames."""
        data = [d for s in [self.video or {}, *self.frames[:1]] for d in s.get("side_data_list", ())]
        degrees = (round(float(d["rotation"])) for d in data if "rotation" in d)
        return next((each for each in degrees if abs(each) <= 360), 0)  # a damaged matrix gives nonsense

    @property
    def _index(self) -> int:
        index: int = (self.video or {})["index"]
        return index


def compare_films(original: Path, result: Path, notes: tuple[str, ...]) -> Comparison:
    """Everything that the result should have of the original. notes: notes and losses of the run."""
    before, after = SeenFilm(original), SeenFilm(result)
    found = Comparison(SAID, notes)
    if after.video is None or not after.frames:
        found.differs["frames"] = "the result has no frames"
        return found
    _compare_frames(before, after, found)
    _compare_streams(before, after, found)
    _compare_look(before, after, found)
    return found


def _compare_frames(before: SeenFilm, after: SeenFilm, found: Comparison) -> None:
    shown = [t for t in before.times if t is not None]
    if len(before.frames) != len(after.frames):
        found.differs["frames"] = f"{len(before.frames)} → {len(after.frames)}"
    elif len(shown) == len(before.times) and len(set(shown)) == len(shown):
        first, begins = shown[0], after.times[0] or 0.0
        offsets = [abs((a or 0.0) - begins - (b - first)) for b, a in zip(shown, after.times, strict=True)]
        if max(offsets) > _TIME:
            found.differs["times"] = f"up to {max(offsets):.4f} s off, first at frame {_first_over(offsets)}"
    if before.video is not None and after.video is not None and after.video["codec_name"] == "ffv1":
        _compare_y(before, after, found)


def _compare_y(before: SeenFilm, after: SeenFilm, found: Comparison) -> None:
    if before.rgb:
        if len(before.frames) == len(after.frames):
            space = after.frames[0].get("color_space", "")
            weights = (0.2126, 0.7152, 0.0722) if space == "bt709" else (0.299, 0.587, 0.114)
            apart = float(np.abs(before.y_planes(weights) - after.y_planes(weights)).max()) * 255
            if apart > 0.6:
                found.differs["Y′"] = f"up to {apart:.1f} of 255 off"
        return
    if _depth(before.pixel_format) != _depth(after.pixel_format):
        return
    ours, theirs = after.hashes[0], before.hashes[0]
    if set(ours) - set(theirs):
        theirs = before.exact_hashes[0]
    if set(ours) - set(theirs):
        other = sum(one not in set(theirs) for one in ours)
        found.differs["Y′"] = f"{other} of {len(ours)} frames differ"


def _compare_streams(before: SeenFilm, after: SeenFilm, found: Comparison) -> None:
    sounds, kept = before.of_kind("audio"), after.of_kind("audio")
    if len(sounds) != len(kept):
        found.differs["sound"] = f"{len(sounds)} → {len(kept)} streams"
    else:
        for number in range(len(sounds)):
            _compare_sound(before, after, number, found)
    for kind, what in (("subtitle", "subtitles"), ("attachment", "attachments")):
        counts = len(before.of_kind(kind)), len(after.of_kind(kind))
        if counts[0] > counts[1]:
            found.differs[what] = f"{counts[0]} → {counts[1]} streams"
    if before.covers > after.covers:
        found.differs["cover"] = f"{before.covers} → {after.covers}"
    if before.chapters != after.chapters:
        found.differs["chapters"] = f"{before.chapters} → {after.chapters}"


def _compare_sound(before: SeenFilm, after: SeenFilm, number: int, found: Comparison) -> None:
    packets = [film.hashes[1 + number] for film in (before, after)]
    if packets[0] != packets[1] and before.decode_sound(number) != after.decode_sound(number):
        found.differs["sound"] = f"stream {number}: {len(packets[0])} → {len(packets[1])} packets"
    begins = before.sound_begins(number), after.sound_begins(number)
    allowed = 2 * _TIME + before.guessed_delay
    if None not in begins and abs(begins[0] - begins[1]) > allowed:
        found.differs["sound"] = (
            f"stream {number} begins {begins[0]:.3f} → {begins[1]:.3f} s after the frames"
        )


def _compare_look(before: SeenFilm, after: SeenFilm, found: Comparison) -> None:
    if not before.frames:
        return
    old, new = before.frames[0], after.frames[0]
    shapes = [
        _ratio(f.get("sample_aspect_ratio"), (s.video or {}).get("sample_aspect_ratio"))
        for f, s in ((old, before), (new, after))
    ]
    implied = (before.video or {}).get(
        "codec_name"
    ) == "dvvideo"  # DV says it in its pictures, not in an AVI's header
    if abs(shapes[0] / shapes[1] - 1) > _SHAPE and not implied:
        found.differs["shape of pixels"] = f"{shapes[0]} → {shapes[1]}"
    fields = [
        [
            (f.get("interlaced_frame"), f.get("interlaced_frame") and f.get("top_field_first"))
            for f in s.frames
        ]
        for s in (before, after)
    ]
    if set(fields[0]) != set(fields[1]):
        found.differs["fields"] = f"{sorted(set(fields[0]))} → {sorted(set(fields[1]))}"
    if not before.rgb:
        grey = before.pixel_format.startswith(("gray", "ya"))  # of any matrix
        for key in _TAGS[2 * grey :]:
            stated = (old.get(key), new.get(key))
            unstated_limited = key == "color_range" and stated == ("tv", None)  # no statement means limited
            if stated[0] not in (None, "unknown", "reserved", stated[1]) and not unstated_limited:
                what = "range" if key == "color_range" else "colour tags"
                found.differs[what] = f"{key} {old[key]} → {new.get(key)}"
    if before.rotation % 360 != after.rotation % 360:
        found.differs["rotation"] = f"{before.rotation} → {after.rotation}"
    if before.alpha and not after.alpha:
        found.differs["alpha"] = f"{before.pixel_format} → {after.pixel_format}"
    if any(before.side_data(kind) and not after.side_data(kind) for kind in _HDR):
        found.differs["HDR10"] = "mastering data are gone"
    if before.side_data(_CAPTIONS) and not after.side_data(_CAPTIONS):
        found.differs["captions"] = "captions in frames are gone"
    if before.timecode and before.timecode != after.timecode:
        found.differs["timecode"] = f"{before.timecode} → {after.timecode}"


def _first_over(offsets: list[float]) -> int:
    return next(n for n, offset in enumerate(offsets) if offset > _TIME)


def _depth(pixel_format: str) -> int:
    match = re.search(r"(?:p|gray|p0|p2)(9|10|12|14|16)(?:le|be)?$", pixel_format)
    return int(match[1]) if match else 8


def _ratio(*texts: str | None) -> Fraction:
    """The shape of a pixel; unknown is square."""
    for text in texts:
        if text and not text.startswith("0") and not text.endswith(":0"):
            return Fraction(*map(int, text.split(":")))
    return Fraction(1)


def _seconds(frame: dict[str, Any]) -> float | None:
    text = frame.get("pts_time", frame.get("best_effort_timestamp_time"))
    return None if text is None else float(text)


def _probe(path: Path) -> dict[str, Any]:
    shown = ("-show_streams", "-show_chapters", "-show_format", "-show_frames", "-show_packets")
    command = ["ffprobe", "-v", "quiet", "-of", "json", *shown, str(path)]
    text = subprocess.run(command, capture_output=True, timeout=300).stdout
    try:
        answer: dict[str, Any] = json.loads(text.decode("utf-8", "replace") or "{}")
    except ValueError:
        answer = {}
    return answer


def _ffmpeg(path: Path, *words: str, exact: bool = False) -> bytes:
    flags = ["-flags", "bitexact"] if exact else []
    command = ["ffmpeg", "-v", "quiet", "-nostdin", "-copyts", *flags, "-i", str(path), *words]
    return subprocess.run(command, capture_output=True, timeout=300).stdout
