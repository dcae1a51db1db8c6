"""Sound, subtitles, chapters, attachments and metadata are copied."""

from pathlib import Path

import av
import numpy as np

from autochrome.options import FilmOptions
from filmmaking import LOSSLESS, decoded, make_film, packets, paint_film, picture, shown


def test_a_lossless_mp4_keeps_y_sound_and_times(tmp_path: Path):
    source = make_film(tmp_path / "in.mp4")
    paint_film(source, tmp_path / "out.mp4", FilmOptions(crf=0, preset="ultrafast"))
    assert all(
        np.array_equal(a[0], b[0])
        for a, b in zip(decoded(source), decoded(tmp_path / "out.mp4"), strict=True)
    )
    assert shown(tmp_path / "out.mp4") == shown(source)
    assert packets(tmp_path / "out.mp4", "audio") == packets(source, "audio")


def test_all_other_streams_are_copied(tmp_path: Path):
    source = make_film(
        tmp_path / "in.mkv",
        subtitles=True,
        chapters=True,
        metadata={"title": "A day in town", "comment": "reel two"},
    )
    paint_film(source, tmp_path / "out.mkv", metadata={"colours": "by software"})
    for kind in ("audio", "subtitle"):
        assert packets(tmp_path / "out.mkv", kind) == packets(source, kind)
        assert packets(source, kind)
    with av.open(str(tmp_path / "out.mkv")) as film:
        words = {key.lower(): value for key, value in film.metadata.items()}
        assert words["title"] == "A day in town"
        assert words["comment"] == "reel two"
        assert words["colours"] == "by software"
        assert [c["metadata"]["title"] for c in film.chapters()] == ["first", "second"]
        assert [float(c["start"] * c["time_base"]) for c in film.chapters()] == [0, 0.2]


def test_an_attachment_is_copied(tmp_path: Path):
    source = tmp_path / "in.mkv"
    with av.open(str(source), "w") as film:
        video = film.add_stream("ffv1", rate=25)
        video.width = video.height = 16
        film.add_attachment("letters.ttf", "application/x-truetype-font", b"letters" * 99)
        film.mux(video.encode(picture(16, 16, "yuv420p")))
        film.mux(video.encode(None))
    paint_film(source, tmp_path / "out.mkv", LOSSLESS)
    with av.open(str(tmp_path / "out.mkv")) as film:
        (kept,) = [s for s in film.streams if s.type == "attachment"]
        assert kept.name == "letters.ttf"
        assert kept.data == b"letters" * 99


def test_a_note_names_a_stream_that_does_not_fit(tmp_path: Path):
    source = make_film(tmp_path / "in.mkv", subtitles=True)
    writer = paint_film(source, tmp_path / "out.mp4")
    (note,) = [note for note in writer.notes if "left out" in note]
    assert "subtitles" in note
    assert len(packets(tmp_path / "out.mp4", "audio")) == len(packets(source, "audio"))
