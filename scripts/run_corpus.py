"""Colour every picture and film of a folder, and judge each result from outside.

    python scripts/run_corpus.py FOLDER -o report.json

prints a table: right, noted (something is lost, and a note says so), refused (one sentence, an exit code of its own)
and wrong. Wrong is also: an unexpected error, a crash, a hang, a traceback, a hidden file left behind. The folder may
hold anything; take it from the test folders of other projects.
"""

import argparse
import json
import os
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from judge_films import compare_films
from judge_stills import compare_stills
from worker import Ran, Worker, leftovers, run_command

VERDICTS = ("right", "noted", "refused", "wrong")
_SECONDS = 300.0
_MORE_FILMS = {".h264", ".hevc", ".ogg", ".cmfv", ".obu", ".fmp4", ".264"}


def judge(path: Path, worker: Worker, film: bool, more: list[str]) -> dict[str, Any]:
    """Colour one file, and judge what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        name = "result.mkv" if film else f"result{_still_suffix(path)}"
        target = Path(folder) / name
        words = ["film" if film else "photo", str(path), "-o", str(target), "--json", *more]
        answer = worker.call(words)
        if answer.ended != "returned":
            return _row(path, "wrong", f"{answer.ended}: {answer.value}")
        if not film and "use: autochrome film" in answer.value.err:
            return judge(path, worker, True, [*more, "--codec", "ffv1"])
        return judge_run(path, target, answer.value, film)


def judge_run(path: Path, target: Path, ran: Ran, film: bool) -> dict[str, Any]:
    """The verdict on one finished command line."""
    fault = find_fault(target, ran)
    if fault:
        return _row(path, "wrong", fault)
    if not target.exists():
        return _row(path, "refused", ran.err.strip())
    notes = read_notes(ran)
    try:
        found = (compare_films if film else compare_stills)(path, target, notes)
    except Exception as error:
        return _row(path, "wrong", f"the judge failed: {type(error).__name__}: {error}", notes)
    text = "; ".join(f"{what}: {how}" for what, how in found.wrong.items())
    return _row(path, found.verdict, text, notes, getattr(found, "unseen", ""))


def read_notes(ran: Ran) -> tuple[str, ...]:
    """Notes and losses from the JSON of a run; without the summary."""
    event = json.loads(ran.out.splitlines()[0])
    return (*(note for note in event["notes"] if " frames/s" not in note), *event["losses"])


def find_fault(target: Path, ran: Ran) -> str:
    """What is wrong with a run whatever its input is; empty if nothing is."""
    lines = ran.err.strip().splitlines()
    if "Traceback" in ran.err or ran.code == 1 or "unexpected error" in ran.err:
        return f"code {ran.code}: {lines[-1] if lines else ''}"
    if target.exists() != (ran.code in (0, 61)):
        return f"code {ran.code}, and the result is {'there' if target.exists() else 'missing'}"
    if ran.code and len(lines) != 1:
        return f"{len(lines)} lines on stderr: {ran.err[:200]!r}"
    if ran.code == 0 and lines:
        return f"a library prints: {ran.err[:200]!r}"
    if left := leftovers(target.parent):
        return f"left behind: {', '.join(left)}"
    return ""


def _row(path: Path, verdict: str, text: str, notes: Iterable[str] = (), unseen: str = "") -> dict[str, Any]:
    return {"file": str(path), "verdict": verdict, "text": text, "notes": list(notes), "unseen": unseen}


def _still_suffix(path: Path) -> str:
    """The result has the kind of the original where people expect that."""
    suffix = path.suffix.lower()
    return suffix if suffix in (".jpg", ".jpeg", ".tif", ".tiff", ".png", ".webp", ".avif") else ".png"


def table(rows: list[dict[str, Any]], rare: int = 1) -> str:
    """One line a kind of file, with the number of files of each verdict. rare: kinds of fewer files share a line."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    files = Counter(Path(row["file"]).suffix.lower() or "(none)" for row in rows)
    for row in rows:
        kind = Path(row["file"]).suffix.lower() or "(none)"
        for line in (kind if files[kind] >= rare else "other kinds", "all"):
            counts[line][row["verdict"]] += 1
    kinds = sorted(counts, key=lambda kind: (kind == "all", kind == "other kinds", -counts[kind].total()))
    lines = [f"| kind | files | {' | '.join(VERDICTS)} |", f"|---|{'---|' * (len(VERDICTS) + 1)}"]
    for kind in kinds:
        numbers = " | ".join(str(counts[kind][verdict]) for verdict in VERDICTS)
        lines.append(f"| {kind} | {counts[kind].total()} | {numbers} |")
    return "\n".join(lines)


def main() -> None:
    """Read the command line, run the corpus, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("-o", "--output", type=Path, help="also write every verdict as JSON")
    parser.add_argument(
        "--again", action="store_true", help="only what the report OUTPUT lacks or calls wrong"
    )
    parser.add_argument("--every", type=int, default=1, help="only every n-th file")
    parser.add_argument(
        "--model", default="tint", help="colours do not matter here; a tiny network is quicker"
    )
    parser.add_argument("--match", default="", help="only files whose path contains this")
    given = parser.parse_args()
    from autochrome.media.collection import FILM_SUFFIXES

    os.environ.setdefault("OMP_NUM_THREADS", "1")
    found = (path for path in given.folder.rglob("*") if path.is_file() and given.match in str(path))
    files = sorted(found, key=lambda path: (path.stat().st_size, path))  # the small ones first
    old = (
        json.loads(given.output.read_text(encoding="utf-8")) if given.again and given.output.exists() else []
    )
    rows: list[dict[str, Any]] = [row for row in old if row["verdict"] != "wrong"]
    known = {row["file"] for row in rows}
    with Worker(run_command, _SECONDS) as worker:
        for path in (path for path in files[:: given.every] if str(path) not in known):
            film = path.suffix.lower() in (FILM_SUFFIXES | _MORE_FILMS) - {".gif"}
            more = ["--model", given.model, "--size", "64"] + (["--codec", "ffv1"] if film else [])
            rows.append(judge(path, worker, film, more))
            if rows[-1]["verdict"] == "wrong":
                print(f"wrong: {path}: {rows[-1]['text']}", file=sys.stderr, flush=True)
            if given.output:
                given.output.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")
    print(table(rows))
    sys.exit(any(row["verdict"] == "wrong" for row in rows))


if __name__ == "__main__":
    main()
