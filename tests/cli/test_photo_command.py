"""`autochrome photo`, from words to files."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import pyvips

from autochrome.cli.hint_words import read_hints
from autochrome.color.lab import lab_from_srgb
from autochrome.errors import (
    BatchIncomplete,
    HintsError,
    ModelUnknown,
    NothingFound,
    OutputExists,
    SameFile,
    UsageError,
)
from autochrome.hints.file import HintsFile
from conftest import Ran
from tiny import tiny_tint

Run = Callable[..., Ran]
SKY = np.linspace(60, 200, 48 * 64).reshape(48, 64).astype(np.uint8)


def draw(path: Path, pixels: np.ndarray = SKY) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pyvips.Image.new_from_array(pixels).write_to_file(str(path))
    return path


def read(path: Path) -> np.ndarray:
    return pyvips.Image.new_from_file(str(path)).numpy()


@pytest.fixture
def photo(autochrome: Run, tiny_model: Path) -> Run:
    """`autochrome photo` with the tiny network."""
    return lambda *words: autochrome("photo", *words, "--model", tiny_model)


def test_one_picture(photo: Run, tmp_path: Path):
    ran = photo(draw(tmp_path / "a.png"), "-o", tmp_path / "b.png")
    assert ran.code == 0
    assert "b.png" in ran.err
    assert ran.out == ""
    pixels = read(tmp_path / "b.png")
    assert pixels.shape == (48, 64, 3)
    assert np.ptp(pixels, axis=-1).max() > 3, "it should have colour"


def test_a_folder_with_one_broken_file_among_twenty(photo: Run, tmp_path: Path):
    for n in range(20):
        draw(tmp_path / "in" / ("deep" if n % 2 else "") / f"{n}.jpg")
    broken = tmp_path / "in" / "deep" / "7.jpg"
    broken.write_bytes(broken.read_bytes()[:300])
    ran = photo(tmp_path / "in", "-o", tmp_path / "out", "--jobs", 3)
    assert ran.code == BatchIncomplete.exit_code
    assert len(list((tmp_path / "out").rglob("*-color.jpg"))) == 19
    assert not (tmp_path / "out" / "deep" / "7-color.jpg").exists()
    assert "19 done, 0 skipped, 1 failed" in ran.err
    assert str(broken) in ran.err.splitlines()[-1]


def test_many_pictures_in_several_processes(photo: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for n in range(6):
        draw(tmp_path / "in" / f"{n}.png", np.roll(SKY, 9 * n, axis=1))
    (tmp_path / "in" / "3.png").write_bytes(b"no picture")
    photo(tmp_path / "in", "-o", tmp_path / "here")
    monkeypatch.setattr("autochrome.cli.workers._FILES_EACH", 1)
    draw(tmp_path / "out" / "5-color.png")
    ran = photo(tmp_path / "in", "-o", tmp_path / "out", "--jobs", 2, "--json")
    assert ran.code == BatchIncomplete.exit_code
    rows = [json.loads(line) for line in ran.out.splitlines()[:-1]]
    assert [(Path(row["source"]).stem, row["status"]) for row in rows if row["status"] != "done"] == [
        ("5", "failed"),
        ("3", "failed"),
    ]
    for n in (0, 1, 2, 4):
        assert np.array_equal(
            read(tmp_path / "out" / f"{n}-color.png"), read(tmp_path / "here" / f"{n}-color.png")
        )


def test_an_interrupted_batch_goes_on_where_it_stopped(photo: Run, tmp_path: Path):
    for n in range(3):
        draw(tmp_path / "in" / f"{n}.png")
    photo(tmp_path / "in" / "0.png", "-o", f"{tmp_path}/out/")
    before = (tmp_path / "out" / "0-color.png").stat().st_mtime_ns
    ran = photo(tmp_path / "in", "-o", tmp_path / "out", "--skip-existing")
    assert ran.code == 0
    assert "2 done, 1 skipped, 0 failed" in ran.err
    assert (tmp_path / "out" / "0-color.png").stat().st_mtime_ns == before


def test_a_result_beside_its_original_is_not_coloured_again(photo: Run, tmp_path: Path):
    photo(draw(tmp_path / "in" / "a.png"))
    ran = photo(tmp_path / "in", "-o", tmp_path / "out")
    assert ran.code == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a-color.png"]
    assert "1 result of an earlier run left out: " in ran.err
    lines = photo(tmp_path / "in", "-o", tmp_path / "again", "--json").out.splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["note", "file", "summary"]


@pytest.mark.parametrize("kind", ["missing", "damaged", "text", "address"])
def test_no_folder_is_made_for_an_input_that_gives_no_result(photo: Run, tmp_path: Path, kind: str):
    source = tmp_path / "a.png"
    if kind == "damaged":
        draw(source).write_bytes(source.read_bytes()[:60])
    if kind == "text":
        source.write_text("no picture")
    before = sorted(tmp_path.rglob("*"))
    ran = photo("https://x.org/a.jpg" if kind == "address" else source, "-o", f"{tmp_path}/deep/out/")
    assert ran.code in (2, 11, 14, 15)
    assert sorted(tmp_path.rglob("*")) == before


def test_standing_results_are_refused_or_replaced(photo: Run, tmp_path: Path):
    source, target = draw(tmp_path / "a.png"), draw(tmp_path / "b.png", np.zeros((5, 5), np.uint8))
    refused = photo(source, "-o", target)
    assert refused.code == 22
    assert "--overwrite" in refused.err
    assert read(target).shape[:2] == (5, 5)
    assert photo(source, "-o", target, "--overwrite").code == 0
    assert read(target).shape[:2] == (48, 64)


def test_json_is_one_object_a_line(photo: Run, tmp_path: Path):
    draw(tmp_path / "in" / "a.png")
    (tmp_path / "in" / "b.png").write_text("no picture")
    ran = photo(tmp_path / "in", "-o", tmp_path / "out", "--json")
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert [line["event"] for line in lines] == ["file", "file", "summary"]
    assert lines[0]["status"] == "done"
    assert Path(lines[0]["target"]).is_file()
    assert lines[1]["error"]["kind"] == "NotAPicture"
    assert lines[1]["error"]["exit_code"] == 14
    assert lines[2]["done"] == lines[2]["failed"] == 1


def test_quiet_says_nothing(photo: Run, tmp_path: Path):
    draw(tmp_path / "in" / "a.png")
    assert photo(tmp_path / "in", "-o", tmp_path / "out", "--quiet") == (0, "", "")


def test_notes_are_passed_on(photo: Run, tmp_path: Path):
    page = pyvips.Image.new_from_array(SKY)
    pages = page.join(page, "vertical").copy()
    pages.set_type(pyvips.GValue.gint_type, "page-height", 48)
    pages.tiffsave(str(tmp_path / "two.tif"), page_height=48)
    assert "note: " in photo(tmp_path / "two.tif").err


def test_compare_writes_before_and_after(photo: Run, tmp_path: Path):
    assert photo(draw(tmp_path / "a.png"), "--compare").code == 0
    both = read(tmp_path / "a-color-compare.png")
    assert both.shape == (48, 128, 3)
    np.testing.assert_array_equal(both[:, :64, 0], SKY)
    np.testing.assert_array_equal(both[:, 64:], read(tmp_path / "a-color.png"))


def test_hints_decide(photo: Run, tmp_path: Path):
    picture = draw(tmp_path / "a.png", np.full((64, 64), 119, np.uint8))
    mark = {"x": 0, "y": 0, "width": 1, "height": 1, "color": "#c83c28"}
    (tmp_path / "hints.json").write_text(json.dumps({"version": 1, "rectangles": [mark]}))
    assert photo(picture, "--hints", tmp_path / "hints.json").code == 0
    a, b = lab_from_srgb(read(tmp_path / "a-color.png")[32, 32] / 255)[1:]
    assert a > 30
    assert b > 20


def test_a_hint_on_the_command_line_decides(photo: Run, tmp_path: Path):
    picture = draw(tmp_path / "a.png", np.full((64, 64), 119, np.uint8))
    assert (
        photo(picture, "--hint", "0.5,0.5,#c83c28", "--hint", "0.1,0.1,grey", "-o", tmp_path / "b.png").code
        == 0
    )
    a, b = lab_from_srgb(read(tmp_path / "b.png")[32, 32] / 255)[1:]
    assert a > 25
    assert b > 15
    assert np.ptp(read(tmp_path / "b.png")[6, 6]) < 40


def test_hints_of_the_file_and_of_the_command_line_are_joined(tmp_path: Path):
    HintsFile(version=1, points=[{"x": 0, "y": 0, "color": "sky"}]).save(tmp_path / "h.json")
    joined = read_hints(tmp_path / "h.json", ["1, 0.5, lips"])
    assert [(point.x, point.color) for point in joined.file.points] == [(0, "#7fa6d6"), (1, "#b5605c")]
    assert joined.folder == tmp_path
    assert read_hints(None, []) is None


def test_vivid_zero_is_grey_and_mark_marks(photo: Run, tmp_path: Path):
    assert photo(draw(tmp_path / "a.png"), "--vivid", "0", "-o", tmp_path / "b.png").code == 0
    assert np.ptp(read(tmp_path / "b.png"), axis=-1).max() <= 1
    assert photo(tmp_path / "a.png", "--vivid", "0", "--mark", "-o", tmp_path / "c.png").code == 0
    assert np.ptp(read(tmp_path / "c.png")[-12:, -16:], axis=-1).max() > 30


def test_keep_color_keeps_what_is_there(photo: Run, tmp_path: Path):
    red = np.full((64, 64, 3), (200, 60, 40), np.uint8)
    picture = draw(tmp_path / "a.png", red)
    assert photo(picture, "--keep-color", "-o", tmp_path / "kept.png").code == 0
    assert np.abs(read(tmp_path / "kept.png")[32, 32].astype(int) - red[0, 0]).max() < 30


def test_format_and_name(photo: Run, tmp_path: Path):
    ran = photo(
        draw(tmp_path / "a.png"), "-o", f"{tmp_path}/", "--format", "jpg", "--name", "{stem}_c{suffix}"
    )
    assert ran.code == 0
    assert (tmp_path / "a_c.jpg").read_bytes()[:2] == b"\xff\xd8"


WRONG = {
    "no such picture": (["nothing.png"], 11, "nothing.png"),
    "an empty folder": (["empty", "-o", "out"], NothingFound.exit_code, "empty"),
    "an empty file": (["empty.png"], 13, "empty.png"),
    "over its original": (["a.png", "-o", "a.png"], SameFile.exit_code, "a.png"),
    "no such folder": (["a.png", "-o", "nowhere/b.png"], 21, "nowhere"),
    "no such model": (["a.png", "--model", "nonsense"], ModelUnknown.exit_code, "nonsense"),
    "no model either": (["a.png", "--model", "a.png"], 32, "a.png"),
    "no such hints": (["a.png", "--hints", "none.json"], HintsError.exit_code, "none.json"),
    "hints for many": (["a.png", "b.png", "--hints", "none.json"], UsageError.exit_code, "--hints"),
    "hint for many": (["a.png", "b.png", "--hint", "0,0,red"], UsageError.exit_code, "--hint"),
    "half a hint": (["a.png", "--hint", "0.5,red"], UsageError.exit_code, "--hint 0.5,red: write x,y,colour"),
    "a hint outside": (
        ["a.png", "--hint", "3,0,red"],
        UsageError.exit_code,
        "--hint 3,0,red: x must be at most 1",
    ),
    "a hint of no colour": (["a.png", "--hint", "0,0,rde"], UsageError.exit_code, "did you mean red?"),
    "a number out of range": (["a.png", "--size", "5000"], UsageError.exit_code, "--size 5000"),
    "no number": (["a.png", "--vivid", "much"], UsageError.exit_code, "--vivid much"),
    "an unknown flag": (["a.png", "--nonsense"], UsageError.exit_code, "--nonsense"),
    "no input": ([], UsageError.exit_code, "IN"),
    "two minds": (["a.png", "--overwrite", "--skip-existing"], UsageError.exit_code, "choose one"),
    "no jobs": (["a.png", "--jobs", "0"], UsageError.exit_code, "--jobs"),
    "too large": (["a.png", "--max-megapixels", "0.001"], 16, "a.png"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_one_line_and_an_exit_code(
    autochrome: Run, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
):
    words, code, says = WRONG[case]
    monkeypatch.chdir(tmp_path)
    draw(Path("a.png"))
    draw(Path("b.png"))
    Path("empty").mkdir()
    Path("empty.png").touch()
    before = sorted(tmp_path.rglob("*"))
    model = [] if "--model" in words else ["--model", tiny_model]
    ran = autochrome("photo", *words, *model)
    assert ran.code == code, ran.err
    assert ran.err.startswith("autochrome: ")
    assert ran.err.count("\n") == 1
    assert says in ran.err
    assert "Traceback" not in ran.err
    assert sorted(tmp_path.rglob("*")) == before, "nothing is written"


def test_debug_shows_where_it_came_from(autochrome: Run, tmp_path: Path):
    assert "Traceback" in autochrome("photo", tmp_path / "none.png", "--model", "nonsense", "--debug").err


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_finishes_what_is_in_hand_and_says_how_to_go_on(tiny_model: Path, tmp_path: Path):
    large = np.tile(SKY, (30, 30))
    first = draw(tmp_path / "in" / "00.png", large)
    for n in range(1, 40):
        shutil.copy(first, tmp_path / "in" / f"{n:02}.png")
    words = ["photo", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--model", str(tiny_model), "--json"]
    with subprocess.Popen(
        [sys.executable, "-m", "autochrome", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert json.loads(running.stdout.readline())["status"] == "done"
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert "--skip-existing" in err
    assert "Traceback" not in err
    summary = json.loads(out.splitlines()[-1])
    assert 1 <= summary["done"] < 40
    for result in (tmp_path / "out").iterdir():
        assert read(result).shape == (*large.shape, 3), "only whole pictures stand there"


@pytest.fixture(scope="module")
def likely_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny network with a distribution over colours."""
    return tiny_tint(tmp_path_factory.mktemp("model") / "likely.onnx", likely=True)


def test_variations_are_numbered_and_their_hints_give_them_back(
    autochrome: Run, likely_model: Path, tmp_path: Path
):
    source, words = draw(tmp_path / "a.png"), ("--size", 64, "--model", likely_model)
    ran = autochrome(
        "photo", source, "--variations", 2, "--save-hints", tmp_path / "p.json", "--compare", *words
    )
    assert ran.code == 0, ran.err
    assert "a-color-1.png … " in ran.err
    assert {path.name for path in tmp_path.iterdir()} == {
        *("a.png", "a-color-1.png", "a-color-2.png", "a-color-1-compare.png", "a-color-2-compare.png"),
        *("p-1.json", "p-2.json"),
    }
    first, second = (read(tmp_path / f"a-color-{n}.png") for n in (1, 2))
    assert not np.array_equal(first, second)
    back = tmp_path / "back.png"
    assert autochrome("photo", source, "--hints", tmp_path / "p-2.json", "-o", back, *words).code == 0
    assert np.array_equal(read(back), second)
    again = autochrome("photo", source, "--variations", 2, *words)
    assert again.code == OutputExists.exit_code
    assert "a-color-1.png: there is a file already" in again.err


def test_variations_of_an_interrupted_run_are_completed(autochrome: Run, likely_model: Path, tmp_path: Path):
    words = ("photo", draw(tmp_path / "a.png"), "--variations", 2, "--size", 64, "--model", likely_model)
    assert autochrome(*words).code == 0
    (tmp_path / "a-color-2.png").unlink()
    before = (tmp_path / "a-color-1.png").stat().st_mtime_ns
    ran = autochrome(*words, "--skip-existing", "--json")
    assert ran.code == 0
    line = json.loads(ran.out.splitlines()[0])
    assert [Path(target).name for target in line["targets"]] == ["a-color-1.png", "a-color-2.png"]
    assert (tmp_path / "a-color-2.png").exists()
    assert (tmp_path / "a-color-1.png").stat().st_mtime_ns == before
    assert '"skipped"' in autochrome(*words, "--skip-existing", "--json").out


def test_variations_are_not_coloured_again(photo: Run, tmp_path: Path):
    for name in ("a.png", "a-color-1.png", "a-color-2-compare.png", "b-1.png"):
        draw(tmp_path / "in" / name)
    assert photo(tmp_path / "in", "-o", tmp_path / "out").code == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"a-color.png", "b-1-color.png"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--save-hints", "p.json"], "--save-hints belongs to --variations"),
        (["b.png", "--variations", 2, "--save-hints", "p.json"], "--save-hints belongs to one picture"),
        (["--variations", 99], "--variations 99"),
        (["--variations", 2], "does not say which other colours are likely"),
    ],
)
def test_variations_that_cannot_be(photo: Run, tmp_path: Path, words: list, message: str, monkeypatch):
    monkeypatch.chdir(tmp_path)
    draw(Path("a.png"))
    draw(Path("b.png"))
    ran = photo("a.png", *words)
    assert ran.code == UsageError.exit_code
    assert message in ran.err
    assert {path.name for path in tmp_path.iterdir()} == {"a.png", "b.png"}
