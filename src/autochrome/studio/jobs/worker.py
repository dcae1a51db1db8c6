"""One job, in a process of its own: `python -m autochrome.studio.jobs.worker`, started by `child`.

The order comes as one line of JSON on stdin; lines of JSON on stdout tell how far it is, and in the end the result or
what went wrong. When stdin ends, the studio has gone, and so do we.
"""

import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autochrome.color.lab import lightness
from autochrome.errors import AutochromeError
from autochrome.hints.file import HintsFile
from autochrome.model import open_model
from autochrome.options import FilmOptions, PhotoOptions

Order = dict[str, Any]
Tell = Callable[[float, str], None]
_LOOK = 340  # pixels at the longer side at which doubt is asked for
_NICE = 10  # whoever paints at the same time goes first


def export_photo(order: Order, tell: Tell) -> Order:
    """The same calls, in the same order, as the command line's."""
    from autochrome.photo import colorize_photo

    options = PhotoOptions(**order["options"])
    hints = _hints(order)
    photo = colorize_photo(order["source"], model=open_model(options.model), options=options, hints=hints)
    tell(0.2, "writing")
    return {"file": photo.save(Path(order["folder"]) / f"export{photo.suffix}", overwrite=True).name}


def export_film(order: Order, tell: Tell) -> Order:
    """The same call as the command line's; what was finished before, of this or of the last export, is taken over."""
    target = Path(order["folder"]) / order["file"]
    _film(order, target, FilmOptions(**order["options"]), tell)
    return {"file": target.name}


def preview(order: Order, tell: Tell) -> Order:
    """One shot, packed quickly and so that every browser plays it."""
    from autochrome.film.inspect import FilmInspector

    options = FilmOptions(**order["options"])
    with FilmInspector(order["source"], options.model) as desk:
        start, stop = desk.times[order["first"]], order["last"] + 1
        end = desk.times[stop] if stop < desk.frames else None
    quick: dict[str, Any] = {"preset": "ultrafast", "codec": "h264", "pixel_format": "yuv420p", "crf": 23}
    stretch = options.model_copy(update=quick | {"start": start, "end": end})
    _film(order, Path(order["file"]), stretch, tell)
    return {}


def _film(order: Order, target: Path, options: FilmOptions, tell: Tell) -> None:
    from autochrome.film.pipeline import colorize_film
    from autochrome.film.report import Progress

    def told(progress: Progress) -> None:
        whole = max(progress.frames or 1, progress.frame)
        tell(progress.frame / whole, f"frame {progress.frame} of {whole}")

    colorize_film(
        order["source"],
        target,
        options=options,
        hints=_hints(order),
        cuts=order["cuts"],
        overwrite=True,
        progress=told,
    )


def shots(order: Order, tell: Tell) -> Order:
    """Where shots begin, and how unsure the network is of the middle frame of each."""
    from autochrome.film.inspect import FilmInspector, find_shots

    options = FilmOptions(**order["options"])
    frames = max(1, order["frames"])
    found = find_shots(
        order["source"], options, progress=lambda n: tell(0.8 * n / frames, f"frame {n} of {frames}")
    )
    firsts = sorted({0, *(shot.first for shot in found.shots)})
    network = open_model(options.model)
    said = []
    with FilmInspector(order["source"], network, options) as desk:
        for number, (first, stop) in enumerate(zip(firsts, [*firsts[1:], desk.frames], strict=True)):
            tell(0.8 + 0.2 * number / len(firsts), f"shot {number + 1} of {len(firsts)}")
            luma = lightness(desk.before((first + stop - 1) // 2, _LOOK))
            sure = network.paint(network.prepare(luma)).confidence
            said.append((first, None if sure is None else 1 - float(sure.mean())))
    return {"shots": said}


def _hints(order: Order) -> HintsFile | str | None:
    """Hints, or the path of theirs where they name pictures."""
    given: Order | str | None = order["hints"]
    return HintsFile.model_validate(given) if isinstance(given, dict) else given


WORKS: dict[str, Callable[[Order, Tell], Order]] = {
    "export photo": export_photo,
    "export film": export_film,
    "preview": preview,
    "shots": shots,
}


def main() -> None:
    order = json.loads(sys.stdin.readline())
    threading.Thread(target=_leave_with_the_studio, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(_NICE)
    try:
        _say(result=WORKS[order["work"]](order, lambda done, note: _say(done=done, note=note)))
    except AutochromeError as error:
        _say(error=" ".join(str(error).split()))
    except MemoryError:
        _say(error="The memory did not suffice; close other programs, or take a smaller size.")
    except Exception as error:  # the studio lives on, and says what happened
        _say(error=f"Something nobody foresaw, {type(error).__name__}: {error}")


def _say(**words: Any) -> None:
    print(json.dumps(words), flush=True)


def _leave_with_the_studio() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
