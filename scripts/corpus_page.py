"""Write the page of the documentation about other people's files, from reports of run_corpus.py.

    python scripts/corpus_page.py stills.json films.json -o docs/foreign.md

The folder of a file, written OWNER+NAME, names the project it comes from.
"""

import argparse
import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from run_corpus import table

_MOST_SENTENCES, _RARE = 25, 3
_INTRODUCTION = """\
# Other people's files

Does autochrome hold with files that others made? We took pictures and films from the test folders of other projects,
coloured every one, and judged each result from outside. Many of these files were made to be difficult: unusual kinds,
old cameras, damage on purpose.

| verdict | meaning |
|---|---|
| right | the result has the size, lightness, frames, times, sound and words of the original |
| noted | something is lost, and a note or exit code 61 says so; nothing else differs |
| refused | one sentence says what is the matter, with an exit code of its own; no file is written |
| wrong | anything else: a difference without a note, an unexpected error, a hang, a file left behind |

Pillow, tifffile and exiftool judge pictures, FFmpeg and ffprobe films.

```bash
python scripts/run_corpus.py STILLS --model TINY.onnx -o stills.json
python scripts/run_corpus.py FILMS --model TINY.onnx -o films.json
python scripts/corpus_page.py stills.json films.json -o docs/foreign.md
```

STILLS and FILMS have one folder for each project, named `OWNER+NAME`. None of the files is part of this repository. Any
model will do: the verdicts are not about colours.
"""


def write_page(reports: list[list[dict[str, Any]]], titles: list[str]) -> str:
    """The page as Markdown."""
    parts = [_INTRODUCTION]
    for title, rows in zip(titles, reports, strict=True):
        parts.append(f"## {title}\n\n{table(rows, _RARE)}\n")
        unseen = sum(bool(row["unseen"]) for row in rows if row["verdict"] in ("right", "noted"))
        if unseen:
            parts.append(
                f"Of {unseen} of these, the lightness was not judged: the other programs cannot read them.\n"
            )
        parts.append(_sentences("Why files were refused", rows, "refused"))
    parts.append(_projects(reports))
    return "\n".join(parts).rstrip() + "\n"


def _sentences(title: str, rows: list[dict[str, Any]], verdict: str) -> str:
    """The sentences of one verdict, the commonest first."""
    counts = Counter(_bare_sentence(row) for row in rows if row["verdict"] == verdict)
    lines = [f"### {title}\n", "| files | sentence |", "|---|---|"]
    lines += [f"| {count} | {sentence} |" for sentence, count in counts.most_common(_MOST_SENTENCES)]
    rest = sum(count for _, count in counts.most_common()[_MOST_SENTENCES:])
    return "\n".join([*lines, *([f"| {rest} | others |"] if rest else []), ""])


def _bare_sentence(row: dict[str, Any]) -> str:
    """The sentence without the name of the file, and with … for numbers and reasons."""
    text = row["text"].removeprefix("autochrome: ").removeprefix(f"{row['file']}: ")
    text = re.sub(r" \([^)]*\)", "", text)
    return re.sub(r"\d[\d.×]*", "…", text).replace("|", "/")


def _projects(reports: list[list[dict[str, Any]]]) -> str:
    """The projects, with the number of their files."""
    counts: dict[str, int] = defaultdict(int)
    for row in (row for rows in reports for row in rows):
        counts[Path(row["file"]).parent.name.replace("+", "/")] += 1
    names = ", ".join(
        f"{name} ({count})" for name, count in sorted(counts.items(), key=lambda each: each[0].lower())
    )
    return f"## Where the files come from\n\n{names}\n"


def main() -> None:
    """Read the command line and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("stills", type=Path, help="report of run_corpus.py on pictures")
    parser.add_argument("films", type=Path, help="report on films")
    parser.add_argument("-o", "--output", type=Path, required=True)
    given = parser.parse_args()
    reports = [json.loads(path.read_text(encoding="utf-8")) for path in (given.stills, given.films)]
    given.output.write_text(write_page(reports, ["Pictures", "Films"]), encoding="utf-8")


if __name__ == "__main__":
    main()
