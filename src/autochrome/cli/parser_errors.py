"""Errors of the command line's parser in our own words: which word or option is wrong, and what to do."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, Literal, get_args, get_origin

from cyclopts.exceptions import (
    CoercionError,
    CycloptsError,
    MissingArgumentError,
    RepeatArgumentError,
    UnknownCommandError,
    UnknownOptionError,
    UnusedCliTokensError,
    ValidationError,
)

from autochrome.cli.defaults import defaults_path
from autochrome.errors import UsageError

_KINDS = {bool: "true or false", float: "a number", int: "a whole number"}


def as_usage_error(error: Exception, words: Sequence[str]) -> UsageError:
    """The parser's error, or invalid options, as one sentence. words: of the command line."""
    faults = getattr(
        error.__cause__, "errors", None
    )  # importing pydantic for an isinstance test would be slow
    if faults is None:
        return UsageError(_explain(error) if isinstance(error, CycloptsError) else str(error))
    from autochrome.options import describe_fault

    sentences = []
    for fault in faults():
        flag = "--" + str(fault["loc"][-1]).replace("_", "-") if fault["loc"] else "the options"
        typed = any(word == flag or word.startswith(f"{flag}=") for word in words)
        where = "" if typed else f" (in {defaults_path()})"
        sentences.append(f"{flag} {fault['input']}{where}: {describe_fault(fault)}")
    return UsageError("; ".join(sentences) + ".")


def _explain(error: CycloptsError) -> str:
    help = f"`{' '.join(('autochrome', *(error.command_chain or ())))} --help`"
    match error:
        case UnknownCommandError():
            word = _first(error)
            return f"{word}: there is no such command{_suggest(word, _commands(error))} {help} lists all."
        case UnusedCliTokensError():
            return f"{_first(error)}: this is one word too many; {help} shows what the command takes."
        case UnknownOptionError():
            word = error.token.keyword or error.token.value
            if error.token.source not in ("", "cli"):  # there it is '[photo][vivd]'
                word = f"--{word.rpartition('[')[2].rstrip(']')}"
            options = [name for argument in error.argument_collection for name in argument.names]
            return f"{word}{_source(error.token)}: there is no such option{_suggest(word, options)} {help} lists all."
        case RepeatArgumentError():
            return f"{error.token.keyword}: this option is given twice; give it once."
        case MissingArgumentError():
            given = error.keyword or next((t.keyword for t in _tokens(error) if t.keyword), None)
            return f"{f'{given}: a value must follow' if given else f'{_name(error)} is missing'}; {help} explains it."
        case ValidationError() if error.argument is not None:
            return f"{_given(error)}: {_range(error.exception_message)}."
        case CoercionError() if error.argument is not None or error.token is not None:
            if get_origin(error.target_type) is Literal:
                return f"{_given(error)}: must be one of {', '.join(map(str, get_args(error.target_type)))}."
            kind = _KINDS.get(error.target_type) if error.target_type else None
            return f"{_given(error)}: must be {kind}." if kind else f"{_given(error)}: {_tail(error)}"
    return str(error)


def _given(error: Any) -> str:
    """The option and the value that the user gave: '--jobs 0'."""
    token = getattr(error, "token", None) or next(iter(_tokens(error)), None)
    name = (token and token.keyword) or _name(error)
    return f"{name} {token.value}{_source(token)}" if token else name


def _source(token: Any) -> str:
    """Where a word is from, if not from the command line."""
    return "" if token.source in ("", "cli") else f" (in {token.source})"


def _tokens(error: CycloptsError) -> list[Any]:
    return error.argument.tokens if error.argument is not None else []


def _name(error: CycloptsError) -> str:
    """The name of the argument as the help shows it."""
    assert error.argument is not None
    positional = error.argument.field_info.is_positional
    return error.argument.name.lstrip("-").upper() if positional else error.argument.name


def _first(error: CycloptsError) -> str:
    return (error.unused_tokens or ["?"])[0]


def _commands(error: CycloptsError) -> list[str]:
    return [name for name in error.app or () if not name.startswith("-")]


def _suggest(word: str, known: list[str]) -> str:
    close = get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}?" if close else "."


def _range(message: str) -> str:
    """'Must be >= 1.' → 'must be at least 1'."""
    for sign, words in ((">=", "at least"), ("<=", "at most"), (">", "more than"), ("<", "less than")):
        message = message.replace(f"{sign} ", f"{words} ")
    return (message[:1].lower() + message[1:]).rstrip(".")


def _tail(error: CycloptsError) -> str:
    """The parser's own sentence, without its beginning."""
    return str(error).rpartition(": ")[2]
