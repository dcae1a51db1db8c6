"""Write a film: the Y′ of the original, new colour, encoded part by part, and all other streams of the original."""

import io
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av

from autochrome.color.ycbcr import change_depth
from autochrome.errors import OutputNotWritable
from autochrome.files import move_into_place, write_errors
from autochrome.media.films.codecs import Plan, plan
from autochrome.media.films.content import digest_content
from autochrome.media.films.conversion import Converter
from autochrome.media.films.facts import FULL, LIMITED, FilmFacts
from autochrome.media.films.ffmpeg_errors import encoder_errors
from autochrome.media.films.frame_budget import thread_count
from autochrome.media.films.matroska_header import write_pixel_shape
from autochrome.media.films.mxf import check_time
from autochrome.media.films.parts import EncodedFrame, HintsDigest, Part, Parts, digest_no_hints
from autochrome.media.films.planes import plane
from autochrome.media.films.reuse import PARTS_KEY, describe_parts, reuse_parts
from autochrome.media.films.side_data import SideDataCheck
from autochrome.media.films.stream_choice import StreamChoice, choose_streams
from autochrome.media.films.streams import NoStreams, OtherStreams, Span, video_metadata
from autochrome.media.timecode import Timecode
from autochrome.options import FilmOptions
from autochrome.types import CodeValues, Frame

_PART_SECONDS = 5.0  # the least length of a part that ends at a cut
# a part of this length ends in the middle of a shot: about where a key frame is due anyway
_LONG_PART_SECONDS = 10.0
_ALPHA = 3  # number of the plane
_AHEAD = 1.0  # seconds: how far ahead of the frames the sound is stored


def part_ends(lasted: Fraction, begins_shot: bool) -> bool:
    """Whether a part of this length, in seconds, ends before the next frame, which may begin a shot."""
    return lasted >= (_PART_SECONDS if begins_shot else _LONG_PART_SECONDS)


class FilmWriter:
    """Takes the frames and their colour in order. A context manager; made by `create_film`.

    The film appears when the block ends without an error, and not before. After an error or a kill, the finished parts
    stay on the disk, and the same call continues with them. The caller passes every frame: first to `end_part_before`,
    then to `write`, or to `skip` if `has_frame` is true.
    """

    def __init__(
        self,
        target: Path,
        facts: FilmFacts,
        options: FilmOptions,
        *,
        metadata: Mapping[str, str] = {},
        job: Mapping[str, Any] = {},
        restart: bool = False,
        hints_digest: HintsDigest = digest_no_hints,
    ) -> None:
        self.target, self.facts, self._metadata = target, facts, metadata
        self.plan: Plan = plan(target, facts, options)
        self._span = options.start, options.end
        self._timecode = Timecode.parse(options.timecode, facts.rate) if options.timecode else facts.timecode
        self._choice = choose_streams(facts.others, self.plan.container) if facts.others else StreamChoice()
        self._notes = [*self.plan.notes, *self._choice.notes]
        self._losses = list(self._choice.losses)
        self._encoder: Any = None
        self._converter: Converter | None = None  # from the frames of the film to those of the encoder
        self._alpha_is_lost = False
        self._side_data = SideDataCheck(self.plan.codec.encoder, self.plan.codec.reads[0])
        self._began: Frame | None = None  # the first frame of the part that is being written
        self._shown: dict[
            int, tuple[int, int]
        ] = {}  # of every frame: its time and duration in ticks (0: unknown)
        self._newest = 0  # number of the last frame that was passed
        self._inside: dict[int, int] = {}  # time → number, of the frames inside the encoder
        self._try()
        self._job, self._hints_digest = _job(facts, self.plan, job), hints_digest
        self._restart = restart

    def _try(self) -> None:
        """Encode one frame, and begin a file with all streams in memory: what cannot be done is said at once."""
        plan, facts = self.plan, self.facts
        try:
            encoder, grey = self._new_encoder(), av.VideoFrame(facts.width, facts.height, plan.pixel_format)
            for each in grey.planes:  # x264 ends the process if it meets code values of too many bits
                each.update(bytes(each.buffer_size))
            grey.pts, grey.time_base = 0, facts.time_base
            encoder.encode(grey)
            encoder.encode(None)
        except (OutputNotWritable, av.FFmpegError, ValueError) as error:
            raise OutputNotWritable(
                f"{self.target}: {plan.codec.encoder} cannot encode frames of {facts.width}×{facts.height} pixels as "
                f"{plan.pixel_format}; choose another --codec or --pixel-format."
            ) from error
        options = self._container_options() | {"movflags": "use_metadata_tags"}
        output = av.open(io.BytesIO(), "w", format=plan.container, container_options=options)
        try:
            with encoder_errors(self.target):
                self._stream(output)
                self._other_streams(output, whole=True).close()
                output.start_encoding()
        finally:
            with suppress(av.FFmpegError, ValueError):  # a film without frames may be no film
                output.close()

    def has_frame(self, frame: int) -> bool:
        """Whether a finished part holds this frame, so that it is only skipped."""
        return self._parts.has_frame(frame)

    def has_shot(self, first: int) -> bool:
        """Whether finished parts hold the whole shot that begins with this frame."""
        return self._parts.has_shot(first)

    @property
    def notes(self) -> tuple[str, ...]:
        """Facts about the written film for the person; complete after the block."""
        return (*self._notes, *self._side_data.notes)

    @property
    def losses(self) -> tuple[str, ...]:
        """What of the original is missing in the written film; complete after the block."""
        return tuple(self._losses)

    @property
    def chroma_shape(self) -> tuple[int, int]:
        """(h, w) of the Cb and Cr planes that `write` takes."""
        return self.plan.chroma_shape(self.facts.height, self.facts.width)

    def __enter__(self) -> Self:
        with write_errors(self.target):
            self._parts = Parts(self.target, self._job, self._restart)
            try:
                self._parts.keep(self._hints_digest)
                if not self._restart:
                    reuse_parts(self.target, self._parts, self._job, self._hints_digest)
            except BaseException:
                self._parts.abandon()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            try:
                self._end_part(ends_shot=True)
                self._splice()
            except BaseException:
                self._parts.abandon()
                raise
            self._parts.remove()
        else:
            self._encoder = None
            self._parts.abandon()

    def write(self, frame: Frame, blue: CodeValues, red: CodeValues) -> None:
        """Encode the next frame. blue, red: its Cb and Cr planes, `chroma_shape`, code values of `plan.depth` bits."""
        if self._encoder is None:
            self._encoder, self._began = self._new_encoder(), frame
        av_frame = self._av_frame(frame)
        plane(av_frame, 1, self.plan.depth)[:] = blue
        plane(av_frame, 2, self.plan.depth)[:] = red
        av_frame.pts, av_frame.time_base = frame.pts, self.facts.time_base
        self._side_data.look_at(frame.decoded)
        self._remember(frame)
        self._inside[frame.pts] = frame.index
        self._set_tags(av_frame)
        av_frame.duration = 1  # libvpx refuses frames whose rounded durations overlap
        with encoder_errors(self.target):
            self._keep(self._encoder.encode(av_frame))

    def _set_tags(self, av_frame: Any) -> None:
        """The meaning of the colours: ProRes stores that of each frame, the other codecs that of the encoder."""
        av_frame.colorspace = self.facts.space
        av_frame.color_range = FULL if self.facts.plane_format.full else LIMITED
        av_frame.color_primaries, av_frame.color_trc = self.facts.primaries, self.facts.transfer

    def skip(self, frame: Frame) -> None:
        """The next frame is in a finished part."""
        self._end_part(ends_shot=False)
        self._remember(frame)

    def _remember(self, frame: Frame) -> None:
        if self.plan.container == "mxf" and self._shown:
            passed = (frame.pts - next(iter(self._shown.values()))[0]) * self.facts.time_base
            check_time(self.target, passed, len(self._shown), self.facts.rate)
        self._newest = frame.index
        self._shown[frame.index] = frame.pts, frame.decoded.duration or 0

    def end_part_before(self, frame: Frame, begins_shot: bool) -> bool:
        """End the part if it is long enough for a cut, or very long. True if no part is unfinished now.

        frame: the next one; begins_shot: it is the first of its shot.
        """
        if self._began is not None:
            lasted = (frame.pts - self._began.pts) * self.facts.time_base
            if part_ends(lasted, begins_shot) or self.has_frame(frame.index):
                self._end_part(begins_shot)
        return self._encoder is None

    def _end_part(self, ends_shot: bool) -> None:
        if self._encoder is not None and self._began is not None:
            first, stop = self._began.index, self._newest + 1
            with encoder_errors(self.target):
                self._keep(self._encoder.encode(None))
                self._parts.finish(Part(first, stop, self._hints_digest(first, stop), ends_shot))
            self._encoder = self._began = None

    def _keep(self, packets: list[Any]) -> None:
        for packet in packets:
            self._parts.add(EncodedFrame(self._inside.pop(packet.pts), packet.is_keyframe, bytes(packet)))

    def _av_frame(self, frame: Frame) -> Any:
        """The frame to put colour into: the decoded one if its planes fit, to keep captions and field flags."""
        decoded, given = frame.decoded, frame.plane_format
        if not isinstance(decoded, av.VideoFrame):  # a picture of a sequence
            av_frame: Any = av.VideoFrame(self.facts.width, self.facts.height, self.plan.pixel_format)
        else:
            if self._converter is None:
                self._converter = Converter(decoded.format, given, self.plan.pixel_format)
            av_frame = self._converter.convert(decoded)
        if av_frame is not decoded:
            y_plane = change_depth(frame.y_plane, given.depth, self.plan.depth, given.full)
            plane(av_frame, 0, self.plan.depth)[:] = y_plane
        if self.facts.alpha:
            self._keep_alpha(decoded, av_frame)
        return av_frame

    def _keep_alpha(self, decoded: Any, av_frame: Any) -> None:
        """Copy the transparency, or note that it is lost where a pixel is not opaque."""
        depth = self.facts.plane_format.depth
        alpha = plane(decoded, _ALPHA, depth)
        if self.plan.alpha and av_frame is not decoded:
            plane(av_frame, _ALPHA, self.plan.depth)[:] = change_depth(alpha, depth, self.plan.depth, True)
        elif not self.plan.alpha and not self._alpha_is_lost and int(alpha.min()) < (1 << depth) - 1:
            self._alpha_is_lost = True
            self._notes.append(
                "this codec stores no transparency, so it is left out; --codec ffv1 or prores keeps it"
            )

    def _new_encoder(self) -> Any:
        context = av.CodecContext.create(self.plan.codec.encoder, "w")
        context.flags |= av.codec.context.Flags.global_header
        _configure(context, self.plan, self.facts)
        with encoder_errors(self.target):
            context.open()
        return context

    def _splice(self) -> None:
        """Join all parts and the other streams in one file, and give it its name."""
        whole = self._parts.folder / f"whole{self.target.suffix}"
        with encoder_errors(self.target):
            with av.open(
                str(whole), "w", format=self.plan.container, container_options=self._container_options()
            ) as output:
                stream = self._stream(output)
                others = self._other_streams(output)
                try:
                    output.metadata.update(self._metadata)
                    output.metadata[PARTS_KEY] = describe_parts(self._job, self._parts.finished)
                    self._mux(output, stream, others)
                finally:
                    others.close()
            others.finish(whole)
            self._write_pixel_shape(whole)
            move_into_place(whole, self.target)
        if others.damaged:
            self._losses.append(f"damaged packets of sound or subtitles: {others.damaged}")
        if others.lost:
            self._losses.append(
                f"packets of sound or subtitles that cannot be written and are left out: {others.lost}"
            )

    def _write_pixel_shape(self, whole: Path) -> None:
        """Put the shape of the pixels where the codec and the muxer do not, or note that it is lost."""
        aspect, encoder = self.facts.aspect, self.plan.codec.encoder
        if self.plan.container in ("matroska", "webm"):
            # FFV1 stores the shape that the frames had before, also where the original's container says another.
            written = (aspect == 1 and encoder != "ffv1") or write_pixel_shape(whole, aspect)
        else:
            written = self.plan.container != "mxf" or encoder != "dnxhd"
        if not written and aspect != 1:
            self._notes.append("the shape of the pixels is not in the header of the file")

    def _other_streams(self, output: Any, *, whole: bool = False) -> OtherStreams | NoStreams:
        if self.facts.others is None:
            return NoStreams()
        span = (None, None) if whole else self._seconds()
        return OtherStreams(self.facts, output, self.plan.container, self._choice, span)

    def _container_options(self) -> dict[str, str]:
        if self.plan.container not in ("mp4", "mov"):
            # Bit-exact: no random numbers as names of tracks, so that two runs write the same bytes.
            return {"avoid_negative_ts": "disabled", "fflags": "+bitexact"}
        scale = {"video_track_timescale": str(self.facts.time_base.denominator)}
        return {"movflags": "+faststart+use_metadata_tags"} | (
            scale if self.facts.time_base.numerator == 1 else {}
        )

    def _stream(self, output: Any) -> Any:
        """The video stream. Its encoder only writes the header."""
        stream = output.add_stream(self.plan.codec.encoder, rate=self.facts.rate)
        _configure(stream.codec_context, self.plan, self.facts)
        if self.plan.codec.tag and self.plan.container in ("mp4", "mov"):
            stream.codec_context.codec_tag = self.plan.codec.tag
        stream.time_base = self.facts.time_base
        stream.metadata.update(video_metadata(self.facts))
        if self._timecode:
            stream.metadata["timecode"] = str(self._timecode)
        if self.facts.matrix_display:
            stream.set_display_matrix(self.facts.matrix_display)
        return stream

    def _mux(self, output: Any, stream: Any, others: OtherStreams | NoStreams) -> None:
        order = self._parts.frame_order()
        begins = self._begins()
        times = [self._shown[frame][0] - begins for frame in order]
        milliseconds = self.facts.time_base * 1000
        if self.plan.container in ("matroska", "webm") and any(
            pts * milliseconds.numerator % milliseconds.denominator for pts in times
        ):
            self._notes.append(
                "this container stores times in thousandths of a second; the times of the frames are rounded"
            )
        decoded = _decoding_times(times)
        for encoded, pts, dts in zip(self._parts, times, decoded, strict=True):
            others.until(float((dts + begins) * self.facts.time_base) + _AHEAD)
            packet = av.Packet(encoded.data)
            packet.pts, packet.dts, packet.duration = pts, dts, self._shown[encoded.frame][1]
            packet.time_base = self.facts.time_base
            packet.is_keyframe = encoded.key
            packet.stream = stream
            output.mux(packet)
        others.until(None)

    def _begins(self) -> int:
        """The tick that becomes 0: the first frame of a section; a whole film keeps its times, and its early sound."""
        if self._span[0] is None:
            return -round(self.facts.clock.lead / self.facts.time_base)
        return min(pts for pts, _ in self._shown.values())

    def _seconds(self) -> Span:
        """The section of the film that is written."""
        begins = self._begins() * self.facts.time_base
        start = begins if begins or self._span[0] is not None else None
        return start, None if self._span[1] is None else Fraction(self._span[1])


def _configure(context: Any, plan: Plan, facts: FilmFacts) -> None:
    """Set the encoder; in the same way for every part and for the header, so that one header fits all parts."""
    context.width, context.height = facts.width, facts.height
    context.pix_fmt = plan.pixel_format
    context.time_base, context.framerate = facts.time_base, facts.rate
    context.sample_aspect_ratio = facts.aspect
    context.colorspace = facts.space
    context.color_range = FULL if facts.plane_format.full else LIMITED
    context.color_primaries, context.color_trc = facts.primaries, facts.transfer
    context.thread_type = "AUTO"  # PyAV's own choice would cut every frame into slices
    context.thread_count = thread_count(facts.y_bytes)
    if facts.interlaced:
        flags = av.codec.context.Flags
        context.flags |= flags.interlaced_dct | flags.interlaced_me
        context.field_order = facts.field_order
    context.options = plan.settings


def _decoding_times(shown: list[int]) -> Iterator[int]:
    """When each frame must be decoded: the sorted times of display, as late as the reordering allows."""
    order = sorted(shown)
    rank = {pts: number for number, pts in enumerate(order)}
    delay = max((number - rank[pts] for number, pts in enumerate(shown)), default=0)
    step = order[1] - order[0] if len(order) > 1 else 1
    for number in range(len(shown)):
        yield order[number - delay] if number >= delay else order[0] - (delay - number) * step


def _job(facts: FilmFacts, plan: Plan, job: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that must be equal for old parts to be used: the content of the film, but not its path."""
    return {
        "film": digest_content(facts.path),
        "facts": asdict(facts) | {"path": None, "others": None},
        "encoder": [plan.codec.encoder, plan.pixel_format, plan.settings, av.__version__],
        "job": dict(job),
    }
