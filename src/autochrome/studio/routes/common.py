"""What routes share: the studio at hand, the shape of errors, pictures as answers."""

from typing import Annotated, Any

from fastapi import Depends, Path, Request, Response

from autochrome.studio.errors import FaultAnswer
from autochrome.studio.service import Studio


def studio_of(request: Request) -> Studio:
    found: Studio = request.app.state.studio
    return found


Here = Annotated[Studio, Depends(studio_of)]
ProjectId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="A project's id.")]

_WORDS = {
    400: "The request cannot be read.",
    401: "The token is missing or wrong.",
    403: "From another site, or under another name.",
    404: "There is no such thing.",
    408: "The body came too slowly.",
    409: "Not in this state; or a newer request took its place.",
    413: "Too large.",
    415: "No picture or film that can be read.",
    422: "Something in it is wrong; the sentence says what.",
    429: "Too much at a time.",
    507: "No room on the disk, or in memory.",
}
ALWAYS = (400, 401, 403, 408, 413, 422)


def faults(*codes: int) -> dict[int | str, dict[str, Any]]:
    """The answers that are no success, for the API's document."""
    return {code: {"model": FaultAnswer, "description": _WORDS[code]} for code in sorted({*ALWAYS, *codes})}


def binary(kind: str, words: str) -> dict[int | str, dict[str, Any]]:
    """An answer that is a file."""
    return {
        200: {"description": words, "content": {kind: {"schema": {"type": "string", "format": "binary"}}}}
    }


def picture(
    data: bytes, kind: str = "image/jpeg", *, lasting: bool = False, seconds: float | None = None
) -> Response:
    """A picture; lasting: its address names its revision, so that it may be kept. seconds: it took to make."""
    answer = Response(data, media_type=kind)
    if lasting:
        answer.headers["Cache-Control"] = "private, max-age=3600"
    if seconds is not None:
        answer.headers["X-Seconds"] = f"{seconds:.4f}"
    return answer
