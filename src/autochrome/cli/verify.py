"""`autochrome verify`."""

from __future__ import annotations

import json as json_format
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def verify(
    proof: Annotated[Path, Parameter(name="PROOF", help="A file that `autochrome film --proof` wrote.")],
    /,
    *,
    original: Annotated[
        Path | None, Parameter(help="The original, if it is not where the proof says.")
    ] = None,
    result: Annotated[
        Path | None, Parameter(help="The coloured film, if it is not where the proof says.")
    ] = None,
    json: Annotated[bool, Parameter(help="Print what was found as JSON on stdout.")] = False,
) -> None:
    """Check films against their proof: files, streams, and Y′ of every frame. The exit code is 62 if any differs."""
    from autochrome.errors import ProofMismatch
    from autochrome.film.verify import verify_proof

    verdict = verify_proof(proof, original, result)
    if json:
        print(json_format.dumps({"holds": verdict.holds, **asdict(verdict)}, indent=2))
    else:
        for line in verdict.confirmed:
            print(line, file=sys.stderr)
    if not verdict.holds:
        raise ProofMismatch(f"{proof}: {'; '.join(verdict.differences)}.")
    if not json:
        print(f"The proof holds: {verdict.summary}.", file=sys.stderr)
