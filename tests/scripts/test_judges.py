"""The judges of `scripts/`: a whole result is right, and each thing that is lost is seen."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ffmpeg_tools import ffmpeg, make_foreign
from film_cases import films_to_read, make_case
from film_table import BEGIN, END, Result, Trial, format_table, write_page
from judge_films import compare_films
from judge_stills import compare_stills
from run_corpus import find_fault, table
from worker import Ran, Worker
from workings import answer_in_a_worker

FFV1 = ("-c:v", "ffv1", "-c:a", "flac")
SPOILT = {  # what is lost → words that make such a result
    "frames": (*FFV1, "-vf", "select=lt(n\\,20)"),
    "times": (*FFV1, "-vf", "setpts=PTS+0.05/TB*gt(N\\,5)"),
    "Y′, shape of pixels, colour tags": (
        *FFV1,
        "-vf",
        "eq=brightness=0.02,setsar=4/3",
        "-color_trc",
        "smpte2084",
    ),
    "sound, subtitles, chapters, timecode": (
        *("-c", "copy", "-an", "-sn", "-map_chapters", "-1"),
        *("-metadata", "timecode=00:00:00:01"),
    ),
}


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("film")
    words, marks = folder / "words.srt", folder / "marks.txt"
    words.write_text("1\n00:00:00,050 --> 00:00:00,200\nGood evening.\n", encoding="utf-8")
    marks.write_text(
        ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=500\ntitle=one\n", encoding="utf-8"
    )
    more = ("-i", words, "-i", marks, "-map_metadata", "3", "-c:s", "srt", "-vf", "setsar=16/11")
    tags = ("-color_trc", "bt709", "-colorspace", "bt709", "-metadata", "timecode=01:00:00:00")
    return make_foreign(folder / "film.mkv", *more, *FFV1, *tags)


@pytest.mark.parametrize("what", SPOILT)
def test_the_judge_of_films_sees_what_is_lost(film: Path, tmp_path: Path, what: str) -> None:
    result = tmp_path / "result.mkv"
    ffmpeg("-i", film, *SPOILT[what], result)
    assert set(compare_films(film, result, ()).wrong) == {*what.split(", ")}


def test_a_whole_copy_is_right_and_a_note_makes_it_noted(film: Path, tmp_path: Path) -> None:
    assert compare_films(film, film, ()).verdict == "right"
    result = tmp_path / "result.mkv"
    ffmpeg("-i", film, *SPOILT["frames"], result)
    found = compare_films(film, result, ("frames that cannot be decoded and are missing: 5",))
    assert (found.verdict, found.differs["frames"]) == ("noted", "25 → 20")


def test_the_judge_of_stills_sees_what_is_lost(tmp_path: Path) -> None:
    grey = np.tile(np.arange(0, 256, 4, dtype=np.uint8), (48, 1))
    original, result = tmp_path / "original.png", tmp_path / "result.png"
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker", 6
    Image.fromarray(grey).save(original, exif=exif)

    def judged(pixels: np.ndarray, **options: object) -> set[str]:
        Image.fromarray(pixels).convert("RGB").save(result, **options)
        return set(compare_stills(original, result, ()).wrong)

    maker = Image.Exif()
    maker[0x010F] = "Maker"
    upright = np.rot90(grey, -1)
    assert judged(upright, exif=maker) == set()
    assert judged(upright) == {"words"}
    assert judged(grey, exif=maker) == {"size"}
    assert judged(upright // 2, exif=maker) == {"lightness"}


def test_faults_of_a_run_are_seen(tmp_path: Path) -> None:
    target = tmp_path / "result.png"
    assert find_fault(target, Ran(15, "", "autochrome: a.jpg: damaged.\n")) == ""
    assert "code 1" in find_fault(target, Ran(1, "", "autochrome: unexpected error\n"))
    assert "missing" in find_fault(target, Ran(0, "", ""))
    assert "2 lines" in find_fault(target, Ran(15, "", "VipsJpeg: warning\nautochrome: a.jpg: damaged.\n"))
    target.touch()
    assert find_fault(target, Ran(0, "{}", "")) == ""
    (tmp_path / ".result.part").touch()
    assert "left behind" in find_fault(target, Ran(0, "{}", ""))


def test_a_worker_outlives_crashes_and_hangs() -> None:
    with Worker(answer_in_a_worker, seconds=20) as worker:
        assert worker.call("return").value == "return"
        assert worker.call("raise").ended == "raised"
        assert (worker.call("crash").ended, worker.call("return").ended) == ("crashed", "returned")
        worker._seconds = 0.5
        assert worker.call("hang").ended == "hung"


def test_tables(tmp_path: Path) -> None:
    rows = [{"file": "a.JPG", "verdict": "right"}, {"file": "b.jpg", "verdict": "wrong"}]
    assert "| .jpg | 2 | 1 | 0 | 0 | 1 |" in table(rows)
    outcomes = {"yuv420p": Result("kept"), "yuv422p": Result("kept"), "gray": Result("lost", ("Y′",))}
    results = [
        (Trial("read", "h264", "mp4", make_case("mp4", "libx264", kind), ".mkv", "ffv1"), result)
        for kind, result in outcomes.items()
    ]
    assert "| h264 | mp4 | yuv420p yuv422p | – |" in format_table(results)
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    write_page("new", page)
    assert page.read_text(encoding="utf-8") == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"


def test_cases_are_many_and_different() -> None:
    cases = films_to_read()
    assert len(cases) > 100
    assert len({(case.container, case.encoder, case.pixel_format) for case in cases}) == len(cases)
    assert "-timecode" in make_case("mov", "qtrle", "rgb24").words
