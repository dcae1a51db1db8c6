"""A film being made: the same Y′, new colour, encoded part by part, and everything else of the original beside it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av

from autochrome.color.ycbcr import change_depth
from autochrome.files import move_into_place, write_errors
from autochrome.media.films.codecs import Plan, plan
from autochrome.media.films.ffmpeg_errors import encoder_errors
from autochrome.media.films.parts import Packed, Part, Parts
from autochrome.media.films.reader import FULL, LIMITED, SPACES, FilmFacts, plane
from autochrome.media.films.reuse import PARTS_KEY, describe, reuse
from autochrome.media.films.streams import Companions, Span, picture_words
from autochrome.options import FilmOptions
from autochrome.types import CodeValues, Frame

_PART_SECONDS = 5.0  # a part is at least this long, if the film is
_PIECES, _PIECE = 32, 1 << 16  # bytes of a film that tell it from another
_AHEAD = 1.0  # seconds that sound may come before its pictures in the file


class FilmWriter:
    """Takes frames and their colour in order. A context manager; made by `create_film`.

    The film stands at its place, whole, when the block ends without an error, and not before. After an error or a
    kill, finished parts wait beside it, and the same call goes on with them. It is given every frame in any case: to
    `write`, or to `pass_by` if it `holds` it already.
    """

    def __init__(
        self,
        target: Path,
        facts: FilmFacts,
        options: FilmOptions,
        words: Mapping[str, str],
        job: Mapping[str, Any],
        restart: bool,
        known: Callable[[int, int], str],
    ) -> None:
        self.target, self.facts, self._words = target, facts, words
        self.plan: Plan = plan(target, facts, options)
        self._span = options.start, options.end
        self._notes = list(self.plan.notes)
        self._encoder: Any = None
        self._began: Frame | None = None  # the first of the part being written
        self._shown: dict[int, tuple[int, int]] = {}  # of every frame: when, and how long (0: nobody knows)
        self._newest = 0  # number of the last frame that came by
        self._inside: dict[int, int] = {}  # when shown → number, of the frames inside the encoder
        self._job, self._known = _job(facts, self.plan, job), known
        with write_errors(target):
            self._parts = Parts(target, self._job, restart)
            self._parts.keep(known)
            if not restart:
                reuse(target, self._parts, self._job, known)

    def holds(self, frame: int) -> bool:
        """Whether this frame was made before, and is only to be passed by."""
        return self._parts.holds(frame)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about what was written; complete after the block."""
        return tuple(self._notes)

    @property
    def chroma_shape(self) -> tuple[int, int]:
        """(h, w) of the Cb and Cr planes that `write` takes."""
        return self.plan.chroma_shape(self.facts.height, self.facts.width)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            try:
                self._end_part()
                self._splice()
            except BaseException:
                self._parts.abandon()
                raise
            self._parts.remove()
        else:
            self._encoder = None
            self._parts.abandon()

    def write(self, frame: Frame, blue: CodeValues, red: CodeValues) -> None:
        """The next frame with its Cb and Cr codes, both of `chroma_shape` and `plan.depth` bits."""
        if self._encoder is None:
            self._encoder, self._began = self._new_encoder(), frame
        picture = self._picture(frame)
        plane(picture, 1, self.plan.depth)[:] = blue
        plane(picture, 2, self.plan.depth)[:] = red
        picture.pts, picture.time_base = frame.pts, self.facts.time_base
        self._remember(frame)
        self._inside[frame.pts] = frame.index
        picture.duration = 1  # libvpx refuses frames whose rounded durations overlap
        with encoder_errors(self.target):
            self._keep(self._encoder.encode(picture))

    def pass_by(self, frame: Frame) -> None:
        """The next frame, which a finished part holds."""
        if self._encoder is not None:
            self._end_part()
        self._remember(frame)

    def _remember(self, frame: Frame) -> None:
        self._newest = frame.index
        self._shown[frame.index] = frame.pts, frame.decoded.duration or 0

    def cut(self) -> bool:
        """A shot has ended: a good place to end a part, if it is long enough. Says whether nothing is unfinished."""
        if self._began is not None:
            lasted = (self._shown[self._newest][0] - self._began.pts) * self.facts.time_base
            if lasted >= _PART_SECONDS or self.holds(self._newest + 1):
                self._end_part()
        return self._encoder is None

    def _end_part(self) -> None:
        if self._encoder is not None and self._began is not None:
            first, stop = self._began.index, self._newest + 1
            with encoder_errors(self.target):
                self._keep(self._encoder.encode(None))
                self._parts.finish(Part(first, stop, self._known(first, stop)))
            self._encoder = self._began = None

    def _keep(self, packets: list[Any]) -> None:
        for packet in packets:
            self._parts.add(Packed(self._inside.pop(packet.pts), packet.is_keyframe, bytes(packet)))

    def _picture(self, frame: Frame) -> Any:
        """The frame to put colour into: its own where the planes suit, so that captions and field flags go along."""
        if frame.decoded.format.name == self.plan.pixel_format:
            return frame.decoded
        picture = av.VideoFrame(self.facts.width, self.facts.height, self.plan.pixel_format)
        y_plane = change_depth(frame.y_plane, frame.plane_format.depth, self.plan.depth)
        plane(picture, 0, self.plan.depth)[:] = y_plane
        return picture

    def _new_encoder(self) -> Any:
        context = av.CodecContext.create(self.plan.codec.encoder, "w")
        context.flags |= av.codec.context.Flags.global_header
        _configure(context, self.plan, self.facts)
        with encoder_errors(self.target):
            context.open()
        return context

    def _splice(self) -> None:
        """All parts and everything beside them into one file, and that to its place."""
        whole = self._parts.folder / f"whole{self.target.suffix}"
        with encoder_errors(self.target):
            with av.open(
                str(whole), "w", format=self.plan.container, container_options=self._muxing()
            ) as output:
                stream = self._stream(output)
                companions = Companions(self.facts, output, self.plan.container, self._seconds())
                try:
                    output.metadata.update(self._words)
                    output.metadata[PARTS_KEY] = describe(self._job, self._parts.finished)
                    self._mux(output, stream, companions)
                finally:
                    companions.close()
            move_into_place(whole, self.target)
        self._notes += companions.notes

    def _muxing(self) -> dict[str, str]:
        if self.plan.container not in ("mp4", "mov"):
            return {"avoid_negative_ts": "disabled"}
        scale = {"video_track_timescale": str(self.facts.time_base.denominator)}
        return {"movflags": "+faststart+use_metadata_tags"} | (
            scale if self.facts.time_base.numerator == 1 else {}
        )

    def _stream(self, output: Any) -> Any:
        """The stream of pictures. Its encoder is opened for its header alone."""
        stream = output.add_stream(self.plan.codec.encoder, rate=self.facts.rate)
        _configure(stream.codec_context, self.plan, self.facts)
        if self.plan.codec.tag and self.plan.container in ("mp4", "mov"):
            stream.codec_context.codec_tag = self.plan.codec.tag
        stream.time_base = self.facts.time_base
        stream.metadata.update(picture_words(self.facts))
        if self.facts.matrix_display:
            stream.set_display_matrix(self.facts.matrix_display)
        return stream

    def _mux(self, output: Any, stream: Any, companions: Companions) -> None:
        order = self._parts.order()
        begins = self._begins()
        times = [self._shown[frame][0] - begins for frame in order]
        milliseconds = self.facts.time_base * 1000
        if self.plan.container in ("matroska", "webm") and any(
            pts * milliseconds.numerator % milliseconds.denominator for pts in times
        ):
            self._notes.append(
                "this container keeps time in thousandths of a second; frame times are rounded to it"
            )
        decoded = _decoding_times(times)
        for packed, pts, dts in zip(self._parts, times, decoded, strict=True):
            companions.until(float((dts + begins) * self.facts.time_base) + _AHEAD)
            packet = av.Packet(packed.data)
            packet.pts, packet.dts, packet.duration = pts, dts, self._shown[packed.frame][1]
            packet.time_base = self.facts.time_base
            packet.is_keyframe = packed.key
            packet.stream = stream
            output.mux(packet)
        companions.until(None)

    def _begins(self) -> int:
        """The tick that becomes 0: of a stretch its first frame, of a whole film none."""
        return 0 if self._span[0] is None else min(pts for pts, _ in self._shown.values())

    def _seconds(self) -> Span:
        start = None if self._span[0] is None else self._begins() * self.facts.time_base
        return start, None if self._span[1] is None else Fraction(self._span[1])


def _configure(context: Any, plan: Plan, facts: FilmFacts) -> None:
    """The same for every part and for the header, so that one header serves them all."""
    context.width, context.height = facts.width, facts.height
    context.pix_fmt = plan.pixel_format
    context.time_base, context.framerate = facts.time_base, facts.rate
    context.sample_aspect_ratio = facts.aspect
    context.colorspace = SPACES[facts.plane_format.matrix]
    context.color_range = FULL if facts.plane_format.full else LIMITED
    context.color_primaries, context.color_trc = facts.primaries, facts.transfer
    context.thread_type = "AUTO"  # PyAV's own choice would cut every frame into slices
    if facts.interlaced:
        flags = av.codec.context.Flags
        context.flags |= flags.interlaced_dct | flags.interlaced_me
        context.field_order = facts.field_order
    context.options = plan.settings


def _decoding_times(shown: list[int]) -> Iterator[int]:
    """When each picture must be decoded: the times they are shown, in order, as late as the reordering allows."""
    order = sorted(shown)
    rank = {pts: place for place, pts in enumerate(order)}
    delay = max((place - rank[pts] for place, pts in enumerate(shown)), default=0)
    step = order[1] - order[0] if len(order) > 1 else 1
    for place in range(len(shown)):
        yield order[place - delay] if place >= delay else order[0] - (delay - place) * step


def _job(facts: FilmFacts, plan: Plan, job: Mapping[str, Any]) -> dict[str, Any]:
    """What must be the same for old parts to be of use: what the film is, not where it lies."""
    return {
        "film": _sample(facts.path),
        "facts": asdict(facts) | {"path": None},
        "encoder": [plan.codec.encoder, plan.pixel_format, plan.settings, av.__version__],
        "job": dict(job),
    }


def _sample(path: Path) -> list[int | str]:
    """The size of a file, and a digest of pieces from its beginning to its end."""
    size, digest = path.stat().st_size, sha256()
    with path.open("rb") as file:
        for place in range(_PIECES):
            file.seek(max(0, size - _PIECE) * place // (_PIECES - 1))
            digest.update(file.read(_PIECE))
    return [size, digest.hexdigest()]
