"""The options that `photo` and `film` share: where results go, what happens to existing ones, and the report."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from autochrome.cli.naming import NAME
from autochrome.errors import OutputExists, UsageError
from autochrome.parallel.choice import LOCAL, check_engine

HINT = Parameter(
    name="--hint",
    help="A known colour at a point, as x,y,colour: 0.4,0.3,#c98f6b or 0.5,0.1,sky. x and y are fractions of the width "
    "and the height. In a film the point is on the first frame. The option can be repeated.",
    show_default=False,
)
REFERENCE = Parameter(
    name="--reference",
    help="A coloured picture of similar things; what matches gets its colours. In a film it counts for every shot that "
    "matches. The option can be repeated.",
    show_default=False,
)
Device = Literal["auto", "cpu", "cuda", "coreml", "dml", "openvino"]
DEVICE = Parameter(
    help="Where the model runs. auto: on the processor; for many pictures and for films on an accelerator, if there is "
    "one that is faster and gives the same colours."
)
ON = Parameter(
    help="Where the work is done: local; ray: the Ray cluster of this machine, or without one all its processors; "
    "ray://HOST:PORT: another cluster. All its nodes must see the files under the same names."
)
Existing = Literal["refuse", "overwrite", "skip"]
"""What to do if a result exists already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOptions:
    """Options of a command that makes one file from each of many."""

    output: Annotated[
        str | None,
        Parameter(
            name=("--output", "-o"),
            help="A file, or a folder (for several inputs, or if the name ends with a slash). "
            "Without it each result is written beside its input.",
        ),
    ] = None
    name: Annotated[str, Parameter(help="Pattern for the names of results in a folder.")] = NAME
    glob: Annotated[
        str | None, Parameter(help="Only the files of a folder that match, such as 'scan*.tif'.")
    ] = None
    overwrite: Annotated[bool, Parameter(help="Replace results that exist already.")] = False
    skip_existing: Annotated[
        bool, Parameter(help="Skip inputs whose result exists: this continues an interrupted batch.")
    ] = False
    dry_run: Annotated[
        bool, Parameter(help="Only show which results would be written; colour and write nothing.")
    ] = False
    device: Annotated[Device, DEVICE] = "auto"
    on: Annotated[str, ON] = LOCAL
    sign: Annotated[
        tuple[Path, Path] | None,
        Parameter(
            help="Sign results with Content Credentials (C2PA): a chain of certificates and the signer's key, both PEM."
        ),
    ] = None
    json: Annotated[bool, Parameter(help="Report on stdout for programs, one JSON object per line.")] = False
    quiet: Annotated[bool, Parameter(name=("--quiet", "-q"), help="Print errors only.")] = False

    @property
    def on_cluster(self) -> bool:
        """Whether the work is done on a cluster."""
        return check_engine(self.on) != LOCAL

    def refuse_cluster(self, what: str) -> None:
        """Refuse a cluster for work that only this process can do."""
        if self.on_cluster:
            raise UsageError(f"--on {self.on} is not for {what}; leave it out.")

    @property
    def existing(self) -> Existing:
        """What to do if a result exists already; the two flags contradict each other."""
        if self.overwrite and self.skip_existing:
            raise UsageError("--overwrite and --skip-existing contradict each other; choose one.")
        return "overwrite" if self.overwrite else "skip" if self.skip_existing else "refuse"


def refuse_existing(target: Path, overwrite: bool) -> None:
    """Refuse a file that exists, unless it may be replaced."""
    if target.exists() and not overwrite:
        raise OutputExists(f"{target}: the file exists already; --overwrite replaces it.")
