"""Options that are numbers with a range: the parser checks the range, and the help shows it."""

from cyclopts import Parameter
from cyclopts.validators import Number

from autochrome.options import describe_range


def number(
    help: str,
    *,
    gte: float | None = None,
    lte: float | None = None,
    lt: float | None = None,
    name: str | tuple[str, ...] | None = None,
) -> Parameter:
    """The parameter of a number. The range follows the help text: "Port to listen at. [0 to 65535]"."""
    limits = describe_range(ge=gte, le=lte, lt=lt)
    return Parameter(name=name, validator=Number(gte=gte, lte=lte, lt=lt), help=f"{help} [{limits}]")
