"""Which file becomes which, before any work begins."""

import errno
import os
from pathlib import Path

import pytest

from autochrome.cli.naming import NAME, Naming
from autochrome.cli.plan import Plan, make_plan
from autochrome.cli.search import describe_left_out
from autochrome.errors import NothingFound, SameFile, UsageError

WRITABLE = {".jpg": "jpg", ".jpeg": "jpg", ".png": "png", ".tif": "tif"}
READABLE = {*WRITABLE, ".bmp"}


def plan(
    *inputs: Path, output: object = None, name: str = NAME, suffix: str | None = None, glob: str | None = None
) -> Plan:
    naming = Naming(name, suffix, WRITABLE, ".png")
    return make_plan(inputs, None if output is None else str(output), naming, READABLE, glob)


def becomes(made: Plan, below: Path) -> dict[str, str]:
    return {str(w.source.relative_to(below)): str(w.target.relative_to(below)) for w in made.tasks}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in (
        "in/a.jpg",
        "in/b.PNG",
        "in/deep/er/c.tif",
        "in/notes.txt",
        "in/.hidden.jpg",
        "in/.git/d.jpg",
        "e.bmp",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "empty").mkdir()
    (tmp_path / "there").mkdir()
    return tmp_path


def test_one_file_becomes_one_file(home: Path):
    made = plan(home / "in/a.jpg", output=home / "x.png")
    assert becomes(made, home) == {"in/a.jpg": "x.png"}
    assert not made.into_folder


@pytest.mark.parametrize(("output", "target"), [("new/", "new/a-color.jpg"), ("there", "there/a-color.jpg")])
def test_one_file_goes_into_a_folder_that_is_one_or_ends_with_a_slash(home: Path, output: str, target: str):
    made = plan(home / "in/a.jpg", output=f"{home}/{output}")
    assert becomes(made, home) == {"in/a.jpg": target}
    assert made.into_folder


def test_without_an_output_results_lie_beside_their_originals(home: Path):
    assert becomes(plan(home / "in/a.jpg", home / "e.bmp"), home) == {
        "in/a.jpg": "in/a-color.jpg",
        "e.bmp": "e-color.png",
    }


def test_a_folder_is_searched_and_comes_again(home: Path):
    assert becomes(plan(home / "in", output=home / "new"), home) == {
        "in/a.jpg": "new/a-color.jpg",
        "in/b.PNG": "new/b-color.PNG",
        "in/deep/er/c.tif": "new/deep/er/c-color.tif",
    }


def test_files_and_folders_mix_and_nothing_is_done_twice(home: Path):
    made = plan(home / "e.bmp", home / "in", home / "in/a.jpg", output=home / "new", name="{stem}{suffix}")
    assert list(becomes(made, home).values()) == ["new/e.png", "new/a.jpg", "new/b.PNG", "new/deep/er/c.tif"]


def test_glob_chooses_by_name(home: Path):
    assert list(becomes(plan(home / "in", output=home / "new", glob="*.tif"), home)) == ["in/deep/er/c.tif"]


def test_the_format_decides_the_suffix(home: Path):
    made = plan(home / "in", output=home / "new", suffix=".jpg")
    assert {w.target.suffix for w in made.tasks} == {".jpg"}


@pytest.mark.parametrize("output", ["in", "in/results"])
def test_results_of_an_earlier_run_are_not_coloured_again(home: Path, output: str):
    first = plan(home / "in", output=home / output)
    for task in first.tasks:
        for result in (task.target, *task.comparisons):
            result.parent.mkdir(parents=True, exist_ok=True)
            result.touch()
    assert plan(home / "in", output=home / output).tasks == first.tasks


@pytest.mark.parametrize(
    "result", ["in/a-color.jpg", "in/a-color.tif", "in/a-color-compare.jpg", "in/deep/c-color.tif"]
)
def test_a_result_of_any_earlier_run_is_left_out_and_named(home: Path, result: str):
    (home / result).touch()
    made = plan(home / "in", output=home / "new")
    assert made.results == (home / result,)
    assert len(made.tasks) == 3
    named = plan(home / "in/a.jpg", home / "in/deep/er/c.tif", home / result, output=home / "new")
    assert named.results == (home / result,)


def test_a_result_of_another_pattern_is_left_out(home: Path):
    (home / "in/colour of a.png").touch()
    made = plan(home / "in", output=home / "new", name="colour of {stem}{suffix}")
    assert made.results == (home / "in/colour of a.png",)


def test_a_result_alone_is_coloured_again_under_the_same_name(home: Path):
    (home / "there/a-color.jpg").touch()
    again = plan(home / "there/a-color.jpg", output=f"{home}/new/")
    assert becomes(again, home) == {"there/a-color.jpg": "new/a-color.jpg"}
    assert plan(home / "there", output=home / "new").tasks == again.tasks
    with pytest.raises(SameFile):
        plan(home / "there/a-color.jpg")
    with pytest.raises(NothingFound, match="only results of an earlier run"):
        plan(home / "there", output=home / "there")


def test_glob_may_choose_results(home: Path):
    (home / "in/a-color.jpg").touch()
    made = plan(home / "in", output=home / "new", glob="*-color.jpg")
    assert becomes(made, home) == {"in/a-color.jpg": "new/a-color.jpg"}


@pytest.mark.parametrize("address", ["http://x.org/a.jpg", "HTTPS://x.org/a.jpg", "file:///a.jpg"])
def test_an_address_is_no_file(home: Path, address: str):
    with pytest.raises(
        UsageError, match=f"^{address}: this is an address, not a file; download it".replace("///", "//")
    ):
        plan(Path(address), output=home / "new/")


def test_many_inputs_do_not_become_one_file(home: Path):
    with pytest.raises(
        UsageError, match=r"x\.jpg: 2 inputs become several results, not one file; name a folder"
    ):
        plan(home / "in/a.jpg", home / "e.bmp", output=home / "x.jpg")
    with pytest.raises(UsageError, match="a folder becomes several results"):
        plan(home / "in", output=home / "x.jpg")
    assert plan(home / "in/a.jpg", home / "e.bmp", output=f"{home}/x.jpg/").into_folder


def test_originals_of_one_stem_keep_their_suffix_in_the_name(home: Path):
    (home / "in/a.png").touch()
    made = plan(home / "in", output=home / "new", suffix=".jpg")
    assert becomes(made, home) == {
        "in/a.jpg": "new/a.jpg-color.jpg",
        "in/a.png": "new/a.png-color.jpg",
        "in/b.PNG": "new/b-color.jpg",
        "in/deep/er/c.tif": "new/deep/er/c-color.jpg",
    }


def test_results_with_a_suffix_in_the_name_are_results(home: Path):
    (home / "in/a.png").touch()
    (home / "in/a.jpg-color.jpg").touch()
    made = plan(home / "in", output=home / "in", suffix=".jpg")
    assert made.results == (home / "in/a.jpg-color.jpg",)


def test_two_results_at_one_place_are_refused(home: Path):
    (home / "there/a.jpg").touch()
    with pytest.raises(UsageError, match=r"in/a\.jpg and .*there/a\.jpg would both become .*two runs"):
        plan(home / "in/a.jpg", home / "there/a.jpg", output=f"{home}/new/")


def test_files_of_other_kinds_are_counted(home: Path):
    for name in ("in/x.heic", "in/deep/y.HEIC", "in/README"):
        (home / name).touch()
    (home / "in/link").symlink_to(home / "there")
    made = plan(home / "in", output=home / "new")
    assert made.left_out == {".heic": 2, ".txt": 1, "file without a suffix": 1, "linked folder": 1}
    assert describe_left_out(made.left_out).startswith("2 .heic, 1 ")
    assert plan(home / "in", output=home / "new", glob="*.jpg").left_out == {"linked folder": 1}


def test_a_folder_of_other_kinds_says_what_there_is(home: Path):
    (home / "empty/x.heic").touch()
    with pytest.raises(NothingFound, match=r"there are: 1 \.heic"):
        plan(home / "empty", output=home / "new")


def test_a_folder_that_cannot_be_searched_is_a_failure(home: Path, monkeypatch: pytest.MonkeyPatch):
    """Simulated, since root may search every folder."""
    scan = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("deep"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    made = plan(home / "in", output=home / "new")
    assert [task.source.name for task in made.tasks] == ["a.jpg", "b.PNG"]
    assert "deep: this folder cannot be searched (Permission denied)" in str(made.failed[0][1])


def test_a_looped_link_is_an_input_like_others(home: Path):
    (home / "in/x.jpg").symlink_to("y.jpg")
    (home / "in/y.jpg").symlink_to("x.jpg")
    assert len(plan(home / "in", output=home / "new").tasks) == 5


def test_a_result_over_its_original_is_refused(home: Path):
    with pytest.raises(SameFile, match=r"a\.jpg"):
        plan(home / "in", output=home / "in", name="{stem}{suffix}")
    with pytest.raises(SameFile):
        plan(home / "in/a.jpg", output=home / "in/../in/a.jpg")


def test_empty_folders_are_named_but_stop_nothing(home: Path):
    assert plan(home / "empty", home / "in", output=home / "new").failed[0][0] == home / "empty"
    with pytest.raises(NothingFound, match="empty"):
        plan(home / "empty", output=home / "new")


def test_what_is_not_there_is_left_for_the_work_to_find_out(home: Path):
    assert becomes(plan(home / "none.jpg", output=home / "x.jpg"), home) == {"none.jpg": "x.jpg"}


def test_a_folder_needs_an_output(home: Path):
    with pytest.raises(UsageError, match="-o"):
        plan(home / "in")


@pytest.mark.parametrize("output", ["x", "x.gif"])
def test_an_output_that_says_no_kind_of_picture_is_refused(home: Path, output: str):
    with pytest.raises(UsageError, match="slash"):
        plan(home / "in/a.jpg", output=home / output)


def test_an_output_that_contradicts_the_format_is_refused(home: Path):
    with pytest.raises(UsageError, match="contradict"):
        plan(home / "in/a.jpg", output=home / "x.png", suffix=".jpg")
    assert plan(home / "in/a.jpg", output=home / "x.jpeg", suffix=".jpg").tasks


@pytest.mark.parametrize(
    "name",
    ["{nonsense}{suffix}", "{}", "{stem", "sub/{stem}{suffix}", "../{stem}{suffix}", "{stem}", "{stem}.txt"],
)
def test_a_name_pattern_that_cannot_be_is_refused(home: Path, name: str):
    with pytest.raises(UsageError, match="--name"):
        plan(home / "in", output=home / "new", name=name)
