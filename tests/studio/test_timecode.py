"""The page shows timecode as Python counts it."""

import json
import subprocess
from fractions import Fraction
from pathlib import Path

import autochrome.studio
from autochrome.media.timecode import Timecode

SCRIPT = Path(autochrome.studio.__file__).parent / "static" / "js" / "format.js"


def test_the_page_counts_as_python_does():
    starts = [
        Timecode.parse("01:00:00:00", Fraction(24)),
        Timecode.parse("23:59:58:12", Fraction(25)),
        Timecode.parse("00:09:58;10", Fraction(30000, 1001)),
        Timecode.parse("10:00:00;00", Fraction(60000, 1001)),
    ]
    frames = [*range(0, 200), *range(1700, 1900), 17981, 17982, 17983, 107892, 2589407]
    infos = [{"frame": start.frame, "count": start.count, "drop": start.drop} for start in starts]
    code = (
        f"import {{ formatTimecode }} from {json.dumps(SCRIPT.as_uri())};"
        f"const starts = {json.dumps(infos)}, frames = {json.dumps(frames)};"
        "console.log(JSON.stringify(starts.map((s) => frames.map((n) => formatTimecode(s, n)))));"
    )
    words = ["node", "--input-type=module", "--eval", code]
    shown = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
    assert shown == [[str(start.later(frame)) for frame in frames] for start in starts]
