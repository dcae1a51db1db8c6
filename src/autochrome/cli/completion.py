"""`autochrome completion`: the script with which a shell completes commands and options."""

from typing import Annotated, Literal

from cyclopts import Parameter

from autochrome.errors import UsageError

Shell = Literal["bash", "zsh", "fish", "powershell"]


def completion(
    shell: Annotated[
        Shell | None, Parameter(help="The shell; the default is the one that is running.")
    ] = None,
    /,
) -> None:
    """Print a script for tab completion. docs/guide.md says where each shell looks for it."""
    from cyclopts.completion.detect import ShellDetectionError

    from autochrome.cli import app

    try:
        script = app.generate_completion(prog_name="autochrome", shell=shell)
    except ShellDetectionError as error:
        raise UsageError("The shell cannot be detected; name it: bash, zsh, fish or powershell.") from error
    # File names after the options that take any text, such as -o.
    print(script.replace("complete -F _autochrome", "complete -o default -F _autochrome"))
