"""Write the table of formats in docs/film.md: what is kept, noted and refused, tried with short films.

    python scripts/film_table.py            # run everything and write the table
    python scripts/film_table.py --check    # run everything and print the table

ffmpeg makes the films; ffprobe and ffmpeg judge the results (`judge_films.py`). It fails if something is lost without
a word.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from film_cases import FilmCase, films_to_read, make_case
from judge_films import compare_films
from run_corpus import find_fault, read_notes
from worker import Worker, run_command

PAGE = Path(__file__).parents[1] / "docs" / "film.md"
BEGIN, END = "<!-- begin: scripts/film_table.py -->", "<!-- end: scripts/film_table.py -->"
_SUBTITLES = "1\n00:00:00,050 --> 00:00:00,200\nGood evening.\n"


@dataclass(frozen=True, slots=True)
class Trial:
    """One film, and how it is coloured."""

    group: str  # "read" or "written"
    codec: str
    container: str
    case: FilmCase
    result: str  # the suffix of the output
    wanted: str  # the option --codec

    @property
    def key(self) -> str:
        """Different for every trial."""
        return f"{self.group} {self.codec} {self.container} {self.case.pixel_format}"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one film."""

    verdict: str  # kept, lost (with a note), refused, wrong, not made
    lost: tuple[str, ...] = ()  # what is not kept
    text: str = ""  # the sentence of a refusal; what is wrong


_UNREADABLE = {("ffv1", ".mxf")}
"""Kinds that the ffprobe of Debian does not read, so that it cannot judge them."""


def films_read() -> list[Trial]:
    """Every kind of film, made to FFV1 in Matroska."""
    return [Trial("read", case.codec, case.container, case, ".mkv", "ffv1") for case in films_to_read()]


def films_written() -> list[Trial]:
    """Every codec, container and pixel format that can be written, from a film of the same kind of planes."""
    from autochrome.media.films.codecs import CODECS

    return [
        Trial("written", name, suffix[1:], _like(name, suffix, sampling, depth), suffix, name)
        for name, codec in CODECS.items()
        for suffix in codec.containers
        for sampling in codec.samplings
        for depth in codec.depths
        if (name, suffix) not in _UNREADABLE
    ]


def _like(codec: str, suffix: str, sampling: str, depth: int) -> FilmCase:
    pixel_format = f"yuv{sampling}p{'' if depth == 8 else f'{depth}le'}"
    rate = "25" if suffix == ".mxf" else "30000/1001"
    size = "256x144" if codec == "dnxhr" else "96x64"  # it takes no smaller frames
    return make_case("mkv", "ffv1", pixel_format, "-metadata timecode=01:02:03:04", rate=rate, size=size)


def make_film(case: FilmCase, folder: Path) -> Path:
    """Make the film with ffmpeg."""
    subtitles = folder / "words.srt"
    subtitles.write_text(_SUBTITLES, encoding="utf-8")
    film = folder / f"film.{case.container}"
    words = [str(subtitles) if word == "SUBTITLES" else word for word in case.words]
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", *words, str(film)]
    subprocess.run(command, check=True, capture_output=True)
    return film


def try_film(worker: Worker, trial: Trial, model: str) -> Result:
    """Colour one film and judge what came of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "out"
        folder.mkdir()
        try:
            film = make_film(trial.case, folder.parent)
        except subprocess.CalledProcessError as error:
            return Result("not made", text=error.stderr.decode()[-200:])
        target = folder / f"film{trial.result}"
        words = ["film", str(film), "-o", str(target), "--json", "--size", "64"]
        answer = worker.call([*words, "--codec", trial.wanted, "--model", model])
        if answer.ended != "returned":
            return Result("wrong", text=f"{answer.ended}: {answer.value}")
        if fault := find_fault(target, answer.value):
            return Result("wrong", text=fault)
        if not target.exists():
            return Result("refused", text=answer.value.err.strip().split(": ", 2)[-1])
        found = compare_films(film, target, read_notes(answer.value))
    if found.wrong:
        text = "; ".join(f"{what}: {how}" for what, how in found.wrong.items())
        return Result("wrong", tuple(found.wrong), text)
    return Result("lost" if found.differs else "kept", tuple(found.differs))


def format_table(results: list[tuple[Trial, Result]]) -> str:
    """One line for each codec, container and outcome."""
    lines = ["| codec | container | pixel formats | lost, and a note says so |", "|---|---|---|---|"]
    groups: dict[tuple[str, str, str], list[str]] = {}
    for trial, one in results:
        if one.verdict in ("kept", "lost", "refused"):
            said = f"refused: {one.text}" if one.verdict == "refused" else ", ".join(one.lost) or "–"
            groups.setdefault((trial.codec, trial.container, said), []).append(trial.case.pixel_format)
    for (codec, container, said), formats in groups.items():
        lines.append(f"| {codec} | {container} | {' '.join(formats)} | {said} |")
    return "\n".join(lines)


def write_page(text: str, page: Path = PAGE) -> None:
    """Put the tables between the two marks of the page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def read_finished(file: Path | None) -> dict[str, Result]:
    """The results of an earlier run, without those that were wrong."""
    if file is None or not file.exists():
        return {}
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return {
        row["key"]: Result(row["verdict"], tuple(row["lost"]), row["text"])
        for row in rows
        if row["verdict"] not in ("wrong", "not made")
    }


def main() -> None:
    """Run all films, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--check", action="store_true", help="print the table, and do not write it")
    parser.add_argument("--model", default="tint", help="colours do not matter; a tiny network is quicker")
    parser.add_argument(
        "--results", type=Path, help="keep results in this file, and go on with an earlier run"
    )
    given = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    finished = read_finished(given.results)
    results: list[tuple[Trial, Result]] = []
    with Worker(run_command, 300) as worker:
        for trial in (*films_read(), *films_written()):
            one = finished.get(trial.key)
            if one is None:
                one = try_film(worker, trial, given.model)
                if given.results:
                    with given.results.open("a", encoding="utf-8") as file:
                        file.write(json.dumps({"key": trial.key, **asdict(one)}, ensure_ascii=False) + "\n")
            results.append((trial, one))
            if one.verdict in ("wrong", "not made"):
                print(f"{one.verdict}: {trial.key}: {one.text}", file=sys.stderr, flush=True)
    read = [pair for pair in results if pair[0].group == "read"]
    written = [pair for pair in results if pair[0].group == "written"]
    text = (
        f"**Read**, and written as FFV1 in Matroska ({len(read)} films):\n\n{format_table(read)}\n\n"
        f"**Written**, from FFV1 in Matroska ({len(written)} films):\n\n{format_table(written)}"
    )
    if given.check:
        print(text)
    else:
        write_page(text)
    sys.exit(any(one.verdict == "wrong" for _, one in results))


if __name__ == "__main__":
    main()
