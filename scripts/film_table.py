"""Write the table of formats in docs/film.md: what is kept, noted and refused, tried with short films.

    python scripts/film_table.py            # run everything and write the table
    python scripts/film_table.py --check    # run everything; fail if something is lost without a word

ffmpeg makes the films; ffprobe and ffmpeg judge the results (`judge_films.py`).
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from film_cases import FilmCase, films_to_read, make_case
from judge_films import compare_films
from run_corpus import find_fault
from worker import Worker, run_command

PAGE = Path(__file__).parents[1] / "docs" / "film.md"
BEGIN, END = "<!-- begin: scripts/film_table.py -->", "<!-- end: scripts/film_table.py -->"
_SUBTITLES = "1\n00:00:00,050 --> 00:00:00,200\nGood evening.\n"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one film."""

    group: tuple[str, str]  # codec and container
    pixel_format: str
    verdict: str  # kept, lost (with a note), refused, wrong
    lost: tuple[str, ...] = ()  # what is not kept
    text: str = ""  # the sentence of a refusal; what is wrong


def make_film(case: FilmCase, folder: Path) -> Path:
    """Make the film with ffmpeg."""
    subtitles = folder / "words.srt"
    subtitles.write_text(_SUBTITLES, encoding="utf-8")
    film = folder / f"film.{case.container}"
    words = [str(subtitles) if word == "SUBTITLES" else word for word in case.words]
    subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", "-y", *words, str(film)], check=True, capture_output=True
    )
    return film


def try_film(worker: Worker, case: FilmCase, group: tuple[str, str], result: str, more: list[str]) -> Result:
    """Colour one film and judge what came of it. result: name of the output."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            film = make_film(case, folder)
        except subprocess.CalledProcessError as error:
            return Result(group, case.pixel_format, "not made", text=error.stderr.decode()[-200:])
        out = folder / "out"
        out.mkdir()
        target = out / result
        answer = worker.call(["film", str(film), "-o", str(target), "--json", "--size", "64", *more])
        if answer.ended != "returned":
            return Result(group, case.pixel_format, "wrong", text=f"{answer.ended}: {answer.value}")
        if fault := find_fault(target, answer.value):
            return Result(group, case.pixel_format, "wrong", text=fault)
        if not target.exists():
            text = answer.value.err.strip().replace(str(folder), "")
            return Result(group, case.pixel_format, "refused", text=text)
        found = compare_films(film, target, read_notes(answer.value.out))
        if found.wrong:
            text = "; ".join(f"{what}: {how}" for what, how in found.wrong.items())
            return Result(group, case.pixel_format, "wrong", tuple(found.wrong), text)
        return Result(group, case.pixel_format, "lost" if found.differs else "kept", tuple(found.differs))


def read_notes(out: str) -> tuple[str, ...]:
    """Notes and losses from the JSON of a run; without the summary."""
    import json

    event = json.loads(out.splitlines()[0])
    return (*(note for note in event["notes"] if " frames/s" not in note), *event["losses"])


def read_all(worker: Worker, model: str) -> Iterator[Result]:
    """Every kind of film, made to FFV1 in Matroska."""
    for case in films_to_read():
        yield try_film(
            worker, case, (case.codec, case.container), "out.mkv", ["--codec", "ffv1", "--model", model]
        )


def write_all(worker: Worker, model: str) -> Iterator[Result]:
    """Every codec, container and pixel format that can be written, from a film of the same kind of planes."""
    from autochrome.media.films.codecs import CODECS

    for name, codec in CODECS.items():
        for container in codec.containers:
            for sampling in codec.samplings:
                for depth in codec.depths:
                    pixel_format = f"yuv{sampling}p{'' if depth == 8 else f'{depth}le'}"
                    rate = "-r 25" if container == ".mxf" else ""
                    case = make_case("mkv", "ffv1", pixel_format, f"-metadata timecode=01:02:03:04 {rate}")
                    yield try_film(
                        worker,
                        case,
                        (name, container[1:]),
                        f"out{container}",
                        ["--codec", name, "--model", model],
                    )


def format_table(results: list[Result]) -> str:
    """One line for each codec and container, and each kind of outcome."""
    lines = ["| codec | container | pixel formats | lost, and a note says so |", "|---|---|---|---|"]
    groups: dict[tuple[str, str, str], list[str]] = {}
    for one in results:
        if one.verdict in ("kept", "lost", "refused"):
            said = f"refused: {one.text}" if one.verdict == "refused" else ", ".join(one.lost) or "–"
            groups.setdefault((*one.group, said), []).append(one.pixel_format)
    for (codec, container, said), formats in groups.items():
        lines.append(f"| {codec} | {container} | {' '.join(formats)} | {said} |")
    return "\n".join(lines)


def write_page(text: str, page: Path = PAGE) -> None:
    """Put the tables between the two marks of the page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def main() -> None:
    """Run all films, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument(
        "--model", default="tint", help="colours do not matter here; a tiny network is quicker"
    )
    given = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    kept: list[list[Result]] = [[], []]
    with Worker(run_command, 300) as worker:
        for results, tried in zip(
            kept, (read_all(worker, given.model), write_all(worker, given.model)), strict=True
        ):
            for one in tried:
                results.append(one)
                if one.verdict in ("wrong", "not made"):
                    print(
                        f"{one.verdict}: {one.group} {one.pixel_format}: {one.text}",
                        file=sys.stderr,
                        flush=True,
                    )
    read, written = kept
    text = (
        f"**Read**, and written as FFV1 in Matroska ({len(read)} films):\n\n{format_table(read)}\n\n"
        f"**Written**, from FFV1 in Matroska ({len(written)} films):\n\n{format_table(written)}"
    )
    if given.check:
        print(text)
    else:
        write_page(text)
    sys.exit(any(one.verdict == "wrong" for results in kept for one in results))


if __name__ == "__main__":
    main()
