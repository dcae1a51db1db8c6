"""One job, in a process of its own: `python -m autochrome.studio.work`, started by `child`.

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

from autochrome.errors import AutochromeError
from autochrome.hints import HintsFile
from autochrome.model import open_model
from autochrome.options import PhotoOptions

Order = dict[str, Any]
Tell = Callable[[float, str], None]
_NICE = 10  # whoever paints at the same time goes first


def export_photo(order: Order, tell: Tell) -> Order:
    """The same calls, in the same order, as the command line's."""
    from autochrome.photo import colorize_photo

    options = PhotoOptions(**order["options"])
    hints = _hints(order)
    photo = colorize_photo(order["source"], model=open_model(options.model), options=options, hints=hints)
    tell(0.2, "writing")
    return {"file": photo.save(Path(order["folder"]) / f"export{photo.suffix}", overwrite=True).name}


def _hints(order: Order) -> HintsFile | None:
    return None if order["hints"] is None else HintsFile.model_validate(order["hints"])


WORKS: dict[str, Callable[[Order, Tell], Order]] = {"export photo": export_photo}


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
