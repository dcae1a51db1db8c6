"""Films of other programs: what stands beside the frames arrives, judged by ffmpeg and ffprobe."""

from pathlib import Path

import av
import pytest

from autochrome.media.films import open_film
from autochrome.media.films.facts import read_side_data
from ffmpeg_tools import ffmpeg, make_foreign, packet_hashes, probe_streams
from filmmaking import LOSSLESS, paint_film


def _sound(path: Path) -> list[tuple[str, str]]:
    """Codec and number of packets of each stream of sound."""
    return [
        (s["codec_name"], s["nb_read_packets"]) for s in probe_streams(path) if s["codec_type"] == "audio"
    ]


@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
def test_raw_dv_has_the_frame_rate_of_its_frames(tmp_path: Path, suffix: str):
    source = make_foreign(tmp_path / "tape.dv", "-target", "pal-dv", size="720x576", seconds=0.4)
    with open_film(source) as film:
        assert film.facts.rate == 25
    paint_film(source, tmp_path / f"out{suffix}")
    video, *_ = probe_streams(tmp_path / f"out{suffix}")
    assert (video["avg_frame_rate"], video["nb_read_packets"]) == ("25/1", "10")


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_sound_without_places_of_its_channels_is_copied(tmp_path: Path, suffix: str, channels: int):
    words = ("-c:v", "mjpeg", "-c:a", "pcm_s16le", "-ac", channels)
    source = make_foreign(tmp_path / "in.avi", *words)
    writer = paint_film(source, tmp_path / f"out{suffix}")
    assert not writer.losses
    assert packet_hashes(tmp_path / f"out{suffix}", "0:a:0") == packet_hashes(source, "0:a:0")


@pytest.mark.parametrize(
    ("name", "words"),
    {
        "wmav2": ("-c:v", "wmv2", "-c:a", "wmav2"),
        "adpcm_ms": ("-c:v", "mpeg4", "-c:a", "adpcm_ms"),
        "pcm_alaw": ("-c:v", "mpeg4", "-c:a", "pcm_alaw", "-ar", "8000"),
        "adpcm_ima_wav": ("-c:v", "mpeg4", "-c:a", "adpcm_ima_wav", "-ac", "2"),
    }.items(),
)
def test_sound_of_windows_is_copied_to_matroska(tmp_path: Path, name: str, words: tuple[str, ...]):
    """With a second track of true PCM, which keeps its name."""
    first = make_foreign(tmp_path / ("in.wmv" if name == "wmav2" else "in.avi"), *words)
    source = tmp_path / f"two{first.suffix}"
    ffmpeg(
        "-i",
        first,
        "-f",
        "lavfi",
        "-i",
        "sine=d=1",
        "-map",
        0,
        "-map",
        1,
        "-c",
        "copy",
        "-c:a:1",
        "pcm_s16le",
        source,
    )
    writer = paint_film(source, tmp_path / "out.mkv")
    assert not writer.losses
    assert [codec for codec, _ in _sound(tmp_path / "out.mkv")] == [name, "pcm_s16le"]
    ffmpeg("-err_detect", "crccheck+explode", "-i", tmp_path / "out.mkv", "-f", "null", "-")
    for track in ("0:a:0", "0:a:1"):
        assert packet_hashes(tmp_path / "out.mkv", track) == packet_hashes(source, track)


def test_sound_of_telephones_is_copied_to_matroska(tmp_path: Path):
    """ffmpeg of the system cannot make such sound; PyAV can."""
    source = tmp_path / "in.3gp"
    with av.open(str(source), "w") as film:
        video, sound = film.add_stream("mpeg4", rate=25), film.add_stream("libopencore_amrnb", rate=8000)
        video.width = video.height = 64
        sound.layout = "mono"
        for number in range(25):
            film.mux(video.encode(av.VideoFrame(64, 64, "yuv420p")))
            frame = av.AudioFrame(format="s16", layout="mono", samples=160)
            frame.sample_rate, frame.pts = 8000, 160 * number
            film.mux(sound.encode(frame))
        film.mux(video.encode(None) + sound.encode(None))
    assert not paint_film(source, tmp_path / "out.mkv").losses
    assert _sound(tmp_path / "out.mkv") == _sound(source)
    assert packet_hashes(tmp_path / "out.mkv", "0:a:0") == packet_hashes(source, "0:a:0")


def test_sound_that_cannot_be_written_is_a_loss(tmp_path: Path):
    source = make_foreign(tmp_path / "in.wmv", "-c:v", "wmv2", "-c:a", "wmav2")
    (loss,) = paint_film(source, tmp_path / "out.mp4").losses
    assert "sound, wmav2" in loss
    assert "left out" in loss


@pytest.mark.parametrize("into", [".mp4", ".mkv", ".webm", ".mov"])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_cover_picture_is_kept_or_named(tmp_path: Path, suffix: str, into: str):
    source, cover = tmp_path / f"in{suffix}", make_foreign(tmp_path / "cover.jpg", "-frames:v", "1")
    plain = make_foreign(tmp_path / f"plain{suffix}", "-c:v", "libx264", "-c:a", "aac")
    attached = (
        ("-attach", cover, "-metadata:s:t", "mimetype=image/jpeg")
        if suffix == ".mkv"
        else ("-i", cover, "-map", "0", "-map", "1", "-disposition:v:1", "attached_pic")
    )
    ffmpeg("-i", plain, *attached, "-c", "copy", source)
    writer = paint_film(source, tmp_path / f"out{into}")
    streams = probe_streams(tmp_path / f"out{into}")
    assert all(int(stream["nb_read_packets"]) for stream in streams)
    covers = [n for n, stream in enumerate(streams) if stream["disposition"]["attached_pic"]]
    if into != ".webm":
        with av.open(str(tmp_path / f"out{into}")) as film:
            data = [bytes(p) for p in film.demux() if p.stream.index == covers[0] and p.size]
        assert data == [cover.read_bytes()]
    else:
        assert not covers
        assert any("cover picture" in note for note in writer.notes)


def test_an_attached_picture_beside_a_font(tmp_path: Path):
    """Both are attachments of Matroska; names stay."""
    cover = make_foreign(tmp_path / "small_cover.png", "-frames:v", "1")
    plain = make_foreign(tmp_path / "plain.mkv", "-c:v", "ffv1")
    (tmp_path / "letters.ttf").write_bytes(b"letters" * 99)
    words = ("-attach", cover, "-attach", tmp_path / "letters.ttf")
    kinds = (
        "-metadata:s:t:0",
        "mimetype=image/png",
        "-metadata:s:t:1",
        "mimetype=application/x-truetype-font",
    )
    ffmpeg("-i", plain, *words, "-c", "copy", *kinds, tmp_path / "in.mkv")
    paint_film(tmp_path / "in.mkv", tmp_path / "out.mkv", LOSSLESS)
    names = {s["tags"].get("filename") for s in probe_streams(tmp_path / "out.mkv")} - {None}
    assert names == {"small_cover.png", "letters.ttf"}


def test_frames_with_data_that_the_library_does_not_know():
    """Films with two views (MV-HEVC) have such frames. PyAV then refuses the other data too."""

    class Frame:
        @property
        def side_data(self) -> dict[str, bytes]:
            raise ValueError("37 is not a valid Type")

    assert read_side_data(Frame(), "DISPLAYMATRIX") is None


def test_a_stream_that_begins_late_is_copied(tmp_path: Path):
    """The sound of a program stream that begins after FFmpeg has looked for streams."""
    silent = make_foreign(tmp_path / "v.mpg", "-c:v", "mpeg2video", "-b:v", "9M", seconds=8)
    loud = make_foreign(tmp_path / "va.mpg", "-c:v", "mpeg2video", "-c:a", "mp2")
    source = tmp_path / "both.mpg"
    source.write_bytes(silent.read_bytes() + loud.read_bytes())
    writer = paint_film(source, tmp_path / "out.mkv")
    assert not writer.losses
    assert [codec for codec, _ in _sound(tmp_path / "out.mkv")] == ["mp2"]


def test_vp9_stores_8_bits_and_says_so(tmp_path: Path):
    source = make_foreign(tmp_path / "in.mp4", "-pix_fmt", "yuv420p10le", "-c:v", "libx264", seconds=0.2)
    writer = paint_film(source, tmp_path / "out.webm")
    assert any("10 bits, the codec stores 8" in note for note in writer.notes)
    assert probe_streams(tmp_path / "out.webm")[0]["pix_fmt"] == "yuv420p"
