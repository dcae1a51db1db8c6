"""Prove that two versions of autochrome give the same results.

    OLD/.venv/bin/python scripts/compare_results.py record OLD/.venv/bin/autochrome -o digests.json
    NEW/.venv/bin/python scripts/compare_results.py check NEW/.venv/bin/autochrome digests.json --keep out

Both runs make the same input files, run the same cases with the given command, and compute digests of everything the
command writes. Run both on the same machine and with the same library versions: another processor or another encoder
may change the last bit. The script itself needs the full environment (numpy, Pillow, pyvips, PyAV, scikit-image).

To look at a difference: run `check` with the old and the new command and two different `--keep` folders. `--only`
selects cases by a part of their name.
"""

import argparse
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import av
import numpy as np
import pyvips

from compare_inputs import make_inputs

ENVIRONMENT = {"AUTOCHROME_DEVICE": "cpu", "COLUMNS": "100", "NO_COLOR": "1"}
"""Set for every run. If the new code renames the variable that chooses the runtime, put both names here."""

STILLS = {
    "jpeg": "grey.jpg color.jpg progressive.jpg cmyk.jpg cmyk-profile.jpg oriented.jpg profile.jpg large.jpg",
    "png": "grey8.png color8.png bit.png palette.png interlaced.png narrow.png tiny.png",
    "png 16 bit": "grey16.png color16.png",
    "alpha": "palette-clear.png alpha.png alpha16.png grey-alpha.png grey-alpha16.png grey-alpha.tif alpha16.tif",
    "tiff": "grey8.tif color8.tif bit.tif tiles.tif",
    "tiff 16 bit": "grey16.tif color16.tif",
    "webp": "color.webp lossless.webp",
    "avif": "color.avif ten-bit.avif",
    "bmp": "color.bmp grey.bmp",
    "gif": "color.gif moving.gif",
    "bad files": "broken.jpg float.tif nonsense.png",
}
"""Stills that are coloured without any option; one command colours all of a kind, since its start takes longest."""

FORMATS = ("jpg", "png", "tif", "webp", "avif")
OTHERS = "color16.png alpha.png alpha16.tif oriented.jpg grey.bmp"
"""Pictures that are written as each of the formats: 16 bit, with transparency, with metadata, grey."""

SHORT = "--size 96 --preset ultrafast"
"""Options that keep the film cases quick."""

CASES: dict[str, list[str]] = {
    **{f"photo {kind}": [f"photo {names} -o new/"] for kind, names in STILLS.items()},
    # Photographs with options.
    "photo hints": ["photo color.jpg --hints marks.json"],
    "photo hints turned": ["photo oriented.jpg --hints marks.json"],
    "photo hints wrong": ["photo color.jpg --hints wrong.json"],
    "photo keep-color": ["photo tinted.png --keep-color"],
    "photo keep-color hints": ["photo tinted.png --keep-color --hints marks.json"],
    "photo vivid 0": ["photo color8.png --vivid 0"],
    "photo vivid 0.6": ["photo color8.png --vivid 0.6"],
    "photo vivid 1.3": ["photo color16.png --vivid 1.3"],
    "photo size 128": ["photo color8.png --size 128"],
    "photo size 384": ["photo large.jpg --size 384"],
    "photo mark": ["photo color8.png large.jpg grey16.tif -o new --mark"],
    "photo quality": ["photo color.jpg color.webp color.avif -o new --quality 60"],
    "photo compare": ["photo grey.jpg color16.tif -o new --compare"],
    "photo output": ["photo color16.png -o out.jpg", "photo alpha.png -o out.tif"],
    **{f"photo to {kind}": [f"photo {OTHERS} -o new/ --format {kind}"] for kind in FORMATS},
    "photo batch": ["photo album -o new"],
    "photo batch json": ["photo album -o new --json --jobs 2"],
    "photo batch goes on": ["photo album/one.jpg -o new/", "photo album -o new --skip-existing"],
    "photo batch name glob": ["photo album grey8.tif -o new --name '{stem}-x{suffix}' --glob '*.png'"],
    "photo exists": ["photo grey.jpg", "photo grey.jpg", "photo grey.jpg --overwrite"],
    "photo too large": ["photo large.jpg --max-megapixels 1"],
    "photo missing": ["photo nothing.jpg", "photo grey.jpg -o out.xyz", "photo grey.jpg --vivid 3", "photo"],
    "photo another network": ["photo grey.jpg --model nothing.onnx", "models check grey.jpg"],
    # Films.
    "film plain": [f"film plain.mp4 {SHORT}"],
    "film usual": ["film plain.mp4"],
    "film ten-bit": [f"film ten-bit.mkv -o out.mp4 {SHORT}"],
    "film grey": [f"film grey.mkv -o out.mp4 {SHORT}"],
    "film odd": [f"film odd.mkv -o out.mkv {SHORT}"],
    "film rgb": [f"film rgb.mkv -o out.mkv --codec ffv1 {SHORT}"],
    "film variable rate": [f"film variable.mkv -o out.mkv {SHORT}", f"film variable.mkv -o out.mp4 {SHORT}"],
    "film turned": [f"film turned.mp4 {SHORT}"],
    "film with everything": [f"film words.mkv -o out.mkv {SHORT}", f"film words.mkv -o out.mp4 {SHORT}"],
    "film ffv1": [f"film plain.mp4 --codec ffv1 -o out.mkv {SHORT}"],
    "film ffv1 ten-bit": [f"film ten-bit.mkv --codec ffv1 -o new/ {SHORT}"],
    "film hevc": [f"film brief.mkv --codec hevc -o out.mp4 {SHORT}"],
    "film vp9": [f"film brief.mkv -o out.webm {SHORT}"],
    "film prores": [f"film brief.mkv --codec prores -o out.mov {SHORT}"],
    "film like": [f"film grey.mkv --codec like -o out.mkv {SHORT}"],
    "film planes": [f"film plain.mp4 -o out.mkv --pixel-format yuv444p10 --crf 28 {SHORT}"],
    "film frames": [f"film plain.mp4 --method frames {SHORT}"],
    "film thesis": [f"film shots.mp4 --method thesis --dependent tint --end 3 -o out.mp4 {SHORT}"],
    "film steadiness": [f"film plain.mp4 --smooth 0.1 --every 6 -o out.mkv --codec ffv1 {SHORT}"],
    "film vivid mark": [f"film plain.mp4 --vivid 1.3 --mark -o out.mkv --codec ffv1 {SHORT}"],
    "film stretch": [f"film plain.mp4 --start 0.5 --end 1.2 {SHORT}"],
    "film cuts none": [f"film cuts.mkv --cuts none -o out.mkv --codec ffv1 {SHORT}"],
    "film cuts auto": [f"film cuts.mkv -o out.mkv --codec ffv1 {SHORT}"],
    "film cuts file": [f"film cuts.mkv --cuts cuts.json -o out.mkv --codec ffv1 {SHORT}"],
    "film cuts detector": [f"film cuts.mkv --cuts histogram -o out.mkv --codec ffv1 {SHORT}"],
    "film hints": [f"film cuts.mkv --hints frames.json -o out.mkv --codec ffv1 {SHORT}"],
    "film hints marks": [f"film plain.mp4 --hints marks.json {SHORT}"],
    "film hints pictures": [f"film cuts.mkv --hints pictures.json -o out.mkv --codec ffv1 {SHORT}"],
    "film compare": [f"film brief.mkv -o out.mp4 --compare --compare-gif {SHORT}"],
    "film preview": ["film shots.mp4 --preview -o sheet.jpg"],
    "film batch": [f"film reels -o new {SHORT}", f"film reels -o new --skip-existing --json {SHORT}"],
    "film damaged": [f"film damaged.mp4 {SHORT}", f"film nonsense.png -o out.mp4 {SHORT}"],
    "film whole": [f"film shots.mp4 -o out.mp4 {SHORT}"],
    "film resumed": [f"! film shots.mp4 -o out.mp4 {SHORT}", f"film shots.mp4 -o out.mp4 {SHORT}"],
    "film corrected whole": [f"film shots.mp4 -o out.mp4 --hints late.json {SHORT}"],
    "film corrected": [
        f"film shots.mp4 -o out.mp4 {SHORT}",
        f"film shots.mp4 -o out.mp4 --hints late.json --overwrite {SHORT}",
    ],
    # Shots, and the other commands.
    "shots": ["shots shots.mp4 -o list.json"],
    "shots given back": ["shots cuts.mkv", f"film cuts.mkv --cuts cuts-shots.json -o out.mp4 {SHORT}"],
    "shots detector": ["shots cuts.mkv -o list.json --cuts thesis"],
    "scenes": ["shots cuts.mkv --json"],
    "scenes plain": ["shots shots.mp4 --json"],
    "scenes compare": ["shots cuts.mkv --json --compare --truth truth.json"],
    "scenes plot": ["shots cuts.mkv --plot signal.svg"],
    "scenes thesis": ["shots cuts.mkv --json --cuts thesis --correlation 0.9 --ssim 0.3"],
    "models": ["models", "models --json"],
    "evaluate": ["evaluate tint pictures --size 96 --hints 0,10 --json figures.json"],
    "evaluate film": ["evaluate tint brief.mkv --size 96 --json figures.json"],
    "montage": ["montage pictures -o sheet.png --models tint --size 96"],
    "data images": ["data images album -o shard.zip --size 64"],
}
"""Case name → command lines. They run one after another, in a folder that holds all inputs.

If an option is renamed, change the command line here, but keep the case name: `check` looks for it in the record.
A command line that begins with `!` gets Ctrl-C (SIGINT) as soon as the first part of its film is finished.
"""

SAME = {
    "film resumed": "film whole",
    "film corrected": "film corrected whole",
}
"""Case → case whose film it must reproduce exactly."""

RANDOM_BYTES = {".mkv", ".webm"}
"""No digest of the whole file for these: FFmpeg's Matroska muxer gives every file a random segment UID. Their packets,
frames and metadata are compared all the same."""

CHANGING = [
    (r'"(seconds|seconds_a_frame|path|ms|milliseconds)": [^\n,}]+', r'"\1": …'),  # JSON
    (r"\(\d+\.\d+ s\)|in \d+\.\d+ s|\d+\.\d+ frames/s", "…"),  # how long it took
    (r"(?<![\w.])/[^\s\"':]+/", ""),  # absolute folders
]
"""What is removed from text before its digest is computed, because it changes from run to run."""

Digests = dict[str, str]
Result = dict[str, Any]


# — digests —


def digest(*pieces: Any) -> str:
    """A short sha256 of bytes or arrays, or of anything else as text."""
    whole = sha256()
    for piece in pieces:
        try:
            whole.update(memoryview(piece))
        except TypeError:
            whole.update(repr(piece).encode())
    return whole.hexdigest()[:24]


def text_digests(path: Path) -> Digests:
    """The text without what changes from run to run."""
    text = path.read_text(encoding="utf-8", errors="replace")
    for pattern, instead in CHANGING:
        text = re.sub(pattern, instead, text)
    return {"text": digest(text)}


def still_digests(path: Path) -> Digests:
    """The file, its decoded pixels, and each of its metadata fields."""
    several = {"n": -1} if path.suffix in (".gif", ".webp") else {}
    image = pyvips.Image.new_from_file(str(path), **several)
    what = (image.width, image.height, image.bands, image.format, image.interpretation)
    fields = {
        f"field {name}": digest(image.get(name))
        for name in image.get_fields()
        if name not in ("filename", "vips-sequential", "vips-loader")
    }
    return {"bytes": digest(path.read_bytes()), "pixels": digest(what, image.write_to_memory()), **fields}


def film_digests(path: Path) -> Digests:
    """The packets of each stream, the decoded frames, the metadata; and the whole file, if it is not ours.

    A film of ours lists its parts in `autochrome_parts` (Matroska writes it in capitals), with a digest of the job. The
    time of the model file counts in it, so it differs between two installations.
    """
    with av.open(str(path)) as film:
        fixed = {key: value for key, value in film.metadata.items() if key.lower() != "autochrome_parts"}
        ours = fixed.keys() != film.metadata.keys()
        found = {f"word {key}": digest(value) for key, value in fixed.items()}
        if not ours and path.suffix not in RANDOM_BYTES:
            found["bytes"] = digest(path.read_bytes())
        found["chapters"] = digest(film.chapters())
        streams: dict[str, list[Any]] = {}
        for stream in film.streams:
            extra = getattr(stream.codec_context, "extradata", None)
            streams[f"stream {stream.index} {stream.type}"] = [extra, dict(stream.metadata), stream.time_base]
        for packet in film.demux():
            kept = streams[f"stream {packet.stream.index} {packet.stream.type}"]
            kept += [bytes(packet), (packet.pts, packet.dts, packet.duration, packet.is_keyframe)]
        found |= {name: digest(*kept) for name, kept in streams.items()}
    with av.open(str(path)) as film:
        whole = sha256()
        for frame in film.decode(video=0):
            whole.update(repr((frame.pts, frame.time_base, frame.format.name, frame.rotation)).encode())
            for plane in frame.planes:
                rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
                width = plane.width * ((frame.format.components[0].bits + 7) // 8)
                whole.update(rows[:, :width].tobytes())
        found["frames"] = whole.hexdigest()[:24]
    return found


def digests(path: Path) -> Digests:
    """Every digest of one file."""
    kinds = {
        still_digests: (".jpg", ".png", ".tif", ".webp", ".avif", ".gif"),
        film_digests: (".mp4", ".mkv", ".mov", ".webm"),
        text_digests: (".json", ".txt", ".svg", ".html"),
    }
    for kind, endings in kinds.items():
        if path.suffix in endings:
            return kind(path)
    return {"bytes": digest(path.read_bytes())}


# — runs —


def run_case(command: Path, lines: list[str], inputs: Path, folder: Path) -> Result:
    """Run the command lines of one case in a folder of their own. Only outputs are left there."""
    shutil.copytree(inputs, folder, copy_function=os.link)
    given = [path for path in folder.rglob("*") if path.is_file()]
    exits = []
    for number, line in enumerate(lines, start=1):
        words = [str(command), *shlex.split(line.removeprefix("! "))]
        with (
            (folder / f"stdout{number}.txt").open("wb") as out,
            (folder / f"stderr{number}.txt").open("wb") as err,
            subprocess.Popen(
                words,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=os.environ | ENVIRONMENT,
            ) as process,
        ):
            if line.startswith("! "):
                interrupt(process, folder)
            exits.append(process.wait())
    for path in given:
        path.unlink()
    written = sorted(path for path in folder.rglob("*") if path.is_file())
    if any(line.startswith("! ") for line in lines):  # what is said depends on the moment of the interruption
        written = [path for path in written if path.suffix != ".txt"]
    return {"exit": exits, "files": {str(path.relative_to(folder)): digests(path) for path in written}}


def interrupt(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Press Ctrl-C when a finished part of a film waits in the hidden folder beside the output."""
    while process.poll() is None:
        if any(folder.glob(".*/*.part")):
            process.send_signal(signal.SIGINT)
            return
        time.sleep(0.003)


def run_all(command: Path, folder: Path, only: str, jobs: int) -> dict[str, Result]:
    """Case name → its result. The inputs count as a case too: they must be equal before anything else can be."""
    inputs = folder / "inputs"
    make_inputs(inputs)
    files = sorted(path for path in inputs.rglob("*") if path.is_file())
    results: dict[str, Result] = {
        "inputs": {
            "exit": [],
            "files": {str(path.relative_to(inputs)): {"bytes": digest(path.read_bytes())} for path in files},
        }
    }
    names = [name for name in CASES if only in name]
    with ThreadPoolExecutor(jobs) as pool:
        run = [
            pool.submit(run_case, command, CASES[name], inputs, folder / name.replace(" ", "-"))
            for name in names
        ]
        results |= {name: done.result() for name, done in zip(names, run, strict=True)}
    return results


def differences(old: Result, new: Result) -> list[str]:
    """What differs between two results of one case, in words."""
    found = [] if old["exit"] == new["exit"] else [f"exit codes {old['exit']} → {new['exit']}"]
    for name in sorted(old["files"].keys() | new["files"].keys()):
        before, after = old["files"].get(name), new["files"].get(name)
        if before is None or after is None:
            found.append(f"{name}: {'is new' if before is None else 'is gone'}")
        elif before != after:
            aspects = sorted(key for key in before | after if before.get(key) != after.get(key))
            found.append(f"{name}: {', '.join(aspects)}")
    return found


def unlike(results: dict[str, Result]) -> list[str]:
    """The promises in `SAME` that are broken."""
    broken = []
    for name, other in SAME.items():
        if name in results and other in results:
            one, two = (
                {k: v for k, v in results[n]["files"].items() if k == "out.mp4"} for n in (name, other)
            )
            if not one or one != two:
                broken.append(f"{name}: its film is not the one of '{other}'")
    return broken


def compare(old: dict[str, Result], new: dict[str, Result]) -> int:
    """Print one line a case; how many are not equal."""
    bad = 0
    for name in [*old, *(name for name in new if name not in old)]:
        if name not in old or name not in new:
            print(f"missing  {name} ({'not in the record' if name not in old else 'was not run'})")
            bad += 1
            continue
        found = differences(old[name], new[name])
        bad += bool(found)
        print(f"{'differs' if found else 'equal':8} {name}")
        for line in found:
            print(f"           {line}")
    return bad


def main() -> int:
    """The exit code: 0 when everything is equal, else 1."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("action", choices=("record", "check"))
    parser.add_argument("command", type=Path, help="the command to run, such as .venv/bin/autochrome")
    parser.add_argument("digests", type=Path, nargs="?", help="of check: what record wrote")
    parser.add_argument("-o", "--output", type=Path, help="of record: the file to write")
    parser.add_argument("--keep", type=Path, help="keep all inputs and outputs in this new folder")
    parser.add_argument("--only", default="", help="only cases with this text in their name")
    parser.add_argument("--jobs", type=int, default=2, help="cases at a time")
    asked = parser.parse_args()
    file = asked.output if asked.action == "record" else asked.digests
    if file is None:
        parser.error("record needs -o FILE, check needs the file that record wrote")
    # A background job ignores SIGINT, and would pass that on to the commands that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        new = run_all(asked.command.absolute(), folder.absolute(), asked.only, asked.jobs)
    if asked.action == "record":
        file.write_text(json.dumps(new, indent=1) + "\n", encoding="utf-8")
        bad = 0
    else:
        old = json.loads(file.read_text(encoding="utf-8"))
        bad = compare({name: old[name] for name in old if asked.only in name or name == "inputs"}, new)
    broken = unlike(new)
    print(*broken, sep="\n", end="\n" if broken else "")
    seconds = time.perf_counter() - began
    print(f"{len(new) - 1} cases in {seconds:.0f} s, {bad} not equal, {len(broken)} broken promises")
    return 1 if bad or broken else 0


if __name__ == "__main__":
    sys.exit(main())
