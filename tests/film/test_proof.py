"""Proof of Y′, confirmed by FFmpeg."""

import json
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from autochrome.errors import InputMissing, OutputExists, ProofMismatch, UsageError
from autochrome.film.proof import load_proof
from autochrome.media.films.luma_hashes import LUMA_COMMAND, STREAM_COMMAND
from conftest import Ran
from filmmaking import make_film

Run = Callable[..., Ran]


def printed_by_ffmpeg(command: str, film: Path) -> list[str]:
    """The lines without comments."""
    words = [str(film) if word == "FILE" else word for word in shlex.split(command)]
    words[1:1] = ["-v", "error"]
    output = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    return [line for line in output.splitlines() if not line.startswith("#")]


def hash_lines(path: Path) -> list[str]:
    return [line for line in path.read_text().splitlines() if not line.startswith("#")]


@pytest.fixture
def proven(autochrome: Run, tiny_model: Path, tmp_path: Path) -> Callable[..., Ran]:
    def run(target: str, *words: object, **film: object) -> Ran:
        make_film(tmp_path / "a.mkv", **{"codec": "ffv1", "times": range(6), **film})
        words = (tmp_path / "a.mkv", "-o", tmp_path / target, "--proof", tmp_path / "proof.json", *words)
        return autochrome("film", *words, "--model", tiny_model, "--size", 64, "--preset", "ultrafast")

    return run


@pytest.mark.parametrize("kind", ["yuv420p", "yuv422p10le"])
def test_ffmpeg_confirms_a_proof(proven, autochrome: Run, tmp_path: Path, kind: str):
    ran = proven("b.mkv", "--codec", "ffv1", kind=kind)
    assert ran.code == 0, ran.err
    assert "Y′ of all 6 frames is equal" in ran.err
    before, after = tmp_path / "proof-original.framemd5", tmp_path / "proof-result.framemd5"
    assert hash_lines(before) == printed_by_ffmpeg(LUMA_COMMAND, tmp_path / "a.mkv")
    assert hash_lines(after) == printed_by_ffmpeg(LUMA_COMMAND, tmp_path / "b.mkv")
    assert [line.split()[-1] for line in hash_lines(before)] == [
        line.split()[-1] for line in hash_lines(after)
    ]
    proof = load_proof(tmp_path / "proof.json")
    assert (proof.frames, proof.equal, proof.psnr) == (6, 6, None)
    assert list(proof.result.streams) == printed_by_ffmpeg(STREAM_COMMAND, tmp_path / "b.mkv")
    assert proof.network["name"] == "tiny"
    assert len(proof.network["digest"]) >= 16
    assert proof.options["codec"] == "ffv1"
    ran = autochrome("verify", tmp_path / "proof.json")
    assert ran.code == 0, ran.err
    assert "The proof holds" in ran.err


def test_a_lossy_codec_is_said_to_lose(proven, autochrome: Run, tmp_path: Path):
    ran = proven("b.mp4")
    assert "Y′ of 0 of 6 frames is equal; the codec keeps the rest to" in ran.err
    assert autochrome("verify", tmp_path / "proof.json").code == 0


def test_a_section_is_proven(proven, autochrome: Run, tmp_path: Path):
    assert proven("b.mkv", "--codec", "ffv1", "--start", 0.08).code == 0
    assert load_proof(tmp_path / "proof.json").equal == 4
    assert autochrome("verify", tmp_path / "proof.json").code == 0


def test_a_changed_film_is_found(proven, autochrome: Run, tmp_path: Path):
    proven("b.mkv", "--codec", "ffv1")
    make_film(tmp_path / "b.mkv", codec="ffv1", times=range(5))
    ran = autochrome("verify", tmp_path / "proof.json")
    assert ran.code == ProofMismatch.exit_code
    assert "result: stream 0" in ran.err
    assert "Y′ of 1 of 6 frames" in ran.err
    found = json.loads(autochrome("verify", tmp_path / "proof.json", "--json").out)
    assert found["holds"] is False
    assert found["confirmed"][0] == "original: the file is unchanged"


def test_other_tags_in_the_file_do_not_break_a_proof(proven, autochrome: Run, tmp_path: Path):
    proven("b.mkv", "--codec", "ffv1", sound=None)
    (tmp_path / "b.mkv").rename(tmp_path / "c.mkv")
    words = ["ffmpeg", "-v", "error", "-y", "-copyts", "-i", tmp_path / "c.mkv", "-map", "0", "-c", "copy"]
    subprocess.run([*words, "-metadata", "title=other", tmp_path / "b.mkv"], check=True)
    ran = autochrome("verify", tmp_path / "proof.json")
    assert ran.code == 0, ran.err
    assert "the file was changed, but every stream in it is as in the proof" in ran.err


def test_changed_hashes_are_found(proven, autochrome: Run, tmp_path: Path):
    proven("b.mkv", "--codec", "ffv1")
    hashes = tmp_path / "proof-result.framemd5"
    hashes.write_text(hashes.read_text().replace("a", "b"))
    ran = autochrome("verify", tmp_path / "proof.json")
    assert ran.code == ProofMismatch.exit_code
    assert "proof-result.framemd5: the hashes of Y′ are missing or were changed" in ran.err


def test_films_elsewhere_are_named(proven, autochrome: Run, tmp_path: Path):
    proven("b.mkv", "--codec", "ffv1")
    (tmp_path / "vault").mkdir()
    moved = (tmp_path / "a.mkv").rename(tmp_path / "vault" / "master.mkv")
    ran = autochrome("verify", tmp_path / "proof.json")
    assert ran.code == InputMissing.exit_code
    assert "--original" in ran.err
    assert autochrome("verify", tmp_path / "proof.json", "--original", moved).code == 0


def test_wrong_names(proven, autochrome: Run, tmp_path: Path):
    assert proven("b.mkv", "--proof", tmp_path / "proof.txt").code == UsageError.exit_code
    assert not (tmp_path / "b.mkv").exists()
    (tmp_path / "proof.json").write_text("{}")
    assert proven("b.mkv").code == OutputExists.exit_code
    assert autochrome("verify", tmp_path / "proof.json").code == UsageError.exit_code
    assert autochrome("verify", tmp_path / "none.json").code == InputMissing.exit_code


def test_other_times_are_found(proven, autochrome: Run, tmp_path: Path):
    proven("b.mkv", "--codec", "ffv1", sound=None)
    (tmp_path / "b.mkv").rename(tmp_path / "c.mkv")
    words = ["ffmpeg", "-v", "error", "-y", "-itsoffset", "1", "-i", tmp_path / "c.mkv", "-c", "copy"]
    subprocess.run([*words, tmp_path / "b.mkv"], check=True)
    ran = autochrome("verify", tmp_path / "proof.json")
    assert ran.code == ProofMismatch.exit_code
    assert "result: Y′ is as in the proof, but the times of the frames are not" in ran.err
