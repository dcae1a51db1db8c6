"""The films of `film_table.py`: every sensible container, codec and pixel format, as words for ffmpeg."""

from dataclasses import dataclass

_TAGS = "-color_range tv -colorspace bt709 -color_primaries bt709 -color_trc bt709"
_SOUND = {"mp4": "aac", "mov": "pcm_s16le", "mkv": "flac", "avi": "pcm_s16le", "mpg": "mp2", "vob": "ac3"}
_SOUND |= {
    "ts": "aac",
    "m2ts": "mp2",
    "flv": "libmp3lame",
    "wmv": "wmav2",
    "asf": "wmav2",
    "ogv": "libvorbis",
}
_SOUND |= {
    "webm": "libopus",
    "3gp": "aac",
    "mxf": "pcm_s16le",
    "rm": "ac3",
    "nut": "pcm_s16le",
    "dv": "pcm_s16le",
}
_SUBTITLES = {"mp4": "mov_text", "mov": "mov_text", "mkv": "srt", "webm": "webvtt"}
_TIMECODE = ("mov", "mxf")
_SIZES = {"dvvideo": "720x576", "dnxhd": "1280x720", "h263": "176x144", "rv10": "176x144", "rv20": "176x144"}
_MORE = {
    "libx264": "-preset ultrafast -bf 2",
    "libx265": "-preset ultrafast -x265-params log-level=error",
    "libaom-av1": "-cpu-used 8 -crf 40",
    "libvpx-vp9": "-deadline realtime -cpu-used 8",
    "dnxhd": "-profile:v dnxhr_hq",
    "mpeg2video": "-bf 2 -b:v 2M",
    "mjpeg": "-q:v 3 -strict unofficial",
    "mpeg4": "-q:v 3 -bf 2",
    "prores_ks": "-vendor apl0",
    "rv20": "-q:v 4",
    "rv10": "-q:v 4",
}

READ = """
mp4   libx264     yuv420p yuv422p yuv444p yuv420p10le gray
mp4   libx265     yuv420p yuv420p10le yuv422p12le yuv444p10le
mp4   libaom-av1  yuv420p yuv420p10le
mp4   mpeg4       yuv420p
mp4   mpeg2video  yuv420p
mp4   mjpeg       yuvj420p
mov   libx264     yuv420p
mov   prores_ks   yuv422p10le yuv444p10le yuva444p10le
mov   dnxhd       yuv422p
mov   qtrle       rgb24 argb gray
mov   mjpeg       yuvj422p yuvj444p
mov   v210        yuv422p10le
mov   rawvideo    uyvy422 yuyv422 rgb24
mov   png         rgb24 rgba gray rgb48be gray16be
mov   jpeg2000    yuv444p yuv422p10le gray
mov   cinepak     rgb24
mkv   libx264     yuv420p yuv444p10le
mkv   ffv1        gray gray10le gray16le yuv420p yuv410p yuv411p yuv440p yuv420p9le yuv422p12le yuv444p14le yuv444p16le
mkv   ffv1        yuva420p yuva444p10le yuva444p16le bgr0 bgra gbrp10le gbrp16le ya8
mkv   libvpx      yuv420p
mkv   libvpx-vp9  yuv420p yuva420p
mkv   libtheora   yuv420p yuv422p yuv444p
mkv   huffyuv     yuv422p rgb24
mkv   ffvhuff     yuv420p yuv444p10le
mkv   utvideo     yuv420p gbrp
mkv   mpeg2video  yuv420p yuv422p
mkv   mjpeg       yuvj420p
mkv   rawvideo    yuv420p nv12 yuyv422
avi   mjpeg       yuvj422p
avi   mpeg4       yuv420p
avi   msmpeg4     yuv420p
avi   libx264     yuv420p
avi   huffyuv     yuv422p rgb24
avi   ffv1        yuv420p yuv422p10le
avi   utvideo     yuv422p
avi   rawvideo    yuv420p bgr24 gray pal8
avi   cinepak     rgb24
avi   dvvideo     yuv420p
mpg   mpeg1video  yuv420p
mpg   mpeg2video  yuv420p
vob   mpeg2video  yuv420p
ts    libx264     yuv420p
ts    mpeg2video  yuv420p
ts    libx265     yuv420p10le
m2ts  libx264     yuv420p
flv   flv         yuv420p
flv   libx264     yuv420p
wmv   wmv2        yuv420p
asf   msmpeg4     yuv420p
ogv   libtheora   yuv420p
webm  libvpx      yuv420p
webm  libvpx-vp9  yuv420p yuv444p
webm  libaom-av1  yuv420p
3gp   h263        yuv420p
3gp   mpeg4       yuv420p
dv    dvvideo     yuv420p
mxf   mpeg2video  yuv422p
mxf   dnxhd       yuv422p
gif   gif         rgb8
rm    rv20        yuv420p
nut   ffv1        yuv420p
nut   rawvideo    gray12le nv21 yuv422p16le
y4m   wrapped_avframe yuv420p yuv444p gray
ivf   libvpx      yuv420p
h264  libx264     yuv420p
hevc  libx265     yuv420p
m2v   mpeg2video  yuv420p
"""


@dataclass(frozen=True, slots=True)
class FilmCase:
    """One film to make."""

    container: str  # the suffix
    encoder: str  # FFmpeg's name
    pixel_format: str
    words: tuple[str, ...]  # for ffmpeg, without the output

    @property
    def codec(self) -> str:
        """The name of the codec as people know it."""
        name = self.encoder.removeprefix("lib").removesuffix("_ks")
        return (
            {"x264": "h264", "x265": "hevc", "vpx": "vp8", "vpx-vp9": "vp9", "aom-av1": "av1"}.get(name, name)
            .replace("wrapped_avframe", "raw")
            .replace("rawvideo", "raw")
        )


def films_to_read() -> list[FilmCase]:
    """The films of the table above."""
    rows = [line.split() for line in READ.split("\n") if line.strip()]
    return [make_case(row[0], row[1], pixel_format) for row in rows for pixel_format in row[2:]]


def make_case(
    container: str,
    encoder: str,
    pixel_format: str,
    more: str = "",
    *,
    frames: int = 8,
    rate: str = "",
    size: str = "",
) -> FilmCase:
    """A short film with sound, subtitles, tags of colour, pixels that are not square, and a timecode if it can."""
    size = size or _SIZES.get(encoder, "96x64")
    rate = rate or ("25" if encoder in ("dvvideo", "h263") else "30000/1001")
    words = f"-f lavfi -i testsrc2=s={size}:r={rate}:d=2"
    words += " -f lavfi -i sine=d=1" if container in _SOUND else ""
    subtitles = _SUBTITLES.get(container)
    words += " -f srt -i SUBTITLES" if subtitles else ""
    words += f" -frames:v {frames} -c:v {encoder} -pix_fmt {pixel_format} {_MORE.get(encoder, '')}"
    words += (
        "" if _is_rgb(pixel_format) else f" {_TAGS}".replace("tv", "pc" if "yuvj" in pixel_format else "tv")
    )
    words += " -vf setsar=16/11" if encoder not in ("dvvideo", "gif") else ""
    if container in _SOUND:
        samples = "48000" if container in ("dv", "mxf", "webm") else "44100"
        words += f" -c:a {_SOUND[container]} -ar {samples} -ac 2"
    words += f" -c:s {subtitles}" if subtitles else ""
    words += " -timecode 01:02:03:04" if container in _TIMECODE else ""
    words += {
        "m2ts": " -f mpegts -mpegts_m2ts_mode 1",
        "y4m": " -f yuv4mpegpipe -strict -1",
        "rm": " -strict -2",
        "mkv": " -allow_raw_vfw 1",
        "webm": "",
    }.get(container, "")
    words += f" {more}" if more else ""
    return FilmCase(container, encoder, pixel_format, tuple(words.split()))


def _is_rgb(pixel_format: str) -> bool:
    return any(name in pixel_format for name in ("rgb", "bgr", "gbr", "pal", "argb"))
